"""Bills of materials: models, data, licences and lineage of CycloneDX and SPDX 3, checked against their schemas and read all the same."""

from __future__ import annotations

import copy
import hashlib
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import RegistryError, SourceError
from registry.sources.bom.names import joined_parts, read_purl
from registry.sources.bom.schema import _PLAIN_ADDRESS, quick_addresses
from registry.sources.bom.source import MAX_BYTES, BomSource
from registry.sources.interface import Source
from registry.supplychain.record import Record
from tests.sources.boms import COMMIT, TERMS, cyclonedx, encoded, spdx, written


def read(path: Path) -> tuple[list[Record], BomSource]:
    source = BomSource(path)
    return list(source.records()), source


def relations(records: list[Record]) -> set[tuple[str, str, str, str]]:
    return {(each.child, each.parent, each.relation, each.evidence) for record in records for each in record.relations}


def statements(records: list[Record]) -> set[tuple[str, str | None, str | None, str]]:
    return {(each.subject, each.raw_name, each.raw_link, each.basis) for record in records for each in record.statements}


@pytest.mark.parametrize("version", ["1.5", "1.6", "1.7"])
def test_a_cyclonedx_document_gives_models_data_licences_and_lineage(tmp_path: Path, version: str) -> None:
    records, source = read(written(tmp_path / "bom.json", cyclonedx(version)))
    assert isinstance(source, Source)
    assert source.format == f"CycloneDX {version}"
    assert statements(records) == {
        ("acme/talker-chat", "Acme Terms", "https://acme.example/terms", "declared"),
        ("acme/talker", "MIT", None, "declared"),
        ("acme/talker-chat-lora", "Apache-2.0 OR MIT", None, "declared"),
        ("dataset:acme/words", "CC-BY-NC-4.0", None, "declared"),
    }
    assert relations(records) == {
        ("acme/talker-chat", "acme/talker", "finetune", "inferred"),
        ("acme/talker-chat", "dataset:acme/words", "trained-on", "inferred"),
        ("acme/talker-chat", "dataset:acme/more-words", "trained-on", "inferred"),
        ("acme/talker-chat-lora", "acme/talker-chat", "adapter", "inferred"),
        ("acme/talker-chat-lora", "dataset:acme/words", "trained-on", "inferred"),
    }
    (model, *_) = records[1].models
    assert (model.name, model.developer, model.modality, model.architecture) == ("acme/talker-chat", "acme", "text", "transformer")
    assert [(each.model, each.commit, each.digest) for each in records[1].revisions] == [("acme/talker-chat", COMMIT, "b" * 64)]
    assert [(app.name, [use.model for use in app.models]) for app in records[2].applications] == [("Help Desk", ["acme/talker-chat", "acme/talker-chat-lora"])]
    assert [(note.code, note.message) for note in source.notes] == [("not-kept", "1 component is neither model nor data, and not kept")]


def test_the_source_of_a_claim_is_the_file_with_its_digest(tmp_path: Path) -> None:
    path = written(tmp_path / "bom.json", cyclonedx())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    records, _ = read(path)
    assert {each.source.reference for each in records[1].statements if each.source} == {f"bom.json sha256:{digest}"}
    terms = next(each for each in records[1].statements if each.raw_name == "Acme Terms")
    assert terms.text_digest == hashlib.sha256(TERMS.encode()).hexdigest()


def test_a_later_version_of_a_bill_takes_the_place_of_the_earlier_and_of_no_other(tmp_path: Path) -> None:
    later, other = cyclonedx(), cyclonedx()
    later["version"] = 2
    other["serialNumber"] = "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b70"
    origins = [read(written(tmp_path / f"{at}.json", each))[0][0].origin for at, each in enumerate((cyclonedx(), later, other))]
    assert origins[0] == origins[1] != origins[2]


