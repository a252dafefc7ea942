"""A policy in words, a setting a line, for people who read it on a page or at a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def rules_in_words(policy: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a policy asks, as names and values; its name and description, and what it leaves open, are left out.

    Args:
        policy: The policy as plain data.
    """
    lines: list[tuple[str, str]] = []
    for key, value in policy.items():
        name = str(key).replace("_", " ")
        if isinstance(value, Mapping) and set(value) == {"allow", "refuse"}:
            if value["allow"] is not None:
                lines.append((f"{name} allowed", ", ".join(value["allow"]) or "none"))
            if value["refuse"]:
                lines.append((f"{name} refused", ", ".join(value["refuse"])))
        elif key == "severity":
            lines += [(name, _severities(value))] if value else []
        elif key == "waivers":
            lines += [
                ("waiver", f"{each['finding']} of {each['model'] or 'any model'}: {each['reason']} ({each['owner']}, until {each['expires']})")
                for each in value
            ]
        elif key == "paths":
            lines += [("path", f"{', '.join(each['match'])}: {'not judged' if each['ignore'] else _severities(each['severity'])}") for each in value]
        elif key not in ("name", "description") and value:
            lines.append((name, ", ".join(map(str, value)) if isinstance(value, list) else str(value)))
    return lines


def _severities(severities: Mapping[str, str]) -> str:
    return ", ".join(f"{code} {severity}" for code, severity in severities.items())
