"""Conflicts: ancestors whose terms cannot be kept together, whatever the derivative is published under."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations

from registry.lineage.bindings import Binding, Conflict
from registry.terms.license import WEIGHTS, License, Term
from registry.terms.names import prefixes_clash
from registry.terms.publish import allowed_licenses, burdens, keeps


def find_conflicts(bindings: Iterable[Binding], license_of: Callable[[str], License | None]) -> tuple[Conflict, ...]:
    """The conflicts among licences that reach a model from its ancestors, in a stable order."""
    reached: dict[str, tuple[License, set[str]]] = {}
    for binding in sorted(bindings, key=lambda each: (each.license, each.reach)):
        license = license_of(binding.license)
        if license is not None and binding.reach != "original" and binding.reach != "data":
            reached.setdefault(license.id, (license, set()))[1].add(binding.reach)
    return (*_uncombinable(list(reached.values()), license_of), *_name_clashes(list(reached.values())))


def _uncombinable(reached: list[tuple[License, set[str]]], license_of: Callable[[str], License | None]) -> Iterator[Conflict]:
    """Share-alike texts leave few licences to publish under; each of them must keep what the other ancestors ask."""
    ancestors = [license for license, reaches in reached if reaches & WEIGHTS]
    share_alike = [(license, term) for license in ancestors for term in license.terms if term.do == "same-license" and term.must]
    clashing: list[str] = []
    for license, term in share_alike:
        for other in ancestors:
            refused = isinstance(term.rule, Mapping) and other.id in term.rule.get("refuses", ())
            if other.id != license.id and (refused or not any(_keeps_all(candidate, other) for candidate in _candidates(license, term, license_of))):
                clashing += [license.id, other.id]
    if not clashing and len(share_alike) > 1:
        common = frozenset.intersection(*(frozenset({license.id, *allowed_licenses(term, combined=True)}) for license, term in share_alike))
        if not common:
            clashing = [license.id for license, _ in share_alike]
    if clashing:
        names = tuple(dict.fromkeys(sorted(clashing)))
        acts = frozenset(act for license, term in share_alike if license.id in names for act in term.acts)
        yield Conflict("LIC103", acts, names, f"No licence keeps the terms of {' and '.join(names)} together.")


def _candidates(license: License, term: Term, license_of: Callable[[str], License | None]) -> Iterator[License]:
    for name in sorted({license.id, *allowed_licenses(term, combined=True)}):
        found = license_of(name)
        if found is not None:
            yield found


def _keeps_all(candidate: License, ancestor: License) -> bool:
    return all(keeps(candidate, burden, ancestor) for burden in burdens(ancestor))


def _name_clashes(reached: list[tuple[License, set[str]]]) -> Iterator[Conflict]:
    rules = [(license, term) for license, reaches in reached for term in license.terms if term.do == "name-rule" and term.must and reaches & term.binds]
    for (one, left), (other, right) in combinations(rules, 2):
        if one.id != other.id and prefixes_clash(left.rule, right.rule):
            names = tuple(sorted((one.id, other.id)))
            yield Conflict("LIC205", left.acts & right.acts, names, f"No name can begin as both {names[0]} and {names[1]} ask.")
