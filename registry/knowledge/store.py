"""The knowledge in use: licences, vocabulary, interpretations, and how names lead to licences."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from registry.errors import UnknownLicenseError, UsageError
from registry.knowledge.addresses import Addresses
from registry.knowledge.compiled import load_compiled
from registry.knowledge.expressions import write_expression
from registry.knowledge.license_build import build_license
from registry.knowledge.resolver import Resolution, Resolver
from registry.knowledge.vocabulary import build_vocabulary
from registry.lineage.reach import Relations
from registry.terms.combine import Each, Expression, Named
from registry.terms.evaluate import Evaluator
from registry.terms.interpretation import Interpretation
from registry.terms.license import License, Reach
from registry.terms.vocabulary import Vocabulary


class Knowledge:
    """Everything we hold of licences, read from a compiled document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._raw: dict[str, Mapping[str, Any]] = {}
        self._licenses: dict[str, License] = {}
        self._expressions: dict[str, Expression] = {}
        self._names = Resolver(document, self.raw)

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
            self._licenses[license] = build_license(self.raw(license))
        return self._licenses[license]

    def parts_of(self, license: str) -> tuple[str, ...]:
        """A licence string as the parts that bind one by one: `AND` taken apart, a choice kept whole."""
        expression = self.expression_of(license)
        if isinstance(expression, Each):
            return tuple(dict.fromkeys(name for part in expression.parts for name in self.parts_of(write_expression(part))))
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

    def resolve(self, name: str | None, on: str | None = None) -> Resolution:
        """What a declared licence comes to; see `Resolver.resolve`."""
        return self._names.resolve(name, on)

    def in_force(self, license: str, on: str | None) -> str:
        """The text that an id stood for on a date; see `Resolver.in_force`."""
        return self._names.in_force(license, on)

    def depends_on_date(self, name: str) -> bool:
        """Whether `resolve` may answer differently for another date."""
        return self._names.depends_on_date(name)

    def nearest(self, name: str) -> tuple[str, ...]:
        """The ids whose id or names come closest to what was written."""
        return self._names.nearest(name)

    @property
    def addresses(self) -> Addresses:
        """What leads from the address of a text to its licence."""
        return self._names.addresses

    def expression_of(self, license: str) -> Expression:
        """The expression behind a licence id or expression over our ids."""
        if license not in self._expressions:
            if license in self._document["licenses"]:
                self._expressions[license] = Named(license)
            else:
                parsed = self._names.parse(license)
                self._expressions[license] = parsed if parsed is not None else Named("unresolved")
        return self._expressions[license]

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
