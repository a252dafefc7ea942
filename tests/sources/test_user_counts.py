"""Users by month as a table in CSV."""

from __future__ import annotations

import pytest

from registry.errors import UsageError
from registry.sources import user_counts
from registry.sources.user_counts import CountedRow, read_user_counts


def read(text: str) -> list[CountedRow]:
    return list(read_user_counts(text, "users.csv"))


def test_columns_stand_in_any_order_and_empty_lines_are_passed_over() -> None:
    assert read("group,users,month\n\n shops , 12M,2026-10\r\n,,\n,5,2026-09\n") == [
        CountedRow(3, "2026-10", "12M", "", "shops"),
        CountedRow(5, "2026-09", "5", "", ""),
    ]


def test_a_table_as_spreadsheets_of_other_countries_write_it_is_read() -> None:
    assert read('\ufeffMonth;Users;Country\n2026-10;"1,200";"DE FR"\n') == [CountedRow(2, "2026-10", "1,200", "DE FR", "")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no counts"),
        ("month,users\n", "no counts"),
        ("month,visitors\n2026-10,5\n", "line 1: `visitors` is not a column"),
        ("month,country\n2026-10,DE\n", "no column `users`"),
        ("month,users,users\n2026-10,5,6\n", "`users` is there twice"),
        ("month,users\n2026-10,1,200\n", "line 2: 3 columns"),
        ('month,users\n2026-09,1\n2026-10,"1\n', "line 3: not CSV"),
        ("month,us\0ers\n", "NUL"),
        ("month,\x1b[31m\n", r"`\\x1b\[31m` is not a column"),
    ],
)
def test_what_is_no_such_table_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read(text)


def test_a_table_of_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_counts, "MAX_ROWS", 2)
    assert len(read("month,users\n2026-01,1\n2026-02,1\n")) == 2
    with pytest.raises(UsageError, match="more than 2 rows"):
        read("month,users\n2026-01,1\n2026-02,1\n2026-03,1\n")
