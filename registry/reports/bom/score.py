"""How complete a CycloneDX bill is by a field registry, such as that of OWASP's AIBOM project: which fields hold something, by category.

The registry says for each field where it stands, how much it matters and in which category it counts. A category gives its share of points by
the share of its fields that are there. Much that is critical missing lowers the whole, as the project's own generator has it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.errors import UsageError

TIERS = ("critical", "important", "supplementary")
"""How much a field matters, most first."""

_FILTER = re.compile(r"\[\?\((?P<tests>.+)\)\]")
_TEST = re.compile(r"@\.(\w+)=='([^']+)'")
_INDEX = re.compile(r"\[(\d+)\]")
_STEP = re.compile(r"\.?(?P<name>[\w$-]+)|(?P<pick>\[[^\]]*(?:\([^)]*\))?[^\]]*\])")


@dataclass(frozen=True, slots=True)
class CategoryScore:
    """One category.

    Attributes:
        name: Its name in the registry.
        present: How many of its fields hold something.
        total: How many it has.
        points: What they give.
        most: What all of them would give.
    """

    name: str
    present: int
    total: int
    points: float
    most: float


@dataclass(frozen=True, slots=True)
class Score:
    """How complete a bill is.

    Attributes:
        total: Points of 100.
        factor: By what missing critical and important fields lowered them.
        categories: The categories.
        missing: The fields that hold nothing, by tier.
        profiles: The profiles of the registry that are met: enough points, and every field that they ask for.
        lacking: What the profiles that are not met lack, by profile.
    """

    total: float
    factor: float
    categories: tuple[CategoryScore, ...]
    missing: Mapping[str, tuple[str, ...]]
    profiles: tuple[str, ...]
    lacking: Mapping[str, tuple[str, ...]]


def score_bom(document: Mapping[str, Any], registry: Mapping[str, Any]) -> Score:
    """How complete a CycloneDX document is by a field registry.

    Raises:
        UsageError: It is no such registry.
    """
    fields, config = registry.get("fields"), registry.get("scoring_config")
    if not isinstance(fields, Mapping) or not isinstance(config, Mapping) or not isinstance(config.get("category_weights"), Mapping):
        raise UsageError("that is no field registry: it has no `fields` with `scoring_config`", "give the field_registry.json of OWASP's AIBOM generator")
    weights = {str(name): float(weight) for name, weight in config["category_weights"].items() if isinstance(weight, int | float)}
    there = {str(name): _is_there(document, str(name), field) for name, field in fields.items() if isinstance(field, Mapping)}
    categories = []
    for category, weight in weights.items():
        own = [name for name in there if fields[name].get("category") == category]
        present = sum(there[name] for name in own)
        categories.append(CategoryScore(category, present, len(own), round(weight * present / len(own), 1) if own else 0.0, weight))
    missing = {tier: tuple(name for name, held in there.items() if not held and fields[name].get("tier") == tier) for tier in TIERS}
    critical, important = len(missing["critical"]), len(missing["important"])
    factor = (0.8 if critical > 3 else 0.9 if critical >= 2 else 1.0) * (0.95 if important >= 5 else 1.0)
    total = round(min(100.0, sum(each.points for each in categories) * factor), 1)
    met, lacking = _profiles(config.get("scoring_profiles"), there, document, total)
    return Score(total, factor, tuple(categories), missing, met, lacking)


def _profiles(profiles: object, there: Mapping[str, bool], document: Mapping[str, Any], total: float) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    met, lacking = [], {}
    for name, profile in profiles.items() if isinstance(profiles, Mapping) else ():
        wanted = profile.get("required_fields", ()) if isinstance(profile, Mapping) else ()
        absent = tuple(str(field) for field in wanted if not there.get(str(field), _is_there(document, str(field), {})))
        least = profile.get("minimum_score", 0) if isinstance(profile, Mapping) else 0
        short = (f"{least} points",) if isinstance(least, int | float) and total < least else ()
        if absent or short:
            lacking[str(name)] = (*absent, *short)
        else:
            met.append(str(name))
    return tuple(met), lacking


def _is_there(document: Mapping[str, Any], name: str, field: Mapping[str, Any]) -> bool:
    """Whether a field holds something: at its path, or as a property or key of its name where the registry's tools look too."""
    path = field.get("jsonpath")
    if isinstance(path, str) and _find(document, path):
        return True
    component = _component(document)
    card = component.get("modelCard") or {}
    metadata = document.get("metadata") or {}
    places: list[Any] = [document, metadata, component, card, card.get("modelParameters") or {}, card.get("considerations") or {}]
    if any(isinstance(place, Mapping) and place.get(name) not in (None, "", [], {}) for place in places):
        return True
    named = [each for place in (metadata, component, card) for each in place.get("properties") or () if isinstance(each, Mapping)]
    if any(each.get("name") == name and each.get("value") for each in named):
        return True
    kinds = {"downloadLocation": ("distribution", "website"), "vcs": ("vcs",), "website": ("website",), "paper": ("documentation",)}.get(name, ())
    return any(each.get("type") in kinds and each.get("url") for each in component.get("externalReferences") or () if isinstance(each, Mapping))


def _component(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The component that the registry speaks of: the first."""
    components = document.get("components")
    first = components[0] if isinstance(components, list) and components else {}
    return first if isinstance(first, Mapping) else {}


def _find(document: Mapping[str, Any], path: str) -> bool:
    """Whether a path of the registry leads to something; `$.component` stands for the first component."""
    level: list[Any] = [document]
    rest = path.removeprefix("$")
    if rest.startswith(".component."):
        level, rest = [_component(document)], rest.removeprefix(".component")
    position = 0
    while position < len(rest):
        step = _STEP.match(rest, position)
        if step is None:
            return False
        level = _stepped(level, step["name"], step["pick"])
        position = step.end()
    return any(value not in (None, "", [], {}) for value in level)


def _stepped(level: list[Any], name: str | None, pick: str | None) -> list[Any]:
    """Everything one step further: a key, a place in a list, or the entries of a list for which a test holds."""
    if name is not None:
        return [each[name] for each in level if isinstance(each, Mapping) and name in each]
    index = _INDEX.fullmatch(pick or "")
    if index is not None:
        return [each[int(index[1])] for each in level if isinstance(each, list) and len(each) > int(index[1])]
    wanted = _FILTER.fullmatch(pick or "")
    tests = _TEST.findall(wanted["tests"]) if wanted is not None else []
    return [entry for each in level if isinstance(each, list) for entry in each if isinstance(entry, Mapping) and any(entry.get(k) == v for k, v in tests)]
