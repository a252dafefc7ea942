"""Holding what went into a run against its digests, where it is at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from registry.errors import ProvenanceError
from registry.findings.finding import Finding
from registry.provenance.digests import FoundFile, Progress, digest_file, digest_files, list_files, tree_digest
from registry.provenance.run import Material, Run

MOST_FILES = 10
"""So many files of one input are named."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an input stands: a folder or a file; links in it are followed to files below `within`."""

    path: Path
    within: Path | None = None


@dataclass(frozen=True, slots=True)
class Dependency:
    """What came of one input: `same`, `differs`, `not at hand` or `no digest`."""

    name: str
    kind: str
    relation: str | None
    result: str
    place: Path | None = None
    findings: tuple[Finding, ...] = ()


def check_dependencies(run: Run, places: Mapping[str, Place], progress: Progress | None = None) -> tuple[Dependency, ...]:
    """Hold every input that is at hand against the digests in the record.

    Args:
        run: What the record tells.
        places: Where inputs stand, by name; a file of a dataset also as `NAME/FILE`.
        progress: Told how many bytes of the present input are digested.
    """
    return tuple(_check(run, material, places, progress) for material in run.materials)


def _check(run: Run, material: Material, places: Mapping[str, Place], progress: Progress | None) -> Dependency:
    own = {file.name: places[f"{material.name}/{file.name}"] for file in material.files if f"{material.name}/{file.name}" in places}
    place = places.get(material.name)
    if place is None and not own:
        return Dependency(material.name, material.kind, material.relation, "not at hand" if material.sha256 or material.files else "no digest")
    shown = place.path if place else next(iter(own.values())).path
    if not material.sha256 and not material.files:
        return Dependency(material.name, material.kind, material.relation, "no digest", shown)
    try:
        wrong = _differences(material, place, own, progress)
    except ProvenanceError as error:
        wrong = [error.message]
    said = "; ".join(wrong[:MOST_FILES]) + (f"; and {len(wrong) - MOST_FILES:,} more" if len(wrong) > MOST_FILES else "")
    summary = f"The {material.kind} `{material.name}` at `{shown}` is not what went in: {said}."
    findings = (Finding("LIC502", run.name, summary, ancestors=(material.name,)),) if wrong else ()
    return Dependency(material.name, material.kind, material.relation, "differs" if wrong else "same", shown, findings)


def _differences(material: Material, place: Place | None, own: Mapping[str, Place], progress: Progress | None) -> list[str]:
    """What is not as it was, in a few words each."""
    wanted = {file.name: file.sha256 for file in material.files}
    found: dict[str, str] = {name: digest_file(each.path, progress=progress).sha256 for name, each in own.items()}
    if place is not None and place.path.is_dir():
        present = list_files(place.path, within=place.within or place.path)
        if not wanted:
            actual = tree_digest(digest_files(present, progress=progress))
            return [] if actual == material.sha256 else ["the digest over its files differs"]
        listed: list[FoundFile] = [file for file in present if file.name in wanted and file.name not in found]
        found |= {file.name: file.sha256 for file in digest_files(listed, progress=progress)}
    elif place is not None:
        one = digest_file(place.path, progress=progress)
        if not wanted:
            return [] if one.sha256 == material.sha256 else ["its digest differs"]
        # A single file may have been renamed since: of one that stands alone the content counts.
        name = one.name if one.name in wanted else next(iter(wanted)) if len(wanted) == 1 else one.name
        found.setdefault(name, one.sha256)
    missing = [f"`{name}` is missing" for name in sorted(wanted) if name not in found]
    return [*(f"`{name}` differs" for name in sorted(wanted) if name in found and found[name] != wanted[name]), *missing]