def test_what_its_author_concludes_is_kept_as_his_word_and_what_was_found_as_detected(tmp_path: Path) -> None:
    document = cyclonedx()
    model = document["components"][0]
    model["licenses"] = [
        {"license": {"id": "MIT", "acknowledgement": "declared"}},
        {"license": {"name": "Odd", "acknowledgement": "concluded", "text": {"content": encoded("odd"), "encoding": "base64"}}},
    ]
    model["evidence"] = {"licenses": [{"license": {"id": "Apache-2.0"}}]}
    records, source = read(written(tmp_path / "bom.json", document))
    told = {each.raw_name: each for each in records[1].statements if each.subject == "acme/talker-chat"}
    assert {name: each.basis for name, each in told.items()} == {"MIT": "declared", "Odd": "declared", "Apache-2.0": "detected"}
    assert told["Odd"].text_digest == hashlib.sha256(b"odd").hexdigest()
    assert told["Odd"].source is not None
    assert told["Odd"].source.reference.endswith("(concluded by its author)")
    assert not [note for note in source.notes if note.code == "schema"]


def test_two_ancestors_make_a_merge_and_a_model_is_not_its_own(tmp_path: Path) -> None:
    document = cyclonedx()
    document["components"][0]["pedigree"]["ancestors"] = [{"type": "machine-learning-model", "name": name} for name in ("a/one", "a/two")]
    document["components"][1]["pedigree"] = {"ancestors": [{"type": "machine-learning-model", "group": "acme", "name": "talker-chat-lora"}]}
    records, source = read(written(tmp_path / "bom.json", document))
    assert {each[1:3] for each in relations(records) if each[0] == "acme/talker-chat" and not each[1].startswith("dataset")} == {
        ("a/one", "merge"),
        ("a/two", "merge"),
    }
    assert [note.finding for note in source.notes if note.code == "self-base"] == ["LIC108"]


def test_a_document_that_breaks_its_schema_is_read_and_says_where(tmp_path: Path) -> None:
    document = cyclonedx()
    document["components"][1]["licenses"] = [{"license": {"id": "LLAMA-2"}}]
    document["components"][2]["colour"] = "red"
    document["components"].append({"type": "machine-learning-model", "name": 3})
    records, source = read(written(tmp_path / "bom.json", document))
    assert ("acme/talker-chat-lora", "LLAMA-2", None, "declared") in statements(records)
    told = [note.message for note in source.notes if note.code == "schema"]
    assert any("components[1].licenses" in message and "LLAMA-2" in message for message in told)
    assert any("components[2]" in message and "colour" in message for message in told)
    assert [note.message for note in source.notes if note.code == "no-name"] == ["`components[4]` has no name that can be one: `3`"]


def test_a_licence_that_is_not_known_is_no_statement(tmp_path: Path) -> None:
    document = cyclonedx()
    document["components"][0]["licenses"] = [{"license": {"name": "unknown"}}]
    records, source = read(written(tmp_path / "bom.json", document))
    assert not [each for each in statements(records) if each[0] == "acme/talker-chat"]
    assert [note.message for note in source.notes if note.code == "bad-value"] == ["`components[0].licenses[0]` names no licence"]


def test_the_model_itself_is_not_taken_for_an_application(tmp_path: Path) -> None:
    document = cyclonedx()
    document["metadata"]["component"]["name"] = "talker-chat"
    assert [record.applications for record in read(written(tmp_path / "bom.json", document))[0]] == [(), ()]


def test_an_spdx_document_gives_models_data_licences_and_lineage(tmp_path: Path) -> None:
    records, source = read(written(tmp_path / "bom.json", spdx()))
    assert source.format == "SPDX 3.0.1"
    assert statements(records) == {
        ("Talker Chat", "Acme Terms", "https://acme.example/terms", "declared"),
        ("Talker Chat", "MIT", None, "declared"),
        ("dataset:words", "MIT", None, "declared"),
    }
    assert relations(records) == {
        ("Talker Chat", "acme/talker", "finetune", "inferred"),
        ("Talker Chat", "dataset:words", "trained-on", "declared"),
        ("Talker Chat", "dataset:exam", "tested-on", "declared"),
    }
    model = records[1].models[0]
    assert (model.developer, model.released_on, model.architecture) == ("Acme Labs", "2025-06-07", "transformer")
    assert {(each.name, each.personal_data) for each in records[0].datasets} == {("words", "yes"), ("exam", None)}
    assert [(run.model, run.energy_kwh) for run in records[2].training_runs] == [("Talker Chat", pytest.approx(1.0))]
    assert [(app.name, [use.model for use in app.models]) for app in records[2].applications] == [("Help Desk", ["Talker Chat"])]
    by = {each.raw_name: each.source.reference for each in records[1].statements if each.source}
    assert by["MIT"].endswith("(concluded by its author)")
    assert source.notes == []


