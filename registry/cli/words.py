"""How answers are put into words for people: verdicts, acts, numbers. Conditions arrive in words already.

Nothing here is ever called safe, compliant or a violation: a verdict speaks of what recorded licences say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from registry.cli.output import clean
from registry.terms.words import number_in_words, period_in_words

DISCLAIMER = "Information, not legal advice."
"""The line that closes every answer."""

COLORS = {
    "permitted": "green",
    "permitted-with-obligations": "green",
    "conditional": "yellow",
    "undetermined": "yellow",
    "needs-permission": "red",
    "prohibited": "red",
}
"""The colour of a verdict on a terminal; the words say the same without it."""

ACTS = {
    "run": "running it in the house",
    "change": "changing the weights",
    "give": "giving weights to others",
    "ship": "shipping it in a product",
    "serve-app": "serving an application on it",
    "serve-model": "serving the model over an API",
    "teach": "training another model on its outputs",
    "exploit-outputs": "letting outputs leave the house",
}
"""What each act is called in a sentence; an act that is not here goes by its own name."""

BINDS = {
    "original": "the original",
    "derivative": "derivatives",
    "copy": "copies",
    "output": "outputs",
    "output-model": "models trained on its outputs",
    "data-result": "results of the data",
}
"""What each capacity is called in a sentence."""

REACH = {
    "original": "as its own licence",
    "derivative": "as a derivative of what it covers",
    "copy": "as a copy of what it covers",
    "output-model": "as a model trained on outputs",
    "data": "as the licence of its data",
    "none": "not at all",
}
"""In what capacity a licence reaches a model."""

_FACTS = {
    "accepted": "whether its terms were accepted or registered for",
    "purpose": "the purpose",
    "role": "your role",
    "actor_kind": "the kind of organisation",
    "distribution": "the way it reaches others",
    "outputs_train": "what its outputs train",
    "modality_used": "the modality used",
    "fields_of_use": "the field of use",
    "business": "the line of business",
    "published_under": "the licence the derivative is published under",
}


def number(value: object) -> str:
    """A number as people say it: 700M, 1.5B, 12,000; anything else as it is."""
    return clean(value) if isinstance(value, bool) or not isinstance(value, int | float) else number_in_words(value)


def short_number(value: object) -> str:
    """A count in a narrow column: 6.7B, 110M, 774k."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "" if value is None else clean(value)
    for size, word in ((1_000_000_000_000, "T"), (1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")):
        if abs(value) >= size * 0.9995:  # what rounds to 1000M is 1B
            return f"{value / size:.3g}{word}"
    return f"{value:g}"


def period(value: object) -> str:
    """A month or year by its name: `2023-06` is June 2023."""
    text = str(value)
    return period_in_words(text) if re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2]).*)?", text) else clean(text)


def join(parts: Sequence[str], word: str = "and") -> str:
    """`a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def section(value: object, word: str = "s.") -> str:
    """Where in a text something stands: `s. 4(a)`, or the part's own name where it has no number."""
    text = clean(value)
    return f"{word} {text}" if text[:1].isdigit() else text


def quoted(value: object) -> str:
    """Words to be reproduced, as the end of a sentence."""
    text = clean(value)
    return f"“{text}”" if text.endswith((".", "!", "?")) else f"“{text}”."


def deciding(item: Mapping[str, Any]) -> str:
    """What decides the verdict of a listed model, in a few words: the condition where it is open, else the clause."""
    if item.get("verdict") == "conditional" and item.get("yes_when"):
        return f"if {clean(item['yes_when'])}"
    clause = item.get("deciding")
    if not clause:
        return ""
    if isinstance(clause, str):
        return clean(clause)
    words = clean(clause.get("summary") or str(clause.get("term", "")).replace("-", " "))
    return f"{words} ({section(clause['section'])})" if clause.get("section") not in (None, "", "-") else words


def headline(item: Mapping[str, Any]) -> str:
    """The verdict of one answer as a sentence."""
    verdict = item.get("verdict")
    deciders = [reason for reason in item.get("reasons", ()) if reason.get("outcome") == "decides"]
    if verdict == "permitted":
        return "the recorded licences allow this use"
    if verdict == "permitted-with-obligations":
        count = sum(1 for duty in item.get("obligations", ()) if not duty.get("when") and duty.get("counts", True))
        if not count:
            return "allowed with obligations"
        return f"allowed if you do {'this one thing' if count == 1 else f'these {count} things'}"
    if verdict == "conditional":
        asked = join([fact_words(fact) for fact in item.get("missing_facts", ())])
        return f"depends on {asked}" if asked else "depends on facts that are not stated"
    if verdict == "undetermined":
        what = f"{join([fact_words(fact) for fact in item['missing_facts']])} not known" if item.get("missing_facts") else "the deciding terms are not known"
        leaning = f" (leaning to {clean(item['leaning'])})" if item.get("leaning") else ""
        return f"cannot say: {what}{leaning}"
    if verdict == "needs-permission":
        route = next((reason["ask"] for reason in deciders if reason.get("ask")), None)
        return f"not granted; {ask(route)}" if route else "not granted by the recorded licences"
    if verdict == "prohibited":
        cure = next((reason["cure"] for reason in deciders if reason.get("cure")), item.get("cure"))
        if item.get("curable"):
            return f"barred until this is mended: {clean(cure)}" if cure else "barred until the unmet duty is met"
        return "the text bars it"
    return clean(verdict or "no answer")


def ask(route: object) -> str:
    """Whom to ask for permission, and how where that is known."""
    if isinstance(route, Mapping):
        by = f" by {clean(route['by'])}" if route.get("by") else ""
        return f"ask {clean(route.get('whom') or route.get('name') or 'the licensor')}{by}"
    return f"ask {clean(route)}"


def fact_words(fact: object) -> str:
    """A fact by a name that people use."""
    if isinstance(fact, Mapping):
        return clean(fact.get("label") or fact_words(fact.get("fact", "")))
    name = str(fact)
    return _FACTS.get(name, clean(name.replace("_", " ").replace(" usd", "")))


def acts(names: Sequence[str]) -> str:
    """Acts in a sentence."""
    if "all" in names or set(names) >= set(ACTS):
        return "everything"
    return join([ACTS.get(name, clean(name)) for name in names])
