"""`licet audit PATH` and `licet policy` as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Licet

SOURCE = 'from transformers import AutoModel\nAutoModel.from_pretrained("meta-llama/Llama-2-7b-chat-hf")\n'
LARGE = ("--commercial", "--distribution", "saas", "--mau", "900M")


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("audit") / "catalogue.db"


@pytest.fixture
def audit(licet: Licet, catalogue: Path, tmp_path: Path) -> Licet:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.py").write_text(SOURCE, encoding="utf-8")

    def call(*arguments: str, **named: str):  # type: ignore[no-untyped-def]
        return licet("audit", *arguments, LICET_DB=str(catalogue), **named)

    return call


def test_a_first_run_is_not_red_and_says_which_facts_decide(audit: Licet) -> None:
    done = audit("app/")
    assert done.returncode == 0, done.stderr
    assert "meta-llama/Llama-2-7b-chat-hf  conditional  llama2" in done.stdout
    assert "at main.py:2" in done.stdout
    assert "facts:\n  monthly_active_users: 10k" in done.stdout
    assert "nothing run" in done.stderr


def test_what_is_open_ends_with_3_where_that_is_asked(audit: Licet) -> None:
    assert audit("app/", "--strict").returncode == 3


def test_a_refusal_ends_with_1_unless_nothing_is_to_fail(audit: Licet) -> None:
    done = audit("./app", *LARGE)
    assert done.returncode == 1
    assert "LIC301 error" in done.stdout
    assert "met: needs-permission: 1" in done.stderr
    assert audit("./app", *LARGE, "--fail-on", "none").returncode == 0


def test_json_holds_what_others_rely_on(audit: Licet) -> None:
    data = json.loads(audit("app/", *LARGE, "--format", "json").stdout)
    assert (data["schema"], data["verdict"]) == ("licet.audit/1", "needs-permission")
    assert {"subject", "use", "references", "findings", "summary", "policy", "models", "assurance", "missing_facts"} <= set(data)
    assert (
        data["references"][0].items() >= {"model": "meta-llama/Llama-2-7b-chat-hf", "file": "main.py", "line": 2, "kind": "load", "resolved": "literal"}.items()
    )
    assert {"code", "severity", "confidence", "subject", "file", "line", "clause", "path", "summary", "fixable_by", "hint"} <= set(data["findings"][0])


def test_every_form_is_written_beside_the_table(audit: Licet, tmp_path: Path) -> None:
    forms = ("table", "json", "csv", "sarif", "markdown", "html", "github", "gitlab")
    done = audit("app/", *LARGE, *(word for form in forms for word in ("-o", f"{form}=out.{form}")))
    assert done.returncode == 1
    assert "meta-llama/Llama-2-7b-chat-hf  needs-permission  llama2" in (tmp_path / "out.table").read_text(encoding="utf-8")
    sarif = json.loads((tmp_path / "out.sarif").read_text(encoding="utf-8"))
    place = sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("main.py", 2)
    assert (tmp_path / "out.github").read_text(encoding="utf-8").startswith("::error file=main.py,line=2,title=LIC301")
    issue = json.loads((tmp_path / "out.gitlab").read_text(encoding="utf-8"))[0]
    assert (issue["check_name"], issue["location"]) == ("LIC301", {"path": "main.py", "lines": {"begin": 2}})
    assert "<title>Audit of app" in (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "| LIC301 | error |" in (tmp_path / "out.markdown").read_text(encoding="utf-8")


def test_a_baseline_lets_only_what_is_new_count(audit: Licet, tmp_path: Path) -> None:
    audit("app/", *LARGE, "-o", "json=base.json")
    done = audit("app/", *LARGE, "--baseline", "base.json")
    assert done.returncode == 0, done.stdout
    assert "baseline" in done.stdout


def test_a_policy_stops_what_the_licences_allow(audit: Licet, tmp_path: Path) -> None:
    (tmp_path / "app" / "licet.yaml").write_text(
        "facts: {commercial: true, distribution: [saas], monthly_active_users: {2023-06: 1000}}\npolicy: {license_types: {allow: [open-source]}}\n",
        encoding="utf-8",
    )
    done = audit("app/")
    assert done.returncode == 1
    assert "POL001 error" in done.stdout
    assert "met: policy" in done.stderr


def test_no_models_at_all_is_said_and_is_no_failure(audit: Licet, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = audit("empty/")
    assert (done.returncode, "No models or datasets" in done.stdout) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("./nowhere",), "`nowhere` does not exist"),
        (("app/", "./other"), "one folder or file"),
        (("app/", "--policy", "nowhere.yaml"), "policy `nowhere.yaml` cannot be read"),
        (("app/", "--app", "web"), "no application is called `web`"),
        (("app/", "--baseline", "nowhere.json"), "baseline `nowhere.json` cannot be read"),
        (("app/", "--fail-on", "perhaps"), "`--fail-on perhaps` is not a finding"),
        (("app/", "-o", "xml=out.xml"), "is not FORMAT or FORMAT=FILE"),
        (("gpt2", "--policy", "startup"), "`--policy` is for a folder or file"),
        (("gpt2", "--policy", "startup", "--diff", "HEAD", "--lock"), "`--policy`, `--diff` and `--lock` are for a folder or file"),
        (("nowhere",), "no model is called `nowhere`, and no folder or file is"),
        (("app/", "--lock", "--locked"), "give one of them"),
        (("app/", "--suggest", "--lock", "--strict"), "leave `--lock` and `--strict` away"),
        (("app/", "--against", "nowhere.json"), "`nowhere.json` cannot be read"),
        (("app/", "--against", "old.json", "--format", "sarif"), "`--against` is written as table, json, markdown, not as sarif"),
        (("app/", "--against", "old.json", "--locked"), "`--against` compares two audits"),
    ],
)
def test_a_wrong_request_is_refused_in_words(audit: Licet, arguments: tuple[str, ...], words: str) -> None:
    done = audit(*arguments)
    assert done.returncode == 2, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_policy_with_an_unknown_key_is_named_with_line_and_nearest(audit: Licet, tmp_path: Path) -> None:
    (tmp_path / "app" / "licet.yaml").write_text("policy:\n  licences: {allow: [mit]}\n", encoding="utf-8")
    done = audit("app/")
    assert done.returncode == 2
    assert "line 2: `licences` is not a setting of a policy" in done.stderr
    assert "did you mean `licenses`?" in done.stderr


def test_names_of_models_in_code_cannot_command_the_terminal(audit: Licet, tmp_path: Path) -> None:
    (tmp_path / "app" / "main.py").write_text(
        'from transformers import AutoModel\nAutoModel.from_pretrained(f"{x}\\x1b[31m\\n::error::no")\n', encoding="utf-8"
    )
    for form in ("table", "github", "markdown"):
        assert "\x1b" not in audit("app/", "--format", form).stdout


def test_policy_init_begins_a_file_that_the_audit_reads(licet: Licet, audit: Licet, tmp_path: Path) -> None:
    assert licet("policy", "init", "enterprise", folder=tmp_path / "app").returncode == 0
    assert licet("policy", "init", folder=tmp_path / "app").returncode != 0
    done = audit("app/", "--format", "json")
    assert json.loads(done.stdout)["policy"] == "enterprise"


@pytest.mark.parametrize(("word", "expected"), [("LIC101", "looser"), ("startup", "young company"), ("pol008", "waiver")])
def test_policy_explain_says_what_it_means(licet: Licet, word: str, expected: str) -> None:
    done = licet("policy", "explain", word)
    assert (done.returncode, expected in done.stdout) == (0, True)


def test_policy_explain_of_no_code_names_the_nearest(licet: Licet) -> None:
    done = licet("policy", "explain", "LIC999")
    assert (done.returncode, "`LIC999` is not the code" in done.stderr) == (2, True)


def test_a_lock_is_written_and_drift_ends_with_1(audit: Licet, tmp_path: Path) -> None:
    assert audit("app/", "--locked").returncode == 2
    assert audit("app/", "--lock").returncode == 0
    assert audit("app/", "--locked").returncode == 0
    (tmp_path / "app" / "more.py").write_text('from transformers import pipeline\npipeline("fill-mask", model="openai/whisper-tiny")\n', encoding="utf-8")
    done = audit("app/", "--locked")
    assert (done.returncode, "drift: openai/whisper-tiny is in use and not in the lock" in done.stderr) == (1, True)


def test_explain_says_what_a_code_means(audit: Licet) -> None:
    done = audit("--explain", "LIC101")
    assert (done.returncode, "looser" in done.stdout) == (0, True)


def test_against_says_what_changed_and_fails_on_what_is_new_only(audit: Licet, tmp_path: Path) -> None:
    use = ("--commercial", "--distribution", "saas")
    audit("app/", *use, "--mau", "1k", "-o", "json=old.json")
    same = audit("app/", "--against", "old.json", *use, "--mau", "1k", "--fail-on", "note")
    assert (same.returncode, "1 in use as before" in same.stdout) == (0, True), same.stderr
    done = audit("app/", "--against", "old.json", *LARGE, "-o", "json=new.json", "-o", "markdown=new.md")
    assert done.returncode == 1
    assert "permitted -> needs-permission" in done.stdout
    assert "because the fact monthly active users was 1,000 and is 900,000,000" in done.stdout
    assert json.loads((tmp_path / "new.json").read_text(encoding="utf-8"))["schema"] == "licet.audit-changes/1"
    assert "## Verdicts that changed" in (tmp_path / "new.md").read_text(encoding="utf-8")


def test_a_hostile_earlier_audit_commands_no_terminal(audit: Licet, tmp_path: Path) -> None:
    audit("app/", "-o", "json=old.json")
    data = json.loads((tmp_path / "old.json").read_text(encoding="utf-8"))
    evil = "x\x1b[31m\u202e| <b>\n::error::no"
    model = {**data["models"][0], "model": evil, "decides": evil, "licenses": [evil]}
    data.update(models=[model], use={evil: evil}, policy=evil, findings=[{**data["findings"][0], "code": evil, "subject": evil, "summary": evil, "file": evil}])
    (tmp_path / "old.json").write_text(json.dumps(data), encoding="utf-8")
    for form in ("table", "json", "markdown"):
        done = audit("app/", "--against", "old.json", "--format", form)
        assert done.returncode == 0, done.stderr
        assert not {"\x1b", "\u202e"} & set(done.stdout)
        assert "\n::error::no" not in done.stdout


def test_what_was_audited_is_kept_and_brought_up_to_date(audit: Licet, licet: Licet, catalogue: Path, tmp_path: Path) -> None:
    done = audit("app/", "--record", "--app", "till")
    assert done.returncode == 0, done.stderr
    assert "recorded: app:till, which uses 1 models" in done.stderr
    assert json.loads(audit("app/", "--record", "--app", "till", "--format", "json").stdout)["models"]
    (tmp_path / "app" / "main.py").write_text(SOURCE.replace("meta-llama/Llama-2-7b-chat-hf", "microsoft/phi-2"), encoding="utf-8")
    again = audit("app/", "--record", "--app", "till")
    assert "now uses microsoft/phi-2" in again.stderr
    assert "no longer uses meta-llama/Llama-2-7b-chat-hf" in again.stderr
    shown = licet("audit", "app:till", "--format", "json", LICET_DB=str(catalogue))
    assert json.loads(shown.stdout)["subjects"] == ["microsoft/phi-2"]


@pytest.mark.parametrize("arguments", [("meta-llama/Llama-2-7b-chat-hf", "--record"), ("--all", "--record"), ("app/", "--record", "--against", "old.json")])
def test_only_a_folder_is_kept(audit: Licet, arguments: tuple[str, ...]) -> None:
    done = audit(*arguments)
    assert done.returncode == 2
    assert "--record" in done.stderr
