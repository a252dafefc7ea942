"""Which recorded models a name in an application may stand for: those of hosts and model runners are not those of the registry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from registry.resources import resource_dir
from registry.scanner.reference import Reference
from registry.yaml12 import read_yaml

FILE = "hosted_names.yaml"
"""The file of `data/` that says so."""

_DATED = re.compile(r"-(?:\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|\d{2}-\d{4}|latest|preview|exp|stable|\d{3}|v\d+(?::\d+)?)$")
_VERSION = re.compile(r"(?<=-)(\d)-(\d)(?=$|-)")


def candidates(reference: Reference) -> list[str]:
    """The names under which a reference may be recorded, the likeliest first."""
    if reference.about == "dataset":
        return [f"dataset:{reference.name}", *([f"dataset:{reference.name.rpartition('/')[2]}"] if "/" in reference.name else [])]
    if reference.provider == "ollama":
        found = list(_of_ollama(reference.name))
    elif reference.provider == "bedrock":
        found = list(_of_bedrock(reference.name))
    elif reference.provider == "hub":
        revision = f"@{reference.revision}" if reference.revision else ""
        found = [f"{reference.name}{revision}"]
    else:
        found = list(_of_provider(reference.name, reference.provider))
    return list(dict.fromkeys(found))


def host_of(reference: Reference) -> str | None:
    """The host through which a reference reaches its model, by the name that the catalogue has for it or would have; None where the application runs it itself."""
    hosts = _data()["hosts"]
    if reference.provider is None or reference.provider in ("local", "web"):
        return None
    if reference.kind == "api":
        return str(hosts.get(reference.provider, reference.provider)) if reference.provider not in _data()["own"] else None
    return str(hosts[reference.provider]) if reference.provider in hosts and reference.provider != "hub" else None


def _of_provider(name: str, provider: str | None) -> Iterator[str]:
    owners = _data()["owners"].get(provider, ())
    for text in _spellings(name):
        if "/" in text:
            yield text
        yield from (f"{owner}/{text}" for owner in owners)
        if "/" not in text:
            yield text


def _of_bedrock(name: str) -> Iterator[str]:
    owner, _, rest = name.partition(".")
    owner = _data()["bedrock"].get(owner, owner)
    for text in _spellings(rest):
        yield f"{owner}/{text}"


def _of_ollama(name: str) -> Iterator[str]:
    base, _, tag = name.partition(":")
    entry = _data()["ollama"].get(base)
    if entry is not None:
        template, default = entry["name"], entry.get("default", "")
        size = re.match(r"\d+(?:\.\d+)?[bBmM]", tag)
        if size is not None and default:
            text = size.group(0)
            yield template.replace("{size}", text.upper() if default.isupper() or default[-1].isupper() else text.lower())
        yield template.replace("{size}", default)
    if "/" in base:
        yield base
    if tag:
        yield name


def _spellings(name: str) -> Iterator[str]:
    """A name, then without the date or the word of its version, then as versions are written with a point."""
    seen = [name]
    text = name
    for _ in range(4):
        shorter = _DATED.sub("", text)
        if shorter == text:
            break
        text = shorter
        seen.append(text)
    for each in seen:
        yield each
        yield _VERSION.sub(r"\1.\2", each)


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    found: Mapping[str, Any] = read_yaml((resource_dir("data") / FILE).read_text(encoding="utf-8"), FILE, ours=True)
    return found


def host_word(name: str) -> str:
    """The word of the scanner by which a host is meant: a policy may name it as the catalogue does."""
    words = {host: word for word, host in _data()["hosts"].items()} | _data()["same_hosts"]
    return str(words.get(name, name))
