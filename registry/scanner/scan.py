"""A scan: every reference in the files of a folder, with what could not be read."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from registry.scanner.interface import Detector
from registry.scanner.place import place_of
from registry.scanner.reference import CONFIDENCES, KINDS, Note, Reference, shorten
from registry.scanner.registered import detectors
from registry.scanner.tree import Tree

COLLECT = 200
"""After so many files the collector looks for circles."""

OWN_FILES = frozenset(("licet.yaml", "licet.lock"))
"""Files that say of models what we are to think of them; naming one there uses none."""

_OWN_SCHEMA = re.compile(rb'^[\s\[{]*"schema":\s*"licet\.')
"""How a document of ours begins, such as an earlier audit that lies in the tree."""

_IGNORE = re.compile(r"licet:\s*ignore(?:\[([\w\s,*-]+)\])?\s*(.*)")


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found.

    Attributes:
        references: The references, by file and line.
        notes: What could not be read, or was left out.
        files: How many files there are.
        read: How many of them were read closely.
        ignored: How many files and folders `.gitignore` and the like leave out.
    """

    references: tuple[Reference, ...]
    notes: tuple[Note, ...]
    files: int
    read: int
    ignored: int


def scan(root: Path, left_out: Sequence[str] = (), honour_ignores: bool = True) -> Scan:
    """Find the references in a folder or a file.

    Args:
        root: What is scanned.
        left_out: Patterns as in `.gitignore` of files that are left out.
        honour_ignores: Whether `.gitignore` counts.
    """
    collects = gc.isenabled()
    gc.disable()  # syntax trees are many objects without circles; looking for some in them takes longer than reading the files
    try:
        return _scan(Tree(root, left_out, honour_ignores))
    finally:
        if collects:
            gc.enable()


def _scan(tree: Tree) -> Scan:
    kinds = detectors()
    found: list[Reference] = []
    read = 0
    for path in tree.paths:
        if path.rpartition("/")[2] in OWN_FILES:
            continue
        for detector in kinds:
            if detector.takes(path):
                closely, references = _look(detector, path, tree)
                read += closely
                if closely and read % COLLECT == 0:
                    gc.collect(1)
                found.extend(references)
    return Scan(tuple(_finish(merge(found), tree)), tuple(tree.notes), len(tree.paths), read, tree.ignored)


def _look(detector: Detector, path: str, tree: Tree) -> tuple[int, list[Reference]]:
    if getattr(detector, "reads_itself", False):
        return 1, list(detector.find(path, b"", tree))
    data = tree.read(path)
    if data is None or not detector.wants(data) or _OWN_SCHEMA.match(data):
        return 0, []
    if b"\0" in data[:4096]:
        tree.note(Note("binary", "is no text", path))
        return 0, []
    try:
        return 1, list(detector.find(path, data, tree))
    except RecursionError:
        tree.note(Note("does-not-parse", "nests too deep to be read", path))
        return 0, []


def merge(references: Iterable[Reference]) -> list[Reference]:
    """One reference for each place and name: the surest, with every call that it is handed to."""
    found: dict[tuple[str, int | None, int, str, str, bool], Reference] = {}
    for each in references:
        key = (each.file, each.cell, each.line, each.name, each.about, each.resolved is None)
        known = found.get(key)
        if known is None:
            found[key] = each
            continue
        best, other = (each, known) if _rank(each) > _rank(known) else (known, each)
        found[key] = replace(best, calls=tuple(dict.fromkeys((*best.calls, *other.calls)))[:20], revision=best.revision or other.revision)
    return sorted(found.values(), key=lambda each: (each.file, each.cell or 0, each.line, each.column, each.name))


def _rank(reference: Reference) -> tuple[bool, int, int, bool]:
    return reference.is_use, CONFIDENCES.index(reference.confidence), -KINDS.index(reference.kind), reference.library is not None


def _finish(references: list[Reference], tree: Tree) -> Iterable[Reference]:
    """Each with its line, what is ignored on it, and the sort of file it stands in."""
    lines: list[str] = []
    last = None
    for each in references:
        if each.snippet or each.cell is not None:
            yield replace(each, place=place_of(each.file), ignored=_ignored(each.snippet), snippet=shorten(each.snippet))
            continue
        if each.file != last:
            data = None if each.kind == "artifact" else tree.read(each.file)
            lines = data.decode("utf-8", errors="replace").splitlines() if data else []
            last = each.file
        line = lines[each.line - 1] if 0 < each.line <= len(lines) else ""
        above = lines[each.line - 2].strip() if 1 < each.line <= len(lines) + 1 else ""
        ignored = _ignored(line) or (_ignored(above) if above.startswith(("#", "//")) else ())
        yield replace(each, place=place_of(each.file), snippet=shorten(line), ignored=ignored)


def _ignored(line: str) -> tuple[str, ...]:
    match = _IGNORE.search(line)
    if match is None:
        return ()
    return tuple(sorted({code.strip() for code in (match.group(1) or "*").split(",") if code.strip()}))
