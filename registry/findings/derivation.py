"""Findings about a derivative: what its own licence and name make of the terms that reach it.

They never change the verdict of a plain use: a wrong label is shown beside the duties it cannot remove.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from registry.findings.finding import Finding
from registry.lineage.bindings import Binding, Conflict
from registry.lineage.trace import Way
from registry.terms.interpretation import Interpretation
from registry.terms.license import WEIGHTS, License
from registry.terms.names import breaks_name_rule
from registry.terms.outcome import Outcome
from registry.terms.publish import Burden, added_kinds, burdens, dropped

_UNLICENSED = frozenset({"none", "unknown", "unstated", "missing-ancestor", "unresolved"})


@dataclass(frozen=True, slots=True)
class Derivation:
    """A model with everything that reaches it, as findings look at it.

    Attributes:
        name: The model.
        own: Its own licences by id.
        ways: Every binding with the way it came.
        conflicts: Clashes among its ancestors.
        derivative_name: The name to hold against name rules; None where no name is to be judged.
        published: The licence that the use asks to publish it under, which then stands for its own.
    """

    name: str
    own: tuple[str, ...]
    ways: Mapping[Binding, Way]
    conflicts: tuple[Conflict, ...] = ()
    derivative_name: str | None = None
    published: str | None = None


def derivation_findings(
    model: Derivation, interpretation: Interpretation, license_of: Callable[[str], License | None], outcome_of: Callable[[Binding], Outcome]
) -> list[Finding]:
    """Every finding on a derivative, most telling first, each once."""
    found = [
        *_own_statement(model, license_of),
        *_derivation(model, interpretation, license_of),
        *_names(model, license_of),
        *_outputs(model, license_of, outcome_of),
        *_data(model, interpretation, license_of),
    ]
    return list(dict.fromkeys(found))


def _own_statement(model: Derivation, license_of: Callable[[str], License | None]) -> Iterator[Finding]:
    for name in model.own if model.published is None else ():
        license = license_of(name)
        if name in ("none", "unstated"):
            yield Finding("LIC001", model.name, f"`{model.name}` declares no licence.")
        elif name == "unresolved":
            yield Finding("LIC002", model.name, f"The licence name of `{model.name}` leads to no known text.")
        elif license is not None and license.placeholder:
            yield Finding("LIC003", model.name, f"`{model.name}` declares `{name}`, which does not say which terms bind.", name)


def _reached(model: Derivation, interpretation: Interpretation, license_of: Callable[[str], License | None]) -> Iterator[tuple[Binding, Way, License, str]]:
    """Ancestors' licences that reach the weights, or the model as one trained on outputs."""
    for binding, way in sorted(model.ways.items(), key=lambda item: (len(item[1].path), item[1].source, item[0].license)):
        license = license_of(binding.license)
        if license is None or not way.path:
            continue
        reach = binding.reach
        if binding.points and interpretation.settle(binding.points) in ("free", "warn"):
            reach = binding.otherwise or "none"
        if reach in WEIGHTS:
            yield binding, way, license, "derivative"
        elif reach == "output-model":
            yield binding, way, license, reach


def _derivation(model: Derivation, interpretation: Interpretation, license_of: Callable[[str], License | None]) -> Iterator[Finding]:
    clashing = {name for conflict in model.conflicts for name in conflict.licenses if conflict.code == "LIC103"}
    for conflict in model.conflicts:
        yield Finding(conflict.code, model.name, conflict.summary, " + ".join(conflict.licenses), details=conflict.licenses)
    labels = [license for name in ((model.published,) if model.published else model.own) if (license := license_of(name)) is not None]
    reached = list(_reached(model, interpretation, license_of))
    loose = False
    for binding, way, license, reach in reached:
        if license.placeholder:
            if license.id in _UNLICENSED and binding.otherwise != "data":
                yield Finding("LIC105", model.name, f"The ancestor `{way.source}` has no known licence.", license.id, ancestors=(way.source,))
            continue
        for burden in burdens(license, reach):
            if burden.kind == "no-derivatives":
                summary = f"`{way.source}` bars sharing derivatives: {burden.term.summary}"
                yield Finding("LIC102", model.name, summary, license.id, burden.term.section, ancestors=(way.source,))
        by_data = any(edge.relation == "trained-on" for edge in way.path)  # LIC401 and LIC402 speak of those
        for label in labels:
            if label.placeholder or license.id in clashing or by_data:
                continue
            lost = dropped(label, license, reach)
            loose |= bool(lost)
            yield from _looser(model.name, label, license, way, lost)
    weights = [(license, reach) for _, _, license, reach in reached if not license.placeholder]
    for label in labels:
        if weights and not label.placeholder and not loose and not model.conflicts and (added := added_kinds(label, weights)):
            kinds = ", ".join(sorted(added))
            yield Finding("LIC106", model.name, f"{label.id} asks more than any ancestor: {kinds}.", label.id, details=tuple(sorted(added)))


