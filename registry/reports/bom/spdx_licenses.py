"""Licences in SPDX 3: exactly one declared and one concluded each; what is on no list is a `LicenseRef-` whose text points to the terms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol

from registry.reports.bom.licensing import LicenseInfo, Licensing
from registry.reports.bom.subject import BomSubject
from registry.reports.bom.text import address, one_line
from registry.sources.bom.spdx import STATED

NO_ASSERTION = "https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense"
"""Stands where nobody says a licence."""

NONE = "https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoneLicense"
"""Stands where nothing is granted."""


class Document(Protocol):
    """What is needed of the document that is written."""

    model: Any

    def element(self, kind: str, word: str, **values: Any) -> Any:
        """A new element."""

    def relate(self, kind: str, start: Any, ends: Any, said: Mapping[str, Any] | None = None, comment: str | None = None) -> None:
        """A new relationship."""


class LicenseWriter:
    """Writes the licences of one document, each expression and each text once.

    Args:
        document: The document.
        subject: All that goes into it.
    """

    def __init__(self, document: Document, subject: BomSubject) -> None:
        self._document = document
        self._infos: dict[str, LicenseInfo] = {info.exported: info for info in subject.licenses.values()}
        self._expressions: dict[str, Any] = {}
        self._texts: dict[str, Any] = {}
        self._stated: dict[tuple[str, str | None], str] = {}

    def put(self, package: Any, licensing: Licensing) -> None:
        """The declared and the concluded licence of a package."""
        declared = licensing.of("declared")
        words = [claim.exported if claim.exported is not None else self._stated_id(claim.written, claim.link) for claim in declared]
        said = [word for word in dict.fromkeys(words) if word]
        sources = "; ".join(dict.fromkeys(one_line(claim.cited.reference, 300) for claim in declared if claim.cited is not None))
        self._document.relate("hasDeclaredLicense", package, [self._license(_joined(said))], comment=sources or None)
        self._document.relate("hasConcludedLicense", package, [self._license(licensing.exported)], comment=one_line(licensing.reason, 1_000) or None)

    def _stated_id(self, written: str | None, link: str | None) -> str | None:
        """The identifier of a licence that is named by its source and known to nobody."""
        name = one_line(written or link or "", 500)
        if not name:
            return None
        if name.casefold() in ("none", "unlicensed") and link is None:
            return "NONE"
        key = (name, address(link))
        if key not in self._stated:
            plain_word = re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-")[:60] or "named"
            identifier = f"{STATED}{plain_word}"
            taken = set(self._stated.values())
            while identifier in taken:
                identifier += "-x"
            self._stated[key] = identifier
            places = [key[1]] if key[1] else []
            self._text(identifier, name, places, f"A licence that is named `{name}`; its text is not known here.")
        return self._stated[key]

    def _license(self, expression: str | None) -> Any:
        if expression is None:
            return NO_ASSERTION
        if expression == "NONE":
            return NONE
        if expression not in self._expressions:
            custom = []
            for word in dict.fromkeys(re.findall(r"LicenseRef-[A-Za-z0-9.-]+", expression)):
                info = self._infos.get(word)
                if info is not None and word not in self._texts:
                    places = [found for each in info.links if (found := address(each))]
                    about = f"{info.name}{f' of {info.dated}' if info.dated else ''}{f', by {info.steward}' if info.steward else ''}"
                    self._text(word, info.name, places, f"{about}. The text is not copied here.")
                if word in self._texts:
                    custom.append(self._document.model.DictionaryEntry(key=word, value=self._texts[word]._id))
            self._expressions[expression] = self._document.element(
                "simplelicensing_LicenseExpression",
                "license",
                simplelicensing_licenseExpression=expression,
                simplelicensing_customIdToUri=custom,
            )
        return self._expressions[expression]

    def _text(self, word: str, name: str, places: list[str], about: str) -> None:
        """A text that only points to the terms: they are not copied."""
        pointer = f" It is at {places[0]}" if places else " Where it is, is not on record."
        kinds = self._document.model.ExternalRefType
        self._texts[word] = self._document.element(
            "simplelicensing_SimpleLicensingText",
            "text",
            name=name,
            simplelicensing_licenseText=f"{about}{pointer}",
            externalRef=[self._document.model.ExternalRef(externalRefType=kinds.license, locator=places)] if places else None,
        )


def _joined(words: list[str]) -> str | None:
    """Several that are all declared, as one expression."""
    if not words:
        return None
    if len(words) == 1:
        return words[0]
    real = [word for word in words if word != "NONE"]
    if len(real) < 2:
        return real[0]
    return " AND ".join(f"({word})" if " OR " in word else word for word in real)
