"""The files of terms in a folder that a run made: LICENSE, NOTICE and USE_POLICY, taken from the bases where they have them, else pointed to."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from registry.sources.folder.files import FolderFiles
from registry.sources.folder.license_files import MAX_TEXT_BYTES, find_terms

_COPIED = ("license", "use-policy", "code", "other")


@dataclass(frozen=True, slots=True)
class Terms:
    """A licence that reaches what was made.

    Attributes:
        id: Its id.
        name: Its name.
        link: Where its text is to be read, where an address is known.
    """

    id: str
    name: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A model that went in: its name, and the folder whose files of terms are passed on."""

    name: str
    folder: Path
    within: Path | None = None


@dataclass(frozen=True, slots=True)
class TermsFiles:
    """What was written.

    Attributes:
        copied: Files that were taken over: name here, model, name there, digest.
        pointed: Licences of which no text was at hand, so that a file only points to it.
    """

    copied: tuple[tuple[str, str, str, str], ...] = ()
    pointed: tuple[Terms, ...] = ()
    notices: tuple[str, ...] = field(default=(), repr=False)


def write_terms(
    folder: Path, name: str, sources: Sequence[Source], licenses: Sequence[Terms], duties: Sequence[Mapping[str, Any]], changes: str, own: Sequence[Terms] = ()
) -> TermsFiles:
    """Write the files of terms into a folder.

    Args:
        folder: Where to.
        name: The model that was made.
        sources: The models it was made from, nearest first.
        licenses: The licences that reach it.
        duties: The duties of `licet.check/1` for giving it to others; fixed notices among them are written down.
        changes: What was changed of the bases, in a sentence.
        own: The licence that the outcome carries, where it is none of those that reach it.

    Returns:
        What was copied and what is only pointed to.
    """
    copied: list[tuple[str, str, str, str]] = []
    notices: list[tuple[str, str]] = []
    taken: set[str] = set()
    if own:
        (folder / "LICENSE").write_text(pointer_text(name, own), encoding="utf-8")
        taken.add("LICENSE")
    for source in sources:
        for file, data in _terms_of(source):
            if file.role == "notice":
                notices.append((source.name, data.decode("utf-8", errors="replace").strip()))
                continue
            target = _free_name(file.name, source.name, taken, folder, data)
            if target is not None:
                (folder / target).write_bytes(data)
                taken.add(target)
            copied.append((target or file.name, source.name, file.name, f"sha256:{hashlib.sha256(data).hexdigest()}"))
    has_text = any(_role_is_license(target) for target, *_ in copied)
    pointed = (*own, *(() if has_text else licenses))
    if pointed:
        (folder / "LICENSE").write_text(pointer_text(name, pointed), encoding="utf-8")
    fixed = tuple(dict.fromkeys(str(duty["wording"]) for duty in duties if duty.get("do") == "notice-file" and duty.get("wording")))
    (folder / "NOTICE").write_text(_notice(name, fixed, notices, changes), encoding="utf-8")
    return TermsFiles(tuple(copied), pointed, fixed)


def pointer_text(name: str, licenses: Sequence[Terms]) -> str:
    """What stands in LICENSE where the text itself is not at hand: that it is none, and where the text is."""
    lines = [f"This file is not a licence text. It points to the terms that reach {name}:", ""]
    lines += [f"- {terms.name} ({terms.id})" + (f": {terms.link}" if terms.link else "") for terms in licenses]
    lines += [
        "",
        "The folders of the models that it was made from held no copy. Put the full text here before you pass the model on, where the terms ask for a copy.",
    ]
    return "\n".join(lines) + "\n"


def _role_is_license(name: str) -> bool:
    from registry.sources.folder.license_files import role_of

    return role_of(name) == "license"


@dataclass(frozen=True, slots=True)
class _Found:
    name: str
    role: str


def _terms_of(source: Source) -> Iterator[tuple[_Found, bytes]]:
    files = FolderFiles(source.folder, source.within)
    for found in find_terms(files):
        if not found.readable or found.role not in (*_COPIED, "notice"):
            continue
        data = files.read(found.name, MAX_TEXT_BYTES)
        if data is not None:
            yield _Found(found.name, found.role), data


def _free_name(name: str, model: str, taken: set[str], folder: Path, data: bytes) -> str | None:
    """A name that no other file has yet: the file's own, else with the model's; None where the same file is there already."""
    for candidate in (name, _with_model(name, model)):
        if candidate not in taken and not (folder / candidate).exists():
            return candidate
        if (folder / candidate).is_file() and (folder / candidate).read_bytes() == data:
            return None
    return _with_model(name, f"{model}-{hashlib.sha256(data).hexdigest()[:8]}")


def _with_model(name: str, model: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    own = re.sub(r"[^A-Za-z0-9.]+", "-", model).strip("-")
    return f"{stem}-{own}.{suffix}" if dot and stem else f"{name}-{own}"


def _notice(name: str, fixed: Sequence[str], notices: Sequence[tuple[str, str]], changes: str) -> str:
    lines = [name, ""]
    for wording in fixed:
        lines += [wording, ""]
    lines += ["Changes", "", changes, ""]
    for model, text in notices:
        lines += [f"Notice of {model}", "", text, ""]
    return "\n".join(lines).rstrip() + "\n"
