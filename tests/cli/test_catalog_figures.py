"""Users, revenue and headroom of applications, as the command prints them."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

from registry.cli.catalog_headroom import bar, spark
from tests.cli.conftest import Licet


def test_users_are_recorded_shown_and_held_against_limits(licet: Licet, tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("month,users,country\n2026-08,60M,DE\n2026-09,66M,DE\n2026-08,1M,FR\n2026-09,1.1M,FR\n", encoding="utf-8")
    assert "Corrected" not in licet("catalog", "users", "record", "kestrel-desk", "--month", "2026-10", "--mau", "70M").stdout
    corrected = licet("catalog", "users", "record", "kestrel-desk", "--month", "2026-10", "--mau", "72M")
    assert corrected.stdout == "Corrected from 70,000,000: 72,000,000 users of app:kestrel-desk in 2026-10 (group all).\n"
    many = licet("catalog", "users", "record", "kestrel-desk", "--from", "users.csv")
    assert many.stdout == "Recorded 4 numbers of users of app:kestrel-desk: 4 added, 0 corrected, 0 as they were.\n"
    assert "are no longer counted" in many.stderr, "the staff of the months before has no countries"
    shown = licet("catalog", "users", "show", "kestrel-desk", "--format", "csv").stdout
    again = licet("catalog", "users", "record", "kestrel-desk", "--from", "-", "--format", "json", stdin=shown)
    assert json.loads(again.stdout)["change_set"] is None
    table = licet("catalog", "headroom", "kestrel-desk", "--on", "2026-11-20")
    assert table.returncode == 0
    assert re.search("72M in 2026-10 +██████░░ 72%", table.stdout)
    assert "settled 2023-06: open" in table.stdout
    assert "licet catalog users record kestrel-desk --month 2023-06 --mau N" in table.stdout
    rows = list(csv.DictReader(io.StringIO(licet("catalog", "headroom", "kestrel-desk", "--on", "2026-11-20", "--format", "csv").stdout)))
    assert {(row["license"], row["month"], row["settled"]) for row in rows} == {("qwen-2024", "2026-10", "false"), ("llama2", "2023-06", "true")}
    assert json.loads(licet("catalog", "headroom", "--format", "json").stdout)["schema"] == "licet.headroom/1"


def test_revenue_is_recorded_corrected_and_shown(licet: Licet) -> None:
    assert "earned 2,000,000 USD in 2025" in licet("catalog", "revenue", "record", "brushfire", "2M", "--year", "2025").stdout
    assert licet("catalog", "revenue", "record", "brushfire", "1.5M EUR", "--year", "2025").stdout.startswith("Corrected from 2,000,000.00 USD")
    assert "1,500,000  EUR" in licet("catalog", "revenue", "show", "brushfire").stdout
    assert json.loads(licet("catalog", "revenue", "show", "brushfire", "--format", "json").stdout)["items"][0]["of"] == "licensee"


def test_impact_is_printed_with_the_way_there(licet: Licet) -> None:
    table = licet("catalog", "impact", "meta-llama/Llama-2-7b-hf", "--limit", "3", "--commercial", "--distribution", "saas", "--mau", "900M")
    assert table.returncode == 0
    assert "models from it  15: 0 registered here, 15 imported" in table.stdout
    assert "app:kestrel-desk  Kestrel Savings Bank" in table.stdout
    assert re.search(r"needs-permission +1\d\n", table.stdout)
    assert "and 12 more models" in table.stdout
    assert "commercial true, distribution saas" in table.stderr
    rows = list(csv.DictReader(io.StringIO(licet("catalog", "impact", "qwen-2024", "--format", "csv").stdout)))
    assert {(row["kind"], row["name"]) for row in rows} >= {("model", "Qwen/Qwen2.5-72B"), ("application", "jadewell"), ("user-group", "jadewell/members")}
    found = json.loads(licet("catalog", "impact", "dataset:the-pile", "--format", "json").stdout)
    assert (found["schema"], found["subject"]["kind"]) == ("licet.impact/1", "dataset")


def test_a_bar_says_how_much_of_a_limit_is_used() -> None:
    assert [bar(share, share is not None and share > 1) for share in (None, 0, 0.001, 0.5, 1, 1.32, 500)] == [
        "",
        "░░░░░░░░ 0%",
        "█░░░░░░░ <1%",
        "████░░░░ 50%",
        "████████ 100%",
        "████████ 132% over",
        "████████ 500x over",
    ]
    assert bar(None, True) == "over"


def test_a_series_is_drawn_by_its_heights() -> None:
    assert spark([1, 2, 4, 8]) == "▁▂▄█"
    assert spark([0, 5]) == "▁█"
    assert spark([5]) == spark([]) == spark([0, 0]) == ""


def test_an_application_is_added_from_a_file_named_as_it_stands(licet: Licet, root: Path) -> None:
    example = str(root / "data" / "examples" / "application.yaml")
    assert licet("catalog", "add", "application", example).stdout == "Added application harbour-desk.\n"
    changed = licet("catalog", "add", "application", "--set", "id=harbour-desk", "--set", "owner=Harbour AS")
    assert changed.stdout == "Changed application harbour-desk.\n"
    shown = licet("show", "app:harbour-desk").stdout
    assert "Harbour AS" in shown
    assert "openai-api" in shown
    twice = licet("catalog", "add", "application", example, "--from", example)
    assert (twice.returncode, "name the file once" in twice.stderr) == (2, True)
    assert "47,800" in licet("catalog", "users", "show", "harbour-desk").stdout
