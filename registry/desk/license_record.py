"""What is declared, detected and concluded about the licence of one thing, side by side, and why it was concluded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from registry.desk.concluding import OTHER, Conclusion, Conclusions, concluded_licenses, in_words, is_text
from registry.desk.facts import today
from registry.desk.profiles import lineage_on
from registry.findings.finding import Finding
from registry.lineage.trace import Tracer
from registry.supplychain.statement import LicenseStatement, in_force, statements_on

if TYPE_CHECKING:
    from registry.catalogue.queries.profile_graph import ProfileGraph
    from registry.knowledge.store import Knowledge

SAID_BY = {"declared": "its card declares it", "detected": "its files show it", "concluded": "it was looked into and recorded"}
"""What each basis is in a sentence."""


def license_of(
    knowledge: Knowledge,
    name: str,
    statements: Iterable[LicenseStatement],
    released_on: str | None,
    *,
    recorded: bool = True,
    inherited: Sequence[Mapping[str, Any]] = (),
    on: str | None = None,
) -> dict[str, Any]:
    """Declared, detected and concluded, of what holds on a day; the three are never mixed.

    Args:
        knowledge: The licences.
        name: The model, or `dataset:NAME`.
        statements: What is said about its licence.
        released_on: When it was released.
        recorded: False where only its name is known.
        inherited: What reaches it from its ancestors.
        on: The day; today by default.
    """
    conclusions = Conclusions(knowledge)
    on = on or today()
    holding = [statement for statement in statements if in_force(statement, on)]
    declared, detected = (
        [_claim(statement, conclusions.of_statement(statement, released_on)) for statement in holding if statement.basis == basis]
        for basis in ("declared", "detected")
    )
    counting = statements_on(holding, on)
    held = concluded_licenses(conclusions, holding, released_on, on)
    claims = [(statement, conclusions.of_statement(statement, released_on)) for statement in counting]
    # `other` that gave way decides nothing.
    claims.sort(key=lambda claim: claim[1].license == OTHER and OTHER not in held)
    sources = list(dict.fromkeys(str(each["from"]) for each in inherited if is_text(knowledge, str(each["license"]))))
    step, resolved_from = (claims[0][1].step, claims[0][1].resolved_from) if claims else ("inherited", sources[0]) if sources else ("nothing", None)
    findings = list(_contradictions(conclusions, name, holding, released_on, on))
    return {
        "declared": declared,
        "detected": detected,
        "concluded": {
            "licenses": held,
            "basis": counting[0].basis if counting else None,
            "step": step,
            "from": resolved_from,
            "reason": _reason(claims, held, bool(declared), sources, recorded=recorded),
            "on": on,
            "claims": [_claim(statement, conclusion) for statement, conclusion in claims],
        },
        "inherited": list(inherited),
        "findings": [
            {"code": each.code, "severity": each.severity, "summary": each.summary, "fixable_by": each.fixable_by, "hint": each.hint} for each in findings
        ],
    }


def _claim(statement: LicenseStatement, conclusion: Conclusion) -> dict[str, Any]:
    return {
        "license": conclusion.license,
        "step": conclusion.step,
        "from": conclusion.resolved_from,
        "as_written": statement.raw_name or statement.license,
        "link": statement.raw_link,
        "text_digest": statement.text_digest,
        "stated_on": statement.stated_on,
        "source": statement.source.reference if statement.source else None,
        "read_on": statement.source.read_on if statement.source else None,
        "rivals": [{"step": step, "license": license} for step, license in conclusion.rivals],
    }


def _reason(claims: Sequence[tuple[LicenseStatement, Conclusion]], held: Sequence[str], declared: bool, sources: Sequence[str], *, recorded: bool) -> str:
    """Why the licence was concluded, in a sentence."""
    if not claims:
        if not sources:
            return "nothing is declared, and no file was seen" if recorded else "only its name is known"
        more = f" and {len(sources) - 3} more" if len(sources) > 3 else ""
        return f"nothing is declared; inherited from {', '.join(sources[:3])}{more}: that binds it, and grants nothing by itself"
    statement, conclusion = claims[0]
    words = f"{SAID_BY[statement.basis]}, {in_words(conclusion)}"
    binding = sum(found.license != OTHER or OTHER in held for _, found in claims)
    if binding > 1:
        words += f"; and {binding - 1} more of the same standing, all of which bind"
    if binding < len(claims):
        words += "; `other`, said beside it, gives way to a text that is named"
    if conclusion.rivals:
        words += f"; its {conclusion.rivals[0][0]} would have said {conclusion.rivals[0][1]}"
    if statement.basis == "detected" and declared:
        words += "; files count more than a card"
    return words


def _contradictions(conclusions: Conclusions, name: str, holding: Sequence[LicenseStatement], released_on: str | None, on: str) -> Iterable[Finding]:
    """Whether card and files disagree; both stay recorded."""
    sides = {
        basis: {
            license
            for license in concluded_licenses(conclusions, [each for each in holding if each.basis == basis], released_on, on)
            if is_text(conclusions.knowledge, license)  # a name that leads to no text contradicts nothing
        }
        for basis in ("declared", "detected")
    }
    if sides["declared"] and sides["detected"] and sides["declared"] != sides["detected"]:
        said = ", ".join(sorted(sides["declared"]))
        shown = ", ".join(sorted(sides["detected"]))
        yield Finding("LIC004", name, f"The card declares {said}; the files show {shown}.", details=(said, shown))


def inherited_licenses(knowledge: Knowledge, recorded: ProfileGraph, name: str, on: str | None = None) -> list[dict[str, Any]]:
    """What reaches a model from its ancestors on a day, today by default: the licence, in which capacity, from whom and over how many links."""
    graph = lineage_on(recorded, knowledge, on or today())
    if name not in graph.nodes:
        return []
    found = []
    for binding, way in Tracer(knowledge.relations, knowledge.license_of).trace(graph, name).items():
        if way.path:
            found.append(
                {
                    "license": binding.license,
                    "reach": binding.reach if not binding.points else f"{binding.reach} or {binding.otherwise}",
                    "from": way.source,
                    "relation": way.path[0].relation,
                    "links": len(way.path),
                    "evidence": way.evidence,
                    "points": list(binding.points),
                }
            )
    return sorted(found, key=lambda each: (each["links"], str(each["from"]), str(each["license"])))
