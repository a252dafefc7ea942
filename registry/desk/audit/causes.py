"""Why an audit says something else than an earlier one: what differs between the two, and which of that changes an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from registry.desk.audit.snapshot import SeenModel, Snapshot
from registry.reports.report_words import fact_words, value_words

Recheck = Callable[[str, str], str | None]
"""The verdict for a model if one fact (or `interpretation`) were as it was before; None where that cannot be told."""

MOST_RECHECKS = 400
"""So many answers are worked out again to tell which fact decides."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that differs.

    Attributes:
        cause: What sort of thing: `facts`, `interpretation`, `date`, `license`, `text`, `terms`, `knowledge`, `record`, `lineage`, `revision`, `host`,
            `references`, `policy`, `waiver`, `came`, `went`.
        text: What changed, as a sentence.
        before: What it was.
        after: What it is.
    """

    cause: str
    text: str
    before: Any = None
    after: Any = None

    def to_data(self) -> dict[str, Any]:
        """As an item of `why` in `licet.audit-changes/1`."""
        return {"cause": self.cause, "text": self.text, "before": self.before, "after": self.after}


def changed_facts(old: Snapshot, new: Snapshot) -> list[Cause]:
    """The facts of the use that were stated otherwise, how unsettled points were taken, and the day."""
    found = []
    for name in sorted({*old.use, *new.use} - {"date"}):
        before, after = old.use.get(name), new.use.get(name)
        if before != after:
            found.append(Cause("facts", f"the fact {fact_words(name)} was {_value(before)} and is {_value(after)}", {name: before}, {name: after}))
    if old.head["interpretation"] != new.head["interpretation"]:
        before, after = old.head["interpretation"], new.head["interpretation"]
        found.append(Cause("interpretation", f"unsettled points were taken as {before} and are taken as {after}", before, after))
    if old.head["date"] != new.head["date"]:
        before, after = old.head["date"], new.head["date"]
        found.append(Cause("date", f"the day of the use was {before} and is {after}", before, after))
    return found


def changed_knowledge(old: Snapshot, new: Snapshot) -> Cause | None:
    """Whether the licences were read again in between."""
    before, after = old.head["knowledge"], new.head["knowledge"]
    if before == after:
        return None
    same = before["version"] == after["version"]
    text = f"the licence knowledge {after['version']} was corrected" if same else f"the licence knowledge was {before['version']} and is {after['version']}"
    return Cause("knowledge", text, before, after)


def changed_policy(old: Snapshot, new: Snapshot) -> list[Cause]:
    """What the policy asks otherwise, a setting each; a waiver each."""
    found = []
    if old.head["policy"] != new.head["policy"]:
        before, after = old.head["policy"], new.head["policy"]
        found.append(Cause("policy", f"the policy was {before or 'none'} and is {after or 'none'}", before, after))
    if old.rules is None or new.rules is None:
        return found
    for key in sorted({*old.rules, *new.rules} - {"name", "description", "waivers"}):
        before, after = old.rules.get(key), new.rules.get(key)
        if before != after:
            found.append(Cause("policy", f"the policy's {str(key).replace('_', ' ')} were {_rule(before)} and are {_rule(after)}", {key: before}, {key: after}))
    waivers = [[each for each in rules.get("waivers") or () if isinstance(each, Mapping)] for rules in (old.rules, new.rules)]
    found += [Cause("waiver", f"{_waiver(each)} went", dict(each), None) for each in waivers[0] if each not in waivers[1]]
    found += [Cause("waiver", f"{_waiver(each)} came", None, dict(each)) for each in waivers[1] if each not in waivers[0]]
    return found


def _waiver(waiver: Mapping[str, Any]) -> str:
    return f"the waiver of {waiver.get('finding')} for {waiver.get('model') or 'any model'} by {waiver.get('owner')} until {waiver.get('expires')}"


def _rule(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key} {value_words(part)}" for key, part in value.items() if part) or "none"
    return value_words(value) if value else "none"


def _value(value: Any) -> str:
    return "not stated" if value is None else value_words(value)


def causes_of(old: SeenModel, new: SeenModel, facts: list[Cause], knowledge: Cause | None, recheck: Recheck | None) -> list[Cause]:
    """What differs about one model, and of what differs about the use only what bears on its verdict."""
    found = list(_of_record(old, new))
    if old.verdict != new.verdict:
        deciding = list(_of_facts(old, new, facts, recheck))
        found = [*deciding, *found]
        if not any(each.cause in ("facts", "interpretation", "date", "license", "text", "terms", "record") for each in found):
            if knowledge is not None:
                found.insert(0, knowledge)
            elif not deciding:
                found.insert(0, Cause("lineage", "what is recorded of it or its ancestors changed"))
    return found


def _of_record(old: SeenModel, new: SeenModel) -> Iterator[Cause]:
    """What differs in what is recorded of a model, and in how the application uses it."""
    if old.recorded != new.recorded:
        yield Cause("record", "it was not recorded and is now" if new.recorded else "it was recorded and is no longer", old.recorded, new.recorded)
    if old.license_ids != new.license_ids:
        before, after = ", ".join(old.license_ids) or "none on record", ", ".join(new.license_ids) or "none on record"
        yield Cause("license", f"its licences were {before} and are {after}", list(old.license_ids), list(new.license_ids))
    elif {reach for _, reach, _ in old.licenses} != {""} and old.licenses != new.licenses:
        yield Cause("license", "the same licences reach it from other ancestors or in another capacity", sorted(old.licenses), sorted(new.licenses))
    for key in sorted(key for key in old.texts if key in new.texts and old.texts[key] != new.texts[key]):
        was, now = old.texts[key], new.texts[key]
        yield Cause("text", f"the text of {key[0]} on record was {_dated(was)} and is {_dated(now)}", was, now)
    for license in sorted(name for name in old.terms if name in new.terms and old.terms[name] != new.terms[name]):
        yield Cause("terms", f"what is recorded of the terms of {license} changed", old.terms[license], new.terms[license])
    if old.revisions != new.revisions:
        pinned, pins = sorted(old.revisions), sorted(new.revisions)
        yield Cause("revision", f"its revision was {', '.join(pinned) or 'not pinned'} and is {', '.join(pins) or 'not pinned'}", pinned, pins)
    if old.hosts != new.hosts:
        left, taken = sorted(old.hosts), sorted(new.hosts)
        yield Cause("host", f"it was reached through {', '.join(left) or 'no host'} and is through {', '.join(taken) or 'no host'}", left, taken)
    if old.aside != new.aside:
        text = "it stands only in tests and documents now" if new.aside else "it stands in what is shipped now, no longer only in tests and documents"
        yield Cause("references", text, old.aside, new.aside)
    if old.places != new.places:
        gone, come = len(old.places - new.places), len(new.places - old.places)
        yield Cause("references", f"it is named in other places: {come} came, {gone} went", _places(old), _places(new))


def _places(model: SeenModel) -> list[str]:
    return [f"{file}:{line}" for file, line in sorted(model.places)[:100]]


def _dated(text: tuple[str | None, str | None]) -> str:
    return f"of {text[0] or 'no date'}{f' ({text[1][:23]})' if text[1] else ''}"


def _of_facts(old: SeenModel, new: SeenModel, facts: list[Cause], recheck: Recheck | None) -> Iterator[Cause]:
    """The facts that turn the verdict: those which, put back alone, give another; all of them, where no single one does or nobody can tell."""
    if not facts:
        return
    if recheck is None:
        yield from facts
        return
    answers = {
        index: recheck(new.name, next(iter(cause.after or cause.before)) if cause.cause == "facts" else cause.cause) for index, cause in enumerate(facts)
    }
    turning = [facts[index] for index, verdict in answers.items() if verdict is not None and verdict != new.verdict]
    if turning:
        yield from turning
    elif recheck(new.name, "") in (None, old.verdict):
        yield from facts
