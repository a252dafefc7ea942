"""The words of a policy: which there are for each setting, which of those written could never be met, and what they come to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from registry.desk.hosted_names import host_word
from registry.desk.policy.file import Place, PolicyFile, Written, nearest
from registry.errors import UnknownLicenseError
from registry.findings.codes import CODES
from registry.findings.duties import LOOKED_FOR
from registry.policy.policy import LISTS, Choice, PathRule, Policy, Waiver, matches
from registry.terms.verdict import VERDICT_WORDS

if TYPE_CHECKING:
    from registry.knowledge.store import Knowledge

LICENSE_TYPES = ("open-source", "custom", "commercial")
"""The types of licences."""

FURTHER = ("policy", "none", "note", "warning", "error")
"""What may end an audit beside verdicts and codes: what the policy refuses, nothing, severities."""

_MEANT = {"UK": "GB", "EN": "GB", "EL": "GR", "USA": "US", "EUROPE": "EU"}


def code_words() -> tuple[str, ...]:
    """The codes of findings and their beginnings, by which several are meant at once."""
    return tuple(sorted({code[:length] for code in CODES for length in range(3, len(code) + 1)}))


def families(knowledge: Knowledge) -> dict[str, list[str]]:
    """The families of licences, each with the ids of its licences."""
    found: dict[str, list[str]] = {}
    for name in knowledge.ids():
        family = knowledge.raw(name).get("family")
        if family is not None:
            found.setdefault(str(family), []).append(name)
    return dict(sorted(found.items()))


def places(knowledge: Knowledge) -> tuple[str, ...]:
    """The countries and regions that a policy may name."""
    return (*sorted(knowledge.vocabulary.regions), *sorted(knowledge.vocabulary.countries))


def closed_words(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """The words that each setting with a closed list of them takes; where names are chosen, a pattern with `*` will do too."""
    return {
        "license_types": LICENSE_TYPES,
        "families": tuple(families(knowledge)),
        "countries": places(knowledge),
        "duties_shown": LOOKED_FOR,
        "severity": code_words(),
        "fail_on": (*VERDICT_WORDS, *FURTHER, *code_words()),
    }


def explain_setting(knowledge: Knowledge, name: str) -> dict[str, Any] | None:
    """What a setting of a policy is about and which words it takes, each with what it stands for; None where there is no such setting."""
    field = PolicyFile.model_fields.get(name)
    if field is None:
        return None
    taken = closed_words(knowledge).get(name)
    words: dict[str, str] = dict.fromkeys(taken or (), "")
    if name == "families":
        words = {family: ", ".join(licenses) for family, licenses in families(knowledge).items()}
    elif name == "duties_shown":
        words = {duty: knowledge.vocabulary.duties[duty].label for duty in LOOKED_FOR}
    elif name in ("severity", "fail_on"):
        words = {word: CODES[word].title if word in CODES else "" for word in taken or () if word in CODES or not word.startswith(("LIC", "POL", "SEC"))}
    elif name == "countries":
        words = {
            region: ", ".join(sorted(code for code, each in members.items() if each.until is None)) for region, members in knowledge.vocabulary.regions.items()
        }
    return {"setting": name, "description": field.description or "", "words": words}


def collapsed(knowledge: Knowledge, data: dict[str, Any]) -> dict[str, Any]:
    """A policy as plain data in which the countries of a region stand as the region, for people."""
    countries = data.get("countries")
    if countries is None:
        return data
    shown = {}
    for key, names in countries.items():
        for region, members in knowledge.vocabulary.regions.items():
            now = {code for code, each in members.items() if each.until is None}
            if names is not None and now and now <= set(names):
                names = [region, *(name for name in names if name not in now)]
        shown[key] = names
    return {**data, "countries": shown}


def settle(knowledge: Knowledge, written: Written) -> Policy:
    """The policy that was written, its words checked and brought to ours.

    Raises:
        UsageError: A word could never be met; the message names its line, and the nearest that could.
    """
    _check_closed(knowledge, written)
    file = written.policy
    return Policy(
        file.name,
        file.description,
        file.interpretation,
        {kind: _choice(knowledge, written, kind) for kind in LISTS if getattr(file, kind) is not None},
        file.minimum_evidence,
        tuple(file.duties_shown),
        dict(file.severity),
        tuple(file.fail_on) if file.fail_on is not None else None,
        file.unresolved,
        tuple(Waiver(each.finding, each.owner.strip(), each.reason.strip(), each.expires.isoformat(), each.model, each.path) for each in file.waivers),
        tuple(PathRule(tuple(each.match), each.ignore, dict(each.severity)) for each in file.paths),
    )


def _check_closed(knowledge: Knowledge, written: Written) -> None:
    words = closed_words(knowledge)
    for place, word, setting in _written_words(written.policy):
        if word in words[setting] or ("*" in word and setting in LISTS and any(matches(each, (word,)) for each in words[setting])):
            continue
        raise written.wrong(place, f"`{word}` {_IS_NOT[setting]}", _hint(word, words[setting], setting))


_IS_NOT = {
    "license_types": "is not a type of licence",
    "families": "is not a family of licences",
    "countries": "is not a country code of ISO 3166-1",
    "duties_shown": "is not a duty that can be looked for",
    "severity": "is not the code of a finding",
    "fail_on": "is not a verdict, severity or code of a finding",
}


def _hint(word: str, words: tuple[str, ...], setting: str) -> str:
    if setting == "countries":
        meant = _MEANT.get(word.upper()) or (word.upper() if word.upper() in words else None)
        return f"did you mean `{meant}`?" if meant else "write two capital letters such as DE, or EU"
    near = nearest(word, words)
    if near is not None:
        return near
    return "`licet policy explain CODE` says what a code means" if setting == "severity" else f"`licet policy explain {setting}` lists what there is"


def _written_words(file: PolicyFile) -> Iterator[tuple[Place, str, str]]:
    """Each word of a closed list, with where it stands and which list it belongs to."""
    for kind in ("license_types", "families", "countries"):
        choice = getattr(file, kind)
        if choice is not None:
            yield from (((kind, "allow", index), word, kind) for index, word in enumerate(choice.allow or ()))
            yield from (((kind, "refuse", index), word, kind) for index, word in enumerate(choice.refuse))
    yield from ((("duties_shown", index), word, "duties_shown") for index, word in enumerate(file.duties_shown))
    yield from ((("severity", code), code, "severity") for code in file.severity)
    yield from ((("paths", index, "severity", code), code, "severity") for index, each in enumerate(file.paths) for code in each.severity)
    yield from ((("waivers", index, "finding"), each.finding, "severity") for index, each in enumerate(file.waivers))
    yield from ((("fail_on", index), word, "fail_on") for index, word in enumerate(file.fail_on or ()))


def _choice(knowledge: Knowledge, written: Written, kind: str) -> Choice:
    part = getattr(written.policy, kind)
    allow = None if part.allow is None else tuple(_ours(knowledge, written, (kind, "allow"), part.allow))
    return Choice(allow, tuple(_ours(knowledge, written, (kind, "refuse"), part.refuse)))


def _ours(knowledge: Knowledge, written: Written, place: Place, names: Iterable[str]) -> Iterator[str]:
    """Names as the catalogue has them: licences by id, regions as their countries."""
    for index, name in enumerate(names):
        if place[0] == "countries" and name in knowledge.vocabulary.regions:
            yield from sorted(code for code, membership in knowledge.vocabulary.regions[name].items() if membership.until is None)
        elif place[0] == "licenses" and "*" not in name:
            found = knowledge.resolve(name)
            if found.candidates:  # one name, several texts: all of them are meant
                yield from found.candidates
                continue
            try:
                yield knowledge.find(name).id
            except UnknownLicenseError as error:
                raise written.wrong((*place, index), error.message, error.hint or "`licet license ls` lists them") from error
        elif place[0] == "licenses" and not any(matches(each, (name,)) for each in knowledge.ids()):
            raise written.wrong((*place, index), f"no licence goes by `{name}`", "`licet license ls` lists them")
        elif place[0] == "hosts":
            yield host_word(name)
        else:
            yield name.removeprefix("dataset:") if place[0] == "datasets" else name