def test_spdx_licences_are_read_in_every_form(tmp_path: Path) -> None:
    document = spdx()
    here = "https://acme.example/bom#"
    graph = document["@graph"]
    inner = {"type": "expandedlicensing_DisjunctiveLicenseSet", "spdxId": here + "or", "creationInfo": "_:made"}
    inner["expandedlicensing_member"] = ["https://spdx.org/licenses/MIT", "https://spdx.org/licenses/Zlib"]  # type: ignore[assignment]
    graph.append(
        {
            "type": "expandedlicensing_ConjunctiveLicenseSet",
            "spdxId": here + "and",
            "creationInfo": "_:made",
            "expandedlicensing_member": [here + "or", here + "terms"],
        }
    )
    graph.append(inner)
    ends = {"link4": [here + "and"], "link5": ["expandedlicensing_NoneLicense"], "link6": ["expandedlicensing_NoAssertionLicense"]}
    for each in graph:
        each["to"] = ends.get(each.get("spdxId", "").removeprefix(here), each.get("to"))
    records, source = read(written(tmp_path / "bom.json", document))
    assert {each[:2] for each in statements(records)} == {("Talker Chat", "(MIT OR Zlib) AND Acme Terms"), ("Talker Chat", "NONE")}
    assert not [note for note in source.notes if note.code == "bad-value"]


def test_an_spdx_document_that_breaks_the_model_is_read_and_says_so(tmp_path: Path) -> None:
    document = spdx()
    document["@graph"][3]["releaseTime"] = "last summer"
    document["@graph"][10]["to"] = ["https://elsewhere.example/x", "pkg:huggingface/other/base"]
    records, source = read(written(tmp_path / "bom.json", document))
    assert ("Talker Chat", "other/base", "finetune", "inferred") in relations(records)
    assert {note.code for note in source.notes} == {"schema", "bad-value", "dangling"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no JSON"),
        ("<bom/>", "XML"),
        ("[]", "no object"),
        ('{"spdxVersion": "SPDX-2.3"}', "SPDX 2"),
        ('{"hello": 1}', "no bill of materials that is known"),
        ('{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "x"}]}', "no model and no data"),
        ('{"a": ' * 10_000, "nests deeper"),
        ('{"bomFormat": "CycloneDX", "a": ' + "[" * 150 + "]" * 150 + "}", "nests deeper than 120"),
        ('{"bomFormat": "CycloneDX", "n": ' + "9" * 5_000 + "}", "cannot be read"),
        ("{\udcff", "not UTF-8"),
    ],
)
def test_what_is_no_bill_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bom.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SourceError, match=said):
        read(path)


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "bom.json"
    with path.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    with pytest.raises(SourceError, match="more than"):
        read(path)


def test_lists_too_long_to_be_checked_are_read_all_the_same(tmp_path: Path) -> None:
    document = cyclonedx()
    document["components"] += [{"type": "data", "name": f"set-{number}", "data": [{"type": "dataset"}]} for number in range(5_000)]
    records, source = read(written(tmp_path / "bom.json", document))
    assert len(records[0].datasets) == 5_002
    assert [note.code for note in source.notes] == ["unchecked", "not-kept"]


