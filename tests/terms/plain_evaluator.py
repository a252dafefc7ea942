"""A second evaluator of licence terms, as plain as it can be made, against which the real one is checked.

It shares nothing with `registry`: it reads the YAML files as nested dictionaries and lists, takes a use in which every fact is stated,
and works out the verdict with loops and nested ifs. There are no residuals, no normal forms and no unknown facts. Where a stated number
still leaves a limit open, because the text names another currency, it tries both ways.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

Plain = dict[str, Any]

YES = ("permitted", "permitted-with-obligations")
NO = ("needs-permission", "prohibited")


class _Loader(yaml.CSafeLoader):
    """YAML 1.2 as far as licence files need it: only `true` and `false` are booleans, and a date stays text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false|True|False|TRUE|FALSE)$"), list("tTfF"))


def read(path: Path) -> Plain:
    """One YAML file as plain data."""
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
    assert isinstance(data, dict)
    return data


def read_licenses(folder: Path) -> dict[str, Plain]:
    """Every licence file by id, with what it takes over from another one filled in."""
    files: dict[str, Plain] = {}
    for path in sorted(folder.glob("*.yaml")):
        data = read(path)
        files[data["id"]] = data
    return {name: _filled(name, files) for name in files}


def _filled(name: str, files: dict[str, Plain]) -> Plain:
    own = files[name]
    if not own.get("extends"):
        return own
    base = _filled(own["extends"], files)
    whole = dict(own)
    for key in ("ask", "steward", "confidence", "placeholder"):
        if key not in own and key in base:
            whole[key] = base[key]
    whole["reach"] = {**(base.get("reach") or {}), **(own.get("reach") or {})}
    replaced = {term["id"]: term for term in own.get("terms") or []}
    terms = []
    for term in base.get("terms") or []:
        if term["id"] in (own.get("drop") or []):
            continue
        terms.append(replaced.pop(term["id"], term))
    whole["terms"] = terms + list(replaced.values())
    return whole


class Open(Exception):  # noqa: N818
    """A stated number leaves this limit open."""

    def __init__(self, leaf: str) -> None:
        super().__init__(leaf)
        self.leaf = leaf


def as_list(value: Any) -> list[Any]:
    """A single word as a list of one."""
    if value is None:
        return []
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    return [value]


def plain_name(name: str) -> str:
    """A model's name without capitals and separators."""
    return re.sub(r"[\s_.\-/]+", "", name.casefold())


