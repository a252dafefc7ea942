"""Two audits of an application compared: what changed, why, and what of it counts."""

from __future__ import annotations

import copy
import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.desk.audit.against import audit_against, compare
from registry.desk.audit.application import ApplicationQuestion
from registry.desk.audit.gate import new_refusals
from registry.desk.audit.snapshot import snapshot_of
from registry.desk.session import Desk
from registry.errors import UsageError
from registry.reports.audit_changes import render_changes
from registry.reports.json import JsonFormat
from tests.desk.audit.applications import LLAMA, SAAS, app, audit, with_policy
from tests.reports.audits import a_finding, a_head, a_model

WHISPER = "openai/whisper-tiny"


def kept(desk: Desk, folder: Path, raw: dict[str, Any]) -> Path:
    """An audit in JSON, as a user keeps it."""
    file = folder.parent / "old.json"
    from registry.desk.audit.application import audit_application

    with file.open("w", encoding="utf-8") as stream:
        audit_application(desk, folder, ApplicationQuestion(raw), [JsonFormat().open(stream)])
    return file


def against(desk: Desk, folder: Path, old: Path, raw: dict[str, Any], **given: Any) -> dict[str, Any]:
    return audit_against(desk, folder, ApplicationQuestion(raw, **given), str(old))[0]


def causes(changed: dict[str, Any]) -> set[str]:
    return {each["cause"] for each in changed["why"]}


def test_nothing_changes_where_nothing_changed(reader: Desk, tmp_path: Path) -> None:
    folder = app(tmp_path / "app", LLAMA, WHISPER)
    changes = against(reader, folder, kept(reader, folder, SAAS), SAAS)
    assert (changes["changes"], changes["models"]["changed"], changes["findings"]["new"], changes["findings"]["gone"]) == ([], [], [], [])
    assert changes["findings"]["unchanged"] > 0
    assert "Nothing changed." in render_changes(changes)


def test_a_verdict_changes_because_of_the_fact_that_turns_it(reader: Desk, tmp_path: Path) -> None:
    folder = app(tmp_path / "app", LLAMA)
    old = kept(reader, folder, {**SAAS, "monthly_active_users": 1000})
    changes = against(reader, folder, old, {**SAAS, "monthly_active_users": "900M", "annual_revenue_usd": "5M"})
    (changed,) = changes["models"]["changed"]
    assert (changed["before"], changed["after"], changed["direction"]) == ("permitted", "needs-permission", "worse")
    assert [each["after"] for each in changed["why"]] == [{"monthly_active_users": 900_000_000}]
    assert {next(iter(each["after"])) for each in changes["changes"]} == {"monthly_active_users", "annual_revenue_usd"}
    assert [each["code"] for each in changes["findings"]["new"]] == ["LIC301"]
    assert new_refusals(changes, ["needs-permission"]) == ["needs-permission: 1"]


def test_what_came_and_went_is_told_with_its_findings(reader: Desk, tmp_path: Path) -> None:
    folder = app(tmp_path / "app", "acme/unheard-of-7b")
    old = kept(reader, folder, SAAS)
    changes = against(reader, app(folder, WHISPER), old, SAAS)
    assert [each["model"] for each in changes["models"]["came"]] == [WHISPER]
    assert [each["model"] for each in changes["models"]["went"]] == ["acme/unheard-of-7b"]
    assert {cause for each in changes["findings"]["new"] for cause in causes(each)} == {"came"}
    assert {cause for each in changes["findings"]["gone"] for cause in causes(each)} == {"went"}


def test_a_refusal_that_was_there_before_does_not_count(reader: Desk, tmp_path: Path) -> None:
    use = {**SAAS, "monthly_active_users": "900M"}
    folder = app(tmp_path / "app", LLAMA)
    old = kept(reader, folder, use)
    assert new_refusals(against(reader, folder, old, use), ["needs-permission", "error"]) == []
    changes = against(reader, app(folder, LLAMA, "meta-llama/Llama-2-13b-chat-hf"), old, use)
    assert new_refusals(changes, ["needs-permission"]) == ["needs-permission: 1"]


