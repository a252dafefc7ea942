"""How bills of materials name things: package URLs, links to the Hub, groups and names, and commits and digests beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote

from registry.sources.hub.words import commit_of, name_problem, plain_text
from registry.sources.references import read_reference
from registry.supplychain.names import name_key

MAX_ADDRESS = 1_000
"""A longer package URL or link is none."""

_NOTHING = frozenset({"noassertion", "unknown", "n/a", "null", "-", "not specified", "unspecified", "not available"})
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Named(NamedTuple):
    """What a bill names."""

    name: str
    """The registry's name."""

    is_dataset: bool = False
    """Whether it says itself that it is a dataset of the Hub."""

    revision: str | None = None
    """The commit, where it names one."""


def read_purl(text: object) -> Named | None:
    """What a package URL of the Hub names: `pkg:huggingface/org/name@commit`; none for any other."""
    if not isinstance(text, str) or len(text) > MAX_ADDRESS:
        return None
    scheme, mark, rest = text.strip().partition(":")
    kind, slash, path = rest.lstrip("/").partition("/")
    if scheme.casefold() != "pkg" or not mark or kind.casefold() != "huggingface" or not slash:
        return None
    path, _, qualifiers = path.partition("#")[0].partition("?")
    path, _, version = path.rpartition("@") if "@" in path else (path, "", "")
    steps = [unquote(step) for step in path.split("/") if step]
    is_prefixed = len(steps) > 1 and steps[0] == "datasets"
    # Some tell a dataset by where the repository is: `?repository_url=https://huggingface.co/datasets`.
    is_dataset = is_prefixed or any(each.rstrip("/").endswith("/datasets") for each in parse_qs(qualifiers).get("repository_url", ()))
    name = "/".join(steps[1:] if is_prefixed else steps)
    if not name or len(steps) - is_prefixed > 2 or name_problem(name, "model") is not None:
        return None
    return Named(name, is_dataset, commit_of(unquote(version)) if _COMMIT.fullmatch(unquote(version)) else None)


def read_link(text: object, title: str) -> Named | None:
    """The repository of the Hub that a link leads to, where it bears the name of the thing itself."""
    if not isinstance(text, str) or "://" not in text or len(text) > MAX_ADDRESS:
        return None
    found = read_reference(text)
    if found.kind not in ("id", "legacy") or found.id is None or found.kind_of_repository == "space" or name_key(found.id) != name_key(title):
        return None
    revision = found.revision if found.revision and _COMMIT.fullmatch(found.revision) else None
    return Named(found.id, found.kind_of_repository == "dataset", revision)


def own_name(group: object, name: object) -> str | None:
    """The name under which something without an address is recorded: its group and name."""
    if not isinstance(name, str) or not name.strip():
        return None
    plain = name.strip()
    if isinstance(group, str) and group.strip() and "/" not in plain:
        plain = f"{group.strip()}/{plain}"
    return plain if name_problem(plain, "model") is None else None


def sha256_of(hashes: Iterable[Any], algorithm: str, value: str) -> str | None:
    """The SHA-256 among hashes."""
    for each in hashes:
        if isinstance(each, Mapping) and str(each.get(algorithm, "")).replace("-", "").casefold() == "sha256":
            digest = str(each.get(value, "")).casefold()
            if _SHA256.fullmatch(digest):
                return digest
    return None


def license_name(value: object) -> str | None:
    """The name of a licence; none where it says that nothing is known or asserted."""
    text = plain_text(value)
    return None if text is None or text.casefold() in _NOTHING else text


def joined_parts(expression: str, most: int = 20) -> list[str]:
    """What an expression of licences joins with `AND`, however its parentheses group it; a choice with `OR` stays whole, without its own.

    Args:
        expression: The expression.
        most: So many levels of parentheses are opened.
    """
    parts, depth, choice = [""], 0, False
    for word in re.split(r"(\(|\)| AND | OR )", expression.strip()):
        if word == " AND " and depth == 0:
            parts.append("")
            continue
        depth += (word == "(") - (word == ")")
        choice = choice or (word == " OR " and depth == 0)
        parts[-1] += word
    if choice or most == 0:
        return [expression.strip()]
    if len(parts) > 1:
        return [inner for part in parts for inner in joined_parts(part, most - 1)]
    return joined_parts(parts[0][1:-1], most - 1) if parts[0].startswith("(") and parts[0].endswith(")") else parts
