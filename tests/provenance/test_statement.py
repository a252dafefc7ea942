"""The statement of a run: what the standards ask for, and nothing lost on the way back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry.errors import ProvenanceError
from registry.provenance.canonical import canonical_json, read_json
from registry.provenance.digests import digest_folder, tree_digest
from registry.provenance.envelope import Envelope
from registry.provenance.record_shape import read_run, read_terms_record
from registry.provenance.run import FileDigest, Gate, Run
from registry.provenance.statement import provenance_statement, subject_of
from registry.provenance.terms import Link, terms_of, terms_statement
from registry.resources import resource_dir
from tests.provenance.build import model_folder, run

pytest.importorskip("rfc8785")


@pytest.fixture
def done(tmp_path: Path) -> Run:
    """A run with its files."""
    return run(files=digest_folder(model_folder(tmp_path / "model")).files)


def sealed(statement: Any) -> Envelope:
    payload = canonical_json(statement)
    return Envelope(payload, read_json(payload, "it"), ())


def test_a_run_comes_back_as_it_went_in(done: Run) -> None:
    assert read_run(sealed(provenance_statement(done)), "it") == replace(done, gate=Gate({"verdict": "permitted"}))


def test_the_subject_is_the_model_and_then_each_file(done: Run) -> None:
    subject = provenance_statement(done)["subject"]
    assert subject[0] == {"name": "acme/support-7b", "digest": {"sha256": tree_digest(done.files)}}
    assert [each["name"] for each in subject[1:]] == [file.name for file in done.files]


def test_the_predicate_has_what_slsa_asks_for(done: Run) -> None:
    statement = provenance_statement(done)
    assert (statement["_type"], statement["predicateType"]) == ("https://in-toto.io/Statement/v1", "https://slsa.dev/provenance/v1")
    build, details = statement["predicate"]["buildDefinition"], statement["predicate"]["runDetails"]
    assert build["buildType"] == "urn:licet:run:1"
    assert details["builder"]["id"]
    assert (details["metadata"]["startedOn"], details["metadata"]["finishedOn"]) == ("2026-11-20T10:00:00Z", "2026-11-20T10:05:00Z")
    for each in (*build["resolvedDependencies"], *details["byproducts"]):
        assert {"uri", "digest", "content"} & set(each)  # in-toto v1, resource descriptor: at least one of them


def test_what_went_in_carries_its_digests_its_commit_and_its_licences(done: Run) -> None:
    base = provenance_statement(done)["predicate"]["buildDefinition"]["resolvedDependencies"][0]
    assert base["digest"] == {"sha256": "0" * 64, "gitCommit": "a" * 40}
    assert (base["annotations"]["relation"], base["annotations"]["licenses"]) == ("finetune", ["apache-2.0"])


def test_packages_are_named_as_their_index_names_them(done: Run) -> None:
    dependencies = provenance_statement(done)["predicate"]["buildDefinition"]["resolvedDependencies"]
    assert "pkg:pypi/torch@2.13.0+cpu" in [each.get("uri") for each in dependencies]


def test_integers_stay_integers(done: Run) -> None:
    text = canonical_json(provenance_statement(done)).decode()
    assert '"seed":0' in text
    assert '"epochs":3,' in text


def test_a_run_that_made_nothing_is_about_itself() -> None:
    failed = run(outcome="failed", reason="memory: out of memory", files=())
    name, digest = subject_of(failed)
    assert name == f"run {failed.invocation}"
    assert digest != subject_of(replace(failed, parameters={"job": {"kind": "merge"}}))[1]
    assert read_run(sealed(provenance_statement(failed)), "it").reason == "memory: out of memory"


def test_a_loss_that_is_no_number_can_be_recorded(done: Run) -> None:
    lost = replace(done, byproducts={"losses": [[1, float("nan")]]})
    assert read_run(sealed(provenance_statement(lost)), "it").byproducts == {"losses": [[1, "NaN"]]}


@pytest.mark.parametrize("flop", [1e15, 5.28e17, 1e21, 1e26, 3.5])
def test_every_size_of_computation_comes_back(done: Run, flop: float) -> None:
    counted = replace(done, compute=replace(done.compute, flop=flop))
    assert read_run(sealed(provenance_statement(counted)), "it").compute.flop == flop


def test_a_package_that_was_named_as_an_input_is_not_taken_for_the_environment(done: Run) -> None:
    from registry.provenance.run import Material

    named = replace(done, materials=(*done.materials, Material("package", "numpy", notes={"version": "9"})))
    back = read_run(sealed(provenance_statement(named)), "it")
    assert back.materials == named.materials
    assert back.environment.packages == done.environment.packages


def change(statement: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The statement with another value at a place; ... takes the place away."""
    changed = json.loads(json.dumps(statement))
    *way, last = path.split(".")
    place = changed
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    key: Any = int(last) if isinstance(place, list) else last
    if value is ...:
        del place[key]
    else:
        place[key] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("_type", "https://in-toto.io/Statement/v0.1"),
        ("predicateType", "https://slsa.dev/provenance/v0.2"),
        ("predicate", []),
        ("predicate.buildDefinition", None),
        ("predicate.buildDefinition.buildType", "https://example.org/other"),
        ("predicate.buildDefinition.externalParameters.parameters", "none"),
        ("predicate.buildDefinition.internalParameters.environment.cores", "two"),
        ("predicate.buildDefinition.internalParameters.environment.home", "/root"),
        ("predicate.buildDefinition.resolvedDependencies.0.annotations", ...),
        ("predicate.buildDefinition.resolvedDependencies.0.annotations.files.0.sha256", "zz"),
        ("predicate.buildDefinition.resolvedDependencies.4.annotations.version", 5),
        ("predicate.runDetails.metadata.licet_outcome", "perfect"),
        ("predicate.runDetails.metadata.finishedOn", "yesterday"),
        ("predicate.runDetails.byproducts.0.annotations.value.wall_seconds", "long"),
        ("predicate.runDetails.byproducts.0.annotations.value", [1]),
        ("predicate.runDetails.byproducts.0.annotations.value.secret", 1),
        ("subject", []),
        ("subject.0.digest.sha256", "0" * 64),
        ("subject.0.name", "acme/another"),
        ("subject.1.annotations", ...),
        ("subject.1.digest.sha256", "0" * 64),
        ("subject.1.name", 7),
    ],
)
def test_a_statement_of_another_shape_is_refused(done: Run, path: str, value: Any) -> None:
    with pytest.raises(ProvenanceError) as raised:
        read_run(sealed(change(provenance_statement(done), path, value)), "`provenance.json`")
    assert "`provenance.json`" in raised.value.message


