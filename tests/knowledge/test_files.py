"""A licence that extends another: what it inherits, drops and restates."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.errors import KnowledgeError
from registry.knowledge.compile import compile_knowledge
from registry.knowledge.files import read_licenses, read_vocabulary
from registry.knowledge.schema import LicenseFile
from registry.knowledge.store import Knowledge
from tests.knowledge.build import license_text, make_data

BASE = license_text(
    "  - {id: no-military, kind: bar, acts: all, section: '2', summary: No military use., if: {fields_of_use: [military]}}",
    "  - {id: display, kind: duty, do: display, acts: out, section: '3', summary: Show a mark.}",
    "steward: Acme",
    "ask: legal@acme.example",
    "reach: {distilled: derivative, finetune: derivative}",
    id="base",
    name="Base",
)


def child(*lines: str, name: str = "child", base: str = "base") -> str:
    """A licence that extends another, with these lines besides."""
    return "".join(f"{line}\n" for line in (f"id: {name}", f"name: {name}", "type: custom", "type_reason: Like its base.", f"extends: {base}", *lines))


def read(folder: Path, **texts: str) -> dict[str, LicenseFile]:
    """The licences of a data folder with these files."""
    data = make_data(folder, texts)
    return read_licenses(data, read_vocabulary(data))


def ids(license: LicenseFile) -> list[str]:
    """The terms by id."""
    return [term.id for term in license.terms]


def test_a_child_inherits_terms_texts_reach_steward_and_route_to_permission(tmp_path: Path) -> None:
    license = read(tmp_path, base=BASE, child=child())["child"]
    assert ids(license) == ["grant", "no-military", "display"]
    assert [text.source for text in license.texts] == ["https://example.org/base"]
    assert set(license.reach) == {"distilled", "finetune"}
    assert (license.steward, license.ask, license.extends) == ("Acme", "legal@acme.example", None)


def test_a_child_drops_restates_and_adds(tmp_path: Path) -> None:
    license = read(
        tmp_path,
        base=BASE,
        child=child(
            "drop: [display]",
            "ask: null",
            "steward: Other",
            "reach: {distilled: none}",
            "texts: [{id: license, name: Mine, source: here}]",
            "terms:",
            "  - {id: extra, kind: note, about: other, section: '9', summary: A further note.}",
            "  - {id: no-military, kind: bar, acts: all, section: '8', summary: Restated., if: {fields_of_use: [weapons]}}",
        ),
    )["child"]
    assert ids(license) == ["grant", "no-military", "extra"]
    assert license.terms[1].summary == "Restated."
    assert (license.ask, license.steward) == (None, "Other")
    assert (license.reach["distilled"], license.reach["finetune"]) == ("none", "derivative")
    assert [text.source for text in license.texts] == ["here"]


def test_a_chain_is_carried_out_from_its_root(tmp_path: Path) -> None:
    found = read(tmp_path, base=BASE, child=child("drop: [display]"), grandchild=child("drop: [no-military]", name="grandchild", base="child"))
    assert [ids(found[name]) for name in ("base", "child", "grandchild")] == [["grant", "no-military", "display"], ["grant", "no-military"], ["grant"]]


def test_a_term_that_the_base_has_lost_cannot_be_dropped_again(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"`grandchild\.yaml` drops `display`, which `child` does not have"):
        read(tmp_path, base=BASE, child=child("drop: [display]"), grandchild=child("drop: [display]", name="grandchild", base="child"))


@pytest.mark.parametrize(
    "texts",
    [
        {"child": child()},
        {"child": child(base="child")},
        {"child": child(base="other"), "other": child(name="other", base="child")},
        {"base": child(name="base", base="gone"), "child": child()},
    ],
    ids=["absent", "itself", "each other", "base extends what is absent"],
)
def test_a_base_that_is_not_there_or_goes_in_a_circle_is_refused(tmp_path: Path, texts: dict[str, str]) -> None:
    with pytest.raises(KnowledgeError, match="which is not there or extends it back"):
        read(tmp_path, **texts)


def test_a_term_dropped_that_no_base_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="drops `nothing`"):
        read(tmp_path, base=BASE, child=child("drop: [nothing]"))


def test_a_child_left_without_a_grant_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="grant"):
        read(tmp_path, base=BASE, child=child("drop: [grant]"))


def test_a_childs_term_in_a_text_that_neither_lists_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="policy"):
        read(tmp_path, base=BASE, child=child("terms: [{id: x, kind: bar, acts: all, text: policy, section: '1', summary: Barred.}]"))


def test_inherited_terms_stay_as_well_read_as_they_were(tmp_path: Path) -> None:
    data = make_data(tmp_path, {"base": BASE + "confidence: secondary\n", "child": child()})
    license = Knowledge(compile_knowledge(data)).license_of("child")
    assert license is not None
    assert {term.confidence for term in license.terms} == {"secondary"}


def test_the_order_of_files_does_not_matter(tmp_path: Path) -> None:
    found = read(tmp_path, zbase=BASE.replace("id: base", "id: zbase"), achild=child(name="achild", base="zbase"))
    assert ids(found["achild"]) == ["grant", "no-military", "display"]
