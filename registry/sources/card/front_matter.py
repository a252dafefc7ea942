"""The front matter of a card: the YAML between two `---` lines at its top, bounded, with the line of every key.

What is well-formed is read as YAML 1.2. Where the block as a whole is not, each top-level key is read on its own, so that one
broken list does not hide the licence above it; every key that cannot be read is noted with its line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from registry.errors import KnowledgeError
from registry.sources.notes import Note, shown
from registry.yaml12 import read_yaml

MAX_CARD_BYTES = 4_000_000
"""Only so much of a card is looked at."""

MAX_FRONT_MATTER = 1_000_000
"""Front matter longer than this is not read."""

MAX_DEPTH = 40
"""Nesting deeper than this is no metadata."""

MAX_NODES = 200_000
"""So many nodes may stand in it once its aliases are written out."""

MAX_PARTS = 2_000
"""So many keys are read one by one."""

_KEY = re.compile(r"""^(?P<key>"[^"\n]{1,200}"|'[^'\n]{1,200}'|[^\s#"'\-\[\]{}&*!|>%@`,?:][^:#\n]{0,200}?|-[^\s:][^:#\n]{0,200}?)[ ]*:(?=[ \n]|$)""")
_TAB_AFTER_KEY = re.compile(r"^([ ]*(?:-[ ]+)*[\w.-]+:)[ ]*\t[ \t]*|^([ ]*-)[ ]*\t[ \t]*", re.MULTILINE)
_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What stands at the top of a card."""

    values: Mapping[str, Any] = field(default_factory=dict)
    """The keys and values that could be read."""

    lines: Mapping[str, int] = field(default_factory=dict)
    """The line of each key in the card."""

    notes: tuple[Note, ...] = ()
    """What could not be read."""

    present: bool = False
    """Whether there is front matter at all."""

    body: str = ""
    """The text below it."""

    rows: tuple[str, ...] = ()
    """The lines of the card down to its end."""


def decode_card(data: bytes) -> tuple[str, list[Note]]:
    """The text of a card with plain line ends, and what was odd about its bytes."""
    notes: list[Note] = []
    if len(data) > MAX_CARD_BYTES:
        notes.append(Note("card-cut", f"the card has more than {MAX_CARD_BYTES:,} bytes; only these were read"))
        data = data[:MAX_CARD_BYTES]
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        notes.append(Note("card-encoding", "the card is UTF-16; the Hub reads UTF-8 only", 1))
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            if not (notes and len(data) - error.start < 4):
                notes.append(Note("card-encoding", "the card is not UTF-8", data.count(b"\n", 0, error.start) + 1))
            text = data.decode("utf-8-sig", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n"), notes


def read_front_matter(text: str) -> FrontMatter:
    """The front matter of a card's text, whose line ends are plain. Never raises: what cannot be read is noted."""
    lines = text.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    opening = lines[first].rstrip() if first < len(lines) else ""
    if opening != "---":
        if re.fullmatch(r"-{2,}|\+{3,}|—+|={3,}|```ya?ml", opening) and any(_KEY.match(line) for line in lines[first + 1 : first + 4]):
            return FrontMatter(notes=(Note("fence-wrong", f"`{opening}` does not open front matter; `---` does", first + 1),), body=text)
        return FrontMatter(body=text)
    end = next((number for number in range(first + 1, len(lines)) if lines[number].rstrip() == "---"), None)
    if end is None:
        # The Hub sees no metadata here, and where it would end cannot be known.
        return FrontMatter(notes=(Note("fence-open", "the front matter is never closed by a `---` line, so it was not read", first + 1),), body=text)
    block, body = "\n".join(lines[first + 1 : end]), "\n".join(lines[end + 1 :])
    if len(block) > MAX_FRONT_MATTER:
        return FrontMatter(notes=(Note("front-matter-large", f"the front matter has more than {MAX_FRONT_MATTER:,} characters", first + 1),), body=body)
    block = _TAB_AFTER_KEY.sub(lambda found: (found[1] or found[2]) + " ", block)  # YAML 1.2, 6.2: a tab may separate; libyaml refuses it
    values, key_lines, notes = _read_block(block, first + 2)
    return FrontMatter(values, key_lines, tuple(notes), True, body, tuple(lines[:end]))


