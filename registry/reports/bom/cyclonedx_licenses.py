"""Licences in CycloneDX: declared and concluded beside each other, each with where its text is.

Version 1.7 takes expressions of both kinds in one list. Version 1.6 takes one expression or a list of single licences, so there every
licence that binds is a licence of its own, and a choice between several goes by its expression as a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from registry.reports.bom.licensing import LicenseClaim, LicenseInfo, Licensing
from registry.reports.bom.text import address, one_line
from registry.sources.bom.names import joined_parts

NOTHING = "NONE"
"""How a licence is named where its maker grants nothing."""


def declared_and_concluded(licensing: Licensing, infos: Mapping[str, LicenseInfo], spec: str) -> list[tuple[dict[str, Any], LicenseClaim | None]]:
    """The entries of a list of licences, each with the claim that it is, or None for what we conclude."""
    found: list[tuple[dict[str, Any], LicenseClaim | None]] = []
    for claim in licensing.of("declared"):
        entry = _claim(claim, infos, spec, "declared")
        if entry is not None and entry not in (each for each, _ in found):
            found.append((entry, claim))
    found += [(entry, None) for entry in _concluded(licensing, infos, spec)]
    return found


def detected(licensing: Licensing, infos: Mapping[str, LicenseInfo], spec: str) -> list[dict[str, Any]]:
    """What files show, for the evidence of a component."""
    found: list[dict[str, Any]] = []
    for claim in licensing.of("detected"):
        entry = _claim(claim, infos, spec, None)
        if entry is not None and entry not in found:
            found.append(entry)
    # Version 1.6 takes no expression beside other licences, wherever a list of them stands.
    return found


def _claim(claim: LicenseClaim, infos: Mapping[str, LicenseInfo], spec: str, kind: str | None) -> dict[str, Any] | None:
    properties = [{"name": "licet:as-written", "value": one_line(claim.written, 300)}] if claim.written else []
    if claim.text_digest:
        properties.append({"name": "licet:text-digest", "value": claim.text_digest})
    link = address(claim.link)
    if claim.link and link is None:
        properties.append({"name": "licet:link", "value": one_line(claim.link, 500)})
    if claim.exported is not None:
        return _entry(claim.exported, infos, spec, kind, link, properties)
    written = claim.written or claim.link
    return _named(one_line(written, 500), kind, link, properties) if written else None


def _concluded(licensing: Licensing, infos: Mapping[str, LicenseInfo], spec: str) -> list[dict[str, Any]]:
    if licensing.exported is None:
        return []
    reason = [{"name": "licet:reason", "value": one_line(licensing.reason, 500)}] if licensing.reason else []
    if licensing.exported == NOTHING:
        return [_named(NOTHING, "concluded", None, reason)]
    if spec == "1.6":
        # As each of them binds, the list says the same as their expression.
        return [_entry(part, infos, spec, "concluded", None, reason) for part in dict.fromkeys(joined_parts(licensing.exported))]
    return [_entry(licensing.exported, infos, spec, "concluded", None, reason)]


def _entry(
    exported: str, infos: Mapping[str, LicenseInfo], spec: str, kind: str | None, link: str | None, properties: Iterable[Mapping[str, str]]
) -> dict[str, Any]:
    """One licence or expression by the id that other tools know."""
    from cyclonedx.spdx import is_supported_id

    by_export = {info.exported: info for info in infos.values()}
    info = by_export.get(exported)
    url = link or next((found for each in (info.links if info else ()) if (found := address(each))), None)
    if is_supported_id(exported):
        return {"license": {"id": exported, **_rest(kind, url, properties)}}
    if " " in exported and spec != "1.6":
        ids = dict.fromkeys(word for word in exported.replace("(", " ").replace(")", " ").split() if word not in ("AND", "OR", "WITH"))
        details = [{"licenseIdentifier": each, "url": found} for each in ids if (found := _address_of(by_export.get(each)))]
        return {"expression": exported, **({"expressionDetails": details} if details else {}), **_rest(kind, None, properties)}
    if kind == "concluded" and spec != "1.6":
        details = [{"licenseIdentifier": exported, "url": url}] if url else []
        return {"expression": exported, **({"expressionDetails": details} if details else {}), **_rest(kind, None, [*properties, *_about(info)])}
    return _named(exported, kind, url, [*properties, *_about(info)])


def _named(name: str, kind: str | None, url: str | None, properties: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    return {"license": {"name": name, **_rest(kind, url, properties)}}


def _rest(kind: str | None, url: str | None, properties: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    held = list(properties)
    return {**({"acknowledgement": kind} if kind else {}), **({"url": url} if url else {}), **({"properties": held} if held else {})}


def _about(info: LicenseInfo | None) -> list[dict[str, str]]:
    if info is None:
        return []
    said = {"licet:license-name": info.name, "licet:license-type": info.type, "licet:steward": info.steward, "licet:dated": info.dated}
    return [{"name": name, "value": one_line(value, 300)} for name, value in said.items() if value]


def _address_of(info: LicenseInfo | None) -> str | None:
    return next((found for each in (info.links if info else ()) if (found := address(each))), None)
