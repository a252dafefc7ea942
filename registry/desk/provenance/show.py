"""What records say of a model or file, for people: what went in, what was done, when, on what, and what came out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from registry.desk.provenance.keys import known_keys
from registry.desk.provenance.verify import now, signer_to_data
from registry.errors import ProvenanceError
from registry.provenance.layout import subject_of_record
from registry.provenance.run import Run
from registry.provenance.terms import Terms
from registry.provenance.verification import read_documents
from registry.settings import Settings

SCHEMA = "licet.provenance-show/1"
"""The form of the answer."""

_STAGES = (
    "loading",
    "preparing",
    "evaluating-before",
    "training",
    "merging",
    "quantizing",
    "converting",
    "generating",
    "evaluating",
    "evaluating-after",
    "saving",
)


def show_provenance(settings: Settings, target: Path, public: Sequence[Path] = ()) -> dict[str, Any]:
    """What the records of a folder or file say. Signatures are looked at, files are not: that is what verifying does.

    Args:
        settings: Where trusted keys stand.
        target: A model folder, a file with its records beside it, or one of the records.
        public: The public keys to hold signatures against; the trusted ones, if none is given.

    Raises:
        ProvenanceError: There is no record, or it cannot be read.
    """
    about = subject_of_record(target)
    found = read_documents(about, known_keys(settings, public), at=now())
    if found.findings and found.run is None and found.terms is None:
        broken = next((finding for finding in found.findings if finding.code == "LIC505"), None)
        if broken is not None:
            raise ProvenanceError(broken.summary.rstrip("."), broken.hint)
    if found.run is None and found.terms is None and not found.signers:
        raise ProvenanceError(f"`{target}` has no record and no signature", "`licet run` writes them; `licet provenance sign` signs a folder")
    return {
        "schema": SCHEMA,
        "target": str(target),
        "model": found.name,
        "signatures": [signer_to_data(signer) for signer in found.signers],
        "run": run_to_data(found.run) if found.run else None,
        "terms": terms_to_data(found.terms) if found.terms else None,
        "signed_files": len(found.signed),
        "findings": [{"code": finding.code, "summary": finding.summary, "file": finding.file} for finding in found.findings],
    }


def run_to_data(run: Run) -> dict[str, Any]:
    """A run as plain data, with its timeline."""
    return {
        "name": run.name,
        "task": run.task,
        "stage": run.stage,
        "outcome": run.outcome,
        "reason": run.reason,
        "started": run.started,
        "ended": run.ended,
        "timeline": timeline(run),
        "inputs": [_input(asdict(material)) for material in run.materials],
        "parameters": dict(run.parameters),
        "settings": dict(run.internals),
        "environment": {key: value for key, value in asdict(run.environment).items() if key != "packages"},
        "packages": dict(run.environment.packages),
        "compute": {key: value for key, value in asdict(run.compute).items() if value is not None},
        "byproducts": dict(run.byproducts),
        "files": [asdict(file) for file in run.files],
        "invocation": run.invocation,
        "licet": run.licet,
        "knowledge": dict(run.knowledge),
        "override": {"reference": run.gate.override, "by": run.gate.overridden_by} if run.gate and run.gate.override else None,
    }


def _input(material: Mapping[str, Any]) -> dict[str, Any]:
    return {**material, "files": list(material["files"]), "licenses": list(material["licenses"]), "notes": dict(material["notes"])}


def timeline(run: Run) -> list[dict[str, Any]]:
    """What happened, in order: the start, each stage with its seconds, the end."""
    seconds = run.byproducts.get("seconds")
    stages = [(str(key), value) for key, value in seconds.items() if isinstance(value, int | float)] if isinstance(seconds, Mapping) else []
    stages.sort(key=lambda stage: _STAGES.index(stage[0]) if stage[0] in _STAGES else len(_STAGES))
    return [
        {"what": "started", "at": run.started, "seconds": None},
        *({"what": name, "at": None, "seconds": value} for name, value in stages),
        {"what": run.outcome, "at": run.ended, "seconds": None},
    ]


def terms_to_data(terms: Terms) -> dict[str, Any]:
    """A statement of terms as plain data."""
    check: Mapping[str, Any] = terms.gate.check if terms.gate else {}
    return {
        "model": terms.name,
        "stated_on": terms.stated,
        "lineage": [asdict(link) for link in terms.lineage],
        "license": terms.license,
        "verdict": check.get("verdict"),
        "interpretation": check.get("interpretation"),
        "use": check.get("use") or {},
        "obligations": check.get("obligations") or [],
        "override": {"reference": terms.gate.override, "by": terms.gate.overridden_by} if terms.gate and terms.gate.override else None,
        "knowledge": dict(terms.knowledge),
    }
