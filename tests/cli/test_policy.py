"""`licet policy` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Licet


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("policy") / "catalogue.db")


def write(folder: Path, text: str) -> None:
    (folder / "licet.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("sample", ["startup", "enterprise", "research-lab", "eu-public-body"])
def test_what_init_writes_is_found_right_by_check(licet: Licet, tmp_path: Path, catalogue: str, sample: str) -> None:
    assert licet("policy", "init", sample, LICET_DB=catalogue).returncode == 0
    done = licet("policy", "check", LICET_DB=catalogue)
    assert (done.returncode, done.stderr.count("error")) == (0, 0), done.stderr
    assert f"policy   {sample}" in done.stdout
    assert "doubts   none" in done.stdout


def test_init_prints_and_writes_over_nothing_unasked(licet: Licet, tmp_path: Path) -> None:
    assert licet("policy", "init", "--out", "-").stdout.startswith("# What is known of your use.")
    assert not (tmp_path / "licet.yaml").exists()
    write(tmp_path, "facts: {country: DE}\n")
    assert licet("policy", "init").returncode != 0
    assert (tmp_path / "licet.yaml").read_text(encoding="utf-8") == "facts: {country: DE}\n"
    assert licet("policy", "init", "--yes").returncode == 0
    done = licet("policy", "init", "start-up", "--out", "other.yaml")
    assert (done.returncode, "did you mean `startup`?" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("facts:\n  comercial: true\n", 2, "`comercial`"),
        ("facts:\n  country: UK\n", 2, "`UK` is not a country code"),
        ("facts:\n  monthly_active_users: many\n", 2, "`many`"),
        ("applications:\n  - name: web\n    facts:\n      audience: [XX]\n", 4, "XX"),
        ("policy:\n  families: {refuse: [copy-left]}\n", 2, "`copy-left` is not a family"),
        ("polcy: startup\n", 1, "did you mean `policy`?"),
        ("facts: {a: [}\n", 1, "column"),
        ("facts:\n\tcountry: DE\n", 2, "column 1"),
    ],
)
def test_check_names_what_is_wrong_with_its_line(licet: Licet, tmp_path: Path, text: str, line: int, words: str) -> None:
    write(tmp_path, text)
    for arguments in ((), ("licet.yaml",)):
        done = licet("policy", "check", *arguments)
        assert done.returncode == 2, done.stdout
        assert "licet.yaml`" in done.stderr
        assert f"line {line}" in done.stderr
        assert words in done.stderr
        assert "Traceback" not in done.stderr


def test_check_reads_a_config_whose_policy_is_only_named(licet: Licet, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("facts: {country: NO}\npolicy: startup\n", encoding="utf-8")
    done = licet("policy", "check", "other.yaml", "--format", "json")
    data = json.loads(done.stdout)
    assert (data["schema"], data["name"], data["facts"]) == ("licet.policy/1", "startup", ["country"])


def test_check_tells_what_is_hardly_meant(licet: Licet, tmp_path: Path, catalogue: str) -> None:
    write(
        tmp_path,
        """\
app: no-such-app
applications:
  - {name: web, path: web}
policy:
  developers: {refuse: [meta-lama, "no-such-*"]}
  hosts: {allow: [openai, azure-openai, opnai]}
  licenses: {allow: []}
  license_types: {allow: [custom], refuse: [custom]}
  severity: {LIC4: ignore}
  fail_on: [prohibited]
  waivers:
    - {finding: LIC, owner: legal, reason: later, expires: 2020-01-31}
""",
    )
    done = licet("policy", "check", LICET_DB=catalogue)
    assert done.returncode == 0, done.stderr
    text = " ".join(done.stdout.split())
    for words in (
        "waivers 1, 1 expired",
        "the waiver of LIC by legal expired on 2020-01-31",
        "told and stops nothing",
        "`licenses.allow` is an empty list",
        "`custom` is both allowed and refused",
        "all findings that begin with `LIC4`",
        "the waiver of LIC by legal is about every model",
        "nothing that is recorded is called `meta-lama`; did you mean `meta-llama`?",
        "nothing that is recorded is called `no-such-*`",
        "nothing that is recorded is called `opnai`; did you mean `openai`?",
        "the application `web` stands in `web`, which does not exist",
        "`app: no-such-app`",
    ):
        assert words in text, words
    assert "azure" not in text


def test_check_tells_waivers_that_end_soon(licet: Licet, tmp_path: Path) -> None:
    from datetime import UTC, datetime, timedelta

    day = (datetime.now(UTC).date() + timedelta(days=10)).isoformat()
    write(tmp_path, f"policy:\n  waivers:\n    - {{finding: LIC302, model: a/b, owner: legal, reason: bought, expires: {day}}}\n")
    done = licet("policy", "check")
    assert "1 to end within 30 days" in done.stdout
    assert f"the waiver of LIC302 by legal ends on {day}" in done.stdout


def test_explain_says_a_policy_in_words(licet: Licet, tmp_path: Path) -> None:
    write(
        tmp_path,
        "policy: {countries: {allow: [EU, NO]}, families: {refuse: [research-only]}, waivers: [{finding: LIC302, model: a/b, path: lab, owner: legal, reason: bought, expires: 2027-01-31}]}\n",
    )
    text = licet("policy", "explain").stdout
    assert "developers from       only EU, NO" in text
    assert "families of licences  not research-only" in text
    assert "LIC302 of a/b in lab, until 2027-01-31: bought (legal)" in text
    assert len(json.loads(licet("policy", "explain", "--format", "json").stdout)["countries"]["allow"]) == 28


def test_explain_of_no_policy_says_that_nothing_is_refused(licet: Licet) -> None:
    assert "refuses nothing by itself" in licet("policy", "explain").stdout


@pytest.mark.parametrize(
    ("setting", "words"),
    [("families", "agpl-3.0"), ("fail_on", "needs-permission"), ("severity", "LIC302"), ("countries", "AT, BE"), ("waivers", "Exceptions")],
)
def test_explain_says_what_a_setting_takes(licet: Licet, setting: str, words: str) -> None:
    done = licet("policy", "explain", setting)
    assert (done.returncode, words in done.stdout) == (0, True), done.stdout
    assert json.loads(licet("policy", "explain", setting, "--format", "json").stdout)["setting"] == setting


def test_schema_prints_what_is_published(licet: Licet, root: Path) -> None:
    for arguments, name in (((), "config-1"), (("--policy",), "policy-1")):
        assert licet("policy", "schema", *arguments).stdout == (root / "data" / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