def test_a_file_that_is_named_twice_is_refused() -> None:
    twice = run(files=(FileDigest("a", 1, "1" * 64), FileDigest("a", 1, "1" * 64)))
    with pytest.raises(ProvenanceError, match="names a file twice"):
        read_run(sealed(provenance_statement(twice)), "it")


def test_a_statement_in_another_spelling_is_refused(done: Run) -> None:
    payload = json.dumps(provenance_statement(done), indent=2).encode()
    with pytest.raises(ProvenanceError, match="canonical"):
        read_run(Envelope(payload, json.loads(payload), ()), "it")


def test_terms_come_back_as_they_went_in(done: Run) -> None:
    terms = terms_of(done, (Link("acme/base-7b", "acme/root-7b", "finetune", "declared"),), "apache-2.0")
    back, name, digest = read_terms_record(sealed(terms_statement(terms, subject_of(done))), "it")
    assert back == terms
    assert (name, digest) == subject_of(done)


def test_terms_name_what_went_in_and_all_above_it(done: Run) -> None:
    terms = terms_of(done, (Link("acme/base-7b", "acme/root-7b", "finetune", "declared"),))
    assert [(link.child, link.parent, link.relation, link.evidence) for link in terms.lineage] == [
        ("acme/support-7b", "acme/base-7b", "finetune", "attested"),
        ("acme/support-7b", "dataset:tickets", "trained-on", "attested"),
        ("acme/base-7b", "acme/root-7b", "finetune", "declared"),
    ]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("predicateType", "urn:licet:terms:2"),
        ("predicate.lineage.0.evidence", "certain"),
        ("predicate.lineage.0.weight", 1),
        ("predicate.stated_on", "today"),
        ("predicate.check", "yes"),
        ("predicate.license", ...),
        ("subject.0.digest.sha256", "abc"),
    ],
)
def test_terms_of_another_shape_are_refused(done: Run, path: str, value: Any) -> None:
    with pytest.raises(ProvenanceError):
        read_terms_record(sealed(change(terms_statement(terms_of(done), subject_of(done)), path, value)), "`terms.json`")


def test_a_record_is_not_taken_for_terms_nor_terms_for_a_record(done: Run) -> None:
    with pytest.raises(ProvenanceError, match="not of terms"):
        read_terms_record(sealed(provenance_statement(done)), "it")
    with pytest.raises(ProvenanceError, match="not a record of a run"):
        read_run(sealed(terms_statement(terms_of(done), subject_of(done))), "it")


def test_terms_are_valid_against_the_published_schema(done: Run) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((resource_dir("data") / "schemas" / "terms-1.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    overridden = replace(done, gate=Gate({"verdict": "prohibited", "use": {}, "obligations": [{"term": "x"}]}, "LEGAL-7", "jo"))
    for each in (done, overridden, replace(done, gate=None), run(outcome="failed", files=())):
        statement = json.loads(canonical_json(terms_statement(terms_of(each, (), "mit"), subject_of(each))))
        validator.validate(statement)
        for path, value in (("predicate.model", ...), ("predicate.lineage.0.evidence", "sure"), ("predicate.extra", 1), ("subject", [])):
            assert not validator.is_valid(change(statement, path, value)), path


def test_other_readers_of_the_standards_understand_the_record(done: Run) -> None:
    attestation: Any = pytest.importorskip("in_toto_attestation.v1.statement")
    statement_pb2: Any = pytest.importorskip("in_toto_attestation.v1.statement_pb2")
    json_format: Any = pytest.importorskip("google.protobuf.json_format")
    provenance_pb2: Any = pytest.importorskip("in_toto_attestation.predicates.provenance.v1.provenance_pb2")
    statement = json.loads(canonical_json(provenance_statement(done)))
    read = json_format.ParseDict(statement, statement_pb2.Statement())
    attestation.Statement.copy_from_pb(read).validate()
    known = {key: value for key, value in statement["predicate"].items() if not key.startswith("licet_")}
    predicate = json_format.ParseDict(known, provenance_pb2.Provenance(), ignore_unknown_fields=True)
    assert predicate.build_definition.build_type == "urn:licet:run:1"
    assert predicate.run_details.metadata.invocation_id == done.invocation
    assert predicate.build_definition.resolved_dependencies[0].digest["gitCommit"] == "a" * 40
    assert [each.name for each in predicate.run_details.byproducts][:2] == ["compute", "metrics"]
