"""Findings about a derivative: what its own licence and name make of the terms that reach it.

They never change the verdict of a plain use: a wrong label is shown beside the duties it cannot remove.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from registry.findings.finding import Finding
from registry.lineage.bindings import Binding, Conflict
from registry.lineage.trace import Way
from registry.terms.combine import Expression, license_ids
from registry.terms.conditions import FactTest, leaves
from registry.terms.interpretation import Interpretation
from registry.terms.license import WEIGHTS, License, Term
from registry.terms.names import breaks_name_rule
from registry.terms.outcome import Outcome
from registry.terms.publish import Burden, added_kinds, burdens, lost_under

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


class Known(NamedTuple):
    """What was worked out about licences; it holds for every model, so those who look at many share it."""

    lost: dict[tuple[str, str, str], list[tuple[License, Burden]]]
    """What one licence loses of another in a capacity."""

    burdens: dict[tuple[str, str], list[Burden]]
    """The burdens of a licence in a capacity."""


@dataclass(frozen=True, slots=True)
class Look:
    """How findings look licences up and take unsettled points."""

    interpretation: Interpretation
    license_of: Callable[[str], License | None]
    expression_of: Callable[[str], Expression]
    outcome_of: Callable[[Binding], Outcome]
    known: Known = field(default_factory=lambda: Known({}, {}), compare=False)

    def lost(self, label: str, ancestor: str, reach: str) -> list[tuple[License, Burden]]:
        """What a derivative under one licence or expression loses of another."""
        key = (label, ancestor, reach)
        if key not in self.known.lost:
            self.known.lost[key] = lost_under(self.expression_of(label), self.expression_of(ancestor), reach, self.license_of)
        return self.known.lost[key]

    def burdens(self, license: License, reach: str = "derivative") -> list[Burden]:
        """The burdens of a licence in a capacity."""
        key = (license.id, reach)
        if key not in self.known.burdens:
            self.known.burdens[key] = list(burdens(license, reach))
        return self.known.burdens[key]


def derivation_findings(model: Derivation, look: Look) -> list[Finding]:
    """Every finding on a derivative, most telling first, each once."""
    found = [*_own_statement(model, look), *_derivation(model, look), *_names(model, look), *_outputs(model, look), *_data(model, look)]
    return list(dict.fromkeys(found))


def _own_statement(model: Derivation, look: Look) -> Iterator[Finding]:
    for written in model.own if model.published is None else ():
        for name in license_ids(look.expression_of(written)):
            license = look.license_of(name)
            if name in ("none", "unknown", "unstated"):
                yield Finding("LIC001", model.name, f"`{model.name}` declares no licence.")
            elif name == "unresolved":
                yield Finding("LIC002", model.name, f"The licence name of `{model.name}` leads to no known text.")
            elif name == "missing-ancestor":
                yield Finding("LIC002", model.name, f"Only the name of `{model.name}` is recorded, so its terms are not known.")
            elif license is not None and license.placeholder:
                yield Finding("LIC003", model.name, f"`{model.name}` declares `{name}`, which does not say which terms bind.", name)


@dataclass(frozen=True, slots=True)
class _Reached:
    """A licence of an ancestor that reaches the weights, or the model as one trained on outputs."""

    binding: Binding
    way: Way
    expression: Expression
    reach: str

    @property
    def burden_reach(self) -> str:
        """The capacity in which burdens flow: what reaches weights binds those who build on them as derivatives."""
        return "derivative" if self.reach in WEIGHTS else self.reach

    @property
    def by_data(self) -> bool:
        """Whether it came by way of a dataset, of which LIC401 and LIC402 speak."""
        return any(edge.relation == "trained-on" for edge in self.way.path)


def _reached(model: Derivation, look: Look) -> Iterator[_Reached]:
    for binding, way in sorted(model.ways.items(), key=lambda item: (len(item[1].path), item[1].source, item[0].license)):
        if not way.path:
            continue
        reach = binding.reach
        if binding.points and look.interpretation.settle(binding.points) in ("free", "warn"):
            reach = binding.otherwise or "none"
        if reach in WEIGHTS or reach == "output-model":
            yield _Reached(binding, way, look.expression_of(binding.license), reach)


def _derivation(model: Derivation, look: Look) -> Iterator[Finding]:
    clashing = {name for conflict in model.conflicts for name in conflict.licenses if conflict.code == "LIC103"}
    for conflict in model.conflicts:
        yield Finding(conflict.code, model.name, conflict.summary, " + ".join(conflict.licenses), details=conflict.licenses)
    labels = [name for name in ((model.published,) if model.published else model.own) if _is_known(look, name)]
    reached = list(_reached(model, look))
    loose = False
    for each in reached:
        yield from _ancestor(model, look, each)
        if clashing.intersection(license_ids(each.expression)):
            continue
        for label in labels:
            lost = look.lost(label, each.binding.license, each.burden_reach)
            loose |= bool(lost)
            yield from _looser(model.name, label, each, lost)
    weights = [
        (license, each.burden_reach)
        for each in reached
        for name in license_ids(each.expression)
        if (license := look.license_of(name)) is not None and not license.placeholder
    ]
    for label in labels:
        license = look.license_of(label)
        if license is not None and weights and not loose and not model.conflicts and (added := added_kinds(license, weights)):
            kinds = ", ".join(sorted(added))
            yield Finding("LIC106", model.name, f"{label} asks more than any ancestor: {kinds}.", label, details=tuple(sorted(added)))


def _is_known(look: Look, name: str) -> bool:
    licenses = [look.license_of(part) for part in license_ids(look.expression_of(name))]
    return all(license is not None and not license.placeholder for license in licenses)


def _ancestor(model: Derivation, look: Look, each: _Reached) -> Iterator[Finding]:
    """What one ancestor's licence says by itself: nothing at all, or that derivatives may not be shared."""
    license = look.license_of(each.binding.license)
    source = each.way.source
    if license is None:
        return
    if license.placeholder:
        if license.id in _UNLICENSED and each.binding.otherwise != "data":
            yield Finding("LIC105", model.name, f"The ancestor `{source}` has no known licence.", license.id, ancestors=(source,), path=each.way.path)
        return
    for burden in look.burdens(license, each.reach):
        if burden.kind == "no-derivatives" and each.reach == "derivative":
            summary = f"`{source}` bars sharing derivatives: {burden.term.summary}"
            yield Finding("LIC102", model.name, summary, license.id, burden.term.section, ancestors=(source,), path=each.way.path)


