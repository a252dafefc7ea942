"""What an audit of an application takes from `licet.yaml`: the entry of the catalogue, the application that is meant, and where its paths count from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry.desk.audit.application import ApplicationAudit, ApplicationQuestion, audit_application
from registry.desk.session import Desk
from registry.errors import UsageError
from registry.settings import read_settings
from tests.desk.audit.applications import LOADS
from tests.desk.conftest import add_application

LLAMA = "meta-llama/Llama-2-7b-chat-hf"
NC = "CohereForAI/c4ai-command-r-plus"
Audit = Callable[..., ApplicationAudit]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two services and a module that they share."""
    for name, text in {
        "shared/models.py": f'CHAT = "{LLAMA}"\n',
        "services/web/app.py": "from transformers import AutoModel\nfrom shared.models import CHAT\nAutoModel.from_pretrained(CHAT)\n",
        "services/web/tests/run.py": LOADS.format(NC),
        "services/lab/app.py": LOADS.format(NC),
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def ask(desk: Desk, repository: Path, config: str, path: str = ".", **given: str) -> ApplicationAudit:
    (repository / "licet.yaml").write_text(config, encoding="utf-8")
    asked = Desk(read_settings(folder=repository / path), desk.progress, desk.knowledge, desk.catalogue)
    return audit_application(asked, repository / path, ApplicationQuestion({}, **given), [])


def files(found: ApplicationAudit) -> set[str]:
    return {each["file"] for each in found.head["references"] if each["kind"] != "mention"}


def test_the_facts_of_the_catalogues_entry_are_taken_where_none_is_stated(desk: Desk, repository: Path) -> None:
    add_application(desk, LLAMA)
    found = ask(desk, repository, "app: kiosk\nfacts: {distribution: [internal]}\n")
    assert found.head["use"]["commercial"] is True
    assert found.head["use"]["distribution"] == ["internal"]


def test_an_application_may_have_an_entry_of_its_own(desk: Desk, repository: Path) -> None:
    add_application(desk, LLAMA)
    config = "applications:\n  - {name: web, path: services/web, app: app:kiosk}\n  - {name: lab, path: services/lab}\n"
    assert ask(desk, repository, config, application="web").head["use"]["commercial"] is True
    assert "commercial" not in ask(desk, repository, config, application="lab").head["use"]


def test_an_entry_that_is_not_recorded_is_named(reader: Desk, repository: Path) -> None:
    with pytest.raises(UsageError, match=r"`app: no-such`"):
        ask(reader, repository, "app: no-such\n")


APPLICATIONS = (
    "applications:\n  - {name: web, path: services/web, facts: {commercial: true}}\n  - {name: lab, path: services/lab, facts: {commercial: false}}\n"
)


def test_one_application_of_several_is_judged_by_its_own_facts_and_files(reader: Desk, repository: Path) -> None:
    web, lab = (ask(reader, repository, APPLICATIONS, application=name) for name in ("web", "lab"))
    assert {each["model"] for each in lab.head["models"]} == {NC}
    assert files(lab) == {"services/lab/app.py"}
    assert lab.head["use"]["commercial"] is False
    assert web.head["use"]["commercial"] is True
    assert lab.root == repository / "services" / "lab"


def test_names_are_followed_through_what_applications_share(reader: Desk, repository: Path) -> None:
    web = ask(reader, repository, APPLICATIONS, application="web")
    assert not [each for each in web.head["references"] if each["resolved"] is None]


def test_an_application_is_found_from_within_its_own_folder(reader: Desk, repository: Path) -> None:
    found = ask(reader, repository, APPLICATIONS, "services/lab", application="lab")
    assert files(found) == {"app.py"}
    with pytest.raises(UsageError, match="outside of"):
        ask(reader, repository, APPLICATIONS, "services/lab", application="web")


def test_paths_of_a_policy_count_from_where_licet_yaml_stands(reader: Desk, repository: Path) -> None:
    config = "facts: {commercial: true}\npolicy:\n  paths:\n    - {match: [services/web/tests], ignore: true}\n"
    for path in (".", "services", "services/web"):
        assert not any("tests/run.py" in each["file"] and each["recorded_as"] for each in ask(reader, repository, config, path).head["references"]), path


def test_a_folder_that_is_left_out_at_the_top_is_not_left_out_below(reader: Desk, repository: Path) -> None:
    (repository / "tests").mkdir()
    (repository / "tests" / "a.py").write_text(LOADS.format(LLAMA), encoding="utf-8")
    found = ask(reader, repository, "policy:\n  paths:\n    - {match: [tests], ignore: true}\n")
    assert "services/web/tests/run.py" in files(found)
    assert "tests/a.py" not in files(found)


@pytest.mark.parametrize(
    ("pattern", "path", "left_out"),
    [
        ("lab/", ".", True),
        ("services/lab", ".", True),
        ("/lab", ".", False),
        ("services/lab", "services", True),
        ("/services/lab", "services", True),
        ("other/lab", "services", False),
        ("**/lab/**", "services", True),
    ],
)
def test_what_is_excluded_counts_from_where_licet_yaml_stands(reader: Desk, repository: Path, pattern: str, path: str, left_out: bool) -> None:
    found = ask(reader, repository, f"exclude: ['{pattern}']\n", path)
    assert any("lab/app.py" in file for file in files(found)) is not left_out


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("facts: {}\napplications: {web: x}", "line 2: `applications` is not a list", "write one"),
        ("applications:\n  - {path: web}", "line 2: application 1 has no `name`", "write one"),
        ("applications:\n  - name: web\n    pth: web", "line 3: `pth` is not a setting of the application `web`", "did you mean `path`?"),
        ("applications:\n  - name: web\n    path: ../other", "line 3: the `path` of `web` leads out", "within"),
        ("applications:\n  - name: web\n    facts: 5", "line 3: the `facts` of `web`", "one fact a line"),
        ("applications:\n  - name: web\n    app: 5", "line 3: the `app` of `web`", "catalogue"),
        ("applications:\n  - {name: web}\n  - {name: web}", "line 3: two applications are called `web`", "names of their own"),
    ],
)
def test_what_is_wrong_with_an_application_is_named_with_its_line(reader: Desk, repository: Path, text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        ask(reader, repository, text, application="web")
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")


def test_that_several_applications_are_judged_together_is_said(reader: Desk, repository: Path) -> None:
    said: list[str] = []
    (repository / "licet.yaml").write_text(APPLICATIONS, encoding="utf-8")
    asked = Desk(read_settings(folder=repository), said.append, reader.knowledge, reader.catalogue)
    audit_application(asked, repository, ApplicationQuestion({}), [])
    assert any("2 applications are described" in text and "`--app web`" in text for text in said)
    said.clear()
    audit_application(asked, repository, ApplicationQuestion({}, application="web"), [])
    assert not said


@pytest.mark.parametrize("config", ["policy: rules/company.yaml\n", "policy:\n  extends: rules/company.yaml\n"])
def test_a_policy_in_the_tree_names_models_and_uses_none(reader: Desk, repository: Path, config: str) -> None:
    (repository / "rules").mkdir()
    (repository / "rules" / "company.yaml").write_text("models: {refuse: [openai/whisper-tiny]}\n", encoding="utf-8")
    assert "openai/whisper-tiny" not in {each["model"] for each in ask(reader, repository, config).head["models"]}
    assert "openai/whisper-tiny" not in {
        each["model"] for each in ask(reader, repository, "", policy=str(repository / "rules" / "company.yaml")).head["models"]
    }
