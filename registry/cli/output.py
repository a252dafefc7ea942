"""The only printer: data to stdout, talk to stderr; tables, JSON and CSV.

Rich draws tables on a terminal only. Elsewhere a table is plain aligned text of a fixed width, so that it can be kept in a file and compared.
Text that came from outside passes through `clean` before it is shown.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

import click

PLAIN_WIDTH = 120
"""How wide plain text is where no terminal says otherwise."""

PROSE_WIDTH = 100
"""Longer lines of prose are hard to read, however wide the terminal is."""

_LEAST = 30
"""The width under which a wrapping column is not pressed while others can be left out."""

GAP = "  "
"""What stands between two columns."""

# C0 and C1 controls (a terminal obeys them), and the marks that reorder or hide text (Unicode TR 9 and TR 36).
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PARAGRAPH_INDENT = 2


def clean(value: object) -> str:
    """The value as one line of text that no terminal obeys: control and reordering characters are spelt out."""
    return _UNSAFE.sub(lambda match: " " if match[0] in "\n\t" else _escape(match[0]), str(value))


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        title: What stands above it.
        read: The value of an item.
        wraps: Long values run over several lines instead of widening the table.
        right: Numbers stand flush right.
        style: The colour of a value on a terminal, in rich's words.
        spare: On a terminal that is too narrow, columns go by this number, the highest first; those with 0 stay.
        brief: Shorter words for values, used where a terminal is narrow.
    """

    title: str
    read: Callable[[Mapping[str, Any]], Any]
    wraps: bool = False
    right: bool = False
    style: Callable[[str], str] | None = None
    spare: int = 0
    brief: Mapping[str, str] = field(default_factory=dict)

    def text(self, item: Mapping[str, Any]) -> str:
        """The value of an item as shown: empty where there is none."""
        value = self.read(item)
        return "" if value is None else clean(value)


