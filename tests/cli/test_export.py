"""`licet catalog export`, as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Licet


def test_an_export_says_what_it_wrote_and_refuses_to_write_over_it(licet: Licet, tmp_path: Path) -> None:
    done = licet("catalog", "export", "csv", "out", "--commercial", "--on", "2026-11-21")
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["TABLE", "models", "profiles", "edges", "statements", "datasets", "developers"]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["use"], manifest["date"]) == ({"commercial": True, "date": "2026-11-21"}, "2026-11-21")
    again = licet("catalog", "export", "csv", "out")
    assert again.returncode == 2
    assert "hint: give `--force`" in again.stderr
    assert json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8")) == manifest
    assert licet("catalog", "export", "csv", "out", "--force").returncode == 0


def test_a_form_that_there_is_not_is_wrong_usage(licet: Licet, tmp_path: Path) -> None:
    done = licet("catalog", "export", "xlsx", "out")
    assert done.returncode == 2
    assert "parquet" in done.stderr
    assert list(tmp_path.iterdir()) == []