def test_references_that_moved_change_no_verdict(reader: Desk, tmp_path: Path) -> None:
    folder = app(tmp_path / "app", LLAMA)
    old = kept(reader, folder, SAAS)
    (folder / "app.py").write_text("# moved\n" + (folder / "app.py").read_text(encoding="utf-8"), encoding="utf-8")
    changes = against(reader, folder, old, SAAS)
    (changed,) = changes["models"]["changed"]
    assert (changed["direction"], causes(changed)) == ("same", {"references"})
    assert changes["findings"]["new"] == []


def test_a_policy_that_changed_and_a_waiver_that_went_are_named(reader: Desk, tmp_path: Path) -> None:
    folder = app(tmp_path / "app", LLAMA)
    waived = with_policy(
        reader, tmp_path, "waivers: [{finding: POL001, owner: legal, reason: bought, expires: 2099-01-01}]\nlicense_types: {allow: [open-source]}"
    )
    old = kept(waived, folder, SAAS)
    bare = with_policy(reader, tmp_path, "license_types: {allow: [open-source]}\ndevelopers: {refuse: [meta*]}")
    changes = against(bare, folder, old, SAAS)
    assert {each["cause"] for each in changes["changes"]} == {"policy", "waiver"}
    assert [each["code"] for each in changes["findings"]["new"]] == ["POL003"]
    (again,) = changes["findings"]["changed"]
    assert (again["code"], again["before"]["status"], again["after"]["status"], again["worse"]) == ("POL001", "waived", "open", True)
    assert "waiver" in causes(again)
    assert new_refusals(changes, ["policy"]) == ["policy: 2"]


def test_an_audit_that_is_there_already_is_compared_without_scanning(reader: Desk, tmp_path: Path) -> None:
    folder = app(tmp_path / "app", LLAMA)
    old = kept(reader, folder, {**SAAS, "monthly_active_users": 1000})
    new = old.rename(tmp_path / "new.json")
    old = kept(reader, folder, {**SAAS, "monthly_active_users": "900M"})
    changes = against(reader, new, old, {})
    assert changes["models"]["changed"][0]["direction"] == "better"
    assert changes["models"]["changed"][0]["why"][0]["cause"] == "facts"


def an_audit(**given: Any) -> dict[str, Any]:
    return {**a_head(a_model()), "findings": [a_finding()], "summary": {"limit": None}, **given}


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda model: model["binds"][0].update(id="other-1.0"), "license"),
        (lambda model: model["binds"][0]["texts"][0].update(digest="sha256:2"), "text"),
        (lambda model: model["binds"][0].update(terms="sha256:2"), "terms"),
        (lambda model: model.update(recorded=False), "record"),
        (lambda model: model["places"][0].update(revision="abc"), "revision"),
        (lambda model: model.update(hosts=["openai"]), "host"),
        (lambda model: model.update(only_in_tests_or_documents=True), "references"),
    ],
)
def test_what_differs_of_a_model_is_named(change: Any, cause: str) -> None:
    new = an_audit()
    model = copy.deepcopy(new["models"][0])
    change(model)
    new["models"] = [{**model, "verdict": "permitted"}]
    (changed,) = compare(snapshot_of(an_audit()), snapshot_of(new))["models"]["changed"]
    assert cause in causes(changed)


def test_knowledge_is_the_reason_where_nothing_else_is_and_lineage_where_that_is_the_same() -> None:
    better = [a_model(verdict="permitted")]
    read_again = an_audit(models=better, knowledge={"version": "2026.12", "digest": "sha256:b"})
    (changed,) = compare(snapshot_of(an_audit()), snapshot_of(read_again))["models"]["changed"]
    assert causes(changed) == {"knowledge"}
    (changed,) = compare(snapshot_of(an_audit()), snapshot_of(an_audit(models=better)))["models"]["changed"]
    assert causes(changed) == {"lineage"}


