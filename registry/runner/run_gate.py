"""The licence gate of a run: stop, ask, or go on, by what the recorded licences make of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from registry.desk.run.plan import OPEN, REFUSED, Plan, Planned, plan_run
from registry.errors import RefusedError, UndecidedError
from registry.provenance.run import Gate
from registry.settings import read_actor
from registry.terms.vocabulary import Fact, Vocabulary

if TYPE_CHECKING:
    from registry.desk.session import Desk

Ask = Callable[[str, Mapping[str, Any]], Any]
"""Asks a person for a fact of the use, by its name, with the answer so far; None where the person leaves it open."""


def pass_gate(
    desk: Desk, planned: Planned, raw: Mapping[str, Any], *, override: str | None = None, ask: Ask | None = None, go_on: bool = False
) -> tuple[Plan, Gate]:
    """Judge a planned run, ask for what decides, and let it through or not.

    Args:
        desk: The desk.
        planned: The run.
        raw: The facts of the use as given.
        override: The reference of an approval under which a refusal is passed over.
        ask: Asks a person; None where nobody is there.
        go_on: Go on although facts that decide are not stated; that is recorded.

    Raises:
        RefusedError: The licences do not allow it, and there is no approval.
        UndecidedError: Facts that decide are not stated.
    """
    plan = plan_run(desk, planned, raw)
    facts = dict(raw)
    asked: set[str] = set()
    while plan.verdict in OPEN and ask is not None and not go_on:
        fact = next((each for each in plan.item["missing_facts"] if each not in asked), None)
        if fact is None:
            break
        asked.add(fact)
        answer = ask(fact, plan.item)
        if answer is not None:
            facts[fact] = answer
            plan = plan_run(desk, planned, facts)
    if plan.verdict in REFUSED:
        if override is None:
            raise RefusedError(f"the recorded licences do not allow this run: {refusal(plan.item)}", _way_out(plan.item))
        return plan, Gate(plan.item, override, read_actor())
    if plan.verdict in OPEN:
        if not go_on and override is None:
            raise UndecidedError(f"{undecided(plan.item)}", _what_to_state(desk.knowledge.vocabulary, plan.item))
        # What was not stated is part of what is signed.
        return plan, Gate({**plan.item, "went_on_without": list(plan.item["missing_facts"]) or ["license"]}, override, read_actor() if override else None)
    return plan, Gate(plan.item)


def _flag(fact: Fact) -> str:
    if fact.flag == "--fact":
        return f"--fact {fact.name}=VALUE"
    return fact.flag if fact.kind == "boolean" else f"{fact.flag} VALUE"


def refusal(item: Mapping[str, Any]) -> str:
    """Why the licences refuse: the clauses with their sections and the ways by which they came, in one line."""
    deciders = [reason for reason in item["reasons"] if reason["outcome"] == "decides"]
    said = []
    for reason in deciders[:3]:
        place = f", section {reason['section']}" if reason.get("section") not in (None, "", "-") else ""
        route = " <- ".join([str(reason["path"][0]["model"]), *(f"{step['relation']} - {step['model']}" for step in reason["path"][1:])])
        said.append(f"{reason['license']}{place}: {str(reason['summary']).rstrip('.')} ({route})")
    more = f", and {len(deciders) - 3} more" if len(deciders) > 3 else ""
    return f"{'; '.join(said) or item['verdict']}{more}"


def _way_out(item: Mapping[str, Any]) -> str:
    deciders = [reason for reason in item["reasons"] if reason["outcome"] == "decides"]
    asks = dict.fromkeys(str(reason["ask"]) for reason in deciders if reason.get("ask"))
    cures = dict.fromkeys(str(reason["cure"]) for reason in deciders if reason.get("cure"))
    taught = " or, where the model to be trained is no foundation model, say so with `--outputs-train narrow-model`" if _is_about_outputs(item) else ""
    first = f"ask {' or '.join(asks)}; " if asks else f"{'; '.join(cures)}; " if cures else ""
    return f"{first}use another base or other data{taught}; where permission was given, name it with `--override REFERENCE`"


def _is_about_outputs(item: Mapping[str, Any]) -> bool:
    return any(finding["code"] == "LIC305" for finding in item["findings"])


def undecided(item: Mapping[str, Any]) -> str:
    """What is open, in one line."""
    facts = ", ".join(f"`{fact}`" for fact in item["missing_facts"])
    if item["verdict"] == "conditional":
        when = f": it is a yes when {item['yes_when']}" if item.get("yes_when") else ""
        return f"whether the licences allow this run depends on {facts or 'facts that are not stated'}{when}"
    unknown = [entry for entry in item["licenses"] if entry["verdict"] == "undetermined"]
    named = " and ".join(dict.fromkeys(f"`{entry['from']}` ({entry['name'] or entry['id']})" for entry in unknown))
    return f"whether the licences allow this run cannot be said: the terms of {named or 'an ancestor'} are not known"


def _what_to_state(vocabulary: Vocabulary, item: Mapping[str, Any]) -> str:
    flags = [_flag(vocabulary.facts[fact]) for fact in item["missing_facts"]]
    if flags:
        return f"state it with {' and '.join(f'`{flag}`' for flag in flags)}, or go on without with `--yes`, which is recorded"
    return "state the licence of the base with `--base-license`, or go on without with `--yes`, which is recorded"
