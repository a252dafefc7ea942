"""Keeping an application as an audit found it, and auditing one that is kept."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from registry.catalogue.checkup import check_catalogue
from registry.catalogue.queries.catalogue_digest import catalogue_digest
from registry.catalogue.queries.hosts import list_hosts
from registry.desk.audit.application import ApplicationQuestion, audit_application
from registry.desk.audit.models import AuditQuestion, audit_models
from registry.desk.audit.record import application_name, record_application
from registry.desk.catalog.entries import add
from registry.desk.catalog.users import Given, record_users
from registry.desk.check import check_models
from registry.desk.hosted_names import host_of
from registry.desk.session import Desk
from registry.desk.show import show_model
from registry.errors import UsageError
from registry.resources import resource_dir
from registry.scanner.reference import Reference
from registry.yaml12 import read_yaml
from tests.desk.audit.applications import Kept
from tests.desk.conftest import LLAMA, digest

CODE = """
import boto3
from langchain_ollama import ChatOllama
from openai import OpenAI
from transformers import AutoModel
AutoModel.from_pretrained("meta-llama/Llama-2-7b-chat-hf")
AutoModel.from_pretrained("nobody/unknown-model")
ChatOllama(model="llama3.1")
OpenAI().chat.completions.create(model="gpt-4o", messages=[])
OpenAI().embeddings.create(model="text-embedding-9000", input="x")
boto3.client("bedrock-runtime").invoke_model(modelId="anthropic.claude-3-haiku-20240307-v1:0", body="{}")
"""
SAAS = {"commercial": True, "distribution": ["saas"], "audience": ["DE", "NO"]}


def record(desk: Desk, folder: Path, code: str, name: str = "kiosk", **facts: Any) -> dict[str, Any]:
    (folder / "main.py").write_text(code, encoding="utf-8")
    return record_application(desk, audit_application(desk, folder, ApplicationQuestion(facts or SAAS), []), name)


def uses(desk: Desk, name: str = "kiosk") -> set[tuple[str, str | None]]:
    return {(use["model"], use["host"]) for use in show_model(desk, f"app:{name}")["models"]}


def test_models_are_kept_with_the_host_that_the_code_names(desk: Desk, tmp_path: Path) -> None:
    result = record(desk, tmp_path, CODE)
    assert (result["schema"], result["application"], result["created"]) == ("licet.application/1", "kiosk", True)
    assert uses(desk) == {
        (LLAMA, None),
        ("nobody/unknown-model", None),
        ("meta-llama/Llama-3.1-8B-Instruct", "ollama"),
        ("openai/gpt-4o", "openai-api"),
        ("anthropic/claude-3-haiku", "amazon-bedrock"),
    }
    assert (result["noted_by_name"], result["new_hosts"], result["not_kept"]) == (["nobody/unknown-model"], ["ollama"], ["text-embedding-9000"])
    shown = show_model(desk, "app:kiosk")
    assert (shown["distribution"], shown["countries"], shown["commercial"]) == (["saas"], ["DE", "NO"], True)
    assert check_catalogue(desk.catalogue).problems == ()


def test_doing_it_again_changes_nothing_and_what_is_gone_is_taken_off(desk: Desk, tmp_path: Path) -> None:
    record(desk, tmp_path, CODE)
    before = digest(desk)
    assert record(desk, tmp_path, CODE)["change_set"] is None
    assert digest(desk) == before
    less = record(desk, tmp_path, CODE.replace('AutoModel.from_pretrained("meta-llama/Llama-2-7b-chat-hf")', 'AutoModel.from_pretrained("microsoft/phi-2")'))
    assert (less["added"], less["removed"]) == ([{"model": "microsoft/phi-2", "host": None}], [{"model": LLAMA, "host": None}])
    told = [change["change"] for change in show_model(desk, "app:kiosk", history=True)["history"] if change["what"] == "uses"]
    assert any(change.startswith("withdrawn") and LLAMA in change for change in told)


def test_what_people_recorded_of_an_application_stays(desk: Desk, tmp_path: Path) -> None:
    add(desk, "application", {"id": "kiosk", "owner": "Acme", "models": [{"model": LLAMA, "purpose": "answers"}], "distribution": ["product"]})
    record_users(desk, "kiosk", [Given("2026-10", "5M")])
    record(desk, tmp_path, CODE, commercial=True)
    shown = show_model(desk, "app:kiosk")
    assert (shown["owner"], shown["distribution"], shown["monthly_users"]) == ("Acme", ["product"], {"2026-10": 5_000_000})
    assert {use["model"]: use["purpose"] for use in shown["models"]}[LLAMA] == "answers"


def test_tests_documents_and_files_of_weights_are_no_use(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it.py").write_text('from transformers import AutoModel\nAutoModel.from_pretrained("microsoft/phi-2")\n', encoding="utf-8")
    assert record(desk, tmp_path, "x = 1\n")["models"] == []


def test_a_model_that_is_only_noted_stays_unknown_to_an_audit(desk: Desk, tmp_path: Path) -> None:
    code = 'from transformers import AutoModel\nAutoModel.from_pretrained("nobody/unknown-model")\n'
    first = [each.finding.code for each in audit_application(desk, _write(tmp_path, code), ApplicationQuestion(SAAS), []).told]
    record(desk, tmp_path, code)
    again = [each.finding.code for each in audit_application(desk, tmp_path, ApplicationQuestion(SAAS), []).told]
    assert first == again
    (item,) = check_models(desk, ["app:kiosk"], {})
    assert item["verdict"] == "undetermined"
    assert [finding["summary"] for finding in item["findings"]] == ["Only the name of `nobody/unknown-model` is recorded, so its terms are not known."]


def _write(folder: Path, code: str) -> Path:
    (folder / "main.py").write_text(code, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("applications", "named", "expected"),
    [
        (None, None, "shop"),
        (None, "kiosk", "kiosk"),
        ([{"name": "web"}], None, "web"),
        ([{"name": "web", "path": "services/web"}], None, "shop"),
        ([{"name": "web"}, {"name": "worker"}], None, "shop"),
    ],
)
def test_an_application_is_called_by_its_name_or_that_of_its_folder(desk: Desk, tmp_path: Path, applications: Any, named: str | None, expected: str) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    settled = Desk(dataclasses.replace(desk.settings, applications=applications), desk.progress, desk.knowledge, desk.catalogue)
    assert application_name(settled, folder, named) == expected


def test_a_name_that_cannot_be_is_refused(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="control characters") as refused:
        application_name(desk, tmp_path, "a\nb")
    assert "--app" in (refused.value.hint or "")


def reference(provider: str | None, kind: str) -> Reference:
    return Reference("m", "m", "model", kind, "a.py", 1, provider=provider)


@pytest.mark.parametrize(
    ("provider", "kind", "host"),
    [
        ("openai", "api", "openai-api"),
        ("openai", "config", "openai-api"),
        ("bedrock", "api", "amazon-bedrock"),
        ("ollama", "load", "ollama"),
        ("cerebras", "api", "cerebras"),
        ("hub", "api", "huggingface"),
        ("hub", "load", None),
        ("spacy", "load", None),
        ("compatible", "api", None),
        ("local", "load", None),
        (None, "config", None),
    ],
)
def test_the_host_of_a_reference(provider: str | None, kind: str, host: str | None) -> None:
    assert host_of(reference(provider, kind)) == host


def test_hosts_of_providers_are_those_of_the_seed(reader: Desk) -> None:
    with reader.catalogue.reading() as connection:
        known = {row.host.name for row in list_hosts(connection, limit=1000).items}
    named = read_yaml((resource_dir("data") / "hosted_names.yaml").read_text(encoding="utf-8"), "hosted_names.yaml", ours=True)
    assert set(named["hosts"].values()) - known == {"ollama"}


def test_an_application_on_record_is_audited_with_what_it_records(desk: Desk) -> None:
    add(desk, "application", {"id": "kiosk", "owner": "Acme", "models": [LLAMA, "microsoft/phi-2"], "distribution": ["saas"], "commercial": True})
    record_users(desk, "kiosk", [Given("2023-06", "800M")])
    report = Kept()
    summary = audit_models(desk, ["app:kiosk"], AuditQuestion({}), [report])
    assert (report.head["subject"], report.head["verdict"], report.head["subjects"]) == ("app:kiosk", "needs-permission", [LLAMA, "microsoft/phi-2"])
    assert report.head["use"]["monthly_active_users"]["product"] == {"2023-06": 800_000_000}
    assert summary["by_verdict"]["needs-permission"] == 1
    again = Kept()
    audit_models(desk, ["app:kiosk"], AuditQuestion({"monthly_active_users": "5M"}), [again])
    assert again.head["verdict"] != "needs-permission"
    add(desk, "application", {"id": "empty"})
    with pytest.raises(UsageError, match="uses no model"):
        audit_models(desk, ["app:empty"], AuditQuestion({}), [])


def test_auditing_writes_nothing(desk: Desk, tmp_path: Path) -> None:
    with desk.catalogue.reading() as connection:
        before = catalogue_digest(connection)
    audit_application(desk, _write(tmp_path, CODE), ApplicationQuestion(SAAS), [])
    assert digest(desk) == before
