"""What a verdict about a use comes to as findings: each deciding term under the code of what it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from registry.desk.answer import Answer
from registry.findings.finding import Finding
from registry.terms.conditions import FactTest, Measure, Place, leaves
from registry.terms.outcome import Reason, still_decides
from registry.terms.verdict import Verdict


def verdict_findings(given: Answer, item: Mapping[str, Any], subject: str) -> list[Finding]:
    """The findings that the verdict of an answer comes to; none where the use is permitted.

    Args:
        given: The answer.
        item: The same as an item of `licet.check/1`.
        subject: The name that the findings are about.
    """
    verdict = given.outcome.verdict
    if verdict >= Verdict.NEEDS_PERMISSION:
        return list(dict.fromkeys(_refusals(given, subject))) or [Finding("LIC306", subject, f"Nothing in the recorded terms of {subject} grants this use.")]
    if verdict == Verdict.UNDETERMINED:
        licenses = ", ".join(license["id"] for license in item["licenses"]) or "no licence"
        summary = f"Under which terms {subject} may be used this way is not known: {licenses}."
        return [Finding("LIC309", subject, summary, item["licenses"][0]["id"] if item["licenses"] else None)]
    if verdict == Verdict.CONDITIONAL:
        facts = ", ".join(item["missing_facts"])
        condition = f": allowed when {item['yes_when']}" if item["yes_when"] else ""
        return [
            Finding(
                "LIC308",
                subject,
                f"Whether {subject} may be used this way depends on facts that are not stated ({facts}){condition}.",
                details=tuple(item["missing_facts"]),
            )
        ]
    return []


def _refusals(given: Answer, subject: str) -> Iterator[Finding]:
    outcome = given.outcome
    for reason in outcome.reasons:
        if reason.outcome == "decides" and still_decides(reason, outcome.verdict):
            confidence = "high" if reason.term is None or reason.term.confidence == "text-read" else "medium"
            cure = f" What would mend it: {reason.cure}." if reason.cure and not reason.cure.startswith("ask") else ""
            yield Finding(_code(given, reason), subject, f"{reason.summary}{cure}", reason.license, reason.section or None, confidence)


def _code(given: Answer, reason: Reason) -> str:
    term = reason.term
    if term is None:
        return "LIC302" if given.question.use.value("commercial") is True and _bars_commerce(given, reason) else "LIC306"
    if term.kind == "duty":
        return "LIC307" if term.gate else "LIC306"
    kinds = {type(leaf) for leaf in leaves(term.condition)} if term.condition is not None else set()
    facts = {leaf.fact for leaf in leaves(term.condition) if isinstance(leaf, FactTest)} if term.condition is not None else set()
    if Measure in kinds:
        return "LIC301"
    if Place in kinds:
        return "LIC304"
    if "commercial" in facts or (
        given.question.use.value("commercial") is True and not facts & {"fields_of_use", "outputs_train"} and _is_of_commerce(given, reason)
    ):
        return "LIC302"
    return "LIC305" if "outputs_train" in facts else "LIC303"


def _is_of_commerce(given: Answer, reason: Reason) -> bool:
    """Whether a bar stands in a clause that bars commerce, so that for a commercial use it says the same.

    FLUX.1 [dev] 1(c) defines the purposes that are not commercial, and to act on end users is none of them.
    """
    clauses = _clauses(reason.section)
    return any(
        clauses & _clauses(term.section)
        for license in given.outcome.licenses
        if license.id == reason.license
        for term in license.terms
        if term.kind == "bar" and term is not reason.term and term.condition is not None
        for leaf in leaves(term.condition)
        if isinstance(leaf, FactTest) and leaf.fact == "commercial"
    )


def _clauses(section: str | None) -> frozenset[str]:
    return frozenset(part.strip() for part in (section or "").split(";") if part.strip())


def _bars_commerce(given: Answer, reason: Reason) -> bool:
    """Whether a licence that grants nothing for this use grants something to those who earn nothing by it."""
    return any(
        leaf.fact in ("commercial", "purpose")
        for license in given.outcome.licenses
        if license.id == reason.license
        for term in license.terms
        if term.kind in ("grant", "bar") and term.condition is not None
        for leaf in leaves(term.condition)
        if isinstance(leaf, FactTest)
    )