def _looser(name: str, label: License, ancestor: License, way: Way, lost: list[Burden]) -> Iterator[Finding]:
    kinds = sorted({burden.kind for burden in lost} - {"same-license"})
    hard = "high" if way.evidence != "inferred" and all(burden.term.confidence == "text-read" for burden in lost) else "medium"
    if kinds:
        sections = "; ".join(dict.fromkeys(burden.term.section for burden in lost if burden.kind != "same-license"))
        summary = f"The declared licence {label.id} is looser than the recorded terms of its ancestor `{way.source}` ({ancestor.id}): {', '.join(kinds)}."
        yield Finding("LIC101", name, summary, ancestor.id, sections, hard, (way.source,), tuple(kinds))
    for burden in lost:
        if burden.kind == "same-license":
            code = "LIC104" if _is_share_alike(ancestor) else "LIC107"
            summary = f"`{way.source}` asks derivatives to carry {' or '.join(sorted(burden.detail)) or ancestor.id}, not {label.id}."
            yield Finding(code, name, summary, ancestor.id, burden.term.section, hard, (way.source,), tuple(sorted(burden.detail)))


def _is_share_alike(license: License) -> bool:
    return (
        license.osi_approved or license.type == "open-source" or any(word in (license.family or "") for word in ("copyleft", "share-alike", "non-commercial"))
    )


def _names(model: Derivation, license_of: Callable[[str], License | None]) -> Iterator[Finding]:
    if model.derivative_name is None:
        return
    for binding, way in sorted(model.ways.items(), key=lambda item: (len(item[1].path), item[1].source)):
        license = license_of(binding.license)
        if license is None or not way.path:
            continue
        for term in license.terms:
            if term.do == "name-rule" and term.must and binding.reach in term.binds and breaks_name_rule(model.derivative_name, term.rule):
                summary = f"The name `{model.derivative_name}` does not follow the rule of its ancestor `{way.source}`: {term.summary}"
                yield Finding("LIC201", model.name, summary, license.id, term.section, ancestors=(way.source,))


def _outputs(model: Derivation, license_of: Callable[[str], License | None], outcome_of: Callable[[Binding], Outcome]) -> Iterator[Finding]:
    for binding, way in sorted(model.ways.items(), key=lambda item: item[1].source):
        if binding.taught is None:
            continue
        for reason in outcome_of(binding).reasons:
            if reason.term is not None and reason.term.kind == "bar" and reason.outcome == "decides" and reason.term.acts == frozenset({"teach"}):
                summary = f"`{model.name}` was trained on outputs of `{way.source}`: {reason.summary}"
                yield Finding("LIC305", model.name, summary, reason.license, reason.section, ancestors=(way.source,))


def _data(model: Derivation, interpretation: Interpretation, license_of: Callable[[str], License | None]) -> Iterator[Finding]:
    for binding, way in sorted(model.ways.items(), key=lambda item: item[1].source):
        license = license_of(binding.license)
        if license is None or not binding.points or not any(edge.relation == "trained-on" for edge in way.path):
            continue
        if interpretation.settle(binding.points) == "free":
            continue
        kinds = {burden.kind: burden for burden in burdens(license)}
        for kind, code in (("non-commercial", "LIC401"), ("same-license", "LIC402")):
            if kind in kinds:
                summary = f"`{way.source}`, on which it was trained, is {license.id}: {kinds[kind].term.summary}"
                yield Finding(code, model.name, summary, license.id, kinds[kind].term.section, "medium", (way.source,))
        if license.id in _UNLICENSED:
            yield Finding("LIC404", model.name, f"`{way.source}`, on which it was trained, has no known licence.", license.id, None, "medium", (way.source,))
