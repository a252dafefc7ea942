"""Ten thousand evaluations of one licence against random uses, beside writing as many uses as JSON.

Run by hand: `python -m tests.bench.evaluate [LICENSE ...]`.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

from registry.knowledge.store import Knowledge
from registry.lineage.bindings import Binding
from registry.lineage.judge import Judge
from registry.terms.facts import Use, read_use, use_to_data
from registry.terms.partial import Subject
from tests.bench.measure import Timing, report, side_by_side

COUNT = 10_000
SEED = 7
TODAY = "2026-11-21"
DATA = Path(__file__).parents[2] / "data"


def random_facts(draw: random.Random, fields: list[str]) -> dict[str, Any]:
    """The facts of a use; each is left out as often as not."""
    facts: dict[str, Any] = {
        "commercial": draw.random() < 0.7,
        "distribution": draw.sample(["internal", "saas", "api", "product", "weights"], draw.randint(1, 3)),
        "monthly_active_users": draw.choice([draw.randint(0, 2 * 10**9), {"2023-06": draw.randint(0, 10**9)}, {"group": draw.randint(0, 10**9)}]),
        "annual_revenue_usd": draw.randint(0, 10**8),
        "country": draw.choice(["DE", "US", "NO", "CN", "KR"]),
        "modified": draw.random() < 0.5,
        "outputs_train": draw.choice(["none", "same-family", "foundation-model", "narrow-model"]),
        "fields_of_use": draw.sample(fields, draw.randint(0, 2)),
        "accepted": draw.choice([["all"], []]),
        "actor_kind": draw.choice(["company", "individual", "academic"]),
    }
    return {name: value for name, value in facts.items() if draw.random() < 0.5}


def random_uses(knowledge: Knowledge, count: int = COUNT) -> list[Use]:
    """The same uses on every run."""
    draw = random.Random(SEED)  # noqa: S311 - no secret hangs on it
    fields = sorted(knowledge.vocabulary.fields_of_use)
    return [read_use(knowledge.vocabulary, random_facts(draw, fields), knowledge.ordinary, today=TODAY) for _ in range(count)]


def measure_evaluation(knowledge: Knowledge, license: str, uses: list[Use]) -> Timing:
    """Evaluate a licence for every use, beside writing each use as JSON."""
    text = knowledge.find(license)
    interpretation = knowledge.interpretation("mainstream")
    evaluator = knowledge.evaluator
    plain = [{"license": text.id, "date": use.on, "use": use_to_data(use.stated), "assumptions": use_to_data(use.assumed)} for use in uses]

    def task() -> None:
        for use in uses:
            evaluator.evaluate(text, use, interpretation)

    def baseline() -> None:
        for each in plain:
            json.dumps(each)

    return side_by_side(task, baseline)


def measure_judging(knowledge: Knowledge, uses: list[Use]) -> Timing:
    """Judge a profile of four bindings for every use, beside evaluating its four licences one by one."""
    names = ("mit", "llama2", "gemma", "cc-by-nc-4.0")
    bindings = [Binding(name, "original" if name == "mit" else "derivative") for name in names]
    interpretation = knowledge.interpretation("mainstream")
    licenses = [knowledge.find(name) for name in names]
    subject = Subject()

    def task() -> None:
        for use in uses:
            Judge(knowledge.evaluator, knowledge.license_of, knowledge.expression_of, use, interpretation).of_model(bindings, subject)

    def baseline() -> None:
        for use in uses:
            for license in licenses:
                knowledge.evaluator.evaluate(license, use, interpretation)

    return side_by_side(task, baseline, rounds=3)


def main(arguments: list[str]) -> None:
    """Print a line for each licence."""
    knowledge = Knowledge.load(DATA)
    uses = random_uses(knowledge)
    for license in arguments or ["mit", "llama2", "gemma", "gpl-3.0"]:
        print(report(f"evaluate {license}", measure_evaluation(knowledge, license, uses), len(uses), "json.dumps of each use"))  # noqa: T201
    if not arguments:
        print(report("judge a profile of four", measure_judging(knowledge, uses), len(uses), "evaluating the four"))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