class Output:
    """Where a command's words go.

    Args:
        data: Takes what was asked for; stdout by default.
        talk: Takes progress, hints and warnings; stderr by default.
        color: Whether a terminal may be coloured.
    """

    def __init__(self, data: TextIO | None = None, talk: TextIO | None = None, color: bool = True) -> None:
        self._data = data
        self._talk = talk
        self._color = color

    @property
    def stdout(self) -> TextIO:
        """Where data goes."""
        return self._data or sys.stdout

    @property
    def on_terminal(self) -> bool:
        """Whether a person looks at the data as it comes."""
        return self.stdout.isatty()

    @property
    def width(self) -> int:
        """How many columns the data has room for."""
        if not self.on_terminal:
            return PLAIN_WIDTH
        import shutil

        return max(40, shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns)

    def line(self, text: str = "") -> None:
        """One line of data."""
        click.echo(text, file=self.stdout, color=None if self._color else False)

    def strong(self, text: str) -> str:
        """The text in bold where the data goes to a terminal."""
        return click.style(text, bold=True) if self.on_terminal and self._color else text

    def colored(self, text: str, color: str) -> str:
        """The text in a colour where the data goes to a terminal."""
        return click.style(text, fg=color, bold=True) if self.on_terminal and self._color else text

    def talk(self, text: str) -> None:
        """One line for the person at the terminal, apart from the data."""
        click.echo(text, file=self._talk or sys.stderr, color=None if self._color else False)

    def paragraph(self, text: str, indent: int = 0, hanging: int = 0, first: str = "") -> None:
        """Prose, wrapped to the width.

        Args:
            text: Already cleaned.
            indent: Blanks before every line.
            hanging: Further blanks before every line but the first.
            first: What stands before the first line instead of its blanks (a bullet, a section).
        """
        import textwrap

        blanks = " " * indent
        lines = textwrap.wrap(
            text,
            width=min(self.width, PROSE_WIDTH),
            initial_indent=first or blanks,
            subsequent_indent=blanks + " " * hanging,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in lines or [first.rstrip()]:
            self.line(line)

    def heading(self, text: str) -> None:
        """A heading, with a blank line before it."""
        self.line()
        self.line(self.strong(text))

    def fields(self, pairs: Iterable[tuple[str, object | None]], indent: int = _PARAGRAPH_INDENT) -> None:
        """Names and values, aligned; a pair without a value is left out."""
        shown = [(name, clean(value)) for name, value in pairs if value not in (None, "", [])]
        width = max((len(name) for name, _ in shown), default=0)
        for name, value in shown:
            margin = indent + width + len(GAP)
            self.paragraph(value, indent=margin, first=" " * indent + name.ljust(width) + GAP)

    def json(self, value: object) -> None:
        """A JSON document, indented, keys in the order given."""
        self.line(dump_json(value, indent=2))

    def json_line(self, value: object) -> None:
        """A JSON document on one line."""
        self.line(dump_json(value))

    def csv(self, columns: Sequence[str], items: Iterable[Mapping[str, Any]]) -> None:
        """Comma-separated values with a head line, as RFC 4180 has them but with plain newlines."""
        import csv
        import io

        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(columns)
        for item in items:
            writer.writerow([_cell(item.get(column)) for column in columns])
        self.line(buffer.getvalue().removesuffix("\n"))

    def table(self, columns: Sequence[Column], items: Sequence[Mapping[str, Any]], indent: int = 0) -> None:
        """A table of the items: rich on a terminal, plain aligned text elsewhere."""
        if self.on_terminal:
            self._rich_table(columns, items, indent)
            return
        for line in plain_table(
            [column.title for column in columns], [[column.text(item) for column in columns] for item in items], columns, self.width - indent
        ):
            self.line(" " * indent + line)

    def _rich_table(self, columns: Sequence[Column], items: Sequence[Mapping[str, Any]], indent: int) -> None:
        from rich.console import Console
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text

        shown, widths, narrow = fit_columns(columns, items, self.width - indent)
        table = Table(box=None, pad_edge=False, padding=(0, len(GAP), 0, 0), header_style="bold", show_edge=False)
        for column, width in zip(shown, widths, strict=True):
            table.add_column(
                column.title,
                justify="right" if column.right else "left",
                overflow="fold" if column.wraps or narrow else "ellipsis",
                no_wrap=not (column.wraps or narrow),
                width=width,
            )
        for item in items:
            cells = [(column, column.brief.get(column.text(item), column.text(item)) if narrow else column.text(item)) for column in shown]
            # Text, not markup: a model may be called `[red]`.
            table.add_row(*(Text(text, style=column.style(text) if column.style else "") for column, text in cells))
        console = Console(file=self.stdout, width=self.width, no_color=not self._color, highlight=False, emoji=False)
        console.print(Padding(table, (0, 0, 0, indent)) if indent else table)


def fit_columns(columns: Sequence[Column], items: Sequence[Mapping[str, Any]], width: int) -> tuple[list[Column], list[int], bool]:
    """The columns that a terminal has room for, how wide each may be, and whether something had to give way."""
    shown = list(columns)
    narrow = False
    while True:
        texts = [[column.brief.get(column.text(item), column.text(item)) if narrow else column.text(item) for item in items] for column in shown]
        widest = [max([len(column.title), *(len(text) for text in own)]) for column, own in zip(shown, texts, strict=True)]
        # What wraps can do with less, but not with so little that a sentence becomes a column of words.
        least = [min(wide, _LEAST) if column.wraps else wide for column, wide in zip(shown, widest, strict=True)]
        room = width - len(GAP) * (len(shown) - 1)
        if sum(least) <= room:
            break
        spare = max(column.spare for column in shown)
        if spare == 0:
            least = [min(wide, max(len(column.title), _LEAST)) for column, wide in zip(shown, least, strict=True)]
            break
        if not narrow:
            narrow = True
            continue
        shown = [column for column in shown if column.spare != spare]
    widths = list(least)
    for index in sorted(range(len(shown)), key=lambda each: widest[each]):
        widths[index] += max(0, min(widest[index] - widths[index], room - sum(widths)))
    return shown, widths, narrow


def dump_json(value: object, indent: int | None = None) -> str:
    """JSON as text: unsorted, Unicode as it is, but nothing in it that a terminal obeys or reorders."""
    import json

    text = json.dumps(value, indent=indent, ensure_ascii=False, default=_plain)
    # Outside of strings JSON has no such characters but its own newlines, so escaping them changes no value.
    return _UNSAFE.sub(lambda match: "\n" if match[0] == "\n" else f"\\u{ord(match[0]):04x}", text)


def plain_table(titles: Sequence[str], rows: Sequence[Sequence[str]], columns: Sequence[Column], width: int) -> list[str]:
    """The lines of a table in plain text, no wider than `width` if its wrapping columns can give way."""
    import textwrap

    widths = [max((len(row[index]) for row in rows), default=0) for index in range(len(titles))]
    widths = [max(widest, len(title)) for widest, title in zip(widths, titles, strict=True)]
    flexible = [index for index, column in enumerate(columns) if column.wraps]
    over = sum(widths) + len(GAP) * (len(widths) - 1) - width
    while over > 0 and flexible:
        widest = max(flexible, key=lambda index: widths[index])
        if widths[widest] <= max(16, len(titles[widest])):
            break
        widths[widest] -= 1
        over -= 1
    lines = []
    for row in (titles, *rows):
        cells = [textwrap.wrap(text, widths[index], break_on_hyphens=False) or [""] if columns[index].wraps else [text] for index, text in enumerate(row)]
        for depth in range(max(len(cell) for cell in cells)):
            parts = [cell[depth] if depth < len(cell) else "" for cell in cells]
            aligned = (part.rjust(widths[index]) if columns[index].right else part.ljust(widths[index]) for index, part in enumerate(parts))
            lines.append(GAP.join(aligned).rstrip())
    return lines


def _cell(value: object) -> object:
    """A value as a cell of a spreadsheet; text that a spreadsheet would run as a formula is marked as text."""
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    text = dump_json(value) if isinstance(value, dict | list | tuple) else clean(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _plain(value: object) -> object:
    """What JSON has no word for, as something it has."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset | set):
        return sorted(value, key=str)
    if isinstance(value, tuple):
        return list(value)
    return str(value)
