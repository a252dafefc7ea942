"""How a declared licence name leads to a text: ids, aliases, addresses, dates, expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from registry.knowledge.addresses import Addresses, is_address
from registry.knowledge.expressions import is_expression, parse_expression, write_expression
from registry.knowledge.names import MAX_NAME, fold_alias
from registry.terms.combine import Expression, Named

OWN_PREFIX = "licenseref-licet-"
"""How our own ids begin where other tools know them, folded."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a licence name comes to.

    Attributes:
        license: Id or expression over our ids.
        reason: Why: `id`, `alias`, `dated`, `expression`, `ambiguous`, `unknown`, `none`.
        candidates: The licences that go by an ambiguous name.
    """

    license: str
    reason: str
    candidates: tuple[str, ...] = ()


class Resolver:
    """Leads names to licences.

    Args:
        document: The compiled knowledge.
        raw: The plain data of a licence, by id.
    """

    def __init__(self, document: Mapping[str, Any], raw: Callable[[str], Mapping[str, Any]]) -> None:
        self._document = document
        self._aliases: Mapping[str, list[str]] = document["aliases"]
        self._known: Mapping[str, str] = document["licenses"]
        self._raw_of = raw

    @cached_property
    def addresses(self) -> Addresses:
        """What leads from the address of a text to its licence."""
        return Addresses(**self._document["addresses"])

    def resolve(self, name: str | None, on: str | None = None) -> Resolution:
        """What a declared licence comes to: an id, an expression, or an honest placeholder.

        Args:
            name: Hub identifier, SPDX id or expression, licence name or link; None for a model that declares none.
            on: The date that tells apart texts sharing a name: when the model was published or the copy obtained.
        """
        if name is None or not name.strip():
            return Resolution("none", "none")
        if len(name) > MAX_NAME:
            return Resolution("unresolved", "unknown")
        folded = fold_alias(name)
        candidates = self._candidates(name)
        if candidates:
            if folded.startswith(OWN_PREFIX):  # such an id names one text, whatever the day
                return Resolution(candidates[0], "id")
            if len(candidates) == 1:
                held = self.in_force(candidates[0], on)
                return Resolution(held, "dated" if held != candidates[0] else "id" if held == folded else "alias")
            dated = self._dated(candidates, on)
            if dated is not None:
                return Resolution(dated, "dated", tuple(candidates))
            return Resolution("unresolved", "ambiguous", tuple(candidates))
        if is_expression(folded):
            expression = self.parse(name, on)
            if expression is not None:
                return Resolution(write_expression(expression), "expression")
        return Resolution("unresolved", "unknown")

    def _candidates(self, name: str) -> list[str]:
        """The licences that go by a name, or whose text stands at an address."""
        found = self._aliases.get(fold_alias(name))
        if not found and "/" in name and is_address(name):
            said = self.addresses.name_in(name)
            found = self.addresses.licenses_at(name) or (self._aliases.get(fold_alias(said)) if said else None)
        if not found and fold_alias(name).startswith(OWN_PREFIX):
            own = fold_alias(name).removeprefix(OWN_PREFIX)
            found = [license for license in self._known if license.replace("+", "p") == own]
        return found or []

    def in_force(self, license: str, on: str | None) -> str:
        """The text that an id stood for on a date: an earlier one of the same names, where this one was not yet in force."""
        raw = self._raw_of(license) if license in self._known else {}
        start = raw.get("in_force", {}).get("from")
        if on is None or start is None or str(start) <= (on if len(on) > 7 else f"{on}-31"):
            return license
        siblings = {other for alias in raw.get("aliases", ()) for other in self._aliases.get(fold_alias(alias), ()) if other != license}
        earlier = self._dated(sorted(siblings), on) if siblings else None
        return earlier or license

    def depends_on_date(self, name: str) -> bool:
        """Whether `resolve` may answer differently for another date."""
        candidates = self._candidates(name) if name.strip() and len(name) <= MAX_NAME else []
        if candidates:
            return len(candidates) > 1 or "from" in self._raw_of(candidates[0]).get("in_force", {})
        return is_expression(name)

    def _dated(self, candidates: list[str], on: str | None) -> str | None:
        """The one text in force on a date or in a month, where every candidate says from when it was.

        Without a date, the one that is in force still. Texts that run side by side are not told apart by a date, nor those
        that follow each other within the month that is given.
        """
        first, last = ("9999", "9999") if on is None else (on, on) if len(on) > 7 else (f"{on}-01", f"{on}-31")
        holding = []
        for name in candidates:
            force = self._raw_of(name).get("in_force", {})
            if not force.get("from"):
                return None
            end = force.get("to")
            if str(force["from"]) <= last and (end is None or first <= str(end)):
                holding.append(name)
        return holding[0] if len(holding) == 1 else None

    def parse(self, text: str, on: str | None = None) -> Expression | None:
        """An SPDX expression over known names; None where it is not one. Names that nobody knows become `unresolved`."""

        def named(name: str) -> Named:
            candidates = self._candidates(name)
            if len(candidates) > 1:
                return Named(self._dated(candidates, on) or "unresolved")
            return Named(candidates[0] if candidates else "unresolved")

        return parse_expression(text, named)

    def nearest(self, name: str, count: int = 3) -> tuple[str, ...]:
        """The ids whose id or names come closest to what was written."""
        close = get_close_matches(fold_alias(name), self._aliases, n=count * 3, cutoff=0.5)
        return tuple(dict.fromkeys(license for alias in close for license in self._aliases[alias]))[:count]
