"""The statement of how a run came about: in-toto Statement v1 with SLSA provenance v1, both ways.

What a run chose stands in `externalParameters`, what its outcome depends on beside that in `internalParameters`, what went in under
`resolvedDependencies` with digests, and what came out is the subject: the model by the digest over its files, then each file by its own.
Fields of ours within the predicate begin with `licet_`, as SLSA asks of extensions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from registry.provenance.canonical import canonical_digest, plain_json
from registry.provenance.digests import tree_digest
from registry.provenance.run import Compute, Environment, FileDigest, Gate, Material, Run

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
"""The type of every statement."""

PROVENANCE_TYPE = "https://slsa.dev/provenance/v1"
"""The predicate of a record of a run."""

BUILD_TYPE = "urn:licet:run:1"
"""What the parameters mean; the README says it."""

BUILDER = "urn:licet:runner:local"
"""Who ran it: the local runner, on the machine of whoever signs."""

_COMMIT_LENGTH = 40


def subject_of(run: Run) -> tuple[str, str]:
    """Name and SHA-256 of what a record is about: the model that came out or, where nothing did, the run itself as it was asked for."""
    if run.files:
        return run.name, tree_digest(run.files)
    return f"run {run.invocation}", canonical_digest({"task": run.task, "parameters": run.parameters})


def provenance_statement(run: Run) -> dict[str, Any]:
    """The statement of a run."""
    name, digest = subject_of(run)
    return {
        "_type": STATEMENT_TYPE,
        "subject": [
            {"name": name, "digest": {"sha256": digest}},
            *({"name": file.name, "digest": {"sha256": file.sha256}, "annotations": {"size": file.size}} for file in run.files),
        ],
        "predicateType": PROVENANCE_TYPE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {"name": run.name, "task": run.task, "parameters": plain_json(run.parameters)},
                "internalParameters": {"settings": plain_json(run.internals), "environment": _environment(run.environment)},
                "resolvedDependencies": [*(_dependency(material) for material in run.materials), *_packages(run.environment)],
            },
            "runDetails": {
                "builder": {"id": BUILDER, "version": {"licet": run.licet}},
                "metadata": {
                    "invocationId": run.invocation,
                    "startedOn": run.started,
                    "finishedOn": run.ended,
                    "licet_outcome": run.outcome,
                    **({"licet_reason": run.reason} if run.reason else {}),
                    **({"licet_stage": run.stage} if run.stage else {}),
                    "licet_knowledge": dict(run.knowledge),
                },
                "byproducts": [_byproduct("compute", _known(asdict(run.compute))), *(_byproduct(key, value) for key, value in run.byproducts.items())],
            },
            **({"licet_gate": _gate(run.gate)} if run.gate else {}),
        },
    }


def run_of(statement: Mapping[str, Any]) -> Run:
    """The run that a statement tells of, whose shape was checked before.

    Of the licence check only the verdict is there; the statement of terms has all of it.
    """
    predicate = statement["predicate"]
    build, details = predicate["buildDefinition"], predicate["runDetails"]
    external, internal = build["externalParameters"], build["internalParameters"]
    metadata = details["metadata"]
    dependencies = build["resolvedDependencies"]
    byproducts = {each["name"]: _value(each) for each in details["byproducts"]}
    compute = byproducts.pop("compute", {})
    gate = predicate.get("licet_gate")
    packages = {each["name"]: each["annotations"]["version"] for each in dependencies if _is_package(each)}
    return Run(
        name=external["name"],
        task=external["task"],
        stage=metadata.get("licet_stage"),
        parameters=external["parameters"],
        internals=internal["settings"],
        materials=tuple(_material(each) for each in dependencies if not _is_package(each)),
        outcome=metadata["licet_outcome"],
        files=tuple(FileDigest(each["name"], each["annotations"]["size"], each["digest"]["sha256"]) for each in statement["subject"][1:]),
        byproducts=byproducts,
        environment=replace(Environment(**internal["environment"], packages={}), packages=packages),
        compute=Compute(**{"wall_seconds": 0.0, "cpu_seconds": 0.0, **compute}),
        started=metadata["startedOn"],
        ended=metadata["finishedOn"],
        invocation=metadata["invocationId"],
        licet=details["builder"]["version"]["licet"],
        knowledge=metadata["licet_knowledge"],
        gate=Gate({"verdict": gate["verdict"]}, gate["override"], gate["overridden_by"]) if gate else None,
        reason=metadata.get("licet_reason"),
    )


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _gate(gate: Gate) -> dict[str, Any]:
    return {"verdict": gate.check.get("verdict"), "override": gate.override, "overridden_by": gate.overridden_by}


def _environment(environment: Environment) -> dict[str, Any]:
    return {key: value for key, value in asdict(environment).items() if key != "packages"}


def _packages(environment: Environment) -> Iterator[dict[str, Any]]:
    for name, version in sorted(environment.packages.items()):
        yield {"name": name, "uri": f"pkg:pypi/{name.lower().replace('_', '-')}@{version}", "annotations": {"kind": "package", "version": version}}


def _is_package(entry: Mapping[str, Any]) -> bool:
    """Whether it is a package of the environment, not something that was named as an input."""
    return entry["annotations"]["kind"] == "package" and entry["annotations"].get("version") is not None


def _dependency(material: Material) -> dict[str, Any]:
    revision = material.revision
    digest = {
        **({"sha256": material.sha256} if material.sha256 else {}),
        **({"gitCommit": revision} if revision and len(revision) == _COMMIT_LENGTH else {}),
    }
    notes = {
        "kind": material.kind,
        "relation": material.relation,
        "revision": revision,
        "licenses": list(material.licenses),
        "files": [asdict(file) for file in material.files],
        "notes": plain_json(material.notes),
    }
    return {
        "name": material.name,
        **({"uri": material.uri} if material.uri else {}),
        **({"digest": digest} if digest else {}),
        "annotations": {key: value for key, value in notes.items() if value not in (None, [], {})},
    }


def _material(entry: Mapping[str, Any]) -> Material:
    notes = entry["annotations"]
    return Material(
        kind=notes["kind"],
        name=entry["name"],
        relation=notes.get("relation"),
        uri=entry.get("uri"),
        revision=notes.get("revision"),
        sha256=entry.get("digest", {}).get("sha256"),
        files=tuple(FileDigest(**file) for file in notes.get("files", ())),
        licenses=tuple(notes.get("licenses", ())),
        notes=notes.get("notes", {}),
    )


def _byproduct(name: str, value: Any) -> dict[str, Any]:
    """A byproduct: of a file its digest is the file's own, of a value that of its canonical form."""
    if isinstance(value, Mapping) and isinstance(value.get("sha256"), str):
        return {"name": name, "digest": {"sha256": value["sha256"]}, "annotations": {"file": plain_json(value)}}
    return {"name": name, "digest": {"sha256": canonical_digest(value)}, "mediaType": "application/json", "annotations": {"value": plain_json(value)}}


def _value(byproduct: Mapping[str, Any]) -> Any:
    notes = byproduct["annotations"]
    return notes["file"] if "file" in notes else notes.get("value")
