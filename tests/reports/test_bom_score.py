"""How complete a bill is by a field registry: shares of categories, what is missing, profiles."""

from __future__ import annotations

import json
from typing import Any

import pytest

from registry.errors import UsageError
from registry.knowledge.store import Knowledge
from registry.reports.bom.cyclonedx import render_cyclonedx
from registry.reports.bom.score import score_bom
from registry.reports.bom.subject import BomModel, BomSubject
from tests.reports.bom_subjects import full_subject
from tests.sources.real_data import real


def field(category: str, path: str, tier: str = "supplementary") -> dict[str, str]:
    return {"category": category, "jsonpath": path, "tier": tier}


REGISTRY: dict[str, Any] = {
    "scoring_config": {
        "category_weights": {"first": 60, "second": 40},
        "scoring_profiles": {"small": {"required_fields": ["kind"], "minimum_score": 30}, "large": {"required_fields": ["kind", "paper"], "minimum_score": 99}},
    },
    "fields": {
        "kind": field("first", "$.kind", "critical"),
        "task": field("first", "$.component.modelCard.modelParameters.task"),
        "site": field("second", "$.components[0].externalReferences[?(@.type=='website' || @.type=='vcs')].url"),
        "paper": field("second", "$.metadata.properties[?(@.name=='paper')].value"),
    },
}


def bill(**values: Any) -> dict[str, Any]:
    return {
        "kind": "x",
        "components": [{"modelCard": {"modelParameters": {"task": "t"}}, "externalReferences": [{"type": "vcs", "url": "https://a"}]}],
        **values,
    }


def test_a_category_gives_its_share_by_the_fields_that_are_there() -> None:
    score = score_bom(bill(), REGISTRY)
    assert [(each.name, each.present, each.total, each.points) for each in score.categories] == [("first", 2, 2, 60.0), ("second", 1, 2, 20.0)]
    assert (score.total, score.factor) == (80.0, 1.0)
    assert score.missing["supplementary"] == ("paper",)
    assert score.profiles == ("small",)
    assert score.lacking == {"large": ("paper", "99 points")}


def test_a_property_of_the_field_s_name_counts_and_an_empty_one_does_not() -> None:
    assert score_bom(bill(metadata={"properties": [{"name": "paper", "value": "https://p"}]}), REGISTRY).total == 100.0
    assert score_bom(bill(metadata={"properties": [{"name": "paper", "value": ""}]}), REGISTRY).total == 80.0
    assert score_bom(bill(kind=""), REGISTRY).missing["critical"] == ("kind",)


def test_much_that_is_critical_missing_lowers_the_whole() -> None:
    critical = {f"c{number}": field("first", f"$.c{number}", "critical") for number in range(4)}
    registry = {**REGISTRY, "fields": {**REGISTRY["fields"], **critical}}
    assert score_bom(bill(c0=1, c1=1, c2=1), registry).factor == 1.0
    assert score_bom(bill(c0=1, c1=1), registry).factor == 0.9
    assert score_bom(bill(), registry).factor == 0.8


@pytest.mark.parametrize("registry", [{}, {"fields": {}}, {"fields": {}, "scoring_config": {"category_weights": 3}}])
def test_what_is_no_registry_is_refused(registry: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="no field registry"):
        score_bom(bill(), registry)


def test_a_fine_tune_that_says_everything_scores_by_owasp_s_registry(knowledge: Knowledge) -> None:
    pytest.importorskip("cyclonedx")
    registry = json.loads(real("standards", "owasp-aibom", "field_registry.json").read_text(encoding="utf-8"))
    score = score_bom(render_cyclonedx(full_subject(knowledge)), registry)
    assert score.total >= 85
    assert "advanced" in score.profiles
    assert score.missing["critical"] == score.missing["important"] == ()


def test_no_field_is_filled_by_a_constant(knowledge: Knowledge) -> None:
    pytest.importorskip("cyclonedx")
    registry = json.loads(real("standards", "owasp-aibom", "field_registry.json").read_text(encoding="utf-8"))
    bare = BomSubject(("gpt-x",), (BomModel("gpt-x"),), created="2026-11-29T00:00:00Z")
    missing = {name for names in score_bom(render_cyclonedx(bare), registry).missing.values() for name in names}
    assert set(registry["fields"]) - missing == {"bomFormat", "specVersion", "serialNumber", "version", "name", "type"}
    whole = score_bom(render_cyclonedx(full_subject(knowledge)), registry)
    # What is then still missing no card says: it was trained in full precision, without rotations, and has no shared heads.
    assert {name for names in whole.missing.values() for name in names} <= {
        *("attention_head_count_kv", "rope_dimension_count", "quantization_version", "quantization_file_type"),
        *("downloadLocation", "purl", "component_version"),
    }
