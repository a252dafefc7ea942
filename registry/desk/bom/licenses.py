"""Licences as a bill of materials names them: ids that other tools know, pointers to texts, and declared, detected and concluded apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from registry.knowledge.store import Knowledge
from registry.knowledge.text_links import links_of
from registry.reports.bom.licensing import LicenseClaim, LicenseInfo, Licensing
from registry.supplychain.source import Source
from registry.terms.combine import Expression, Named, OneOf, license_ids

NOTHING_GRANTED = frozenset({"none"})
"""The word for a thing whose maker grants nothing: other tools say `NONE`."""


def license_infos(knowledge: Knowledge, licensings: Iterable[Licensing]) -> dict[str, LicenseInfo]:
    """Every licence that is named, by our id, in the order in which they are met; words that stand for no text are none."""
    found: dict[str, LicenseInfo] = {}
    for each in licensings:
        for name in (*each.concluded, *(claim.license for claim in each.claims if claim.license)):
            for license in license_ids(knowledge.expression_of(name)):
                if license not in found and (info := license_info(knowledge, license)) is not None:
                    found[license] = info
    return found


def license_info(knowledge: Knowledge, name: str) -> LicenseInfo | None:
    """One licence; None for a word that stands for no text."""
    license = knowledge.license_of(name)
    if license is None or license.placeholder is not None:
        return None
    first = license.texts[0] if license.texts else None
    return LicenseInfo(
        id=license.id,
        exported=knowledge.exported_id(license.id),
        name=license.name,
        type=license.type,
        links=links_to(knowledge, license.id),
        dated=first.dated if first else None,
        digest=first.digest if first else None,
        steward=license.steward,
        read_on=first.read_on if first else None,
    )


def links_to(knowledge: Knowledge, license: str) -> tuple[str, ...]:
    """The addresses of a licence's texts, but for those at which another text stands by now."""
    return tuple(link for link in links_of(knowledge.raw(license)) if knowledge.resolve(link).license in (license, "unresolved"))


def exported_expression(knowledge: Knowledge, licenses: Iterable[str]) -> str | None:
    """Licences that all bind as one expression for other tools; None where one of them leads to no text, or there are none."""
    parts: list[str] = []
    names = list(licenses)
    for name in names:
        if name in NOTHING_GRANTED:
            return "NONE" if len(names) == 1 else None
        written = _write(knowledge, knowledge.expression_of(name), inner=len(names) > 1)
        if written is None:
            return None
        parts.append(written)
    return " AND ".join(dict.fromkeys(parts)) or None


def _write(knowledge: Knowledge, expression: Expression, *, inner: bool) -> str | None:
    if isinstance(expression, Named):
        license = knowledge.license_of(expression.license)
        return knowledge.exported_id(expression.license) if license is not None and license.placeholder is None else None
    parts = [_write(knowledge, part, inner=True) for part in expression.parts]
    if not all(parts):
        return None
    joined = (" OR " if isinstance(expression, OneOf) else " AND ").join(str(part) for part in parts)
    return f"({joined})" if inner and len(parts) > 1 else joined


def licensing_of(knowledge: Knowledge, record: Mapping[str, Any]) -> Licensing:
    """Declared, detected and concluded of one thing.

    Args:
        knowledge: The licences.
        record: As `license_record.license_of` makes it.
    """
    concluded = record["concluded"]
    held = tuple(concluded["licenses"])
    return Licensing(
        claims=tuple(_claim(knowledge, basis, claim) for basis in ("declared", "detected") for claim in record[basis]),
        concluded=held,
        exported=exported_expression(knowledge, held),
        reason=concluded["reason"],
        on=concluded["on"],
    )


def _claim(knowledge: Knowledge, basis: str, claim: Mapping[str, Any]) -> LicenseClaim:
    license = claim["license"] if exported_expression(knowledge, [claim["license"]]) is not None else None
    return LicenseClaim(
        basis=basis,
        written=claim["as_written"],
        link=claim["link"],
        license=license,
        exported=exported_expression(knowledge, [license]) if license else None,
        text_digest=claim["text_digest"],
        cited=Source(claim["source"], claim["read_on"]) if claim["source"] else None,
    )