@pytest.mark.parametrize(
    ("text", "name", "is_dataset", "revision"),
    [
        ("pkg:huggingface/acme/talker", "acme/talker", False, None),
        (f"pkg:huggingface/acme/talker@{COMMIT}?repository_url=x#y", "acme/talker", False, COMMIT),
        ("pkg:huggingface/acme/talker@main", "acme/talker", False, None),
        ("PKG:HuggingFace/acme/tal%2Eker", "acme/tal.ker", False, None),
        ("pkg:huggingface/datasets/acme/words", "acme/words", True, None),
        ("pkg:huggingface/gpt2", "gpt2", False, None),
    ],
)
def test_a_package_url_of_the_hub_names_a_model_or_dataset(text: str, name: str, is_dataset: bool, revision: str | None) -> None:
    assert read_purl(text) == (name, is_dataset, revision)


@pytest.mark.parametrize(
    "text", ["pkg:pypi/x@1", "pkg:huggingface/", "pkg:huggingface/a/b/c", "huggingface/a/b", "pkg:huggingface/a\x00/b", 3, None, "pkg:" + "x" * 2_000]
)
def test_any_other_package_url_names_none(text: object) -> None:
    assert read_purl(text) is None


@pytest.mark.parametrize("build", [cyclonedx, spdx])
def test_no_value_in_any_place_makes_the_reader_fall(tmp_path: Path, build: Any) -> None:
    """Whatever stands in the place of whatever: it is read, or refused as it should be."""
    draw = random.Random(7)  # noqa: S311 - the same documents every time
    odd: list[Any] = [None, True, -1, 1e308, "", "x" * 5_000, "\x00", "a\u202eb", [], {}, [[]], [None], {"a": {}}, [{"type": []}], {"type": "data", "name": {}}]
    for _ in range(100):
        document = copy.deepcopy(build())
        for _ in range(draw.randint(1, 3)):
            holder: Any = document
            while True:
                key = draw.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
                if not isinstance(holder[key], dict | list) or not holder[key] or draw.random() < 0.25:
                    break
                holder = holder[key]
            holder[key] = copy.deepcopy(draw.choice(odd))
        try:
            records, source = read(written(tmp_path / "bom.json", document))
        except RegistryError:
            continue
        assert records
        json.dumps([note.message for note in source.notes])


@pytest.mark.property
@settings(max_examples=40, deadline=None)
@given(st.one_of(st.from_regex(_PLAIN_ADDRESS, fullmatch=True), st.sampled_from(["https://a b", "https://[x", "http://a/%zz", "://", "https://x/\u202e"])))
def test_what_passes_as_a_plain_address_passes_the_test_of_the_schema(address: str) -> None:
    validator = pytest.importorskip("jsonschema").Draft7Validator
    schema = validator({"type": "string", "format": "iri-reference"}, format_checker=validator.FORMAT_CHECKER)
    slow = schema.is_valid(address[:200])
    with quick_addresses():
        assert schema.is_valid(address[:200]) == slow
    assert schema.is_valid(address[:200]) == slow


@pytest.mark.parametrize(
    ("expression", "parts"),
    [
        ("MIT", ["MIT"]),
        ("MIT AND Apache-2.0", ["MIT", "Apache-2.0"]),
        ("(MIT AND (Apache-2.0 AND ISC))", ["MIT", "Apache-2.0", "ISC"]),
        ("MIT AND (Apache-2.0 OR ISC)", ["MIT", "Apache-2.0 OR ISC"]),
        ("MIT OR (Apache-2.0 AND ISC)", ["MIT OR (Apache-2.0 AND ISC)"]),
        ("(MIT OR ISC) AND (Zlib OR BSD-3-Clause)", ["MIT OR ISC", "Zlib OR BSD-3-Clause"]),
        ("", [""]),
        ("(MIT", ["(MIT"]),
    ],
)
def test_an_expression_is_taken_apart_where_it_joins_and_not_within_a_choice(expression: str, parts: list[str]) -> None:
    assert joined_parts(expression) == parts


def test_an_expression_of_many_parentheses_does_not_make_the_reader_fall() -> None:
    for signs in ("(" * 5_000, "(" * 2_000 + "MIT" + ")" * 2_000, ") AND (" * 700):
        assert joined_parts(signs)
