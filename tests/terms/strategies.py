"""Random licences and uses, as plain data: every kind of term, operator, capacity, confidence and measure of the language.

Everything is drawn by a `Dice`, which asks for nothing but whole numbers. `Seeded` takes them from a seed, for loops over many
thousand cases; `Drawn` takes them from hypothesis, which can then shrink a failing case.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

from registry.knowledge.schema import LicenseFile
from registry.knowledge.store import Knowledge
from registry.terms.conditions import parse_condition
from registry.terms.facts import Use, read_use
from registry.terms.license import WEIGHTS, License, Reach, Term
from registry.terms.partial import Subject
from tests.terms.plain_evaluator import Plain, PlainEvaluator, month_before, read_licenses

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
KNOWLEDGE = Knowledge.load(DATA)
PLAIN = PlainEvaluator(DATA)
REAL = read_licenses(DATA / "licenses")
TODAY = "2026-11-21"
INTERPRETATIONS = ("strict", "mainstream", "permissive")
SCOPES = ("product", "licensee", "group")

Chosen = TypeVar("Chosen")


class Dice(Protocol):
    """A source of whole numbers."""

    def number(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""


class Seeded:
    """Numbers from a seed."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)  # noqa: S311

    def number(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        return self._random.randint(low, high)


class Drawn:
    """Numbers that hypothesis draws."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def number(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        return self._draw(st.integers(low, high))


def one(dice: Dice, items: Sequence[Chosen]) -> Chosen:
    """One of the items."""
    return items[dice.number(0, len(items) - 1)]


def some(dice: Dice, items: Sequence[Chosen], most: int | None = None) -> list[Chosen]:
    """One or several of the items, each at most once, in their order."""
    count = dice.number(1, min(most or len(items), len(items)))
    left = list(range(len(items)))
    for _ in range(len(items) - count):
        left.pop(dice.number(0, len(left) - 1))
    return [items[at] for at in left]


def chance(dice: Dice, percent: int) -> bool:
    """True in so many of a hundred cases; the simplest case is false."""
    return dice.number(1, 100) > 100 - percent


# --- licences ---

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


def draw_measure(dice: Dice) -> Plain:
    """A measure; each of its words is drawn."""
    what, per, fact = one(dice, MEASURES)
    measure: Plain = {"what": what, "per": per, "of": one(dice, SCOPES), "products": one(dice, ("all", "using-model"))}
    series = PLAIN.vocabulary["facts"][fact].get("series")
    if fact.startswith("annual"):
        measure["at"] = one(dice, ("rolling", "any-time", "calendar-year"))
    elif series:
        measure["at"] = one(dice, ("rolling", "any-time", "preceding-month", "once"))
    else:
        measure["at"] = one(dice, ("rolling", "any-time"))
    if measure["at"] == "once":
        if chance(dice, 30):
            measure["month"] = one(dice, ("2018-06", "2017-05"))
        else:
            measure["anchor"] = one(dice, ("license-date", "model-release"))
    if PLAIN.vocabulary["facts"][fact]["kind"] == "money":
        measure["unit"] = "USD" if chance(dice, 80) else one(dice, ("EUR", "CNY", "JPY"))
    if measure["at"] == "any-time" and chance(dice, 40):
        measure["latch"] = True
    measure[one(dice, ("over", "at_least"))] = one(dice, LIMITS)
    return measure


def draw_condition(dice: Dice, depth: int = 2) -> Plain:
    """A condition: a leaf, or a connective over smaller conditions."""
    kind = dice.number(0, 9 if depth else 6)
    if kind <= 2:
        fact = one(dice, tuple(VALUES))
        values = some(dice, VALUES[fact], 2)
        form = dice.number(0, 2)
        return {fact: values} if form == 0 else {fact: {"in": values}} if form == 1 else {fact: {"eq": values[0]}}
    if kind == 3:
        fact = one(dice, tuple(LISTED))
        values = some(dice, LISTED[fact], 3)
        return {fact: {"overlaps": values}} if chance(dice, 70) else {fact: values}
    if kind == 4:
        places = some(dice, ("EU", "GB", "KR", "US", "HR"), 2)
        return {"place": {"of": one(dice, ("licensee", "end-users", "outputs")), "in": places}}
    if kind <= 6:
        return {"measure": draw_measure(dice)}
    if kind == 7:
        return {"not": draw_condition(dice, depth - 1)}
    word = "all" if kind == 8 else "any"
    return {word: [draw_condition(dice, depth - 1) for _ in range(dice.number(1, 3))]}


def draw_term(dice: Dice, kind: str, at: int) -> Plain:
    """A term of a kind."""
    term: Plain = {"id": f"{kind}-{at}", "kind": kind, "section": str(at), "summary": f"The {kind} of section {at}."}
    if kind == "note":
        term["about"] = "other"
        return term
    term["acts"] = [one(dice, GROUPS)] if chance(dice, 70) else some(dice, ACTS, 3)
    if kind == "grant" and chance(dice, 60):
        term["acts"] = ["all"]
    if chance(dice, 35):
        term["binds"] = some(dice, CAPACITIES, 3)
    if chance(dice, {"grant": 25, "bar": 90}.get(kind, 70)):
        term["if"] = draw_condition(dice)
    if chance(dice, 10):
        term["confidence"] = one(dice, CONFIDENCES)
    if chance(dice, 15):
        term["disputed"] = some(dice, POINTS, 2)
    if kind == "bar" and chance(dice, 40):
        term["ask"] = one(dice, (*STEWARDS, "Contact form"))
    if kind == "duty":
        if chance(dice, 15):
            term.update(do=one(dice, ("register", "accept")), gate=True)
        else:
            term["do"] = "name-rule" if chance(dice, 15) else one(dice, DUTIES)
            if chance(dice, 15):
                term["force"] = "should"
        if term["do"] == "name-rule":
            term["rule"] = {one(dice, ("starts_with", "contains", "not_primary")): one(dice, ("Acme", "Nova", "acme-nova"))}
    return term


def draw_reach(dice: Dice) -> Any:
    """How a licence reaches a model trained on outputs."""
    form = dice.number(0, 2)
    classes = ("output-model", "derivative", "copy", "none")
    if form == 0:
        return one(dice, classes)
    reach: Plain = {"unsettled": one(dice, POINTS)}
    if form == 2:
        reach.update({"reach": one(dice, classes), "else": one(dice, classes)})
    return reach


def draw_license(dice: Dice, at: int = 0) -> Plain:
    """A synthetic licence, in the form of a file of `data/licenses/`."""
    licence: Plain = {
        "id": f"synthetic-{at}",
        "name": f"Synthetic licence {at}",
        "type": "custom",
        "type_reason": "Drawn by chance.",
        "texts": [{"id": "license", "name": "Text", "source": "drawn"}],
    }
    if chance(dice, 70):
        licence["released"] = one(dice, RELEASES)
    else:
        licence["texts"][0]["dated"] = one(dice, RELEASES)
    if chance(dice, 60):
        licence["steward"] = one(dice, STEWARDS)
    if chance(dice, 40):
        licence["ask"] = one(dice, STEWARDS)
    if chance(dice, 10):
        licence["confidence"] = one(dice, CONFIDENCES)
    if chance(dice, 60):
        licence["reach"] = {"trained-on-outputs": draw_reach(dice)}
    if chance(dice, 4):
        licence["placeholder"] = one(dice, ("nothing-granted", "undetermined"))
    kinds = ["grant", *(one(dice, ("bar", "bar", "duty", "duty", "duty", "grant", "note")) for _ in range(dice.number(1, 5)))]
    licence["terms"] = [draw_term(dice, kind, number) for number, kind in enumerate(kinds)]
    if chance(dice, 80):
        licence["terms"].append({"id": "grant-all", "kind": "grant", "acts": ["all"], "section": "grant", "summary": "All of it."})
    return licence


def engine_license(licence: Plain) -> License:
    """The synthetic licence as the values that `registry.terms` evaluates, checked against the schema of licence files on the way."""
    file = LicenseFile.model_validate(licence)
    groups = KNOWLEDGE.vocabulary.act_groups
    terms = tuple(
        Term(
            id=term.id,
            kind=term.kind,
            acts=frozenset(act for word in term.acts for act in groups.get(word, (word,))),
            section=term.section,
            summary=term.summary,
            binds=frozenset(term.binds) if term.binds else WEIGHTS,
            condition=parse_condition(term.condition) if term.condition else None,
            confidence=term.confidence or file.confidence,
            ask=term.ask,
            do=term.do,
            rule=term.rule,
            must=term.force == "must",
            gate=term.gate,
            about=term.about,
            disputed=tuple(term.disputed),
        )
        for term in file.terms
    )
    reach = {name: Reach(value) if isinstance(value, str) else Reach(value.reach, value.unsettled, value.otherwise) for name, value in file.reach.items()}
    released = file.released or next((text.dated for text in file.texts if text.dated), None)
    return License(
        id=file.id,
        name=file.name,
        type=file.type,
        terms=terms,
        steward=file.steward,
        ask=file.ask,
        confidence=file.confidence,
        released=released,
        reach=reach,
        placeholder=file.placeholder,
    )


# --- conditions, read as plain data ---


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


# --- uses ---


def interesting_numbers(licence: Plain, fact: str) -> list[int]:
    """Numbers around every limit that the licence puts on a fact, in US dollars where it is money."""
    numbers = {0, 50, 10**10}
    for measure in measures_of(licence):
        if fact_of(measure) == fact:
            low, high = PLAIN.vocabulary["currencies"][measure.get("unit") or "USD"]
            for rate in (low, high):
                limit = int(limit_of(measure) / rate)
                numbers |= {max(0, limit - 1), limit, limit + 1}
    return sorted(numbers)


def draw_count(dice: Dice, licence: Plain, fact: str, date: str) -> Any:
    """A count: a number, a number for each scope, a series by month, or a series for each scope."""
    numbers = interesting_numbers(licence, fact)
    entry = PLAIN.vocabulary["facts"][fact]
    form = dice.number(0, 3)
    if form == 0 or (form >= 2 and not entry.get("series")):
        return one(dice, numbers)
    if form == 1:
        return dict(zip(SCOPES, sorted(one(dice, numbers) for _ in SCOPES), strict=True))
    months = {month for measure in measures_of(licence) if fact_of(measure) == fact and (month := PLAIN.tested_month(measure, licence, {"date": date}))}
    if fact.startswith("annual"):
        months = {str(int(date[:4]) - 1), date[:4], str(int(date[:4]) + 1)}
    else:
        months |= {month_before(date), date[:7], "2027-03", "2018-02"}
    if form == 2:
        return {month: one(dice, numbers) for month in sorted(months)}
    rows = {month: sorted(one(dice, numbers) for _ in SCOPES) for month in sorted(months)}
    return {scope: {month: row[at] for month, row in rows.items()} for at, scope in enumerate(SCOPES)}


def draw_fact(dice: Dice, name: str, licence: Plain, date: str) -> Any:
    """A value for a fact; the dull one is the more frequent."""
    if name in COUNTED:
        return draw_count(dice, licence, name, date)
    if name == "distribution":
        return some(dice, LISTED[name], 2)
    if name == "audience":
        return some(dice, COUNTRIES, 2)
    if name in LISTED:
        return [] if chance(dice, 60) else some(dice, LISTED[name], 2)
    if name == "outputs_train":
        return "none" if chance(dice, 60) else one(dice, VALUES[name])
    if name == "role":
        return "licensee" if chance(dice, 80) else "end-user"
    if name == "accepted":
        return one(dice, ([], ["all"], [licence["id"]], ["another-license"]))
    return one(dice, VALUES[name])


SUPPLIED = (*VALUES, *LISTED, "accepted", *COUNTED)
"""Every fact that a drawn use states, apart from those of `ALWAYS_STATED`."""


def draw_use(dice: Dice, licence: Plain, facts_read: set[str] | None = None) -> Plain:
    """A use in which every fact is stated.

    Args:
        dice: Where it comes from.
        licence: Its limits are where the numbers lie.
        facts_read: Leave out all other facts that a condition can read; None states all.
    """
    use: Plain = {"date": one(dice, DATES)}
    for name in SUPPLIED:
        if facts_read is None or name in facts_read or name in ("distribution", "modified", "outputs_train", "role", "accepted"):
            use[name] = draw_fact(dice, name, licence, use["date"])
    asked = [name for name in (licence.get("ask"), licence.get("steward"), *STEWARDS) if name]
    use["permission_from"] = [one(dice, asked).upper()] if chance(dice, 12) else []
    use["duties_unmet"] = []
    if chance(dice, 15):
        kinds = [term["do"] for term in licence.get("terms") or [] if term["kind"] == "duty"] or list(DUTIES)
        kind = one(dice, kinds)
        use["duties_unmet"] = [one(dice, [kind, *PLAIN.vocabulary["duties"][kind].get("unmet", [])])]
    if chance(dice, 25):
        use["derivative_name"] = one(dice, NAMES)
    return use


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


def engine_use(use: Plain) -> Use:
    """The use as the engine reads it, with nothing assumed."""
    return read_use(KNOWLEDGE.vocabulary, {name: value for name, value in use.items() if not name.startswith("subject.")}, {}, today=TODAY, assume=False)


def engine_subject(use: Plain, licence: Plain) -> Subject:
    """What a condition may read of the licensed thing; for a licence alone, the text's own date is that of the release."""
    released = licence.get("released") or next((text["dated"] for text in licence.get("texts") or [] if text.get("dated")), None)
    given: Mapping[str, Any] = {name.removeprefix("subject."): value for name, value in use.items() if name.startswith("subject.")}
    return Subject(released_on=released, **given)


# --- missing facts ---


def related(fact: str) -> set[str]:
    """The counts that are wider or narrower than a count."""
    facts = PLAIN.vocabulary["facts"]
    wider = set(facts[fact].get("within", ()))
    for name in list(wider):
        wider |= set(facts[name].get("within", ()))
    return wider | {name for name in COUNTED if fact in facts[name].get("within", ())}


def numbers_of(stated: Any, scope: str) -> dict[str, float]:
    """What is stated of a count for a scope, by month; under the empty month what holds in all."""
    if not isinstance(stated, dict):
        return {"": stated}
    if not set(stated) & set(SCOPES):
        return dict(stated)
    if scope not in stated:
        return {}
    return numbers_of(stated[scope], scope) if isinstance(stated[scope], dict) else {"": stated[scope]}


def is_possible(use: Plain) -> bool:
    """Whether no narrower count of a use is above a wider one: a product's above its group's, a day's above a month's."""
    facts = PLAIN.vocabulary["facts"]
    for narrow in COUNTED:
        for wide in (narrow, *(name for name in COUNTED if name in related(narrow) and narrow not in facts[name].get("within", ()))):
            if narrow not in use or wide not in use:
                continue
            for at, small in enumerate(SCOPES):
                for large in SCOPES[at:]:
                    for month, number in numbers_of(use[narrow], small).items():
                        for other, bound in numbers_of(use[wide], large).items():
                            if (month == other or len(month) != len(other)) and number > bound:
                                return False
    return True


def draw_possible_use(dice: Dice, licence: Plain) -> Plain:
    """A fully stated use of the facts that a licence reads, in which wider counts are not below narrower ones."""
    read = facts_read_by(licence)
    for fact in sorted(read & set(COUNTED)):
        read |= {name for name in sorted(related(fact)) if chance(dice, 30)}
    use = draw_use(dice, licence, read)
    use.pop("derivative_name", None)
    if chance(dice, 50):
        use.pop("subject.modality", None)
    for _ in range(20):
        if is_possible(use):
            return use
        for name in COUNTED:
            if name in use:
                use[name] = draw_count(dice, licence, name, use["date"])
    for name in COUNTED:
        if name in use:
            use[name] = 50
    return use


def hide_facts(dice: Dice, licence: Plain, use: Plain, percent: int = 50, kept: Sequence[str] = ()) -> Plain:
    """The use without some of its facts, and with only some scopes and months of others."""
    left: Plain = {}
    for name, value in use.items():
        if name in ALWAYS_STATED or name in kept:
            left[name] = value
        elif chance(dice, percent):
            continue
        elif name in COUNTED and isinstance(value, dict) and set(value) <= set(SCOPES) and chance(dice, 40):
            shown = some(dice, SCOPES, 2)
            left[name] = {scope: value[scope] for scope in shown}
        elif name in COUNTED and isinstance(value, dict) and not set(value) & set(SCOPES) and chance(dice, 50) and only_once(licence, name):
            month = min(value)
            left[name] = {other: number for other, number in value.items() if other != month} or value
        else:
            left[name] = value
    return left


def only_once(licence: Plain, fact: str) -> bool:
    """Whether every measure on a count, or on those that can settle it, looks at one fixed month: only then may another month be added to a series."""
    return all(measure.get("at") == "once" for measure in measures_of(licence) if fact_of(measure) in {fact, *related(fact)})


def draw_completion(dice: Dice, licence: Plain, full: Plain, partial: Plain) -> Plain:
    """The partial use with every missing fact supplied by chance; facts that are stated stay as they are.

    Args:
        dice: Where it comes from.
        licence: Its limits are where the numbers lie.
        full: One way to complete it, to fall back on where chance draws nothing possible.
        partial: The use with facts missing.
    """
    for _ in range(8):
        use = dict(partial)
        for name, value in full.items():
            if name not in partial:
                use[name] = draw_fact(dice, name, licence, full["date"])
            elif partial[name] != value:
                use[name] = _filled_in(dice, licence, name, value, partial[name])
        if is_possible(use):
            return use
    return full


def _filled_in(dice: Dice, licence: Plain, name: str, full: Plain, partial: Plain) -> Plain:
    numbers = interesting_numbers(licence, name)
    found: Plain = {}
    for key, value in full.items():
        if key in partial:
            found[key] = partial[key]
        elif isinstance(value, dict):
            found[key] = {month: one(dice, numbers) for month in value}
        else:
            found[key] = one(dice, numbers)
    return found


# --- for hypothesis ---


@st.composite
def licenses(draw: st.DrawFn) -> Plain:
    """Synthetic licences."""
    return draw_license(Drawn(draw))


@st.composite
def real_licenses(draw: st.DrawFn) -> Plain:
    """Licences of `data/licenses/`."""
    return REAL[draw(st.sampled_from(sorted(REAL)))]


@st.composite
def conditions(draw: st.DrawFn) -> Plain:
    """Conditions."""
    return draw_condition(Drawn(draw))
