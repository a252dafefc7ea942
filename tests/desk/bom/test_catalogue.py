"""Bills of what the catalogue begins with: each gives back what it was made from, and keeps to the schema of its form."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from registry.desk.bom.subject import gather_subject
from registry.desk.models import ModelFilters, list_models
from registry.desk.session import Desk
from registry.reports.bom.cyclonedx import render_cyclonedx, validate_cyclonedx
from registry.reports.bom.spdx import render_spdx
from registry.reports.bom.subject import BomSubject
from tests.reports.test_bom_round_trip import check, read

pytest.importorskip("cyclonedx")
pytest.importorskip("spdx_python_model")

FORMS: dict[str, Callable[[BomSubject], dict[str, Any]]] = {
    "1.6": lambda subject: render_cyclonedx(subject, "1.6"),
    "1.7": lambda subject: render_cyclonedx(subject, "1.7"),
    "spdx": render_spdx,
}
EACH = 15
"""Of so many models, the bill of one is made."""


def names(reader: Desk) -> list[str]:
    return sorted(item["model"] for item in list_models(reader, {}, ModelFilters(), 1_000).items)


@pytest.mark.parametrize("form", FORMS)
def test_the_bill_of_a_model_gives_back_its_models_links_and_licences(reader: Desk, form: str) -> None:
    chosen = names(reader)[::EACH]
    assert len(chosen) > 30
    for name in chosen:
        subject = gather_subject(reader, [name], {"commercial": True})
        check(subject, read(FORMS[form](subject)))


@pytest.mark.parametrize("form", FORMS)
def test_one_bill_of_many_models_gives_all_of_them_back(reader: Desk, form: str) -> None:
    subject = gather_subject(reader, names(reader)[7::EACH], {})
    assert len(subject.models) > 40
    check(subject, read(FORMS[form](subject)))


@pytest.mark.parametrize("spec", ["1.6", "1.7"])
def test_bills_of_many_models_keep_to_the_strict_schema(reader: Desk, spec: str) -> None:
    subject = gather_subject(reader, [*names(reader)[3 :: EACH * 2], "app:aurelia-lex"], {"commercial": True})
    assert validate_cyclonedx(json.dumps(FORMS[spec](subject)), spec) == []


def test_every_model_and_dataset_has_one_declared_and_one_concluded_licence_whatever_else_is_missing(reader: Desk) -> None:
    document = FORMS["spdx"](gather_subject(reader, names(reader)[::EACH], {}))
    (about,) = [each for each in document["@graph"] if each["type"] == "SpdxDocument"]
    assert "licence" not in about["comment"].partition("What a profile asks for")[2]
