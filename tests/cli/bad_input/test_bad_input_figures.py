"""Users, revenue and limits of applications that cannot be: each refused with the line or value, and nothing kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.bad_input.refusal import Licet, refused


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("users", "record", "helpdesk"), "give `--month` and `--mau` together, or `--from FILE`"),
        (("users", "record", "helpdesk", "--month", "2026-10"), "`--month` and `--mau` together"),
        (("users", "record", "helpdesk", "--month", "2026-10", "--mau", "1", "--from", "x.csv"), "leave the flags out"),
        (("users", "record", "helpdex", "--month", "2026-10", "--mau", "1"), "no application is called `helpdex`"),
        (("users", "record", "helpdesk", "--month", "2026-13", "--mau", "1"), "`2026-13` is not a month"),
        (("users", "record", "helpdesk", "--month", "2999-01", "--mau", "1"), "lies ahead"),
        (("users", "record", "helpdesk", "--month", "2026-10", "--mau", "-1"), "not a number"),
        (("users", "record", "helpdesk", "--month", "2026-10", "--mau", "1", "--country", "UK"), "did you mean GB"),
        (("users", "record", "helpdesk", "--from", "nowhere.csv"), "`nowhere.csv` cannot be read"),
        (("users", "record", "helpdesk", "--from", "broken.csv"), "`broken.csv` line 3: users: `many` is not a number"),
        (("users", "record", "helpdesk", "--from", "binary.csv"), "`binary.csv` cannot be read"),
        (("users", "show", "nobody"), "no application is called `nobody`"),
        (("revenue", "record", "helpdesk", "2M"), "give `--month` or `--year`"),
        (("revenue", "record", "helpdesk", "lots", "--year", "2025"), "not a number"),
        (("impact", "no-such-thing"), "neither a model nor a licence is called `no-such-thing`"),
        (("impact", "dataset:nothing"), "no dataset is called `nothing`"),
        (("impact", "helpdesk", "--as", "license"), "no licence goes by `helpdesk`"),
        (("impact", "acme/base-7b", "--limit", "-1"), "--limit"),
        (("impact", "acme/base-7b", "--mau", "lots"), "`lots` is not a number"),
        (("headroom", "nobody"), "no application is called `nobody`"),
        (("headroom", "--on", "soon"), "`soon` is not a date"),
    ],
)
def test_a_figure_that_cannot_be_is_refused(here: Licet, catalogue: Path, arguments: tuple[str, ...], said: str) -> None:
    (catalogue.parent / "broken.csv").write_text("month,users\n2026-09,5\n2026-10,many\n", encoding="utf-8")
    (catalogue.parent / "binary.csv").write_bytes(b"\x89PNG\xff\xfe")
    refused(here("catalog", *arguments), 2, said)


def test_the_installed_command_says_the_same(licet: Licet) -> None:
    refused(licet("catalog", "users", "record", "helpdesk", "--from", "-", stdin="month,users\n2026-10,\x1b[31m\n"), 2, "line 2: users: not a number")
    refused(licet("catalog", "headroom", "help\u202edesk"), 2, "no application is called")
