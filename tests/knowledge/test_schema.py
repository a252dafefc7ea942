"""A licence file that breaks the schema is refused with file, line and field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from registry.errors import KnowledgeError
from registry.knowledge.files import read_license, read_vocabulary
from registry.knowledge.schema import LicenseFile
from tests.knowledge.build import DATA, license_text

VOCABULARY = read_vocabulary(DATA)


def read(folder: Path, text: str) -> LicenseFile:
    """The licence file with this text."""
    path = folder / "test-license.yaml"
    path.write_text(text, encoding="utf-8")
    return read_license(path, VOCABULARY)


def refuse(folder: Path, text: str) -> str:
    """The message with which it is refused."""
    with pytest.raises(KnowledgeError) as caught:
        read(folder, text)
    assert caught.value.hint
    assert caught.value.message.startswith("`test-license.yaml` line ")
    return caught.value.message


def a_line(**given: str | None) -> str:
    """A term on one line, a bar unless told otherwise; None leaves a key out."""
    keys = {"id": "rule", "kind": "bar", "acts": "all", "section": '"2"', "summary": "A rule of the test."}
    return "  - {" + ", ".join(f"{key}: {value}" for key, value in {**keys, **given}.items() if value is not None) + "}"


def a_condition(text: str) -> str:
    """A bar with this condition."""
    return a_line(**{"if": text})


def test_a_licence_in_order_is_read(tmp_path: Path) -> None:
    license = read(tmp_path, license_text(a_line(ask="Acme"), a_line(id="other", kind="note", acts=None, about="other")))
    assert [term.id for term in license.terms] == ["grant", "rule", "other"]


@pytest.mark.parametrize(
    ("term", "field", "says"),
    [
        (a_line(kind="ban"), "kind", "'grant', 'bar', 'duty' or 'note'"),
        (a_line(id=None), "id", "required"),
        (a_line(id="Not A Word"), "id", "pattern"),
        (a_line(section=None), "section", "required"),
        (a_line(section='""'), "section", "at least 1"),
        (a_line(summary=None), "summary", "required"),
        (a_line(summary="ab"), "summary", "at least 3"),
        (a_line(acts=None), "", "names its `acts`"),
        (a_line(acts="[]"), "", "names its `acts`"),
        (a_line(acts="fly"), "acts", "`fly` is not an act"),
        (a_line(acts="[run, fly]"), "acts", "`fly` is not an act"),
        (a_line(binds="planet"), "binds", "`planet` is not something a term can bind"),
        (a_line(disputed="[data-to-weights, whatever]"), "disputed", "`whatever` is not a point"),
        (a_line(confidence="sure"), "confidence", "'text-read'"),
        (a_line(shade="red"), "shade", "not permitted"),
        (a_line(kind="duty"), "", "says what to `do`"),
        (a_line(kind="duty", do="dance"), "do", "`dance` is not a duty"),
        (a_line(kind="duty", do="display", force="may"), "force", "'must' or 'should'"),
        (a_line(kind="duty", do="display", ask="Acme"), "", "only a bar can `ask`"),
        (a_line(kind="grant", ask="Acme"), "", "only a bar can `ask`"),
        (a_line(kind="note", acts=None), "", "what it is `about`"),
        (a_line(kind="note", acts=None, about="weather"), "about", "`weather` is not a subject of notes"),
        (a_line(do="display"), "", "belong to a duty"),
        (a_line(gate="true"), "", "belong to a duty"),
        (a_line(force="should"), "", "belong to a duty"),
    ],
)
def test_a_term_is_refused_with_its_line_and_field(tmp_path: Path, term: str, field: str, says: str) -> None:
    message = refuse(tmp_path, license_text(term))
    assert message.startswith(f"`test-license.yaml` line 9, field `terms.1{'.' if field else ''}{field}`: ")
    assert says in message


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ("{}", "must be a mapping with one condition"),
        ("[]", "valid dictionary"),
        ("{weather: [wet]}", "`weather` is not a fact"),
        ("{all: [{not: {any: [{weather: [wet]}]}}]}", "`weather` is not a fact"),
        ("{subject.weight: [5]}", "`subject.weight` is not a fact"),
        ("{subject.modality: [smell]}", "`subject.modality` has no value `smell`"),
        ("{commercial: [maybe]}", "`commercial` is true or false, not `maybe`"),
        ("{commercial: true}", "must list at least one value"),
        ("{commercial: []}", "must list at least one value"),
        ("{commercial: [[true]]}", "neither a word, a number nor true/false"),
        ("{fields_of_use: {overlaps: [knitting]}}", "`fields_of_use` has no value `knitting`"),
        ("{fields_of_use: {has: [military]}}", "one of eq, in, overlaps"),
        ("{business: [competitor-to:Acme]}", "`business` has no value"),
        ("{all: []}", "`if.all` must be a list"),
        ("{any: {commercial: [true]}}", "`if.any` must be a list"),
        ("{not: []}", "`if.not` must be a mapping"),
        ("{place: {of: licensee, in: [Mars]}}", "`Mars` is neither a region nor a country code"),
        ("{place: {of: nobody, in: [EU]}}", "`if.place.of` is one of"),
        ("{place: {of: licensee}}", "takes `of` and `in`"),
        ("{measure: {what: active-users, per: month}}", "exactly one of `over` and `at_least`"),
        ("{measure: {what: active-users, per: month, over: 5, at_least: 5}}", "exactly one of `over` and `at_least`"),
        ("{measure: {what: active-users, per: month, over: many}}", "must be a number"),
        ("{measure: {what: active-users, per: month, over: true}}", "must be a number"),
        ("{measure: {what: active-users, per: month, over: -1}}", "must be a number"),
        ("{measure: {what: active-users, per: year, over: 5}}", "`active-users` per `year` is not a measure"),
        ("{measure: {what: goats, per: month, over: 5}}", "`goats` per `month` is not a measure"),
        ("{measure: {per: month, over: 5}}", "must say what is counted"),
        ("{measure: {what: active-users, at: once, over: 5}}", "needs an `anchor` or a `month`"),
        ("{measure: {what: active-users, at: sometimes, over: 5}}", "`if.measure.at` is one of"),
        ("{measure: {what: active-users, of: everybody, over: 5}}", "`if.measure.of` is one of"),
        ("{measure: {what: revenue, per: year, unit: XAU, over: 5}}", "`XAU` is not a currency"),
        ("{measure: {what: revenue, per: year, colour: red, over: 5}}", "does not know `colour`"),
    ],
)
def test_a_condition_outside_the_language_is_refused(tmp_path: Path, condition: str, says: str) -> None:
    message = refuse(tmp_path, license_text(a_condition(condition)))
    assert message.startswith("`test-license.yaml` line 9, field `terms.1.if")
    assert says in message


@pytest.mark.parametrize(
    "condition",
    [
        "{measure: {what: active-users, of: [product], over: 5}}",
        "{measure: {what: active-users, unit: [USD], over: 5}}",
        "{place: {of: [licensee], in: [EU]}}",
        "{measure: [1]}",
        "{place: EU}",
        "{not: {measure: 5}}",
    ],
)
def test_a_condition_of_the_wrong_shape_is_refused_and_not_fallen_over(tmp_path: Path, condition: str) -> None:
    assert "field `terms.1.if" in refuse(tmp_path, license_text(a_condition(condition)))


@pytest.mark.parametrize(
    "condition",
    [
        "{place: {of: licensee, in: [XX]}}",
        "{place: {of: licensee, in: []}}",
        "{country: [Mars]}",
        "{measure: {what: active-users, over: .nan}}",
        "{measure: {what: active-users, at: once, month: June, over: 5}}",
        "{measure: {what: active-users, at: once, month: [2023-06], over: 5}}",
        "{measure: {what: active-users, unit: USD, over: 5}}",
        "{monthly_active_users: [5]}",
    ],
)
def test_a_condition_that_no_use_can_ever_meet_is_refused(tmp_path: Path, condition: str) -> None:
    assert "field `terms.1.if" in refuse(tmp_path, license_text(a_condition(condition)))


@pytest.mark.parametrize(
    ("line", "field", "says"),
    [
        ("colour: red", "colour", "not permitted"),
        ("reach: {uncle: derivative}", "reach.uncle", "`uncle` is not a relation"),
        ("reach: {finetune: cousin}", "reach.finetune", "'derivative'"),
        ("reach: {finetune: {unsettled: whatever}}", "reach.finetune", "`whatever` is not a point"),
        ("placeholder: maybe", "placeholder", "'nothing-granted' or 'undetermined'"),
        ("in_force: {from: yesterday}", "in_force.from", "pattern"),
        ("in_force: {since: 2020-01-01}", "in_force.since", "'from' or 'to'"),
        ("released: soon", "released", "pattern"),
        ("confidence: sure", "confidence", "'text-read'"),
        ("aliases: mit", "aliases", "list"),
        ("osi_approved: perhaps", "osi_approved", "boolean"),
        ("osi_approved: [no]", "osi_approved", "boolean"),
        ("examples: [{use: {commercial: true}, verdict: maybe}]", "examples.0.verdict", "'permitted'"),
        ("examples: [{verdict: permitted}]", "examples.0.use", "required"),
    ],
)
def test_a_field_of_the_licence_is_refused_with_its_line(tmp_path: Path, line: str, field: str, says: str) -> None:
    message = refuse(tmp_path, license_text(line))
    assert message.startswith(f"`test-license.yaml` line 9, field `{field}")
    assert says in message


@pytest.mark.parametrize("line", ["in_force: {from: 2020-13-45}", "released: 2023-02-31", "in_force: {from: 2024-01-01, to: 2023-01-01}"])
def test_a_date_that_cannot_be_is_refused(tmp_path: Path, line: str) -> None:
    refuse(tmp_path, license_text(line))


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("id: test-license\n", "", 1, "id"),
        ("id: test-license\n", "id: Test License\n", 1, "id"),
        ("id: test-license\n", "id: other\n", 1, "id"),
        ("id: test-license\n", "id: [a]\n", 1, "id"),
        ("name: Test License\n", "", 1, "name"),
        ("type: custom\n", "type: free\n", 3, "type"),
        ("type: custom\n", "", 1, "type"),
        ("type_reason: It is written for a test.\n", "", 1, "type_reason"),
        (", source:", ", dated: soon, source:", 6, "texts.0.dated"),
        (", source:", ", digest: abc, source:", 6, "texts.0.digest"),
        (", source:", ", link:", 6, "texts.0.source"),
        ("{id: license", "{id: LICENSE", 6, "texts.0.id"),
    ],
)
def test_a_change_to_the_head_of_a_file_is_refused_with_its_line(tmp_path: Path, old: str, new: str, line: int, field: str) -> None:
    text = license_text()
    assert old in text
    assert refuse(tmp_path, text.replace(old, new, 1)).startswith(f"`test-license.yaml` line {line}, field `{field}`: ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (license_text(a_line(id="grant")), "term `grant` stands twice"),
        (license_text(a_line(text="use-policy")), "stands in text `use-policy`, which `texts` does not list"),
        (license_text().replace("kind: grant", "kind: note, about: other"), "grants something, or is a `placeholder`"),
        (license_text().replace(license_text().splitlines()[5] + "\n", "").replace("texts:\n", ""), "names its `texts`"),
    ],
)
def test_a_licence_that_is_not_whole_is_refused(tmp_path: Path, text: str, says: str) -> None:
    assert says in refuse(tmp_path, text)


def test_dropping_terms_of_no_other_licence_is_refused(tmp_path: Path) -> None:
    refuse(tmp_path, license_text("drop: [grant]"))


@pytest.mark.parametrize("text", ["", "[]", "text", "- a", "null", "5"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    assert "dictionary" in refuse(tmp_path, text)


def test_a_placeholder_needs_neither_texts_nor_terms(tmp_path: Path) -> None:
    license = read(tmp_path, "id: test-license\nname: Test\ntype: custom\ntype_reason: Only a name.\nplaceholder: undetermined\n")
    assert (license.placeholder, license.terms) == ("undetermined", [])


@pytest.mark.parametrize(("written", "expected"), [("run", ["run"]), ("[run, give]", ["run", "give"])])
def test_one_word_stands_for_a_list_of_one(tmp_path: Path, written: str, expected: list[str]) -> None:
    assert read(tmp_path, license_text(a_line(acts=written))).terms[1].acts == expected


def test_norway_is_a_country_and_not_a_refusal(tmp_path: Path) -> None:
    condition: Any = read(tmp_path, license_text(a_condition("{place: {of: licensee, in: [NO]}}"))).terms[1].condition
    assert condition["place"]["in"] == ["NO"]


@pytest.mark.parametrize("raw", [b"id: test-license\nname: \xff\xfe\n", "id: test-license\nname: Jürgen\n".encode("latin-1")])
def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "test-license.yaml"
    path.write_bytes(raw)
    with pytest.raises(KnowledgeError, match=r"test-license\.yaml` cannot be read") as caught:
        read_license(path, VOCABULARY)
    assert "UTF-8" in str(caught.value.hint)


def test_a_file_with_nul_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "test-license.yaml"
    path.write_bytes(license_text("summary: a\0b").encode())
    with pytest.raises(KnowledgeError, match="control characters"):
        read_license(path, VOCABULARY)


def test_a_file_that_is_not_there_or_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    for name in ("absent.yaml", "folder.yaml"):
        with pytest.raises(KnowledgeError, match="cannot be read"):
            read_license(tmp_path / name, VOCABULARY)
