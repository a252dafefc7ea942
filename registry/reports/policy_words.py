"""A policy in words, a sentence a line, for people who read it on a page or at a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

NOTHING = "anything; this policy refuses nothing by itself"
"""What a policy lets through that says nothing."""

USUAL = ("prohibited", "needs-permission", "policy")
"""What stops an audit where a policy does not say."""

_NAMES = {"license_types": "types of licences", "families": "families of licences", "countries": "developers from"}
_COUNTS = {"error": "counts as an error", "warning": "counts as a warning", "note": "counts as a note", "ignore": "is left out"}
_UNRESOLVED = {"ignore": "are left out", "note": "are told", "warning": "count as a warning", "error": "count as an error"}


def rules_in_words(policy: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a policy asks, as names and values; its own name and description are left out.

    Args:
        policy: The policy as plain data.
    """
    lines = list(_lists(policy)) or [("lets through", NOTHING)]
    if policy["interpretation"]:
        lines.append(("unsettled law", f"read as {policy['interpretation']}"))
    if policy["minimum_evidence"]:
        lines.append(("evidence", f"licences have to be {policy['minimum_evidence']} or better"))
    if policy["duties_shown"]:
        lines.append(("to be shown", ", ".join(policy["duties_shown"])))
    for severity, words in _COUNTS.items():
        codes = [code for code, given in policy["severity"].items() if given == severity]
        if codes:
            lines.append((words, ", ".join(codes)))
    lines.append(("names not followed", _UNRESOLVED[policy["unresolved"]]))
    lines.append(("stops an audit", ", ".join(policy["fail_on"] if policy["fail_on"] is not None else USUAL)))
    lines += [("waiver", _waiver(each)) for each in policy["waivers"]]
    lines += [("path", f"{', '.join(each['match'])}: {_setting(each)}") for each in policy["paths"]]
    return lines


def _lists(policy: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for key, value in policy.items():
        if isinstance(value, Mapping) and set(value) == {"allow", "refuse"}:
            name = _NAMES.get(key, key.replace("_", " "))
            if value["allow"] is not None:
                yield name, f"only {', '.join(value['allow']) or 'none'}"
            if value["refuse"]:
                yield name, f"not {', '.join(value['refuse'])}"


def _waiver(waiver: Mapping[str, Any]) -> str:
    place = f" in {waiver['path']}" if waiver["path"] else ""
    return f"{waiver['finding']} of {waiver['model'] or 'any model'}{place}, until {waiver['expires']}: {waiver['reason']} ({waiver['owner']})"


def _setting(rule: Mapping[str, Any]) -> str:
    if rule["ignore"]:
        return "not judged"
    return ", ".join(f"{code} {severity}" for code, severity in rule["severity"].items()) or "as everywhere"
