"""The words that random licences and uses are made of, and which of them a licence uses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from registry.knowledge.store import Knowledge
from tests.terms.plain_evaluator import Plain, PlainEvaluator, read_licenses

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
KNOWLEDGE = Knowledge.load(DATA)
PLAIN = PlainEvaluator(DATA)
REAL = read_licenses(DATA / "licenses")
TODAY = "2026-11-21"
INTERPRETATIONS = ("strict", "mainstream", "permissive")
SCOPES = ("product", "licensee", "group")

ACTS = tuple(PLAIN.vocabulary["acts"])
GROUPS = tuple(PLAIN.vocabulary["act_groups"])
CAPACITIES = tuple(PLAIN.vocabulary["capacities"])
CONFIDENCES = tuple(PLAIN.vocabulary["confidences"])
DUTIES = tuple(PLAIN.vocabulary["duties"])
POINTS = tuple(PLAIN.vocabulary["points"])
FIELDS = ("military", "medical-advice", "surveillance", "disinformation")
COUNTRIES = ("US", "DE", "FR", "GB", "KR", "NO", "HR")
DATES = ("2026-11-21", "2026-01-15", "2019-06-01")
RELEASES = ("2018-03-10", "2017-01", "2018-01-31")
STEWARDS = ("Acme", "Borealis")
LIMITS = (0, 1, 100, 1_000_000, 700_000_000)

VALUES: dict[str, tuple[Any, ...]] = {
    "commercial": (True, False),
    "purpose": ("production", "evaluation", "research", "education", "personal"),
    "role": ("licensee", "end-user"),
    "actor_kind": ("company", "individual", "academic", "government", "nonprofit"),
    "country": COUNTRIES,
    "modified": (True, False),
    "outputs_train": ("none", "same-family", "foundation-model", "narrow-model"),
    "student_competes": (True, False),
    "modality_used": ("text", "image", "multimodal"),
    "substitutes_professional": (True, False),
    "automation": ("none", "assisted", "full"),
    "safeguards_kept": (True, False),
    "subject.modality": ("text", "image", "multimodal"),
    "subject.stage": ("pretrained", "domain-adapted", "task-tuned"),
    "subject.name": ("Alpha", "Beta"),
}
LISTED: dict[str, tuple[str, ...]] = {
    "fields_of_use": FIELDS,
    "business": ("model-as-a-service", "cloud-provider", "competitor-of:Acme"),
    "distribution": ("internal", "saas", "api", "product", "weights", "outputs"),
    "audience": COUNTRIES,
}
MEASURES: tuple[tuple[str, str, str], ...] = tuple((what, per, fact) for what, periods in PLAIN.vocabulary["measures"].items() for per, fact in periods.items())
COUNTED = tuple(dict.fromkeys(fact for _, _, fact in MEASURES))
NAMES = ("Acme-Nova-7B", "acme nova", "Nova", "NovaAcme")
ALWAYS_STATED = ("date", "permission_from", "duties_unmet", "derivative_name", "founded", "subject.modality")
"""Facts that are never among the missing ones: their silence means that there is none, or, for the modality, that another fact stands in."""


# --- what a licence says, read as plain data ---


def leaves(condition: Any) -> Iterator[tuple[str, Any]]:
    """Every leaf of a condition: its key and what stands under it."""
    for key, value in (condition or {}).items():
        if key in ("all", "any"):
            for part in value:
                yield from leaves(part)
        elif key == "not":
            yield from leaves(value)
        else:
            yield key, value


def measures_of(licence: Plain) -> list[Plain]:
    """Every measure of a licence."""
    return [value for term in licence.get("terms") or [] for key, value in leaves(term.get("if")) if key == "measure"]


def fact_of(measure: Plain) -> str:
    """The fact that answers a measure."""
    return str(PLAIN.vocabulary["measures"][measure["what"]][measure.get("per", "month")])


def limit_of(measure: Plain) -> float:
    """The number of a measure."""
    return float(measure["over"] if "over" in measure else measure["at_least"])


def operators_of(licence: Plain) -> set[str]:
    """Every word of the term language that a licence uses, as `what:word`."""
    found: set[str] = set()

    def walk(condition: Plain) -> None:
        for key, value in condition.items():
            if key in ("all", "any"):
                found.add(f"connective:{key}")
                for part in value:
                    walk(part)
            elif key == "not":
                found.add("connective:not")
                walk(value)
            elif key == "place":
                found.add(f"place:{value['of']}")
                found.update(f"in:{'region' if place == 'EU' else 'country'}" for place in value["in"])
            elif key == "measure":
                found.update(f"{word}:{value[word]}" for word in ("what", "of", "products", "per", "at", "anchor") if word in value)
                found.update(f"measure:{word}" for word in ("over", "at_least", "latch", "month") if word in value)
                if "unit" in value:
                    found.add(f"unit:{'USD' if value['unit'] == 'USD' else 'other'}")
            else:
                found.add(f"test:{next(iter(value)) if isinstance(value, dict) else 'list'}")
                found.add(f"fact:{key}")

    for term in licence["terms"]:
        found.add(f"kind:{term['kind']}")
        found.update(f"binds:{word}" for word in term.get("binds", ()))
        found.update(f"acts:{word}" for word in term.get("acts", ()))
        found.update(f"rule:{word}" for word in term.get("rule", ()))
        found.update(f"do:{term['do']}" for _ in range("do" in term))
        found.update(f"{word}" for word in ("gate", "force", "ask", "disputed") if word in term)
        found.add(f"confidence:{term.get('confidence', 'none')}")
        walk(term.get("if") or {})
    return found


EVERY_OPERATOR = frozenset(
    {
        *(f"connective:{word}" for word in ("all", "any", "not")),
        *(f"test:{word}" for word in ("list", "eq", "in", "overlaps")),
        *(f"fact:{word}" for word in (*VALUES, *LISTED)),
        *(f"place:{word}" for word in ("licensee", "end-users", "outputs")),
        *(f"in:{word}" for word in ("region", "country")),
        *(f"what:{word}" for word in PLAIN.vocabulary["measures"]),
        *(f"of:{word}" for word in SCOPES),
        *(f"products:{word}" for word in ("all", "using-model")),
        *(f"per:{word}" for word in ("month", "day", "year", "total")),
        *(f"at:{word}" for word in ("once", "preceding-month", "rolling", "any-time", "calendar-year")),
        *(f"anchor:{word}" for word in ("license-date", "model-release")),
        *(f"measure:{word}" for word in ("over", "at_least", "latch", "month")),
        *(f"unit:{word}" for word in ("USD", "other")),
        *(f"kind:{word}" for word in ("grant", "bar", "duty", "note")),
        *(f"binds:{word}" for word in CAPACITIES),
        *(f"acts:{word}" for word in (*ACTS, *GROUPS)),
        *(f"rule:{word}" for word in ("starts_with", "contains", "not_primary")),
        *(f"do:{word}" for word in DUTIES),
        *(f"confidence:{word}" for word in (*CONFIDENCES, "none")),
        "gate",
        "force",
        "ask",
        "disputed",
    }
)
"""Every word that the strategies are to draw sooner or later."""


def facts_read_by(licence: Plain) -> set[str]:
    """The facts that the conditions of a licence read."""
    found: set[str] = set()
    for term in licence.get("terms") or []:
        for key, value in leaves(term.get("if")):
            if key == "measure":
                found.add(fact_of(value))
            elif key == "place":
                found.add("country" if value["of"] == "licensee" else "audience")
            else:
                found.add(key)
                if key == "subject.modality":
                    found.add("modality_used")
    return found
