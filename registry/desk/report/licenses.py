"""What counsel asks of each licence that a report rests on; what the licence data does not say is left empty, never filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from registry.desk.bom.licenses import links_to
from registry.knowledge.fingerprint_file import read_digests
from registry.knowledge.store import Knowledge
from registry.knowledge.text_links import links_in
from registry.reports.report import LicenseRecord, TextRecord
from registry.resources import resource_dir
from registry.terms.combine import license_ids
from registry.terms.license import Text

SUBJECTS = {"amendment": "amendment", "governing-law": "governing_law", "termination": "termination", "revocable": "termination"}
"""The notes that have a place of their own, by their subject."""


def license_records(knowledge: Knowledge, answers: Iterable[Mapping[str, Any]]) -> tuple[LicenseRecord, ...]:
    """Every licence that binds what the answers are about, each once, in the order they are met."""
    met: dict[str, None] = {}
    for answer in answers:
        for license in answer["licenses"]:
            for name in license_ids(knowledge.expression_of(license["id"])):
                met.setdefault(name)
    read = read_digests(resource_dir("data") / "fingerprints.yaml") if met else {}
    return tuple(license_record(knowledge, name, read) for name in met)


def license_record(knowledge: Knowledge, name: str, read: Mapping[tuple[str, str], Sequence[tuple[str, str]]]) -> LicenseRecord:
    """One licence; of an id without a file only the id is known.

    Args:
        knowledge: The licences.
        name: The licence's id.
        read: The copies of texts that were read, by licence and part.
    """
    license = knowledge.license_of(name)
    if license is None:
        return LicenseRecord(name, name, None, placeholder=True)
    raw = knowledge.raw(name)
    notes: dict[str, list[str]] = {}
    for term in license.terms:
        if term.kind == "note":
            notes.setdefault(SUBJECTS.get(term.about or "other", term.about or "other"), []).append(_in_section(term.section, term.summary))
    own = {subject: tuple(notes.pop(subject, ())) for subject in ("amendment", "governing_law", "termination")}
    return LicenseRecord(
        id=license.id,
        name=license.name,
        type=license.type,
        type_reason=license.type_reason,
        steward=license.steward,
        spdx=knowledge.exported_id(license.id),
        osi_approved=license.osi_approved,
        released=license.released,
        confidence=license.confidence,
        texts=tuple(_text(text, read.get((license.id, text.id), ())) for text in license.texts),
        in_force=(license.in_force_from, license.in_force_to),
        amendment=own["amendment"],
        governing_law=own["governing_law"],
        termination=own["termination"],
        more={subject: tuple(said) for subject, said in sorted(notes.items())},
        remarks=tuple(str(remark) for remark in raw.get("remarks") or ()),
        digest=knowledge.license_digest(license.id) if license.placeholder is None else None,
        links=links_to(knowledge, license.id) if license.placeholder is None else (),
        placeholder=license.placeholder is not None,
    )


def _text(text: Text, copies: Sequence[tuple[str, str]]) -> TextRecord:
    links = tuple(dict.fromkeys(links_in(text.source or "")))
    return TextRecord(text.name, text.dated, text.digest, text.source, text.read_on, _words(copies), links)


def _words(copies: Sequence[tuple[str, str]]) -> tuple[dict[str, str], ...]:
    """Copies that were read; those of the same words stand together."""
    names: dict[str, list[str]] = {}
    for name, digest in copies:
        names.setdefault(digest, []).append(name)
    return tuple({"name": ", ".join(own), "digest": digest} for digest, own in names.items())


def _in_section(section: str, summary: str) -> str:
    return f"{summary} (section {section})" if section not in ("", "-") else summary
