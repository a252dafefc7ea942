from __future__ import annotations

import csv
import io
import json

import pytest

from registry.cli.output import PLAIN_WIDTH, Column, Output, clean, dump_json, fit_columns


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


COLUMNS = (
    Column("NAME", lambda item: item["name"]),
    Column("WHAT", lambda item: item.get("what"), wraps=True),
    Column("N", lambda item: item.get("n"), right=True),
)


def table(items: list[dict[str, object]], stream: io.StringIO | None = None) -> str:
    stream = stream or io.StringIO()
    Output(stream).table(COLUMNS, items)
    return stream.getvalue()


def test_plain_table_is_aligned_and_has_no_trailing_blanks() -> None:
    assert table([{"name": "a", "what": "one", "n": 5}, {"name": "bcd", "what": None, "n": 12}]) == "NAME  WHAT   N\na     one    5\nbcd         12\n"


def test_plain_table_wraps_the_long_column_and_nothing_else() -> None:
    text = table([{"name": "meta-llama/" + "x" * 60, "what": "word " * 60, "n": 1}])
    lines = text.splitlines()
    assert len(lines) > 3
    assert max(map(len, lines)) <= PLAIN_WIDTH
    assert text.count("word") == 60
    assert "meta-llama/" + "x" * 60 in lines[1]


def test_plain_table_does_not_depend_on_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [{"name": "a", "what": "word " * 60, "n": 1}]
    before = table(items)
    monkeypatch.setenv("COLUMNS", "50")
    assert table(items) == before


def test_terminal_table_fits_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    stream = Terminal()
    text = table([{"name": "a/b", "what": "word " * 30, "n": 1}], stream)
    import re

    shown = re.sub("\x1b\\[[0-9;]*m", "", text)
    assert max(map(len, shown.splitlines())) <= 60
    assert shown.count("word") == 30


def test_markup_in_a_name_is_shown_as_it_is() -> None:
    assert "[red]a[/red]" in table([{"name": "[red]a[/red]"}], Terminal())
    assert "[red]a[/red]" in table([{"name": "[red]a[/red]"}])


@pytest.mark.parametrize("nasty", ["\x1b[2J", "\x9b31m", "\u202eabc", "\x07", "\u2066", "\r"])
def test_no_terminal_obeys_a_name(nasty: str) -> None:
    for text in (clean(nasty), dump_json({"name": nasty}), table([{"name": nasty}]), table([{"name": nasty}], Terminal())):
        stripped = text.replace("\x1b[1m", "").replace("\x1b[0m", "")
        assert nasty[0] not in stripped
    assert json.loads(dump_json({"name": nasty}, indent=2)) == {"name": nasty}


def test_json_keeps_order_and_letters() -> None:
    assert dump_json({"b": "Größe", "a": [1, None, True]}) == '{"b": "Größe", "a": [1, null, true]}'


def test_csv_reads_back_and_marks_formulas_as_text() -> None:
    stream = io.StringIO()
    Output(stream).csv(
        ("name", "n", "deciding", "ok"), [{"name": "=1+1", "n": -5, "deciding": {"term": "x, y", "section": "2"}, "ok": True}, {"name": 'a"b', "n": None}]
    )
    rows = list(csv.reader(io.StringIO(stream.getvalue())))
    assert rows == [["name", "n", "deciding", "ok"], ["'=1+1", "-5", '{"term": "x, y", "section": "2"}', "true"], ['a"b', "", "", ""]]


def test_prose_is_wrapped_and_fields_align() -> None:
    stream = io.StringIO()
    Output(stream).fields([("type", "custom"), ("steward", None), ("OSI approved", "no"), ("long", "word " * 40)])
    lines = stream.getvalue().splitlines()
    assert lines[0] == "  type          custom"
    assert lines[1] == "  OSI approved  no"
    assert len(lines) > 3
    assert all(line.startswith(" " * 16) for line in lines[3:])
    assert max(map(len, lines)) <= 100


def test_no_color_means_no_color() -> None:
    assert Output(Terminal(), color=False).strong("x") == "x"
    assert Output(Terminal()).strong("x") != "x"
    assert Output(io.StringIO()).strong("x") == "x"


WIDE = (
    Column("NAME", lambda item: item["name"]),
    Column("VERDICT", lambda item: item["verdict"], brief={"permitted-with-obligations": "with-obligations"}),
    Column("LICENSE", lambda item: item["license"], spare=1),
    Column("DEVELOPER", lambda item: item["developer"], wraps=True, spare=2),
)
ITEMS = [{"name": "acme/" + "n" * 20, "verdict": "permitted-with-obligations", "license": "apache-2.0", "developer": "Acme of everywhere, incorporated"}]


@pytest.mark.parametrize(
    ("width", "titles", "narrow"),
    [
        (120, ["NAME", "VERDICT", "LICENSE", "DEVELOPER"], False),
        (90, ["NAME", "VERDICT", "LICENSE", "DEVELOPER"], True),
        (80, ["NAME", "VERDICT", "LICENSE"], True),
        (50, ["NAME", "VERDICT"], True),
        (20, ["NAME", "VERDICT"], True),
    ],
)
def test_a_narrow_terminal_shows_the_columns_that_matter_most(width: int, titles: list[str], narrow: bool) -> None:
    shown, widths, gave_way = fit_columns(WIDE, ITEMS, width)
    assert ([column.title for column in shown], gave_way) == (titles, narrow)
    if width >= 50:
        assert sum(widths) + 2 * (len(shown) - 1) <= width
