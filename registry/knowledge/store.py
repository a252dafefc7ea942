"""The knowledge in use: licences, vocabulary, interpretations, and how names lead to licences."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from registry.errors import KnowledgeError, UnknownLicenseError, UsageError
from registry.knowledge.addresses import Addresses, is_address
from registry.knowledge.compiled import load_compiled
from registry.knowledge.names import MAX_NAME, fold_alias
from registry.knowledge.vocabulary import build_vocabulary
from registry.lineage.reach import Relations
from registry.terms.combine import Each, Expression, Named, OneOf
from registry.terms.conditions import parse_condition
from registry.terms.evaluate import Evaluator
from registry.terms.interpretation import Interpretation
from registry.terms.license import WEIGHTS, License, Reach, Term, Text
from registry.terms.vocabulary import Vocabulary

_OWN_PREFIX = "licenseref-licet-"
_OPERATORS = (" and ", " or ", " with ", "(", ")")


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


class Knowledge:
    """Everything we hold of licences, read from a compiled document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._raw: dict[str, Mapping[str, Any]] = {}
        self._licenses: dict[str, License] = {}
        self._expressions: dict[str, Expression] = {}

    @classmethod
    def load(cls, data_dir: Path, cache_dir: Path | None = None) -> Knowledge:
        """The knowledge of a data folder.

        Raises:
            KnowledgeError: A data file is missing or wrong.
        """
        return cls(load_compiled(data_dir, cache_dir))

    @property
    def version(self) -> str:
        """Year and month of the facts."""
        return str(self._document["version"])

    @property
    def digest(self) -> str:
        """Digest of the data files."""
        return str(self._document["digest"])

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The closed vocabulary."""
        return build_vocabulary(self._document["vocabulary"])

    @cached_property
    def evaluator(self) -> Evaluator:
        """The evaluator over this vocabulary."""
        return Evaluator(self.vocabulary)

    @cached_property
    def relations(self) -> Relations:
        """Default reach of relations and its composition."""
        data = self._document["relations"]
        return Relations({name: Reach(*reach) for name, reach in data["default"].items()}, data["compose"])

    @cached_property
    def addresses(self) -> Addresses:
        """What leads from the address of a text to its licence."""
        return Addresses(**self._document["addresses"])

    @property
    def ordinary(self) -> Mapping[str, Any]:
        """What is assumed of a use that says nothing else."""
        assumptions: Mapping[str, Any] = self._document["ordinary"]
        return assumptions

    @cached_property
    def interpretations(self) -> dict[str, Interpretation]:
        """The interpretations by name, from strict to permissive."""
        found = self._document["interpretations"]
        order = sorted(found, key=lambda name: ("strict", "mainstream", "permissive").index(name) if name in ("strict", "mainstream", "permissive") else 9)
        return {name: Interpretation(name, found[name]["summary"], found[name]["points"], found[name].get("default", "binds")) for name in order}

    def interpretation(self, name: str) -> Interpretation:
        """An interpretation by name.

        Raises:
            UsageError: There is none of that name.
        """
        if name not in self.interpretations:
            raise UsageError(f"there is no interpretation `{name}`", f"choose one of {', '.join(self.interpretations)}")
        return self.interpretations[name]

    def ids(self) -> list[str]:
        """Every licence id, sorted."""
        return sorted(self._document["licenses"])

    def raw(self, license: str) -> Mapping[str, Any]:
        """The plain data of a licence file, as compiled: also what evaluation does not read (aliases, remarks, examples)."""
        if license not in self._raw:
            # A command needs a few of them; the others are never parsed.
            self._raw[license] = json.loads(self._document["licenses"][license])
        return self._raw[license]

    def license_of(self, license: str) -> License | None:
        """A licence by id, or None."""
        if license not in self._licenses:
            if license not in self._document["licenses"]:
                return None
            self._licenses[license] = _build(self.raw(license))
        return self._licenses[license]

    def parts_of(self, license: str) -> tuple[str, ...]:
        """A licence string as the parts that bind one by one: `AND` taken apart, a choice kept whole."""
        expression = self.expression_of(license)
        if isinstance(expression, Each):
            return tuple(dict.fromkeys(name for part in expression.parts for name in self.parts_of(_write(part))))
        return (license,)

    def license_digest(self, license: str) -> str:
        """Digest of what we hold of a licence: of its text where that is known, else of the terms as read."""
        data = self.raw(license)
        known = [str(text["digest"]) for text in data.get("texts", ()) if text.get("digest")]
        if len(known) == 1:
            return known[0]
        canonical = json.dumps({key: data[key] for key in ("id", "texts", "terms") if key in data}, sort_keys=True, ensure_ascii=False)
        return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"

    def find(self, name: str, on: str | None = None) -> License:
        """The one licence a person means by a name.

        Raises:
            UnknownLicenseError: None goes by it, or several do.
        """
        found = self.resolve(name, on)
        license = self.license_of(found.license)
        if found.reason == "ambiguous":
            raise UnknownLicenseError(f"`{name}` is the name of several licences", f"name one of {', '.join(found.candidates)}", found.candidates)
        if license is None or found.reason == "unknown":
            near = self.nearest(name)
            raise UnknownLicenseError(f"no licence goes by `{name}`", f"did you mean {', '.join(near)}?" if near else "`licet license ls` lists them", near)
        return license

    def nearest(self, name: str, count: int = 3) -> tuple[str, ...]:
        """The ids whose id or names come closest to what was written."""
        aliases = self._document["aliases"]
        close = get_close_matches(fold_alias(name), aliases, n=count * 3, cutoff=0.5)
        return tuple(dict.fromkeys(license for alias in close for license in aliases[alias]))[:count]

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
            if folded.startswith(_OWN_PREFIX):  # such an id names one text, whatever the day
                return Resolution(candidates[0], "id")
            if len(candidates) == 1:
                held = self.in_force(candidates[0], on)
                return Resolution(held, "dated" if held != candidates[0] else "id" if held == folded else "alias")
            dated = self._dated(candidates, on)
            if dated is not None:
                return Resolution(dated, "dated", tuple(candidates))
            return Resolution("unresolved", "ambiguous", tuple(candidates))
        if any(operator in f" {folded} " for operator in _OPERATORS):
            expression = self._parse(name, on)
            if expression is not None:
                return Resolution(_write(expression), "expression")
        return Resolution("unresolved", "unknown")

    def _candidates(self, name: str) -> list[str]:
        """The licences that go by a name, or whose text stands at an address."""
        aliases: Mapping[str, list[str]] = self._document["aliases"]
        found = aliases.get(fold_alias(name))
        if not found and "/" in name and is_address(name):
            said = self.addresses.name_in(name)
            found = self.addresses.licenses_at(name) or (aliases.get(fold_alias(said)) if said else None)
        if not found and fold_alias(name).startswith(_OWN_PREFIX):
            own = fold_alias(name).removeprefix(_OWN_PREFIX)
            found = [license for license in self._document["licenses"] if license.replace("+", "p") == own]
        return found or []

    def in_force(self, license: str, on: str | None) -> str:
        """The text that an id stood for on a date: an earlier one of the same names, where this one was not yet in force."""
        raw = self.raw(license) if license in self._document["licenses"] else {}
        start = raw.get("in_force", {}).get("from")
        if on is None or start is None or str(start) <= (on if len(on) > 7 else f"{on}-31"):
            return license
        siblings = {other for alias in raw.get("aliases", ()) for other in self._document["aliases"].get(fold_alias(alias), ()) if other != license}
        earlier = self._dated(sorted(siblings), on) if siblings else None
        return earlier or license

    def depends_on_date(self, name: str) -> bool:
        """Whether `resolve` may answer differently for another date."""
        candidates = self._candidates(name) if name.strip() and len(name) <= MAX_NAME else []
        if candidates:
            return len(candidates) > 1 or "from" in self.raw(candidates[0]).get("in_force", {})
        return any(operator in f" {name.casefold()} " for operator in _OPERATORS)

    def _dated(self, candidates: list[str], on: str | None) -> str | None:
        """The one text in force on a date or in a month, where every candidate says from when it was.

        Without a date, the one that is in force still. Texts that run side by side are not told apart by a date, nor those
        that follow each other within the month that is given.
        """
        first, last = ("9999", "9999") if on is None else (on, on) if len(on) > 7 else (f"{on}-01", f"{on}-31")
        holding = []
        for name in candidates:
            force = self.raw(name).get("in_force", {})
            if not force.get("from"):
                return None
            end = force.get("to")
            if str(force["from"]) <= last and (end is None or first <= str(end)):
                holding.append(name)
        return holding[0] if len(holding) == 1 else None

    def expression_of(self, license: str) -> Expression:
        """The expression behind a licence id or expression over our ids."""
        if license not in self._expressions:
            if license in self._document["licenses"]:
                self._expressions[license] = Named(license)
            else:
                parsed = self._parse(license, None)
                self._expressions[license] = parsed if parsed is not None else Named("unresolved")
        return self._expressions[license]

    def _parse(self, text: str, on: str | None) -> Expression | None:
        """An SPDX expression over known names, by the license-expression library; None where it is not one.

        An exception after `WITH` only adds permission, so the licence is held to without it. `LicenseRef-` names that
        nobody knows become `unresolved`.
        """
        from license_expression import ExpressionError, Licensing
        from license_expression import LicenseWithExceptionSymbol as WithException

        try:
            parsed = Licensing().parse(text, validate=False, simple=True)
        except (ExpressionError, TypeError, ValueError, IndexError, RecursionError):
            return None

        def convert(node: Any) -> Expression:
            if isinstance(node, WithException):
                return convert(node.license_symbol)
            if hasattr(node, "operator") and getattr(node, "args", None):
                parts = tuple(convert(part) for part in node.args)
                return OneOf(parts) if str(node.operator).strip().upper() == "OR" else Each(parts)
            key = str(node.key)
            candidates = self._candidates(key)
            if len(candidates) > 1:
                dated = self._dated(candidates, on)
                return Named(dated or "unresolved")
            return Named(candidates[0] if candidates else "unresolved")

        try:
            return convert(parsed) if parsed is not None else None
        except RecursionError:
            return None

    def exported_id(self, license: str) -> str:
        """The id under which other tools know a licence: SPDX, ScanCode's `LicenseRef`, or our own `LicenseRef`."""
        found = self.license_of(license)
        if found is not None and found.spdx:
            return found.spdx
        return f"LicenseRef-licet-{license.replace('+', 'p')}"

    def __iter__(self) -> Iterator[License]:
        for name in self.ids():
            license = self.license_of(name)
            if license is not None:
                yield license