def _read_block(block: str, offset: int) -> tuple[dict[str, Any], dict[str, int], list[Note]]:
    """The whole block if it is well-formed, else one top-level key after another. `offset` is the line of its first line."""
    problem = bound_problem(block)
    if problem is not None:
        return {}, {}, [Note("front-matter-bounds", f"the front matter was not read: {problem[0]}", offset + problem[1])]
    lines = {name: offset + number for number, line in enumerate(block.split("\n")) if (name := _key_of(line))}
    try:
        whole = read_yaml(block, "front matter")
    except (KnowledgeError, RecursionError, ValueError, OverflowError, yaml.YAMLError) as error:
        values, notes = _read_parts(block, offset)
        line = _line_in(error)
        if not any(note.code == "key-twice" for note in notes):
            notes.insert(0, Note("front-matter-broken", f"the front matter is no YAML: {_said(error)}", offset + line - 1 if line else offset))
        return values, lines, notes
    if whole is None:
        return {}, {}, []
    if not isinstance(whole, Mapping):
        return {}, {}, [Note("front-matter-no-mapping", f"the front matter is a {_kind(whole)}, not keys with values", offset)]
    return {str(key): value for key, value in whole.items()}, lines, []


def _read_parts(block: str, offset: int) -> tuple[dict[str, Any], list[Note]]:
    """Each top-level key read on its own. A key that stands twice with different values counts for nothing."""
    parts: list[tuple[int, list[str]]] = []
    for number, row in enumerate(block.split("\n")):
        if _key_of(row) or not parts:
            parts.append((number, []))
        parts[-1][1].append(row)
    values: dict[str, Any] = {}
    seen: dict[str, int] = {}
    notes: list[Note] = []
    if len(parts) > MAX_PARTS:
        return {}, [Note("front-matter-bounds", f"it has more than {MAX_PARTS:,} keys", offset)]
    for number, part in parts:
        text = "\n".join(part)
        bound = bound_problem(text)  # what stands behind the first fault of the block was not looked at before
        if bound is not None:
            notes.append(Note("key-unreadable", f"`{shown(_key_of(part[0]) or part[0], 40)}` was not read: {bound[0]}", offset + number + bound[1]))
            continue
        try:
            value = read_yaml(text, "front matter")
        except (KnowledgeError, RecursionError, ValueError, OverflowError, yaml.YAMLError) as error:
            broken = _key_of(part[0])
            line = offset + number + (_line_in(error) or 1) - 1
            notes.append(Note("key-unreadable", f"`{shown(broken or part[0], 40)}` could not be read: {_said(error)}", line))
            continue
        if value is None:
            continue
        if not isinstance(value, Mapping):
            notes.append(Note("key-unreadable", f"`{shown(part[0], 40)}` is no key with a value", offset + number))
            continue
        for key, each in value.items():
            name = str(key)
            if name not in seen:
                values[name] = each
            elif name not in values or values[name] != each:
                values.pop(name, None)
                notes.append(
                    Note("key-twice", f"`{shown(name, 40)}` stands twice with different values (lines {seen[name]} and {offset + number})", offset + number)
                )
            else:
                notes.append(Note("key-twice", f"`{shown(name, 40)}` stands twice", offset + number))
            seen.setdefault(name, offset + number)
    return values, notes


def bound_problem(text: str) -> tuple[str, int] | None:
    """Why a YAML text is too deep or too large to be built, with the line (from 0); None where it is neither, or no YAML at all.

    Only events are looked at, so nothing is built, and an alias counts as often as what it stands for.
    """
    sizes: dict[str, int] = {}
    open_anchors: list[tuple[str | None, int]] = []
    nodes = 0
    try:
        for event in yaml.parse(text, _Parser):
            if isinstance(event, yaml.AliasEvent):
                nodes += sizes.get(event.anchor or "", 1)
            elif isinstance(event, yaml.NodeEvent):
                nodes += 1
            if isinstance(event, yaml.CollectionStartEvent):
                open_anchors.append((event.anchor, nodes - 1))
                if len(open_anchors) > MAX_DEPTH:
                    return f"it is nested deeper than {MAX_DEPTH} levels", _mark(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                anchor, before = open_anchors.pop()
                if anchor:
                    sizes[anchor] = nodes - before
            if nodes > MAX_NODES:
                return f"it comes to more than {MAX_NODES:,} values", _mark(event)
    except yaml.YAMLError:
        return None
    return None


def _mark(event: yaml.Event) -> int:
    return event.start_mark.line if event.start_mark is not None else 0


def _key_of(line: str) -> str | None:
    found = _KEY.match(line)
    return found["key"].strip().strip("\"'") if found else None


def _line_in(error: Exception) -> int | None:
    found = re.search(r" line (\d+), column", str(error))
    return int(found[1]) if found else None


def _said(error: Exception) -> str:
    text = str(error)
    return shown(re.sub(r"^`front matter`(?: line \d+, column \d+)?: ", "", text), 120)


def _kind(value: object) -> str:
    return "list" if isinstance(value, list) else "text" if isinstance(value, str) else type(value).__name__
