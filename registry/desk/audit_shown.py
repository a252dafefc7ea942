"""Whether an application shows that duties of what it uses are done: a line that users see, words in a NOTICE, a text that goes along.

Only words are looked for, in files that people or programs read; nothing is run, so that a line that is put together at run time is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from registry.desk.audit_used import Thing
from registry.findings.duties import LOOKED_FOR, Owed, Published, duty_findings

if TYPE_CHECKING:
    from registry.desk.session import Desk

MAX_TEXT = 2_000_000
"""A larger file is not looked at."""

MAX_BYTES = 200_000_000
"""So much is looked at in all."""

MOST_LICENSES = 500
"""So many texts of licences are identified."""

_READ_BY_PEOPLE = frozenset(
    [
        ".md",
        ".mdx",
        ".markdown",
        ".rst",
        ".adoc",
        ".txt",
        ".html",
        ".htm",
        ".xhtml",
        ".vue",
        ".svelte",
        ".astro",
        ".tsx",
        ".jsx",
        ".hbs",
        ".ejs",
        ".pug",
        ".j2",
        ".jinja",
        ".jinja2",
        ".erb",
        ".php",
        ".xml",
        ".xaml",
        ".strings",
        ".arb",
        ".po",
    ]
)
_CODE = frozenset(
    [
        ".py",
        ".ipynb",
        ".js",
        ".mjs",
        ".cjs",
        ".ts",
        ".mts",
        ".json",
        ".yaml",
        ".yml",
        ".toml",
        ".java",
        ".kt",
        ".swift",
        ".dart",
        ".go",
        ".rs",
        ".cs",
        ".rb",
        ".scala",
        ".cpp",
        ".c",
        ".h",
    ]
)
_OURS = (b"Information, not legal advice.", b'"licet.')
_OWN_LICENSE = re.compile(r"(?:license|licence|copying|unlicense)(?:\.(?:txt|md|rst))?", re.IGNORECASE)


class Shown:
    """What a repository shows, read once, and only if it is asked for.

    Args:
        desk: The desk.
        root: The repository.
        wanted: The duties that have to be shown.
    """

    def __init__(self, desk: Desk, root: Path, wanted: Sequence[str]) -> None:
        self._desk = desk
        self._root = root
        self._wanted = frozenset(wanted) & frozenset(LOOKED_FOR)
        self._files: dict[str, bytes] | None = None
        self._licenses: frozenset[str] | None = None

    def lacking(self, thing: Thing) -> Mapping[str, tuple[str, ...]]:
        """What there is to say of each duty of a thing that this use certainly has and nothing shows."""
        from registry.desk.answer import to_item
        from registry.desk.notice_check import owed_of

        if thing.answer is None or not self._wanted:
            return {}
        item = to_item(self._desk.knowledge, thing.answer)
        due = [duty for duty in item["obligations"] if duty["when"] is None and duty["do"] in self._wanted]
        found: dict[str, list[str]] = {}
        for owed in owed_of(self._desk, {**item, "obligations": due}) if due else ():
            for finding in duty_findings(self._published(owed), [owed]):
                told = finding.summary.removeprefix(f"In `{_NAME}` ")
                found.setdefault(owed.do, []).append(f"The policy asks that the duty {owed.do} of {thing.name} be shown: {told}")
        return {duty: tuple(dict.fromkeys(told)) for duty, told in found.items()}

    def _published(self, owed: Owed) -> Published:
        """The files that may show a duty. Code that only names a model shows nobody who made it."""
        exact = owed.wording is not None
        needles = [_needle(owed.wording)] if owed.wording is not None else [_needle(mark) for mark in (owed.model.rpartition("/")[2], *owed.marks)]
        texts = {
            name: data.decode("utf-8", "replace")
            for name, data in self._read().items()
            if (exact or _read_by_people(name)) and (_is_notice(name) or any(needle in data.lower() for needle in needles))
        }
        policies = tuple(name for name in self._read() if _role(name) == "use-policy")
        return Published(_NAME, texts, self._identified() if owed.texts else frozenset(), policies, derived=True)

    def _read(self) -> dict[str, bytes]:
        if self._files is None:
            self._files = dict(self._texts())
        return self._files

    def _texts(self) -> Iterator[tuple[str, bytes]]:
        from registry.scanner.place import place_of
        from registry.scanner.tree import Tree
        from registry.settings import CONFIG_FILE

        tree = Tree(self._root)
        left = MAX_BYTES
        for path in tree.paths:
            own = path.rpartition("/")[2]
            suffix = Path(own).suffix.lower()
            if not (_role(path) or suffix in _READ_BY_PEOPLE or suffix in _CODE) or own == CONFIG_FILE or place_of(path) == "test":
                continue
            size = tree.size(path)
            if size > MAX_TEXT or size > left:
                continue
            data = tree.read(path) or b""
            left -= len(data)
            # A report of ours quotes what is to be shown; that shows it to nobody.
            if b"\0" not in data[:4096] and not any(mark in data for mark in _OURS):
                yield path, data

    def _identified(self) -> frozenset[str]:
        """The licences whose texts go along. The application's own is no model's, even where it is the same."""
        if self._licenses is None:
            from registry.desk.identify import identifier

            identify = identifier(self._desk).identify
            found = set()
            for name in [name for name in self._read() if _role(name) in ("license", "code", "other")][:MOST_LICENSES]:
                if "/" in name or not _OWN_LICENSE.fullmatch(name):
                    license = identify(self._read()[name].decode("utf-8", "replace")).license
                    if license is not None:
                        found.add(str(license))
            self._licenses = frozenset(found)
        return self._licenses


_NAME = "this repository"


def _role(path: str) -> str | None:
    from registry.sources.license_files import role_of

    return role_of(path.rpartition("/")[2])


def _is_notice(path: str) -> bool:
    return _role(path) == "notice"


def _read_by_people(path: str) -> bool:
    return Path(path).suffix.lower() in _READ_BY_PEOPLE or _role(path) is not None


def _needle(words: str) -> bytes:
    """The longest plain word of some words: a file without it need not be looked at closely."""
    return max(re.findall(r"[a-z0-9]+", words.lower()), key=len, default="").encode()
