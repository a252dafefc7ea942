"""The statement of what an artefact comes from and which terms bind it: an in-toto statement with a predicate of our own.

Its schema is `data/schemas/terms-1.schema.json`. It joins the digest of a model with its lineage and with the answer for a use, as both were known when it was signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from registry.provenance.canonical import plain_json
from registry.provenance.run import Gate, Run
from registry.provenance.statement import STATEMENT_TYPE

TERMS_TYPE = "urn:licet:terms:1"
"""The predicate of a statement of terms."""


@dataclass(frozen=True, slots=True)
class Link:
    """That one artefact comes from another: names and a relation as in the catalogue, and how good the evidence is."""

    child: str
    parent: str
    relation: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What a statement of terms says.

    Attributes:
        name: The model.
        stated: When, RFC 3339 in UTC.
        lineage: From the model up to every ancestor that is known; a dataset is written `dataset:NAME`.
        gate: The answer for the use, and under which approval a refusal was passed over.
        knowledge: Version and digest of the licence knowledge.
        licet: The version of licet.
        license: The licence that the model itself carries, by its id or as an SPDX expression.
    """

    name: str
    stated: str
    lineage: tuple[Link, ...]
    gate: Gate | None
    knowledge: Mapping[str, str]
    licet: str
    license: str | None = None


def terms_of(run: Run, ancestors: tuple[Link, ...] = (), license: str | None = None) -> Terms:
    """What a run says of terms: its own inputs with a relation are attested parents, and `ancestors` is what lies above them."""
    own = tuple(
        Link(run.name, f"dataset:{each.name.removeprefix('dataset:')}" if each.kind == "dataset" else each.name, each.relation, "attested")
        for each in run.materials
        if each.relation
    )
    return Terms(run.name, run.ended, tuple(dict.fromkeys((*own, *ancestors))), run.gate, run.knowledge, run.licet, license)


def terms_statement(terms: Terms, subject: tuple[str, str]) -> dict[str, Any]:
    """The statement; the subject is given by name and SHA-256, as `subject_of` has it."""
    check: Mapping[str, Any] = terms.gate.check if terms.gate else {}
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": subject[0], "digest": {"sha256": subject[1]}}],
        "predicateType": TERMS_TYPE,
        "predicate": {
            "model": terms.name,
            "stated_on": terms.stated,
            "lineage": [asdict(link) for link in terms.lineage],
            "license": terms.license,
            "verdict": check.get("verdict"),
            "interpretation": check.get("interpretation"),
            "use": plain_json(check.get("use") or {}),
            "obligations": plain_json(check.get("obligations") or []),
            "check": plain_json(check) if check else None,
            "override": {"reference": terms.gate.override, "by": terms.gate.overridden_by} if terms.gate and terms.gate.override else None,
            "knowledge": dict(terms.knowledge),
            "licet": terms.licet,
        },
    }


def read_terms(statement: Mapping[str, Any]) -> Terms:
    """What a statement says, whose shape was checked before."""
    said = statement["predicate"]
    override = said["override"] or {}
    gate = Gate(said["check"], override.get("reference"), override.get("by")) if said["check"] else None
    return Terms(said["model"], said["stated_on"], tuple(Link(**each) for each in said["lineage"]), gate, said["knowledge"], said["licet"], said["license"])
