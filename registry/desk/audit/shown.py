"""Which duties of what an application uses its own files show to be done: lines to display, notices, licence texts that go along."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.desk.notice.check import MAX_TEXT, MOST_TEXTS, owed_of, published_of
from registry.findings.duties import NOTICE_FILES, Owed, Published, duty_findings, fold
from registry.findings.finding import Finding

if TYPE_CHECKING:
    from registry.desk.session import Desk
    from registry.sources.folder.files import FolderFile

FOLDERS = frozenset({"license", "licenses", "licences", "legal", "doc", "docs", "notices", "third_party", "third-party", "thirdparty", "static", "public"})
"""Folders at the top in which texts for readers stand."""

FACES = (".html", ".htm", ".jinja", ".j2", ".tsx", ".jsx", ".ts", ".js", ".vue", ".svelte", ".astro", ".py", ".php", ".erb", ".md", ".mdx", ".txt", ".json", ".yaml", ".yml", ".po", ".xml", ".ipynb")  # fmt: skip
"""Files out of which an application shows words to its users."""

MOST_FACES = 20_000
"""In so many of them a line is looked for."""

MAX_FACE = 1_000_000
"""A larger one is not read."""

OURS = (b"Information, not legal advice.", b'"licet.')
"""By these our own reports are known."""

OWN_LICENSE = re.compile(r"(?:license|licence|copying|unlicense)(?:\.(?:txt|md|rst))?", re.IGNORECASE)
"""The application's own licence, at the top."""

WITH_COPYRIGHT = ("mit", "bsd", "isc")
"""Licences whose text begins with the holder of the copyright: the application's own is no copy of a model's, even where all else is the same."""

TOLD_BY_FILES = frozenset({"LIC202", "LIC203", "LIC206"})
"""What can be told of an application by its files; that rules are kept, or a change stated to others, cannot."""


@dataclass
class Evidence:
    """The files of an application that may show a duty to be done.

    Attributes:
        desk: The desk.
        roots: The folders in which they stand: that of the application, and of the repository around it.
    """

    desk: Desk
    roots: tuple[Path, ...]
    _held: dict[bool, tuple[Published, dict[str, str]]] = field(default_factory=dict, repr=False)
    _lines: set[str] | None = field(default=None, repr=False)

    def _texts(self, own: bool) -> tuple[Published, dict[str, str]]:
        """The texts that stand where people look for them, with the application's own licence or without, and folded; read on first use."""
        if own not in self._held:
            published = published_of(self.desk, _TopFiles(self.roots, own), self.roots[0].resolve().name, ())
            self._held[own] = (published, {name: fold(text) for name, text in published.texts.items()})
        return self._held[own]

    def lacking(self, owed: Owed) -> list[Finding]:
        """What is to be said of a duty that no text shows; what is to be displayed is not displayed by a NOTICE."""
        published, folded = self._texts(own=not (owed.texts and owed.license.startswith(WITH_COPYRIGHT)))
        if owed.do == "display" and owed.wording is not None:
            folded = {name: text for name, text in folded.items() if not NOTICE_FILES.search(name)}
        return duty_findings(published, [owed], folded)

    def shows(self, owed: Owed) -> bool | None:
        """Whether a duty is shown to be done; None where files cannot show that."""
        if owed.do not in ("display", "notice-file") and not owed.texts:
            return None
        if not self.lacking(owed):
            return True
        return owed.do == "display" and owed.wording is not None and self._is_on_a_face(owed.wording)

    def _is_on_a_face(self, wording: str) -> bool:
        """Whether a line stands in any file out of which the application shows words to its users; all are looked through once, for every line there is."""
        if self._lines is None:
            wanted = {fold(term.wording) for license in self.desk.knowledge for term in license.terms if term.do == "display" and term.wording is not None}
            self._lines = set()
            for text in self._faces({line.split(" ")[0].encode() for line in wanted}):
                folded = fold(text)
                self._lines |= {line for line in wanted if line in folded}
        return fold(wording) in self._lines

    def _faces(self, words: Collection[bytes]) -> Iterator[str]:
        """The texts of such files in which one of some words stands; a report of ours quotes what is to be shown, which shows it to nobody."""
        from registry.scanner.place import place_of
        from registry.scanner.tree import Tree
        from registry.settings import CONFIG_FILE

        tree = Tree(self.roots[0])
        faces = [path for path in tree.paths if path.endswith(FACES) and not path.endswith(CONFIG_FILE) and place_of(path) != "test"][:MOST_FACES]
        for path in faces:
            if tree.size(path) <= MAX_FACE and (data := tree.read(path)) is not None and not any(mark in data for mark in OURS):
                small = data.lower()
                if any(word in small for word in words):
                    yield data.decode("utf-8", errors="replace")


class _TopFiles:
    """The files at the top of some folders and in their folders for readers; no link is followed."""

    def __init__(self, roots: tuple[Path, ...], own: bool = True) -> None:
        from registry.sources.folder.files import FolderFile

        self.files: dict[str, FolderFile] = {}
        # A file of the application itself counts before one of the same name around it.
        for path, name in (each for root in reversed(roots) for each in _listed(root, "", deeper=True)):
            try:
                size = path.stat(follow_symlinks=False).st_size
            except OSError:
                continue
            if own or not OWN_LICENSE.fullmatch(name):
                self.files[name] = FolderFile(name, path, size)
            if len(self.files) >= MOST_TEXTS * 4:
                break

    def read(self, name: str, limit: int) -> bytes | None:
        """The first bytes of one; None where it cannot be read."""
        from registry.sources.folder.files import open_regular

        try:
            with open_regular(self.files[name].path) as stream:
                data = stream.read(min(limit, MAX_TEXT))
        except OSError:
            return None
        return b"" if not NOTICE_FILES.search(name) and any(mark in data for mark in OURS) else data


def _listed(folder: Path, prefix: str, *, deeper: bool) -> Iterator[tuple[Path, str]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda each: each.name)
    except OSError:
        return
    for entry in entries:
        try:
            if entry.is_file(follow_symlinks=False):
                yield Path(entry.path), f"{prefix}{entry.name}"
            elif entry.is_dir(follow_symlinks=False) and (not deeper or entry.name.lower() in FOLDERS) and prefix.count("/") < 3:
                yield from _listed(Path(entry.path), f"{prefix}{entry.name}/", deeper=False)
        except OSError:
            continue


def duties_of_answer(evidence: Evidence | None, item: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The duties of an answer, each with whether the application's files show it to be done (`shown`)."""
    found = []
    for duty in item["obligations"]:
        shown = None
        if evidence is not None and duty["when"] is None and duty["counts"]:
            shown = next((evidence.shows(owed) for owed in owed_of(evidence.desk, {**item, "obligations": [duty]})), None)
        found.append({**duty, "shown": shown})
    return found


def duties_lacking(evidence: Evidence, item: Mapping[str, Any], duties: Iterable[Mapping[str, Any]], subject: str) -> list[Finding]:
    """What is owed by now and not shown, as findings about what is used."""
    owed = [each for duty in duties if duty["shown"] is False for each in owed_of(evidence.desk, {**item, "obligations": [duty]})]
    found = (finding for each in owed for finding in evidence.lacking(each))
    told = {(each.code, each.summary): each for each in found if each.code in TOLD_BY_FILES}.values()
    return [replace(each, subject=subject, ancestors=tuple(name for name in each.ancestors if name != subject)) for each in told]