def _looser(name: str, label: str, each: _Reached, lost: list[tuple[License, Burden]]) -> Iterator[Finding]:
    source = each.way.source
    read = all(burden.term.confidence == "text-read" for _, burden in lost)
    confidence = "high" if each.way.evidence != "inferred" and read else "medium"
    others = [(ancestor, burden) for ancestor, burden in lost if burden.kind != "same-license" and not each.by_data]
    if others:
        kinds = tuple(sorted({burden.kind for _, burden in others}))
        ids = " and ".join(dict.fromkeys(ancestor.id for ancestor, _ in others))
        sections = "; ".join(dict.fromkeys(burden.term.section for _, burden in others))
        summary = f"The declared licence {label} is looser than the recorded terms of its ancestor `{source}` ({ids}): {', '.join(kinds)}."
        yield Finding("LIC101", name, summary, ids, sections, confidence, (source,), kinds, label, each.way.path)
    for ancestor, burden in lost:
        if burden.kind == "same-license":
            code = "LIC104" if _is_share_alike(ancestor) else "LIC107"
            summary = f"`{source}` asks derivatives to carry {' or '.join(sorted(burden.detail)) or ancestor.id}, not {label}."
            detail = tuple(sorted(burden.detail))
            yield Finding(code, name, summary, ancestor.id, burden.term.section, confidence, (source,), detail, label, each.way.path)


def _is_share_alike(license: License) -> bool:
    return (
        license.osi_approved or license.type == "open-source" or any(word in (license.family or "") for word in ("copyleft", "share-alike", "non-commercial"))
    )


def _names(model: Derivation, look: Look) -> Iterator[Finding]:
    if model.derivative_name is None:
        return
    for binding, way in sorted(model.ways.items(), key=lambda item: (len(item[1].path), item[1].source)):
        license = look.license_of(binding.license)
        if license is None or not way.path:
            continue
        for term in license.terms:
            if term.do == "name-rule" and term.must and binding.reach in term.binds and breaks_name_rule(model.derivative_name, term.rule):
                summary = f"The name `{model.derivative_name}` does not follow the rule of its ancestor `{way.source}`: {term.summary}"
                yield Finding("LIC201", model.name, summary, license.id, term.section, ancestors=(way.source,), path=way.path)


def _outputs(model: Derivation, look: Look) -> Iterator[Finding]:
    for binding, way in sorted(model.ways.items(), key=lambda item: item[1].source):
        if binding.taught is None:
            continue
        for reason in look.outcome_of(binding).reasons:
            if reason.term is not None and reason.term.kind == "bar" and reason.outcome == "decides" and _speaks_of_outputs(reason.term):
                summary = f"`{model.name}` was trained on outputs of `{way.source}`: {reason.summary}"
                yield Finding("LIC305", model.name, summary, reason.license, reason.section, ancestors=(way.source,), path=way.path)


def _data(model: Derivation, look: Look) -> Iterator[Finding]:
    for binding, way in sorted(model.ways.items(), key=lambda item: item[1].source):
        license = look.license_of(binding.license)
        if license is None or not binding.points or not any(edge.relation == "trained-on" for edge in way.path):
            continue
        if look.interpretation.settle(binding.points) == "free":
            continue
        kinds = {burden.kind: burden for burden in look.burdens(license)}
        for kind, code in (("non-commercial", "LIC401"), ("same-license", "LIC402")):
            if kind in kinds:
                summary = f"`{way.source}`, on which it was trained, is {license.id}: {kinds[kind].term.summary}"
                yield Finding(code, model.name, summary, license.id, kinds[kind].term.section, "medium", (way.source,), path=way.path)
        if license.id in _UNLICENSED:
            summary = f"`{way.source}`, on which it was trained, has no known licence."
            yield Finding("LIC404", model.name, summary, license.id, None, "medium", (way.source,), path=way.path)


def _speaks_of_outputs(term: Term) -> bool:
    """Whether a bar is about training on outputs: it names that act alone, or binds outputs beside the weights."""
    if term.acts == frozenset({"teach"}):
        return True
    read = {leaf.fact for leaf in leaves(term.condition) if isinstance(leaf, FactTest)} if term.condition is not None else {""}
    return "teach" in term.acts and "output" in term.binds and read <= {"commercial", "purpose", "outputs_train", "student_competes"}
