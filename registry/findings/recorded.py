"""Findings on what is recorded about a model: statements that differ, sources that contradict each other, circles, stored remarks.

They are about claims, not about terms: no licence has to be read for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from registry.findings.codes import CODES
from registry.findings.finding import Finding
from registry.supplychain.remark import Remark

_SEEN_TWICE = frozenset({"LIC004", "LIC109"})
"""Contradictions that a source may note while it reads, and that its claims show as well."""

SHOWN = 6
"""How many members of a circle are named; the rest are counted."""


@dataclass(frozen=True, slots=True)
class LineageClaim:
    """What one source says a model was made from.

    Attributes:
        source: Who says so: the kind of source, with its address where it has one.
        parent: The model it names.
        relation: The relation it names.
        against: It speaks against that, as weights do that do not resemble the base's.
    """

    source: str
    parent: str
    relation: str
    against: bool = False


def statement_findings(name: str, by_basis: Mapping[str, frozenset[str]]) -> list[Finding]:
    """LIC004, where the card declares another licence than the files show.

    Args:
        name: The model.
        by_basis: The licences that are declared, and those that were detected.
    """
    declared, detected = by_basis.get("declared", frozenset()), by_basis.get("detected", frozenset())
    if not declared or not detected or declared & detected:
        return []
    said, shown = " and ".join(sorted(declared)), " and ".join(sorted(detected))
    return [Finding("LIC004", name, f"The card of `{name}` declares {said}, its files show {shown}.", shown, details=tuple(sorted(detected)), declared=said)]


def lineage_findings(name: str, claims: Iterable[LineageClaim]) -> list[Finding]:
    """LIC109: two sources call one base by different relations, name different bases for an adapter, which has only one, or the weights deny a base."""
    relations: dict[str, dict[str, set[str]]] = {}
    bases: dict[str, set[str]] = {}
    denied: dict[str, None] = {}
    for claim in claims:
        if claim.against:
            denied[claim.parent] = None
            continue
        relations.setdefault(claim.parent, {}).setdefault(claim.source, set()).add(claim.relation)
        if claim.relation == "adapter":
            bases.setdefault(claim.source, set()).add(claim.parent)
    found = []
    for parent, by_source in sorted(relations.items()):
        if _disagree(by_source.values()):
            words = sorted(set().union(*by_source.values()))
            summary = f"Sources differ on what `{name}` is to `{parent}`: {', '.join(words)}."
            found.append(Finding("LIC109", name, summary, confidence="medium", ancestors=(parent,), details=tuple(words)))
    if _disagree(bases.values()):
        named = tuple(sorted(set().union(*bases.values())))
        summary = f"Sources name different bases for the adapter `{name}`: {' and '.join(f'`{base}`' for base in named)}."
        found.append(Finding("LIC109", name, summary, confidence="medium", ancestors=named))
    for parent in denied:
        summary = f"The weights of `{name}` do not resemble those of `{parent}`, which it is said to come from."
        found.append(Finding("LIC109", name, summary, confidence="medium", ancestors=(parent,), details=("weights",)))
    return found


def _disagree(told: Iterable[set[str]]) -> bool:
    """Whether two sources have nothing in common of what they say."""
    said = list(told)
    return any(one.isdisjoint(other) for index, one in enumerate(said) for other in said[index + 1 :])


def circle_finding(name: str, members: Iterable[str]) -> Finding:
    """LIC108, of one member of a circle."""
    others = tuple(sorted(set(members) - {name}))
    if not others:
        return Finding("LIC108", name, f"`{name}` is recorded as made from itself.", ancestors=(name,))
    named = ", ".join(f"`{other}`" for other in others[:SHOWN]) + (f" and {len(others) - SHOWN:,} more" if len(others) > SHOWN else "")
    return Finding("LIC108", name, f"`{name}` is recorded as made from models that are made from it: {named}.", ancestors=others)


def remark_finding(remark: Remark) -> Finding | None:
    """The finding that a stored remark amounts to; none where its code is not one of ours."""
    if remark.finding not in CODES:
        return None
    return Finding(remark.finding, remark.subject, f"`{remark.subject}`: {remark.message.rstrip('.')}.", file=remark.file, line=remark.line)


def without_doubles(derived: Iterable[Finding], noted: Iterable[Finding]) -> list[Finding]:
    """Findings that were derived and findings that were noted; where both see the same, what was noted counts, as it names the place."""
    told = list(noted)
    codes = {finding.code for finding in told} & _SEEN_TWICE
    return list(dict.fromkeys([*told, *(finding for finding in derived if finding.code not in codes)]))
