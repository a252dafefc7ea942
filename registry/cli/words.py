"""How answers are put into words for people: verdicts, conditions, numbers, duties.

Nothing here is ever called safe, compliant or a violation: a verdict speaks of what recorded licences say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry.cli.output import clean

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

_COUNTED = {
    "active-users": "active users",
    "daily-users": "daily active users",
    "visits": "visits",
    "revenue": "revenue",
    "recurring-revenue": "recurring revenue",
    "edge-devices": "edge devices",
    "headcount": "people",
    "output-tokens": "output tokens",
}
_PERIOD = {"month": "monthly", "day": "daily", "year": "annual", "total": ""}
_OF = {"product": "of the product", "licensee": "of all products of the licensee", "group": "of the licensee and its affiliates"}
_PLACE_OF = {"licensee": "the organisation is", "end-users": "end users are", "outputs": "outputs go"}
_TRUE = {
    "commercial": ("the use is commercial", "the use is not commercial"),
    "modified": ("the weights are changed", "the weights are not changed"),
    "student_competes": ("the model trained on outputs competes with the licensor", "the model trained on outputs does not compete with the licensor"),
    "substitutes_professional": ("it stands in for a licensed professional", "it does not stand in for a licensed professional"),
    "safeguards_kept": ("the model's safeguards are kept", "the model's safeguards are not kept"),
}
_FACTS = {
    "purpose": "the purpose",
    "role": "your role",
    "actor_kind": "the kind of organisation",
    "distribution": "the way it reaches others",
    "outputs_train": "what its outputs train",
    "modality_used": "the modality used",
    "fields_of_use": "the field of use",
    "business": "the line of business",
    "published_under": "the licence the derivative is published under",
    "subject.modality": "the model's modality",
    "subject.released_on": "the model's release month",
    "subject.name": "the model's name",
    "subject.license": "the model's licence",
    "subject.stage": "the model's stage",
}
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def number(value: object) -> str:
    """A number as people say it: 700 million, 1.5 billion, 12,000."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return clean(value)
    for size, word in ((1_000_000_000_000, "trillion"), (1_000_000_000, "billion"), (1_000_000, "million")):
        scaled = value / size
        if abs(scaled) >= 1 and round(scaled, 2) == scaled:
            return f"{scaled:g} {word}"
    return f"{value:,}" if isinstance(value, int) or not value.is_integer() else f"{int(value):,}"


