"""Our own bills give back the models, links and licences that they were made from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.desk.concluding import conclude
from registry.knowledge.store import Knowledge
from registry.reports.bom.cyclonedx import render_cyclonedx
from registry.reports.bom.licensing import Licensing
from registry.reports.bom.spdx import render_spdx
from registry.reports.bom.subject import BomSubject
from registry.resources import resource_dir
from registry.sources.bom.cyclonedx import CycloneDxReader
from registry.sources.bom.spdx import SpdxReader
from registry.sources.layers.bundle import Bundle
from registry.supplychain.record import Record
from registry.supplychain.source import Source
from tests.reports.bom_subjects import application_subject, full_subject, subjects

pytest.importorskip("cyclonedx")
pytest.importorskip("spdx_python_model")

KNOWLEDGE = Knowledge.load(resource_dir("data"))
Licenses = dict[str, set[str]]


def read(document: dict[str, Any]) -> list[Record]:
    bundle = Bundle("bom/test", Source("bill"))
    (CycloneDxReader if "bomFormat" in document else SpdxReader)(document, bundle, "bill").read()
    return list(bundle.records())


def models(records: Iterable[Record]) -> dict[str, bool]:
    return {model.name: model.recorded for record in records for model in record.models}


def links(records: Iterable[Record]) -> set[tuple[str, str, str, str]]:
    return {(each.child, each.parent, each.relation, each.evidence) for record in records for each in record.relations}


def uses(records: Iterable[Record]) -> dict[str, tuple[str | None, set[str]]]:
    return {each.name: (each.title, {use.model for use in each.models}) for record in records for each in record.applications}


def named(license: str | None, written: str | None, link: str | None) -> set[str]:
    """What a claim says: licences where they are known, else the words."""
    held = license or conclude(KNOWLEDGE, None, written, link, None).license
    return set(KNOWLEDGE.parts_of(held)) if held not in ("unresolved", "unstated") else {str(written or link)}


def said(records: Iterable[Record], kind: str) -> Licenses:
    """Licences by subject: `declared`, `detected`, or what the bill's author concludes."""
    found: Licenses = {}
    for record in records:
        for each in record.statements:
            concluded = each.source is not None and "concluded by its author" in each.source.reference
            if (kind == "concluded") == concluded and (concluded or each.basis == kind):
                found.setdefault(each.subject, set()).update(named(None, each.raw_name, each.raw_link))
    return found


def expected(subject: BomSubject, kind: str) -> Licenses:
    held: list[tuple[str, Licensing]] = [(each.name, each.licensing) for each in subject.models]
    held += [(f"dataset:{each.name}", each.licensing) for each in subject.datasets]
    found: Licenses = {}
    for name, licensing in held:
        if kind == "concluded":
            parts = {part for license in licensing.concluded for part in KNOWLEDGE.parts_of(license)} if licensing.exported else set()
        else:
            parts = {part for claim in licensing.of(kind) for part in named(claim.license, claim.written, claim.link)}
        if parts:
            found[name] = parts
    return found


def check(subject: BomSubject, records: list[Record]) -> None:
    assert models(records) == {each.name: each.recorded for each in subject.models}
    assert links(records) == {(each.child, each.parent, each.relation, each.evidence) for each in subject.links}
    assert uses(records) == {each.name: (each.title, {use.model for use in each.models}) for each in subject.applications}
    assert {set_.name: set_.recorded for record in records for set_ in record.datasets} == {each.name: each.recorded for each in subject.datasets}
    for kind in ("declared", "concluded"):
        assert said(records, kind) == expected(subject, kind)


@pytest.mark.property
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_cyclonedx_gives_back_models_links_and_licences(data: st.DataObject) -> None:
    subject = data.draw(subjects(KNOWLEDGE))
    for spec in ("1.6", "1.7"):
        records = read(render_cyclonedx(subject, spec))
        check(subject, records)
        assert said(records, "detected") == expected(subject, "detected")


@pytest.mark.property
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_spdx_gives_back_models_links_and_licences(data: st.DataObject) -> None:
    subject = data.draw(subjects(KNOWLEDGE))
    check(subject, read(render_spdx(subject)))


@pytest.mark.parametrize("make", [full_subject, application_subject])
def test_a_bill_that_holds_everything_comes_back_in_both_forms(make: Any) -> None:
    subject = make(KNOWLEDGE)
    for document in (render_cyclonedx(subject, "1.6"), render_cyclonedx(subject), render_spdx(subject)):
        check(subject, read(document))


def test_every_licence_comes_back_by_the_id_that_other_tools_know() -> None:
    assert {name for name in KNOWLEDGE.ids() if KNOWLEDGE.resolve(KNOWLEDGE.exported_id(name), "2023-01-01").license != name and _is_own(name)} == set()


def _is_own(name: str) -> bool:
    return KNOWLEDGE.exported_id(name).startswith("LicenseRef-licet-")
