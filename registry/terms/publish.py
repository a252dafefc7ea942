"""Publishing a derivative: what flows from an ancestor, and whether another licence keeps it.

A licence keeps a burden if it has one of the same kind that is at least as tight. The bare label is what counts: a separate
file that passes terms on is not assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from registry.terms.combine import Each, Expression, OneOf
from registry.terms.conditions import Measure, Place, leaves
from registry.terms.license import License, Term

KINDS = ("non-commercial", "use-restrictions", "user-limit", "territory", "registration", "same-license", "no-derivatives")
"""What a derivative can lose of an ancestor's terms."""


@dataclass(frozen=True, slots=True)
class Burden:
    """Something an ancestor's licence puts on those who come after.

    Attributes:
        kind: One of `KINDS`.
        term: The term it comes from.
        detail: The fields of use, places or licences it names.
    """

    kind: str
    term: Term
    detail: frozenset[str] = frozenset()


def burdens(license: License, reach: str = "derivative") -> Iterator[Burden]:
    """The burdens of a licence that flow in a capacity."""
    for term in license.terms:
        if reach in term.binds and term.must:
            yield from _burdens_of(term)


def _burdens_of(term: Term) -> Iterator[Burden]:
    if term.do == "pass-on-terms":
        yield Burden("use-restrictions", term)
        return
    if term.do == "same-license":
        yield Burden("same-license", term, allowed_licenses(term))
        return
    if term.gate and term.do == "register":
        yield Burden("registration", term)
        return
    counts_display = term.kind == "duty" and term.do == "display"
    if term.kind != "bar" and not counts_display:
        return
    if term.acts == frozenset({"teach"}):
        return
    if term.kind == "bar" and term.condition is None and term.acts & {"give", "change"} and "derivative" in term.binds:
        yield Burden("no-derivatives", term)
        return
    if term.condition is None:
        return
    fields: set[str] = set()
    places: set[str] = set()
    limited = commercial = False
    for leaf in leaves(term.condition):
        if isinstance(leaf, Measure):
            limited = True
        elif isinstance(leaf, Place):
            places |= leaf.places
        elif leaf.fact == "fields_of_use":
            fields |= {str(value) for value in leaf.values}
        elif leaf.fact in ("commercial", "purpose"):
            commercial = True
    if limited:
        yield Burden("user-limit", term)
    elif term.kind == "bar":
        if fields:
            yield Burden("use-restrictions", term, frozenset(fields))
        if places:
            yield Burden("territory", term, frozenset(places))
        if commercial and not fields and not places:
            yield Burden("non-commercial", term)


def allowed_licenses(term: Term, *, combined: bool = False) -> frozenset[str]:
    """The licences that a same-license duty lets a derivative carry.

    Args:
        term: The duty.
        combined: Also those it allows only for a whole that combines the work with one already under them.
    """
    rule = term.rule if isinstance(term.rule, Mapping) else {}
    keys = ("ids", "one_way", "combined") if combined else ("ids", "one_way")
    return frozenset(str(name) for key in keys for name in rule.get(key, ()))


def keeps(published: License, burden: Burden, ancestor: License) -> bool:
    """Whether a derivative under `published` still carries the burden."""
    if published.id == ancestor.id:
        return True
    if burden.kind == "same-license":
        return published.id in burden.detail
    own = [mine for mine in burdens(published, "original") if mine.kind == burden.kind]
    if burden.kind == "user-limit":
        limits = [leaf for leaf in leaves(burden.term.condition) if isinstance(leaf, Measure)] if burden.term.condition else []
        return any(_as_tight(leaf, mine.term) for leaf in limits for mine in own)
    if burden.kind in ("use-restrictions", "territory"):
        return bool(own) and burden.detail <= frozenset().union(*(mine.detail for mine in own))
    return bool(own)


def _as_tight(limit: Measure, term: Term) -> bool:
    return term.condition is not None and any(
        isinstance(leaf, Measure) and leaf.what == limit.what and leaf.per == limit.per and leaf.limit <= limit.limit for leaf in leaves(term.condition)
    )


def lost_under(published: Expression, ancestor: Expression, reach: str, license_of: Callable[[str], License | None]) -> list[tuple[License, Burden]]:
    """The burdens of an ancestor's expression that a derivative under another expression would lose, each with its licence."""
    if isinstance(ancestor, OneOf):
        return min((lost_under(published, part, reach, license_of) for part in ancestor.parts), key=len)
    if isinstance(ancestor, Each):
        return [loss for part in ancestor.parts for loss in lost_under(published, part, reach, license_of)]
    from_license = license_of(ancestor.license)
    if from_license is None or from_license.placeholder:
        return []
    return [
        (from_license, burden)
        for burden in burdens(from_license, reach)
        if burden.kind != "no-derivatives" and not _expression_keeps(published, burden, from_license, license_of)
    ]


def _expression_keeps(published: Expression, burden: Burden, ancestor: License, license_of: Callable[[str], License | None]) -> bool:
    if isinstance(published, OneOf):
        return all(_expression_keeps(part, burden, ancestor, license_of) for part in published.parts)
    if isinstance(published, Each):
        return any(_expression_keeps(part, burden, ancestor, license_of) for part in published.parts)
    label = license_of(published.license)
    return label is not None and keeps(label, burden, ancestor)


def added_kinds(published: License, ancestors: list[tuple[License, str]]) -> frozenset[str]:
    """Kinds of burden that `published` puts on a derivative although no ancestor asks for them."""
    asked = {burden.kind for ancestor, reach in ancestors for burden in burdens(ancestor, reach)}
    return frozenset(burden.kind for burden in burdens(published, "original")) - asked
