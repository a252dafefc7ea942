"""The words that every form of a report uses: verdicts, relations, facts, values and dates.

Nothing here is ever called safe, compliant or a violation: a verdict speaks of what recorded licences say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry.reports.report import Entry

VERDICTS = {
    "permitted": "The recorded licences allow this use.",
    "permitted-with-obligations": "Allowed if the duties below are done.",
    "conditional": "It depends on facts that are not stated.",
    "undetermined": "Cannot say: what decides was not read or is not known.",
    "needs-permission": "Not granted; permission has to be asked for.",
    "prohibited": "The text bars it.",
}
"""What each verdict says to people, from the best to the worst."""

DISCLAIMER = "Information, not legal advice. Patents, marks, privacy, export control and rights in training data were not examined."
"""The line that closes every report."""

SHORT = {
    "permitted": "Allowed",
    "permitted-with-obligations": "Allowed with duties",
    "conditional": "Depends",
    "undetermined": "Cannot say",
    "needs-permission": "Ask first",
    "prohibited": "Barred",
}
"""What each verdict is called in a table."""

MARKS = {"permitted": "✓", "permitted-with-obligations": "✓+", "conditional": "?", "undetermined": "…", "needs-permission": "!", "prohibited": "✕"}
"""A sign for each verdict beside its colour, so that colour alone says nothing."""

TONES = {
    "permitted": "yes",
    "permitted-with-obligations": "yes",
    "conditional": "open",
    "undetermined": "open",
    "needs-permission": "no",
    "prohibited": "no",
}
"""Whether a verdict is a yes, open, or a no."""

RELATIONS = {
    "finetune": "is a fine-tune of",
    "adapter": "is an adapter of",
    "merge": "is merged from",
    "quantized": "is a quantised copy of",
    "converted": "is a converted copy of",
    "distilled": "is distilled from",
    "trained-on-outputs": "was trained on outputs of",
    "trained-on": "was trained on",
    "tested-on": "was tested on",
}
"""What each relation says of a child, in a sentence."""

FIXERS = {"you": "you", "developer": "the model's developer", "licensor": "the licensor", "knowledge": "whoever reads the licence text"}
"""Who can mend a finding."""

SETTLED = {"binds": "binds", "ask": "asks for permission", "warn": "warns only", "free": "does not bind"}
"""How an interpretation takes an unsettled point."""

_CUTTING = 300
_MONTH = re.compile(r"\d{4}-\d{2}")


def fact_words(name: str) -> str:
    """A fact of a use by a name that people use."""
    return name.replace("_usd", " in US dollars").replace("_", " ")


def value_words(value: Any) -> str:
    """The value of a fact."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value) or "none"
    if isinstance(value, Mapping):
        months = sorted(str(key) for key in value)
        if len(months) > 2 and all(_MONTH.fullmatch(month) for month in months):
            return f"{value_words(value[months[0]])} in {months[0]} to {value_words(value[months[-1]])} in {months[-1]}"
        return ", ".join(f"{key}: {value_words(part)}" for key, part in value.items())
    return number_words(value) if isinstance(value, int | float) else str(value)


def number_words(value: float | int | None) -> str:
    """A number with its thousands apart."""
    if value is None:
        return "not stated"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,}"


def counted(number: int, one: str, several: str | None = None) -> str:
    """A number with what it counts, in the singular or plural."""
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


def visible(text: object, most: int = _CUTTING) -> str:
    """Text from outside as one line that obeys and reorders nothing, cut in the middle where it is very long."""
    flat = " ".join(str(text).split())
    shown = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in flat)
    if len(shown) <= most:
        return shown
    left = (most - 1) // 2
    return f"{shown[:left]}…{shown[-left:]} ({len(shown):,} characters)"