class PlainEvaluator:
    """Works out verdicts by brute force.

    Attributes:
        vocabulary: `data/vocabulary.yaml`.
        relations: `data/relations.yaml`.
        interpretations: By name, the files of `data/interpretations/`.
        ordinary: `data/uses/ordinary.yaml`.
    """

    def __init__(self, data: Path) -> None:
        self.vocabulary = read(data / "vocabulary.yaml")
        self.relations = read(data / "relations.yaml")
        self.ordinary = read(data / "uses" / "ordinary.yaml")
        self.interpretations = {path.stem: read(path) for path in sorted((data / "interpretations").glob("*.yaml"))}

    # --- the verdict ---

    def verdict(self, licence: Plain, use: Plain, interpretation: str) -> str:
        """The verdict word of a licence, whole and alone, for a use in which every fact is stated."""
        words = self._verdicts(licence, use, interpretation, {})
        if len(words) == 1:
            return words.pop()
        if words <= set(YES):
            return "permitted-with-obligations"
        if words <= set(NO):
            return "needs-permission"
        if "undetermined" in words:
            return "undetermined"
        return "conditional"

    def _verdicts(self, licence: Plain, use: Plain, interpretation: str, settled: dict[str, bool]) -> set[str]:
        try:
            return {self._one_verdict(licence, use, interpretation, settled)}
        except Open as doubt:
            both: set[str] = set()
            for truth in (True, False):
                both |= self._verdicts(licence, use, interpretation, {**settled, doubt.leaf: truth})
            return both

    def _one_verdict(self, licence: Plain, use: Plain, interpretation: str, settled: dict[str, bool]) -> str:
        if licence.get("placeholder") == "nothing-granted":
            return "needs-permission"
        if licence.get("placeholder") == "undetermined":
            return "undetermined"

        acts = self.acts(use)
        capacities = self.capacities(licence, use, interpretation)
        outward = [act for act in acts if self.vocabulary["acts"][act].get("outward")]
        asked = [licence.get("ask"), licence.get("steward")]
        certain: list[str] = []
        doubtful: list[str] = []
        obliged = False

        def effect(word: str, term: Plain | None) -> None:
            confidence = (term or {}).get("confidence") or licence.get("confidence") or "text-read"
            if confidence == "text-read":
                certain.append(word)
            else:
                doubtful.append(word)

        # Grants: every act needs one that holds.
        for act in acts:
            if not capacities[act] & {"original", "derivative", "copy"}:
                continue
            holding = []
            for term in licence.get("terms") or []:
                if term["kind"] != "grant" or act not in self.acts_of(term):
                    continue
                if not capacities[act] & self.binds(term):
                    continue
                if self.word(term, interpretation) in ("binds", "ask"):
                    continue
                if not self.holds(term.get("if"), licence, use, settled):
                    continue
                holding.append(term)
            if not holding:
                if not self.has_permission(use, asked):
                    effect("needs-permission", None)
            else:
                if all((term.get("confidence") or licence.get("confidence") or "text-read") != "text-read" for term in holding):
                    doubtful.append("undetermined")

        # Bars.
        for term in licence.get("terms") or []:
            if term["kind"] != "bar":
                continue
            if not any(act in self.acts_of(term) and capacities[act] & self.binds(term) for act in acts):
                continue
            word = self.word(term, interpretation)
            if word in ("free", "warn"):
                continue
            if not self.holds(term.get("if"), licence, use, settled):
                continue
            if term.get("ask"):
                if not self.has_permission(use, [*asked, term["ask"]]):
                    effect("needs-permission", term)
            elif word == "ask":
                effect("needs-permission", term)
            else:
                effect("prohibited", term)

        # Duties and gates.
        for term in licence.get("terms") or []:
            if term["kind"] != "duty":
                continue
            if use.get("role") == "end-user":
                continue
            through = [act for act in acts if act in self.acts_of(term) and capacities[act] & self.binds(term)]
            if not through:
                continue
            if self.word(term, interpretation) in ("free", "warn"):
                continue
            if not self.holds(term.get("if"), licence, use, settled):
                continue
            if term.get("gate"):
                accepted = as_list(use.get("accepted"))
                if "all" not in accepted and licence["id"] not in accepted and not self.has_permission(use, asked):
                    effect("needs-permission", term)
                continue
            if (term.get("force") or "must") != "must":
                continue
            kind = self.vocabulary["duties"][term["do"]]
            counts = bool(kind.get("counts"))
            if (counts or term["do"] == "name-rule") and (self.stated_unmet(term, use) or self.name_broken(term, use)):
                effect("prohibited", term)
                continue
            if counts and (any(act in outward for act in through) or ("teach" in through and outward)):
                obliged = True

        if "prohibited" in certain:
            return "prohibited"
        if "needs-permission" in certain:
            return "needs-permission"
        if doubtful:
            return "undetermined"
        if obliged:
            return "permitted-with-obligations"
        return "permitted"

    # --- the use ---

    def acts(self, use: Plain) -> list[str]:
        """What the use does."""
        found = []
        for act, entry in self.vocabulary["acts"].items():
            for fact, values in entry["from"].items():
                for value in as_list(values):
                    if value in as_list(use.get(fact)) and act not in found:
                        found.append(act)
        return found

    def capacities(self, licence: Plain, use: Plain, interpretation: str) -> dict[str, set[str]]:
        """For each act of the use, in what capacities the licensed thing is met."""
        acts = self.acts(use)
        student_leaves = "teach" in acts and use.get("modified") is not True
        found: dict[str, set[str]] = {}
        for act in acts:
            if act == "teach":
                found[act] = {"original", "derivative", "copy", "output"}
            elif student_leaves and self.vocabulary["acts"][act].get("outward"):
                reach = self.student_reach(licence, interpretation)
                if reach == "none":
                    found[act] = set()
                elif reach == "data":
                    found[act] = {"data-result"}
                else:
                    found[act] = {reach}
            else:
                found[act] = {"original"}
                if use.get("modified") is True:
                    found[act].add("derivative")
        return found

    def student_reach(self, licence: Plain, interpretation: str) -> str:
        """In what capacity the licence reaches a model that was trained on outputs."""
        reach = (licence.get("reach") or {}).get("trained-on-outputs", self.relations["relations"]["trained-on-outputs"])
        if isinstance(reach, str):
            return reach
        if self.point(reach["unsettled"], interpretation) in ("binds", "ask"):
            return str(reach.get("reach", "derivative"))
        return str(reach.get("else", "none"))

    def has_permission(self, use: Plain, names: list[Any]) -> bool:
        """Whether one of those named gave written permission."""
        given = [str(name).casefold() for name in as_list(use.get("permission_from"))]
        return any(name is not None and str(name).casefold() in given for name in names)

    # --- one term ---

    def acts_of(self, term: Plain) -> set[str]:
        """The acts of a term with the groups spelt out."""
        found: set[str] = set()
        for word in as_list(term.get("acts")):
            found |= set(self.vocabulary["act_groups"].get(word, [word]))
        return found

    def binds(self, term: Plain) -> set[str]:
        """The capacities in which a term binds."""
        return set(as_list(term.get("binds")) or ["original", "derivative", "copy"])

    def point(self, name: str, interpretation: str) -> str:
        """How an interpretation takes a point."""
        reading = self.interpretations[interpretation]
        return str((reading.get("points") or {}).get(name, reading["default"]))

    def word(self, term: Plain, interpretation: str) -> str | None:
        """How a disputed term is taken: the most favourable word of its points; None where nothing is disputed."""
        words = [self.point(name, interpretation) for name in as_list(term.get("disputed"))]
        for word in ("free", "warn", "ask", "binds"):
            if word in words:
                return word
        return None

    def stated_unmet(self, term: Plain, use: Plain) -> bool:
        """Whether the user states that this kind of duty is not met."""
        words = [term["do"], *as_list(self.vocabulary["duties"][term["do"]].get("unmet"))]
        return any(word in words for word in as_list(use.get("duties_unmet")))

    def name_broken(self, term: Plain, use: Plain) -> bool:
        """Whether the stated name of the derivative breaks a name rule."""
        if term["do"] != "name-rule" or not use.get("derivative_name"):
            return False
        name = plain_name(use["derivative_name"])
        rule = term.get("rule") or {}
        if "starts_with" in rule and not name.startswith(plain_name(rule["starts_with"])):
            return True
        if "contains" in rule and plain_name(rule["contains"]) not in name:
            return True
        return "not_primary" in rule and name.startswith(plain_name(rule["not_primary"]))

    # --- conditions ---

    def holds(self, condition: Any, licence: Plain, use: Plain, settled: dict[str, bool]) -> bool:
        """Whether a condition is true; no condition always is."""
        if condition is None:
            return True
        for key, value in condition.items():
            if key == "all":
                true = all(self.holds(part, licence, use, settled) for part in value)
            elif key == "any":
                true = any(self.holds(part, licence, use, settled) for part in value)
            elif key == "not":
                true = not self.holds(value, licence, use, settled)
            elif key == "place":
                true = self.in_place(value, use)
            elif key == "measure":
                leaf = repr(sorted(value.items(), key=str))
                true = settled[leaf] if leaf in settled else self.over(value, licence, use, leaf)
            else:
                true = self.has_value(key, value, use)
            if not true:
                return False
        return True

    def has_value(self, key: str, wanted: Any, use: Plain) -> bool:
        """Whether a fact of the use, or of the licensed thing, has one of the values."""
        if isinstance(wanted, dict):
            ((_, wanted),) = wanted.items()
        wanted = as_list(wanted)
        if key.startswith("subject.") and key not in use:
            key = self.vocabulary["subjects"][key.removeprefix("subject.")].get("stands_in", key)
        stated = as_list(use[key])
        return any(value == want and isinstance(value, bool) == isinstance(want, bool) for value in stated for want in wanted)

    def in_place(self, place: Plain, use: Plain) -> bool:
        """Whether the organisation, or one of its end users, is in one of the places on the date of the use."""
        where = as_list(use["country"] if place["of"] == "licensee" else use["audience"])
        for country in where:
            for wanted in place["in"]:
                if country == wanted:
                    return True
                region = self.vocabulary["regions"].get(wanted)
                if region and country in region:
                    span = region[country]
                    start, end = (span.get("from"), span.get("to")) if isinstance(span, dict) else (span, None)
                    if str(use["date"]) >= str(start) and (end is None or str(use["date"]) <= str(end)):
                        return True
        return False

    # --- measures ---

    def over(self, measure: Plain, licence: Plain, use: Plain, leaf: str) -> bool:
        """Whether a stated count is over the limit of a measure."""
        of = measure.get("of", "licensee")
        per = measure.get("per", "month")
        fact = self.vocabulary["measures"][measure["what"]][per]
        month = self.tested_month(measure, licence, use)
        stated = use[fact]
        scoped = isinstance(stated, dict) and set(stated) & {"product", "licensee", "group"}
        number = self.at_month(stated[of] if scoped else stated, measure, month, use)

        low_rate, high_rate = 1.0, 1.0
        if self.vocabulary["facts"][fact]["kind"] == "money":
            low_rate, high_rate = self.vocabulary["currencies"][measure.get("unit") or "USD"]
        if "over" in measure:
            surely = number * low_rate > measure["over"]
            maybe = number * high_rate > measure["over"]
        else:
            surely = number * low_rate >= measure["at_least"]
            maybe = number * high_rate >= measure["at_least"]
        if surely != maybe:
            raise Open(leaf)
        return bool(surely)

    def tested_month(self, measure: Plain, licence: Plain, use: Plain) -> str:
        """The one month (or year) that a measure looks at; for `rolling` and `any-time` the last one it may look at."""
        date = str(use["date"])
        at = measure.get("at", "rolling")
        if at == "once":
            if measure.get("month"):
                return str(measure["month"])
            released = licence.get("released")
            if not released:
                released = next(text["dated"] for text in licence.get("texts") or [] if text.get("dated"))
            return month_before(str(released))
        if at == "preceding-month":
            return month_before(date)
        if at == "calendar-year":
            return str(int(date[:4]) - 1)
        return date[:7]

    def at_month(self, stated: Any, measure: Plain, month: str, use: Plain) -> float:
        """A number, or what a series by month says for the month."""
        at = measure.get("at", "rolling")
        if not isinstance(stated, dict):
            return float(stated)
        so_far = {str(key): value for key, value in stated.items() if str(key) <= month}
        if at == "any-time":
            return float(max(so_far.values(), default=0))
        if at == "rolling":
            return float(so_far[max(so_far)])
        if month not in so_far and use.get("founded") and month < str(use["founded"])[:7]:
            return 0
        return float(so_far[month])


def month_before(date: str) -> str:
    """The calendar month before the month of a date."""
    year, month = int(date[:4]), int(date[5:7])
    return f"{year - 1}-12" if month == 1 else f"{year}-{month - 1:02d}"