def test_a_finding_that_is_there_once_more_is_new() -> None:
    changes = compare(snapshot_of(an_audit()), snapshot_of(an_audit(findings=[a_finding(), a_finding(line=9)])))
    assert (len(changes["findings"]["new"]), changes["findings"]["unchanged"]) == (1, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not an audit"),
        ("[]", "is not an audit"),
        ("{}", "is not an audit"),
        ("[" * 100_000, "is not an audit"),
        ('{"schema": "licet.audit/2", "findings": [], "models": []}', r"`licet.audit/2`, and what is compared is `licet.audit/1`"),
        ('{"schema": "licet.check/1", "items": []}', "licet.check/1"),
        ('{"schema": "licet.audit/1", "findings": []}', "audit of models, not of an application"),
        ('{"schema": "licet.audit/1", "findings": [3], "models": []}', "is not an audit"),
        ('{"schema": "\\u001b[31m", "findings": [], "models": []}', r"`\?\[31m`"),
    ],
)
def test_an_earlier_audit_that_is_none_is_refused(reader: Desk, tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "old.json").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        against(reader, app(tmp_path / "app", LLAMA), tmp_path / "old.json", SAAS)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["prohibited", "permitted", "open", "error", "LIC301"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.sampled_from([*a_model(), *a_finding(), *a_head()]), inner, max_size=4)
    ),
    max_leaves=8,
)
models = st.dictionaries(st.sampled_from(list(a_model())), anything).map(lambda given: {**a_model(), **given})
findings = st.dictionaries(st.sampled_from(list(a_finding())), anything).map(lambda given: {**a_finding(), **given})
audits = st.builds(
    lambda head, listed, found: {**a_head(), **head, "models": listed, "findings": found},
    st.dictionaries(st.sampled_from(list(a_head())), anything),
    st.lists(models, max_size=2),
    st.lists(findings, max_size=2),
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(audits, audits)
def test_no_form_of_an_earlier_audit_makes_the_comparison_fail(old: dict[str, Any], new: dict[str, Any]) -> None:
    changes = compare(snapshot_of(old), snapshot_of(new))
    json.dumps(changes, default=str)
    render_changes(changes)
    new_refusals(changes, ["error", "policy", "prohibited", "LIC"])


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(audits)
def test_an_audit_compared_with_itself_has_nothing_new(data: dict[str, Any]) -> None:
    snapshot = snapshot_of(data)
    changes = compare(snapshot, snapshot)
    assert (changes["changes"], changes["models"]["changed"], changes["findings"]["new"], changes["findings"]["gone"]) == ([], [], [], [])


def test_an_audit_with_a_hostile_old_use_is_still_made(reader: Desk, tmp_path: Path) -> None:
    folder = app(tmp_path / "app", LLAMA)
    old = kept(reader, folder, {**SAAS, "monthly_active_users": 1000})
    data = json.loads(old.read_text(encoding="utf-8"))
    data["use"].update({"no_such_fact": [1], "monthly_active_users": {"x": "\x1b"}})
    data["interpretation"], data["date"] = "odd", "yesterday"
    old.write_text(json.dumps(data), encoding="utf-8")
    changes = against(reader, folder, old, {**SAAS, "monthly_active_users": "900M"})
    assert changes["models"]["changed"][0]["why"]


def test_findings_are_picked_on_both_sides(reader: Desk, tmp_path: Path) -> None:
    folder = app(tmp_path / "app", LLAMA)
    changes = against(reader, folder, kept(reader, folder, SAAS), SAAS, codes=["LIC308"])
    assert (changes["findings"]["gone"], changes["findings"]["unchanged"]) == ([], 1)


def test_the_present_audit_is_the_same_with_and_without_comparison(reader: Desk, tmp_path: Path) -> None:
    folder = app(tmp_path / "app", LLAMA)
    old = kept(reader, folder, SAAS)
    _, made = audit_against(reader, folder, ApplicationQuestion(SAAS), str(old))
    assert made is not None
    assert [dataclasses.replace(each, thing=None) for each in made.told] == [dataclasses.replace(each, thing=None) for each in audit(reader, folder, SAAS).told]
