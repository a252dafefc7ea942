"""Verifying a model folder: signatures, files, what went in where it is at hand, and whether the catalogue tells the same lineage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.desk.answer_item import finding_to_data
from registry.desk.provenance.keys import known_keys
from registry.errors import UsageError
from registry.findings.finding import Finding
from registry.provenance.dependencies import Dependency, Place, check_dependencies
from registry.provenance.digests import Progress
from registry.provenance.layout import subject_of_record
from registry.provenance.model_signing_library import Identity
from registry.provenance.signers import Signer
from registry.provenance.verification import Verification, verify

if TYPE_CHECKING:
    from registry.catalogue.engine import Connection
    from registry.desk.session import Desk
    from registry.provenance.run import Run
    from registry.provenance.terms import Terms

SCHEMA = "licet.provenance-verify/1"
"""The form of the answer."""


def verify_provenance(
    desk: Desk,
    target: Path,
    *,
    public: Sequence[Path] = (),
    signature: Path | None = None,
    identity: Identity | None = None,
    places: Mapping[str, Path] | None = None,
    base: Path | None = None,
    lineage: bool = True,
    progress: Callable[[str], Progress | None] | None = None,
) -> dict[str, Any]:
    """Verify a model folder, or a single file with its records beside it.

    Args:
        desk: The desk; its catalogue is opened only where a record tells of a lineage.
        target: The folder or file, or one of its records.
        public: The public keys to hold signatures against; the trusted ones of the settings, if none is given.
        signature: Where the signature stands, if not in the folder as `model.sig`.
        identity: Who is expected to have signed the files with Sigstore, without a key.
        places: Where that which went in stands, by name.
        base: Where the one base stands.
        lineage: Whether the lineage is compared with the catalogue's.
        progress: Gives, for a part of the work, what is told how far it is.

    Raises:
        ProvenanceError: The target cannot be read, or a key is none.
        UsageError: A place is given for what did not go in.
    """
    target = subject_of_record(target)
    keys = known_keys(desk.settings, public)
    meter = progress or (lambda _part: None)
    found = verify(target, keys, at=now(), signature=signature, identity=identity, offline=desk.settings.offline, progress=meter("files"))
    dependencies: tuple[Dependency, ...] = ()
    if found.run is not None:
        given = find_places(found.run, places or {}, base)
        dependencies = check_dependencies(found.run, given, progress=meter("what went in"))
        found.findings.extend(finding for each in dependencies for finding in each.findings)
    compared = compare_lineage(desk, found) if lineage else Comparison("not asked for")
    found.findings.extend(compared.findings)
    return {
        "schema": SCHEMA,
        "target": str(target),
        "model": found.name,
        "sha256": found.sha256 or None,
        "verified": not found.findings,
        "files": found.files,
        "bytes": found.size,
        "signatures": [signer_to_data(signer) for signer in found.signers],
        "dependencies": [
            {"name": each.name, "kind": each.kind, "relation": each.relation, "result": each.result, "place": str(each.place) if each.place else None}
            for each in dependencies
        ],
        "lineage": compared.result,
        "findings": [{**finding_to_data(finding), "file": finding.file} for finding in found.findings],
        "notes": list(found.notes),
    }


def now() -> str:
    """This moment, RFC 3339 in UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def signer_to_data(signer: Signer) -> dict[str, Any]:
    """What came of a signature as plain data."""
    key = signer.key
    return {
        "file": signer.file,
        "result": signer.result,
        "key": key.id if key else signer.hint,
        "kind": key.kind if key else None,
        "name": key.name if key else None,
        "signed_on": signer.on,
    }


def find_places(run: Run, places: Mapping[str, Path], base: Path | None) -> dict[str, Place]:
    """Where that which went in stands: as it is named, else in the Hub's cache where it is there at the same commit.

    Raises:
        UsageError: A name did not go in, or `base` could be several.
    """
    from registry.sources.hub.snapshot import find_snapshot

    names = {material.name for material in run.materials}
    found = {name: Place(path) for name, path in places.items()}
    unknown = [name for name in found if name not in names and name.rpartition("/")[0] not in names]
    if unknown:
        raise UsageError(f"`{unknown[0]}` did not go in", f"what went in: {', '.join(sorted(names)) or 'nothing that has a name'}")
    if base is not None:
        models = [material.name for material in run.materials if material.kind == "model"]
        if len(models) != 1:
            raise UsageError("`--base` says which model's folder it is only where there is one", "give each as `--dependency NAME=DIR`")
        found[models[0]] = Place(base)
    for material in run.materials:
        if material.kind in ("model", "adapter", "dataset") and material.name not in found and material.revision:
            cached = find_snapshot(material.name, kind="dataset" if material.kind == "dataset" else "model", revision=material.revision)
            if cached is not None:
                found[material.name] = Place(cached.folder, cached.within)
    return found


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of holding a record's lineage against the catalogue's: `equal`, `differs`, or why there is nothing to compare."""

    result: str
    findings: tuple[Finding, ...] = ()


def compare_lineage(desk: Desk, found: Verification) -> Comparison:
    """Whether the catalogue has the same parents by the same relations."""
    from registry.catalogue.queries.find_model import find_model
    from registry.catalogue.queries.lineage import links_of_children

    if found.run is None or found.run.outcome != "completed":
        return Comparison("no record of a run that made a model")
    if found.run.task.startswith("infer/"):
        return Comparison("answers have no lineage of their own")
    if desk.settings.catalogue_is_default and not Path(desk.settings.catalogue).exists():
        return Comparison("no catalogue yet")
    with desk.catalogue.reading() as connection:
        try:
            model = find_model(connection, found.run.name)
        except UsageError:
            return Comparison("not in the catalogue")
        if not model.recorded or model.name.casefold() != found.run.name.casefold():
            return Comparison("not in the catalogue")
        held = {
            (link.parent, link.relation) for link in links_of_children(connection, [model.id], evidence=True) if any(not each.against for each in link.evidence)
        }
        told = {(_known_name(connection, parent), relation) for parent, relation in direct_links(found.run, found.terms)}
    findings = []
    for parent, relation in sorted(told - held):
        summary = f"The record says that `{found.name}` comes from `{parent}` ({relation}); the catalogue does not."
        findings.append(Finding("LIC503", found.name, summary, ancestors=(parent,)))
    for parent, relation in sorted(held - told):
        summary = f"The catalogue says that `{found.name}` comes from `{parent}` ({relation}); the record does not."
        findings.append(Finding("LIC503", found.name, summary, ancestors=(parent,)))
    return Comparison("differs" if findings else "equal", tuple(findings))


def direct_links(run: Run, terms: Terms | None) -> set[tuple[str, str]]:
    """The parents that records tell of, with their relations."""
    from registry.provenance.terms import terms_of

    links = [*terms_of(run).lineage, *(terms.lineage if terms else ())]
    return {(link.parent, link.relation) for link in links if link.child == run.name}


def _known_name(connection: Connection, name: str) -> str:
    """A parent's name as the catalogue has it."""
    from registry.catalogue.queries.find_model import find_model

    if name.startswith("dataset:"):
        return name
    try:
        return find_model(connection, name).name
    except UsageError:
        return name
