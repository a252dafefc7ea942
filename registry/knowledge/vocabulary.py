"""The vocabulary as values, from the plain data of `data/vocabulary.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.errors import KnowledgeError
from registry.terms.vocabulary import Act, Duty, Fact, Membership, Vocabulary


def build_vocabulary(data: Mapping[str, Any]) -> Vocabulary:
    """The vocabulary from the plain data of its file.

    Raises:
        KnowledgeError: An entry is missing or misshapen.
    """
    try:
        facts = {name: _fact(name, entry, data) for name, entry in data["facts"].items()}
        acts = {}
        for name, entry in data["acts"].items():
            ((fact, value),) = entry["from"].items()
            values = frozenset(value if isinstance(value, list) else [value])
            acts[name] = Act(name, entry["label"], fact, values, bool(entry.get("outward", False)))
        return Vocabulary(
            version=str(data["version"]),
            facts=facts,
            subjects={name: _fact(name, entry, data) for name, entry in data["subjects"].items()},
            acts=acts,
            act_groups={name: tuple(group) for name, group in data["act_groups"].items()},
            measures=data["measures"],
            fields_of_use=data["fields_of_use"],
            duties={name: Duty(name, entry["label"], entry["counts"], tuple(entry.get("unmet", ()))) for name, entry in data["duties"].items()},
            notes=frozenset(data["notes"]),
            capacities=frozenset(data["capacities"]),
            relations=frozenset(data["relations"]),
            points=data["points"],
            regions={region: {code: _membership(entry) for code, entry in members.items()} for region, members in data["regions"].items()},
            currencies={code: (float(low), float(high)) for code, (low, high) in data["currencies"].items()},
            countries=frozenset(str(data["countries"]).split()),
            wider={name: _closure(name, facts) for name in facts},
            narrower={name: tuple(other for other in facts if name in _closure(other, facts)) for name in facts},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise KnowledgeError(f"`vocabulary.yaml`: {type(error).__name__} at {error}", "compare the entry with its neighbours") from error


def _fact(name: str, entry: Mapping[str, Any], data: Mapping[str, Any]) -> Fact:
    values = entry.get("values", ())
    if isinstance(values, str):
        values = [word for name, listed in data[values].items() for word in (name, *(listed.get("unmet", ()) if isinstance(listed, Mapping) else ()))]
    return Fact(
        name=name,
        kind=entry["kind"],
        label=entry["label"],
        flag=entry.get("flag", "--fact"),
        values=frozenset(values),
        prefixes=tuple(entry.get("prefixes", ())),
        within=tuple(entry.get("within", ())),
        scoped=bool(entry.get("scoped", False)),
        series=bool(entry.get("series", False)),
        stands_in=entry.get("stands_in"),
    )


def _membership(entry: Any) -> Membership:
    if isinstance(entry, str):
        return Membership(entry)
    return Membership(entry["from"], entry.get("to"))


def _closure(name: str, facts: Mapping[str, Fact]) -> tuple[str, ...]:
    found: list[str] = []
    pending = list(facts[name].within)
    while pending:
        wider = pending.pop(0)
        if wider not in found:
            found.append(wider)
            pending.extend(facts[wider].within)
    return tuple(found)
