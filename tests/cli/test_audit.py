"""`licet audit`, run as a user runs it."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.cli.conftest import Licet

ROOT = Path(__file__).resolve().parents[2]

LOOSE = "WizardLMTeam/WizardCoder-15B-V1.0"
"""A model of the seed that declares another licence than its ancestor's text passes on."""


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A catalogue that was used once, and the cache beside it, for all tests that only ask."""
    folder = tmp_path_factory.mktemp("used")
    variables = {"LICET_DB": str(folder / "catalogue.db"), "XDG_CACHE_HOME": str(folder / "cache")}
    command = [sys.executable, "-m", "registry", "models", "--limit", "1"]
    subprocess.run(command, cwd=folder, env={**os.environ, **variables, "PYTHONPATH": str(ROOT)}, capture_output=True, timeout=300, check=True)
    return variables


@pytest.fixture
def audit(licet: Licet, used: dict[str, str]) -> Licet:
    """Runs `licet audit` over that catalogue."""
    return lambda *arguments: licet("audit", *arguments, **used)


def refused(done: CompletedProcess[str], words: str, code: int = 2) -> None:
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout


def test_forms_written_in_one_go_tell_of_the_same_findings(audit: Licet, tmp_path: Path) -> None:
    done = audit("--all", "--code", "LIC1", "--format", "json", "-o", "csv=out.csv", "-o", "sarif=out.sarif", "--output", "json=out.json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document == json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    codes = [finding["code"] for finding in document["findings"]]
    assert codes
    assert [row["code"] for row in csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8")))] == codes
    assert [result["ruleId"] for run in json.loads((tmp_path / "out.sarif").read_text(encoding="utf-8"))["runs"] for result in run["results"]] == codes
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["out.csv", "out.json", "out.sarif"]


def test_fail_on_ends_with_one_where_it_is_met(audit: Licet) -> None:
    assert audit("--all", "--limit", "0").returncode == 0
    met = audit(LOOSE, "--fail-on", "LIC101,LIC205")
    assert met.returncode == 1
    assert "met: LIC101: 1 models" in met.stderr
    assert audit(LOOSE, "--fail-on", "LIC205").returncode == 0


def test_table_says_what_was_counted_and_shows_the_gravest(audit: Licet) -> None:
    done = audit("--all", "--code", "LIC101,LIC404", "--commercial")
    assert "models with findings" not in done.stdout
    for words in ("By finding", "By declared licence and licence of the ancestor", "By developer", "By verdict", "Errors of the most downloaded models"):
        assert words in done.stdout
    assert "LIC404 note" not in done.stdout
    assert "Information, not legal advice." in done.stderr
    for word in ("violation", "compliant", "washing"):
        assert word not in done.stdout


def test_stated_facts_are_said_in_words(audit: Licet) -> None:
    done = audit("--all", "--commercial", "--distribution", "saas,api")
    assert "For a use with commercial: yes, the way it reaches others: " in done.stderr
    assert "[" not in done.stderr.split("For a use with")[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "name a TARGET, or give `--all`"),
        (("--all", LOOSE), "name a TARGET, or give `--all`"),
        (("--all", "--code", "LIC999"), "`LIC999` is not the code of a finding"),
        (("--all", "--fail-on", "perhaps"), "`--fail-on perhaps` is not a finding, severity or verdict"),
        (("--all", "-o", "xml=out.xml"), "`-o xml=out.xml` is not FORMAT or FORMAT=FILE"),
        (("--all", "-o", "json="), "`-o json=` is not FORMAT or FORMAT=FILE"),
        (("--all", "-o", "json", "-o", "csv"), "json and csv cannot both be printed"),
        (("--all", "-o", "json", "--format", "csv"), "csv and json cannot both be printed"),
        (("--all", "-o", "json=nowhere/out.json"), "`nowhere/out.json` cannot be written"),
        (("--all", "--developer", "nobody at all"), "no developer is called `nobody at all`"),
        (("--all", "--fact", "published_under=mit"), "`published_under` is about one derivative"),
        (("nobody/nothing",), "no model is called `nobody/nothing`"),
        (("./folder",), "does not exist"),
        (("app:copilot",), "no application is called `copilot`"),
        ((LOOSE, "--developer", "Microsoft"), "`--developer` picks among all models"),
    ],
)
def test_wrong_request_is_refused_in_words(audit: Licet, tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    refused(audit(*arguments), words)
    assert not [path for path in tmp_path.rglob("*out*") if path.is_file()]


def test_file_that_exists_is_kept_unless_the_user_says_yes(audit: Licet, tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    file.write_text("mine", encoding="utf-8")
    kept = audit(LOOSE, "-o", "json=out.json")
    assert kept.returncode == 4
    assert file.read_text(encoding="utf-8") == "mine"
    assert audit(LOOSE, "-o", "json=out.json", "--yes").returncode == 0
    assert json.loads(file.read_text(encoding="utf-8"))["subject"] == LOOSE