def headline_of(answer: Mapping[str, Any]) -> str:
    """The verdict of one answer as a sentence."""
    verdict = answer["verdict"]
    deciders = [reason for reason in answer["reasons"] if reason["outcome"] == "decides"]
    if verdict == "permitted-with-obligations":
        count = sum(1 for duty in answer["obligations"] if not duty["when"] and duty["counts"])
        if count:
            return f"Allowed if you do {'this one thing' if count == 1 else f'these {count} things'}."
        return "Allowed; duties below apply if what sets them off is the case."
    if verdict == "conditional" and answer["missing_facts"]:
        return f"Depends on {join([fact_words(fact) for fact in answer['missing_facts']])}."
    if verdict == "undetermined":
        missing = join([fact_words(fact) for fact in answer["missing_facts"]])
        leaning = f" By what is known it leans to “{SHORT[answer['leaning']].lower()}”." if answer["leaning"] in SHORT else ""
        return f"Cannot say: {missing or 'the deciding terms are'} not known.{leaning}"
    if verdict == "needs-permission":
        ask = next((reason["ask"] for reason in deciders if reason["ask"]), None)
        return f"Not granted; ask {ask}." if ask else "Not granted by the recorded licences."
    if verdict == "prohibited" and answer["curable"]:
        cure = next((reason["cure"] for reason in deciders if reason["cure"]), None)
        return f"Barred until this is mended: {cure}." if cure else "Barred until the unmet duty is met."
    return VERDICTS[verdict]


def deciding_of(answer: Mapping[str, Any]) -> str:
    """What decides, in a sentence: the condition where it is open, else the gravest clause."""
    if answer["yes_when"]:
        return f"A yes when {answer['yes_when']}."
    order = list(VERDICTS)
    reasons = [reason for reason in answer["reasons"] if reason["outcome"] in ("decides", "adds-duty")]
    if not reasons:
        return "No term of the recorded licences was triggered."
    if answer["verdict"] in ("permitted", "permitted-with-obligations"):
        grants = [reason for reason in reasons if reason["outcome"] == "decides"] or reasons
        return f"{grants[0]['license']}, section {grants[0]['section']}: {grants[0]['summary']}{_kept_limits(answer)}"
    worst = max(reasons, key=lambda reason: (order.index(reason["effect"]) if reason["effect"] in order else 0, reason["outcome"] == "decides"))
    return f"{worst['license']}, section {worst['section']}: {worst['summary']}"


def _kept_limits(answer: Mapping[str, Any]) -> str:
    """The limits that were looked at and are kept."""
    shares = [(limit, share_of(limit)) for limit in answer["headroom"]]
    kept = [limit for limit, share in shares if share is not None and share < 1]
    words = [f"{limit['license']}, section {limit['section']}, limits {fact_words(limit['fact'])} and is not reached" for limit in kept]
    return f" Looked at too: {join(list(dict.fromkeys(words)))}." if words else ""


def join(parts: Sequence[str], word: str = "and") -> str:
    """`a, b and c`."""
    return "".join(parts) if len(parts) < 2 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def path_words(steps: Sequence[Mapping[str, str]]) -> str:
    """A path through the lineage as one line: `child → finetune of parent`."""
    return " → ".join(f"{step['relation']} of {step['model']}" if "relation" in step else step["model"] for step in steps)


def limit_words(limit: Mapping[str, Any]) -> str:
    """A limit as the text sets it: `more than 700,000,000`."""
    unit = f" {limit['unit']}" if limit["unit"] else ""
    return f"{'at least' if limit['comparator'] == '>=' else 'more than'} {number_words(limit['limit'])}{unit}"


def share_of(limit: Mapping[str, Any]) -> float | None:
    """How much of a limit is used, 1 for all of it; None where the count is not stated or counts something else."""
    if limit["value"] is None or not limit["limit"] or limit["unit"] != limit["value_unit"]:
        return None
    return float(limit["value"]) / float(limit["limit"])


SEVERITIES = ("error", "warning", "note")
"""How grave a finding is, the gravest first."""


def gravest(findings: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Findings with the gravest first."""
    return sorted(findings, key=lambda each: (SEVERITIES.index(each["severity"]) if each["severity"] in SEVERITIES else 9, each["code"]))


def digest_of(entry: Entry) -> str | None:
    """The digest of the revision that an entry is about; None where it is not on record."""
    revision = entry.answer["revision"]
    known = [each for each in (entry.record or {}).get("revisions", ()) if each.get("digest")]
    own = next((each["digest"] for each in known if each.get("commit") == revision), None)
    return own or (str(revision) if revision and ":" in str(revision) else None)


def worst_of(verdicts: Sequence[str]) -> str | None:
    """The worst of several verdicts."""
    order = list(VERDICTS)
    return max((verdict for verdict in verdicts if verdict in order), key=order.index, default=None)