def short_number(value: object) -> str:
    """A count in a narrow column: 6.7B, 110M, 774k."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "" if value is None else clean(value)
    for size, word in ((1_000_000_000_000, "T"), (1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")):
        if abs(value) >= size * 0.9995:  # what rounds to 1000M is 1B
            return f"{value / size:.3g}{word}"
    return f"{value:g}"


def month(text: str) -> str:
    """A month by its name: `2023-06` is June 2023."""
    year, dash, rest = text.partition("-")
    if dash and rest[:2].isdigit() and 1 <= int(rest[:2]) <= 12:
        return f"{_MONTHS[int(rest[:2]) - 1]} {clean(year)}"
    return clean(text)


def join(parts: Sequence[str], word: str = "and") -> str:
    """`a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def condition(data: object, negated: bool = False) -> str:
    """A condition of the term language in words.

    Args:
        data: The condition as plain data; text is returned as it stands, and a mapping with `text` gives that text.
        negated: Whether its opposite is meant.
    """
    if isinstance(data, bool):
        return "always" if data is not negated else "never"
    if isinstance(data, str):
        return f"not ({clean(data)})" if negated else clean(data)
    if not isinstance(data, Mapping) or not data:
        return clean(data)
    if isinstance(data.get("text"), str):
        return condition(data["text"], negated)
    if len(data) > 1:
        return _connected([{key: value} for key, value in data.items()], "and", negated)
    ((key, value),) = data.items()
    if key in ("all", "any") and isinstance(value, list):
        return _connected(value, "and" if key == "all" else "or", negated)
    if key == "not":
        return condition(value, not negated)
    if key == "measure" and isinstance(value, Mapping):
        return measure(value, negated)
    if key == "place" and isinstance(value, Mapping):
        where = join([clean(code) for code in value.get("in", [])], "or")
        subject = _PLACE_OF.get(str(value.get("of")), clean(value.get("of")))
        return f"{'no ' if negated and subject.startswith(('end users', 'outputs')) else ''}{subject}{' not' if negated and 'organisation' in subject else ''} in {where}"
    return _fact(str(key), value, negated)


def _connected(parts: Sequence[object], word: str, negated: bool) -> str:
    # De Morgan: the opposite of "a and b" is "not a or not b".
    joiner = {"and": "or", "or": "and"}[word] if negated else word
    texts = [condition(part, negated) for part in parts]
    if joiner == "and":
        texts = [f"({text})" if _is_choice(part, negated) and len(texts) > 1 else text for part, text in zip(parts, texts, strict=True)]
        return join(texts, "and")
    return ", or ".join(texts) if any(" and " in text for text in texts) else join(texts, "or")


def _is_choice(part: object, negated: bool) -> bool:
    while isinstance(part, Mapping) and set(part) == {"not"}:
        part, negated = part["not"], not negated
    return isinstance(part, Mapping) and ((set(part) == {"any"} and not negated) or (set(part) == {"all"} and negated))


def _fact(name: str, value: object, negated: bool) -> str:
    operator = "in"
    if isinstance(value, Mapping) and len(value) == 1:
        ((operator, value),) = value.items()
    values = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
    if values in ([True], [False]):
        yes, no = _TRUE.get(name, (f"`{clean(name)}` is true", f"`{clean(name)}` is false"))
        return yes if (values == [True]) is not negated else no
    if name == "role" and values == ["licensee"]:
        return "you only use somebody else's product" if negated else "you are the licensee, not a user of somebody else's product"
    if name == "outputs_train" and values == ["none"]:
        return "its outputs train another model" if negated else "its outputs train no other model"
    subject = _FACTS.get(name, f"`{clean(name)}`")
    listed = join([clean(item) for item in values], "or")
    if operator == "overlaps" or name == "fields_of_use":
        return f"{subject} is {'none of' if negated and len(values) > 1 else 'not' if negated else ''} {listed}".replace("  ", " ")
    return f"{subject} is {'not ' if negated else ''}{listed}"


def measure(data: Mapping[str, Any], negated: bool = False) -> str:
    """A limit in words: more than 700 million monthly active users of the licensee and its affiliates in June 2023."""
    inclusive = "at_least" in data
    limit = data.get("at_least", data.get("over"))
    comparator = ("fewer than" if inclusive else "at most") if negated else ("at least" if inclusive else "more than")
    counted = _COUNTED.get(str(data.get("what")), clean(data.get("what")))
    unit = f"{clean(data['unit'])} " if data.get("unit") else ""
    if unit:
        comparator = comparator.replace("fewer", "less")
    period = _PERIOD.get(str(data.get("per", "month")), clean(data.get("per")))
    whose = _OF.get(str(data.get("of", "licensee")), "")
    if data.get("products") == "using-model":
        whose = whose.replace("all products", "the products that use the model") if "all products" in whose else f"{whose} in products that use the model"
    amount = f"{unit}{number(limit)}"
    noun = f"{period} {counted}".strip()
    text = f"{comparator} {amount} {'of ' if unit else ''}{noun}{f' {whose}' if whose else ''}"
    return f"{text}{_when(data)}"


def _when(data: Mapping[str, Any]) -> str:
    if data.get("month"):
        return f" in {month(str(data['month']))}"
    at = data.get("at", "rolling")
    if at == "once":
        release = "the model's release" if data.get("anchor") == "model-release" else "the licence's release date"
        return f" in the calendar month before {release}"
    return {"preceding-month": " in the preceding month", "any-time": " at any time", "calendar-year": " in a calendar year"}.get(str(at), "")


def deciding(item: Mapping[str, Any]) -> str:
    """What decides the verdict of a listed model, in a few words: the condition where it is open, else the clause."""
    if item.get("verdict") == "conditional" and item.get("yes_when"):
        return f"if {condition(item['yes_when'])}"
    clause = item.get("deciding")
    if not clause:
        return ""
    if isinstance(clause, str):
        return clean(clause)
    section = clause.get("section")
    words = clean(clause.get("summary") or str(clause.get("term", "")).replace("-", " "))
    return f"{words} (s. {clean(section)})" if section else words


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
            return f"barred until {clean(cure)}" if cure else "barred until the unmet duty is met"
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