def _write(expression: Expression) -> str:
    """An expression as text over our ids; `AND` binds tighter than `OR`."""
    if isinstance(expression, Named):
        return expression.license
    word = " OR " if isinstance(expression, OneOf) else " AND "
    return word.join(f"({_write(part)})" if not isinstance(part, Named) else part.license for part in expression.parts)


def _build(data: Mapping[str, Any]) -> License:
    force = data.get("in_force", {})
    dates = [text.get("dated") for text in data.get("texts", ()) if text.get("dated")]
    try:
        return License(
            id=data["id"],
            name=data["name"],
            type=data["type"],
            terms=tuple(_term(term) for term in data["terms"]),
            steward=data.get("steward"),
            ask=data.get("ask"),
            osi_approved=data.get("osi_approved", False),
            spdx=data.get("spdx"),
            family=data.get("family"),
            confidence=data.get("confidence", "text-read"),
            released=data.get("released") or (dates[0] if dates else None),
            in_force_from=force.get("from"),
            in_force_to=force.get("to"),
            replaces=tuple(data.get("replaces", ())),
            texts=tuple(
                Text(text.get("id", "license"), text["name"], text.get("dated"), text.get("digest"), text.get("source"), text.get("read_on"))
                for text in data.get("texts", ())
            ),
            reach={relation: Reach(*reach) for relation, reach in data["reach"].items()},
            placeholder=data.get("placeholder"),
            type_reason=data.get("type_reason"),
            summary=data.get("summary"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise KnowledgeError(f"the compiled knowledge of `{data.get('id')}` cannot be read: {error}", "remove the cache folder") from error


def _term(data: Mapping[str, Any]) -> Term:
    condition = data.get("if")
    return Term(
        id=data["id"],
        kind=data["kind"],
        acts=frozenset(data.get("acts", ())),
        section=data["section"],
        summary=data["summary"],
        binds=frozenset(data["binds"]) if data.get("binds") else WEIGHTS,
        condition=parse_condition(condition) if condition else None,
        confidence=data["confidence"],
        ask=data.get("ask"),
        text=data.get("text", "license"),
        do=data.get("do"),
        rule=data.get("rule"),
        wording=data.get("wording"),
        where=tuple(data.get("where", ())),
        must=data.get("force", "must") == "must",
        gate=data.get("gate", False),
        about=data.get("about"),
        disputed=tuple(data.get("disputed", ())),
    )
