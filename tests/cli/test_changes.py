"""`licet catalog changes`, as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Licet


def test_what_changed_as_table_json_and_csv(licet: Licet, tmp_path: Path) -> None:
    dump = tmp_path / "dump.jsonl"
    dump.write_text('{"id": "acme/one", "tags": ["license:mit"]}\n', encoding="utf-8")
    assert licet("import", "dump", str(dump)).returncode == 0
    assert licet("register", "house/two", "--base", "acme/one:finetune", "--license", "mit").returncode == 0
    dump.write_text('{"id": "acme/one", "tags": ["license:=cmd|x"]}\n', encoding="utf-8")
    assert licet("import", "dump", str(dump)).returncode == 0

    table = licet("catalog", "changes", "--since", "3")
    assert table.returncode == 0
    assert [line.split() for line in table.stdout.splitlines()][1][:2] == ["license", "acme/one"]
    assert "mit -> unresolved" in table.stdout
    assert "house/two" in table.stdout
    assert "next time `--since 4`" in table.stderr

    (item,) = json.loads(licet("catalog", "changes", "--since", "3", "--format", "json").stdout)["items"]
    assert (item["subject"], item["derivatives"]) == ("acme/one", ["house/two"])
    lines = licet("catalog", "changes", "--since", "3", "--format", "csv").stdout.splitlines()
    assert lines[0].startswith("subject,kind,seq,at,actor,before,after,verdict_before")
    assert len(lines) == 2

    nothing = licet("catalog", "changes", "--since", "4")
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert "nothing changed" in nothing.stderr


def test_a_day_that_is_none_is_wrong_usage(licet: Licet) -> None:
    done = licet("catalog", "changes", "--since", "yesterday")
    assert done.returncode == 2
    assert "--since" in done.stderr
    assert "hint:" in done.stderr
    assert "Traceback" not in done.stderr
