"""Audits over the seeded catalogue and over one with contradictions of a test's own."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from registry.catalogue.ingest.writer import ingest
from registry.desk.audit.catalogue import audit_catalogue
from registry.desk.audit.models import AuditQuestion, audit_models, check_words, refusals
from registry.desk.check import check_models
from registry.desk.imports import import_dump
from registry.desk.models import ModelFilters, list_models
from registry.desk.profiles import refresh_profiles
from registry.desk.register import register_model
from registry.desk.session import Desk
from registry.errors import UsageError
from registry.findings.codes import CODES
from registry.supplychain.remark import Remark
from registry.supplychain.source import Source
from tests import factories
from tests.desk.audit.applications import Kept
from tests.desk.conftest import LLAMA, Open, codes, specification

KEYS = {"code", "severity", "confidence", "subject", "file", "line", "clause", "path", "summary", "fixable_by", "hint"}
HEAD = {"schema", "subject", "use", "verdict", "references"}
CARD, FILES = Source("https://example.org/m: README.md"), Source("https://example.org/m: adapter_config.json")
SAMPLE = Path(os.environ.get("LICET_SOURCE_DATA") or Path(__file__).resolve().parents[4] / "shared" / "data") / "hub_2024-07" / "hub_list_sample_20k.jsonl.gz"


def audited(desk: Desk, *reports: Kept, facts: Mapping[str, Any] | None = None, **given: Any) -> Kept:
    """An audit of the whole catalogue, kept."""
    kept = Kept()
    audit_catalogue(desk, AuditQuestion(facts or {}, **given), [kept, *reports])
    return kept


def of_models(desk: Desk, *names: str, facts: Mapping[str, Any] | None = None, **given: Any) -> Kept:
    """An audit of named models, kept."""
    kept = Kept()
    audit_models(desk, names, AuditQuestion(facts or {}, **given), [kept])
    return kept


def said(finding: Mapping[str, Any]) -> tuple[str, ...]:
    """What a finding says, however it was come by."""
    keys = ("code", "severity", "confidence", "subject", "license", "clause", "ancestors", "summary", "fixable_by", "hint")
    return tuple(str(finding[key]) for key in keys)


def by_subject(findings: list[Mapping[str, Any]]) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for finding in findings:
        found[finding["subject"]].append(said(finding))
    return found


@pytest.fixture(scope="module")
def everything(reader: Desk) -> Kept:
    """The audit of the seeded catalogue."""
    return audited(reader)


@pytest.mark.parametrize(
    ("facts", "every"),
    [({}, 2), ({"commercial": True, "interpretation": "strict"}, 7), ({"interpretation": "permissive", "date": "2024-01-01"}, 7)],
    ids=["plain", "strict", "past"],
)
def test_audit_of_everything_finds_of_each_model_what_its_check_shows(reader: Desk, facts: dict[str, Any], every: int) -> None:
    found = by_subject(audited(reader, facts=facts).findings)
    names = sorted(item["model"] for item in list_models(reader, facts, ModelFilters(), 10_000).items)
    assert len(names) >= 250
    assert sum(len(found.get(name, ())) for name in names[::every]) > 8
    for name in names[::every]:
        (item,) = check_models(reader, [name], facts)
        assert sorted(found.get(name, [])) == sorted(said(finding) for finding in item["findings"]), name


def test_counts_are_those_of_the_models_listed(everything: Kept) -> None:
    for entry in everything.summary["by_code"]:
        assert entry["models"] == len({finding["subject"] for finding in everything.findings if finding["code"] == entry["code"]}), entry
    assert everything.summary["models_with_findings"] == len({finding["subject"] for finding in everything.findings})
    assert everything.summary["findings"] == len(everything.findings)
    assert sum(everything.summary["by_severity"].values()) == everything.summary["models_with_findings"]
    pairs = {
        (entry["declared"], entry["ancestor"]): len(
            {
                finding["subject"]
                for finding in everything.findings
                if finding["code"] in ("LIC101", "LIC104", "LIC107") and (finding["declared"], finding["license"]) == (entry["declared"], entry["ancestor"])
            }
        )
        for entry in everything.summary["by_pair"]
    }
    assert pairs
    assert pairs == {(entry["declared"], entry["ancestor"]): entry["models"] for entry in everything.summary["by_pair"]}


def test_counts_of_developers_are_those_of_the_models_listed(everything: Kept) -> None:
    subjects: dict[str, set[str]] = defaultdict(set)
    for finding in everything.findings:
        if finding["developer"]:
            subjects[finding["developer"]].add(finding["subject"])
    entries = everything.summary["by_developer"]
    assert entries[0]["models"] >= entries[-1]["models"]
    assert {entry["developer"]: entry["models"] for entry in entries} == {name: len(subjects[name]) for name in (entry["developer"] for entry in entries)}


def test_verdicts_are_those_of_the_listing(reader: Desk) -> None:
    facts = {"commercial": True, "distribution": ["saas"]}
    listed = list_models(reader, facts, ModelFilters(verdict=("prohibited",)), 10_000)
    assert listed.total
    assert audited(reader, facts=facts, limit=0).summary["by_verdict"]["prohibited"] == listed.total


def test_document_has_the_keys_that_others_rely_on(everything: Kept) -> None:
    assert set(everything.head) >= HEAD
    assert (everything.head["schema"], everything.head["subject"]) == ("licet.audit/1", "catalogue")
    assert all(set(finding) >= KEYS for finding in everything.findings)


def test_path_leads_from_the_subject_to_the_ancestor(everything: Kept) -> None:
    with_ancestors = [finding for finding in everything.findings if finding["ancestors"] and finding["code"] != "LIC109"]
    assert len(with_ancestors) > 20
    for finding in with_ancestors:
        assert finding["path"][0] == {"model": finding["subject"]}
        assert finding["path"][-1]["model"] in finding["ancestors"]


def test_most_downloaded_models_come_first(reader: Desk, everything: Kept) -> None:
    downloads = {item["model"]: item["downloads"] if item["downloads"] is not None else -1 for item in list_models(reader, {}, ModelFilters(), 10_000).items}
    order = [downloads[finding["subject"]] for finding in everything.findings]
    assert order == sorted(order, reverse=True)


def test_filters_keep_what_they_say_and_count_only_that(reader: Desk, everything: Kept) -> None:
    only = audited(reader, codes=["LIC101", "lic2"])
    assert codes([dict(finding) for finding in only.findings]) == {"LIC101", "LIC201"}
    assert [said(finding) for finding in only.findings] == [said(finding) for finding in everything.findings if finding["code"] in ("LIC101", "LIC201")]
    grave = audited(reader, severity="error")
    assert {finding["severity"] for finding in grave.findings} == {"error"}
    assert {entry["severity"] for entry in grave.summary["by_code"]} == {"error"}


def test_developer_is_found_by_name_in_any_case(reader: Desk, everything: Kept) -> None:
    found = audited(reader, developer="mICROSOFT")
    assert {finding["developer"] for finding in found.findings} == {"Microsoft"}
    assert [said(each) for each in found.findings] == [said(each) for each in everything.findings if each["developer"] == "Microsoft"]
    assert found.summary["models"] < everything.summary["models"]
    with pytest.raises(UsageError, match="no developer is called"):
        audited(reader, developer="nobody at all")


def test_limit_ends_the_list_and_not_the_count(reader: Desk, everything: Kept) -> None:
    some = audited(reader, limit=3)
    assert [said(finding) for finding in some.findings] == [said(finding) for finding in everything.findings[:3]]
    assert some.summary["by_code"] == everything.summary["by_code"]
    assert audited(reader, limit=0).findings == []


def test_every_report_gets_as_much_as_it_wants(reader: Desk) -> None:
    few = Kept(most=2)
    all_of_it = audited(reader, few)
    assert len(few.findings) == 2
    assert few.summary == all_of_it.summary
    assert len(all_of_it.findings) > 100


@pytest.mark.parametrize("fact", ["derivative_name", "published_under"])
def test_fact_about_one_derivative_is_refused_for_all(reader: Desk, fact: str) -> None:
    with pytest.raises(UsageError, match=fact):
        audited(reader, facts={fact: "mit"})


def test_named_models_are_audited_as_check_shows_them(desk: Desk) -> None:
    register_model(desk, specification("acme/support-7b", LLAMA, license="apache-2.0"), {})
    found = of_models(desk, "acme/support-7b", facts={"commercial": True, "distribution": ["saas"], "monthly_active_users": "2M"})
    (item,) = check_models(desk, ["acme/support-7b"], {"commercial": True, "distribution": ["saas"], "monthly_active_users": "2M"})
    assert [said(finding) for finding in found.findings] == [said(finding) for finding in item["findings"]]
    assert found.head["verdict"] == item["verdict"]
    assert (found.head["subject"], found.head["subjects"]) == ("acme/support-7b", ["acme/support-7b"])
    loose = next(finding for finding in found.findings if finding["code"] == "LIC101")
    assert loose["path"] == [{"model": "acme/support-7b"}, {"relation": "finetune", "model": LLAMA}]
    assert (loose["declared"], loose["license"]) == ("apache-2.0", "llama2")


def test_worst_verdict_of_several_models_is_the_one_of_the_audit(reader: Desk) -> None:
    names = ["google-bert/bert-base-uncased", LLAMA]
    facts = {"commercial": True, "distribution": ["saas"], "monthly_active_users": "800M"}
    both = of_models(reader, *names, facts=facts)
    assert both.head["subject"] is None
    assert both.head["verdict"] == check_models(reader, [LLAMA], facts)[0]["verdict"] == "needs-permission"
    with pytest.raises(UsageError, match="developer"):
        of_models(reader, LLAMA, developer="Meta")


def take_in(desk: Desk, *things: Any, origin: str = "test") -> None:
    with desk.catalogue.writing() as connection:
        done = ingest(connection, [factories.record(*things, origin=origin)], actor="tester", kind="test")
        refresh_profiles(connection, desk.knowledge, done.touched_models)


def test_what_is_recorded_is_found_beside_the_terms(desk: Desk) -> None:
    before = audited(desk, limit=0)
    take_in(
        desk,
        factories.model("acme/base"),
        factories.model("acme/other"),
        factories.statement("acme/base", "mit"),
        factories.statement("acme/other", "mit"),
        factories.model("acme/lora"),
        factories.statement("acme/lora", "mit"),
        factories.statement("acme/lora", "gpl-3.0", basis="detected"),
        factories.relation("acme/lora", "acme/base", "adapter", source=CARD),
        factories.relation("acme/lora", "acme/other", "adapter", source=FILES, evidence="detected"),
        factories.model("acme/tuned"),
        factories.statement("acme/tuned", "mit"),
        factories.relation("acme/tuned", "acme/base", "finetune", source=CARD),
        factories.relation("acme/tuned", "acme/base", "quantized", source=FILES, evidence="detected"),
    )
    take_in(desk, Remark("acme/base", "weights-pickled", "it is a pickle", "SEC001", "model.bin"), origin="files")
    found = audited(desk)
    own = {name: {finding["code"] for finding in found.findings if finding["subject"] == name} for name in ("acme/base", "acme/lora", "acme/tuned")}
    assert {"LIC004", "LIC109"} <= own["acme/lora"]
    assert own["acme/tuned"] == {"LIC109"}
    assert own["acme/base"] == {"SEC001"}
    for name, expected in own.items():
        (item,) = check_models(desk, [name], {})
        assert codes(item["findings"]) == expected
    counts = {entry["code"]: entry["models"] for entry in found.summary["by_code"]}
    for code in ("LIC004", "LIC109", "SEC001"):
        assert counts[code] == len({finding["subject"] for finding in found.findings if finding["code"] == code})
    assert found.summary["models"] == before.summary["models"] + 4


def test_models_of_a_circle_are_found_by_name(desk: Desk) -> None:
    with desk.catalogue.writing() as connection:
        record = factories.record(
            *(factories.model(f"acme/{name}") for name in ("one", "two", "below")),
            *(factories.statement(f"acme/{name}", "mit") for name in ("one", "two", "below")),
            factories.relation("acme/one", "acme/two"),
            factories.relation("acme/two", "acme/one"),
            factories.relation("acme/below", "acme/one"),
        )
        done = ingest(connection, [record], actor="tester", kind="test", allow_circles=True)
        refresh_profiles(connection, desk.knowledge, done.touched_models)
    found = by_subject(audited(desk, codes=["LIC108"]).findings)
    assert set(found) == {"acme/one", "acme/two"}
    for name in ("acme/one", "acme/two", "acme/below"):
        (item,) = check_models(desk, [name], {})
        assert [said(finding) for finding in item["findings"] if finding["code"] == "LIC108"] == found.get(name, []), name


def test_models_that_stand_alike_are_each_called_by_their_own_name(desk: Desk) -> None:
    names = [f"acme/copy-{number}" for number in range(5)]
    take_in(
        desk,
        *(factories.model(name) for name in names),
        *(factories.statement(name, "apache-2.0") for name in names),
        *(factories.relation(name, LLAMA) for name in names),
    )
    found = by_subject(audited(desk).findings)
    for name in names:
        (item,) = check_models(desk, [name], {})
        assert found[name] == [said(finding) for finding in item["findings"]]
        assert any(each[0] == "LIC101" for each in found[name])


def test_model_whose_licence_changes_is_audited_under_the_one_of_the_date(desk: Desk) -> None:
    take_in(
        desk,
        factories.model("acme/base"),
        factories.statement("acme/base", "cc-by-nc-4.0", valid_to="2025-01-01"),
        factories.statement("acme/base", "mit", valid_from="2025-01-01"),
        factories.model("acme/tuned"),
        factories.statement("acme/tuned", "mit"),
        factories.relation("acme/tuned", "acme/base"),
    )

    def loose(**facts: Any) -> list[str]:
        return [finding["subject"] for finding in audited(desk, facts=facts, codes=["LIC101"]).findings if finding["subject"].startswith("acme/")]

    assert loose(date="2024-06-01") == ["acme/tuned"]
    assert loose(date="2025-06-01") == []
    assert loose() == []


def test_words_of_fail_on_are_met_by_codes_severities_and_verdicts() -> None:
    summary = {
        "by_verdict": {"prohibited": 2},
        "by_severity": {"error": 1, "warning": 3, "note": 0},
        "by_code": [{"code": "LIC101", "models": 5}, {"code": "LIC201", "models": 1}],
    }
    assert refusals(summary, ["LIC101", "prohibited", "warning"]) == ["LIC101: 5 models", "prohibited: 2 models", "warning: 4 models"]
    assert refusals(summary, ["LIC102", "conditional", "LIC4"]) == []
    assert refusals(summary, ["note"]) == ["note: 4 models"]
    check_words([*CODES, "error", "needs-permission", "LIC1"])
    with pytest.raises(UsageError, match="`--fail-on maybe`"):
        check_words(["maybe"])


@pytest.mark.slow
@pytest.mark.skipif(not SAMPLE.exists(), reason=f"needs {SAMPLE.name}; LICET_SOURCE_DATA names the folder it is in")
def test_audit_of_a_real_listing_finds_of_a_sample_what_checks_show(desk_over: Open, tmp_path: Path) -> None:
    desk = desk_over(file=tmp_path / "sample.db")
    import_dump(desk, SAMPLE)
    found = audited(desk)
    assert found.summary["models"] > 20_000
    assert found.summary["findings"] == len(found.findings)
    for entry in found.summary["by_code"]:
        assert entry["models"] == len({finding["subject"] for finding in found.findings if finding["code"] == entry["code"]}), entry
    own = by_subject(found.findings)
    rare = {name for name, told in own.items() if any(each[0] in ("LIC101", "LIC102", "LIC106", "LIC201", "LIC401") for each in told)}
    for name in sorted({*sorted(own)[::150], *sorted(rare)[::4]}):
        (item,) = check_models(desk, [name], {})
        assert sorted(own[name]) == sorted(said(finding) for finding in item["findings"]), name
