"""What a report can say in a field of a regulatory form: one reader a fact, each of what is recorded and of nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from registry.reports.report import Entry, Report
from registry.reports.report_words import number_words
from registry.settings import read_named_actor

if TYPE_CHECKING:
    from registry.desk.session import Desk

MOST_NAMES = 12
"""So many names stand in one field."""


@dataclass(frozen=True)
class Facts:
    """The facts of one entry, read on demand.

    Attributes:
        desk: The desk, for the records of ancestors.
        report: The report.
        entry: The entry.
    """

    desk: Desk
    report: Report
    entry: Entry

    @property
    def record(self) -> Mapping[str, Any]:
        """What is recorded of the model; empty for a folder."""
        return self.entry.record or {}

    def read(self, name: str) -> str | None:
        """A fact in words, or None where it is not recorded."""
        return READERS[name](self) or None

    def runs(self, key: str) -> list[Any]:
        """A figure of each recorded training run."""
        return [run[key] for run in self.record.get("training", ()) if run.get(key) is not None]

    def own_flop(self) -> float | None:
        """What training this model took: the sum of its recorded runs, else its recorded figure."""
        runs = self.runs("flop")
        return float(sum(runs)) if runs else _number(self.record.get("training_flop"))

    def modifier(self) -> Mapping[str, Any] | None:
        """The modification against the training of the original, as `modifier_share` puts it; None for a model that is none, or of which nothing is recorded.

        Only recorded runs count as the modification, since a figure for the whole model may count the base in.
        """
        from registry.desk.run.record_share import modifier_share

        runs, original = self.runs("flop"), self.original()
        return modifier_share(float(sum(runs)), *original) if runs and original else None

    def original(self) -> tuple[str, float | None] | None:
        """The model that this one is held against as a modification of it, with what its training took."""
        from registry.desk.run.record_share import find_original
        from registry.lineage.reach import WEIGHT_RELATIONS

        bases = [base["model"] for base in self.record.get("bases", ()) if base["relation"] in WEIGHT_RELATIONS]
        found = [find_original(self.desk, base) for base in bases[:MOST_NAMES]]
        return max(found, key=lambda each: each[1] or 0.0, default=None)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _names(names: Sequence[str]) -> str:
    unique = list(dict.fromkeys(names))
    more = f" and {len(unique) - MOST_NAMES} more" if len(unique) > MOST_NAMES else ""
    return ", ".join(unique[:MOST_NAMES]) + more


def _flop(value: float) -> str:
    return f"{value:.2e} FLOP"


def _developer(facts: Facts) -> str | None:
    developer = facts.record.get("developer")
    if not isinstance(developer, Mapping):
        return None
    return str(developer.get("title") or developer.get("name")) + (f" ({developer['country']})" if developer.get("country") else "")


def _purl(facts: Facts) -> str | None:
    """The package address of a model of the Hub; a folder has none."""
    if facts.entry.kind != "model" or "/" not in facts.entry.name:
        return None
    revision = facts.entry.answer["revision"]
    return f"pkg:huggingface/{quote(facts.entry.name, safe='/')}" + (f"@{quote(revision, safe='')}" if revision else "")


def _digest(facts: Facts) -> str | None:
    digests = [revision["digest"] for revision in facts.record.get("revisions", ()) if revision.get("digest")]
    own = facts.entry.answer["revision"]
    return str(own) if own and ":" in str(own) else _names(digests)


def _licenses(facts: Facts) -> str:
    own = [f"{each['name']} ({each['spdx'] or each['id']})" for each in facts.entry.answer["licenses"] if each["reach"] == "original"]
    reached = [
        f"{'terms that nobody stated' if each['id'] == 'unstated' else each['name']} by way of {each['from']}"
        for each in facts.entry.answer["licenses"]
        if each["reach"] != "original"
    ]
    return _names(own) + (f"; reached by {_names(reached)}" if reached else "")


def _texts(facts: Facts, *, policies: bool) -> Iterator[str]:
    mine = {each["id"] for each in facts.entry.answer["licenses"]}
    for license in facts.report.licenses:
        if license.id in mine:
            for text in license.texts:
                is_policy = "polic" in text.name.lower() or "prohibited" in text.name.lower() or "acceptable" in text.name.lower()
                if is_policy == policies:
                    yield f"{text.name}{f' ({text.source})' if text.source else ''}"


def _restricted(facts: Facts) -> str:
    reasons = facts.entry.answer["reasons"]
    return " ".join(f"{reason['summary']} ({reason['license']}, section {reason['section']})" for reason in reasons if reason["term"].startswith("barred"))[
        :2000
    ]


def _training(facts: Facts) -> str:
    parts = []
    for run in facts.record.get("training", ()):
        machines = " ".join(str(part) for part in (run.get("count") and f"{number_words(run['count'])} ×", run.get("hardware")) if part)
        hours = f"{number_words(run['hours'])} hours" if run.get("hours") else ""
        parts.append(", ".join(part for part in (machines, hours, run.get("provider") or "", run.get("region") or "") if part))
    return "; ".join(part for part in parts if part)


def _properties(facts: Facts) -> str:
    record = facts.record
    parts = [record.get("architecture"), record.get("parameters") and f"{number_words(record['parameters'])} parameters", record.get("modality")]
    return ", ".join(str(part) for part in parts if part)


def _channels(facts: Facts) -> str:
    record = facts.record
    hosts = [str(host["host"]) for host in record.get("hostings", ())]
    return ", ".join(part for part in (f"weights {record['access']}" if record.get("access") else "", f"served by {_names(hosts)}" if hosts else "") if part)


def _bases(facts: Facts) -> str:
    own = facts.record.get("bases")
    if own is None:
        return _names([each["from"] for each in facts.entry.answer["licenses"] if each["reach"] != "original" and not str(each["from"]).startswith("dataset:")])
    return _names([f"{base['model']} ({base['relation']})" for base in own])


def _datasets(facts: Facts) -> str:
    return _names([f"{each['dataset']} ({each['relation']})" for each in facts.record.get("datasets", ())])


def _dataset_licenses(facts: Facts) -> str:
    nodes = (facts.entry.lineage or {}).get("nodes", ())
    return _names([f"{node['id'].removeprefix('dataset:')}: {node['license']}" for node in nodes if node["kind"] == "dataset" and node["license"]])


def _tokens(facts: Facts) -> str:
    tokens = facts.record.get("training_tokens")
    return f"{number_words(tokens)} tokens" if tokens else ""


def _own_flop(facts: Facts) -> str | None:
    flop = facts.own_flop()
    return _flop(flop) if flop is not None else None


def _modification(facts: Facts) -> str | None:
    modifier = facts.modifier()
    return _flop(modifier["own_flop"]) if modifier else None


def _base_flop(facts: Facts) -> str | None:
    original = facts.original()
    return f"{_flop(original[1])} ({original[0]})" if original and original[1] else None


def _one_third(facts: Facts) -> str | None:
    from registry.desk.run.record_share import GENERAL_PURPOSE_FLOP

    modifier = facts.modifier()
    if modifier is None:
        return None
    held = f"of {modifier['original']}" if not modifier["assumed"] else f"of a stand-in: {modifier['assumed']}"
    third = _flop((modifier["original_flop"] or GENERAL_PURPOSE_FLOP) / 3)
    return f"{'Yes' if modifier['above_one_third'] else 'No'}: {modifier['share']:.2%} {held}; a third is {third}"


def _application(key: str) -> Callable[[Facts], str | None]:
    return lambda facts: str(facts.report.application[key]) if facts.report.application and facts.report.application.get(key) else None


def _application_models(facts: Facts) -> str:
    return _names([use["model"] for use in (facts.report.application or {}).get("models", ())])


def _purposes(facts: Facts) -> str:
    return _names([use["purpose"] for use in (facts.report.application or {}).get("models", ()) if use.get("purpose")])


def _field(key: str) -> Callable[[Facts], str | None]:
    return lambda facts: str(facts.record[key]) if facts.record.get(key) not in (None, "", [], {}) else None


def _together(*readers: Callable[[Facts], str | None]) -> Callable[[Facts], str | None]:
    return lambda facts: "; ".join(said for said in (reader(facts) for reader in readers) if said)


READERS: Mapping[str, Callable[[Facts], str | None]] = {
    "application-models": _application_models,
    "application-name": _application("name"),
    "application-owner": _application("owner"),
    "architecture": _field("architecture"),
    "author": lambda facts: read_named_actor(),
    "base-flop": _base_flop,
    "bases": _bases,
    "channels": _channels,
    "dataset-licenses": _dataset_licenses,
    "dataset-sources": lambda facts: _names([str(each["source"]) for each in facts.record.get("datasets", ()) if each.get("source")]),
    "datasets": _datasets,
    "developer": _developer,
    "digest": _digest,
    "digest-algorithm": lambda facts: (_digest(facts) or "").partition(":")[0] if ":" in (_digest(facts) or "") else None,
    "energy": lambda facts: f"{number_words(sum(facts.runs('energy_kwh')))} kWh" if facts.runs("energy_kwh") else None,
    "format-name": lambda facts: "licet.report",
    "format-version": lambda facts: "1",
    "generation-context": lambda facts: f"from the records of catalogue {str(facts.report.catalogue['head'])[:20]}… by an audit of {facts.report.made_on}",
    "hardware": lambda facts: _names([str(each) for each in facts.runs("hardware")]),
    "licenses": _licenses,
    "lineage-links": lambda facts: (
        f"{len(facts.entry.lineage['edges'])} links, drawn under Lineage" if facts.entry.lineage and facts.entry.lineage["edges"] else None
    ),
    "made-on": lambda facts: facts.report.made_on,
    "modality": _field("modality"),
    "modality-and-tokens": _together(_field("modality"), _tokens),
    "model-name": lambda facts: facts.entry.name,
    "name-and-bases": _together(lambda facts: facts.entry.name, _bases),
    "one-third": _one_third,
    "own-flop": _modification,
    "parameters": lambda facts: number_words(facts.record["parameters"]) if facts.record.get("parameters") else None,
    "properties": _properties,
    "purl": _purl,
    "purposes": _purposes,
    "release-and-channels": _together(_field("released_on"), _channels),
    "released-on": _field("released_on"),
    "restricted-uses": _restricted,
    "revision": lambda facts: facts.entry.answer["revision"],
    "source": _field("source"),
    "stage": _field("stage"),
    "teachers": lambda facts: _names([base["model"] for base in facts.record.get("bases", ()) if base["relation"] in ("trained-on-outputs", "distilled")]),
    "title": _field("name"),
    "tool-name": lambda facts: facts.report.made_by.partition(" ")[0],
    "tool-version": lambda facts: facts.report.made_by.partition(" ")[2],
    "training": _training,
    "training-flop": _own_flop,
    "training-tokens": _tokens,
    "use-policies": lambda facts: _names(list(_texts(facts, policies=True))),
}
"""The reader of every fact that a form may ask for, by name."""
