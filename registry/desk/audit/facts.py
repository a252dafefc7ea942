"""Facts that decide and are not stated, as lines that can be put into `licet.yaml`."""

from __future__ import annotations

from collections.abc import Iterable

from registry.terms.vocabulary import Fact, Vocabulary

EXAMPLES = {
    "commercial": "true",
    "distribution": "[saas]",
    "audience": "[EU, US]",
    "modality_used": "text",
    "purpose": "production",
    "actor_kind": "company",
    "accepted": "[all]",
    "fields_of_use": "[]",
    "business": "[]",
    "duties_unmet": "[]",
    "permission_from": "[]",
    "annual_revenue_usd": "1M",
    "monthly_revenue_usd": "100k",
    "annual_recurring_revenue_usd": "1M",
}
"""What some facts look like in most houses."""

_BY_KIND = {
    "boolean": "false",
    "count": "10k",
    "money": "1M",
    "country": "DE",
    "countries": "[DE]",
    "month": "2024-01",
    "date": "2026-01-31",
    "texts": "[name]",
    "text": "name",
}


def example_of(fact: Fact) -> str:
    """What a fact may look like in `licet.yaml`; it shows the form, and says nothing of anybody's use."""
    if fact.name in EXAMPLES:
        return EXAMPLES[fact.name]
    if fact.kind in ("choice", "choices"):
        first = min(fact.values, default="none")
        return first if fact.kind == "choice" else f"[{first}]"
    return _BY_KIND[fact.kind]


def facts_to_state(vocabulary: Vocabulary, missing: Iterable[str]) -> str:
    """The facts that decide as the text of a `licet.yaml`; empty where none is missing."""
    lines = [f"  {name}: {example_of(vocabulary.facts[name])}\n" for name in missing if name in vocabulary.facts]
    return f"facts:\n{''.join(lines)}" if lines else ""
