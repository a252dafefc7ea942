"""What changed in the catalogue: licences first, then lineage, with the registered derivatives and applications each change reaches."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from registry.desk.catalog.change_rows import LINKED, differs, kind_of, rows_in_words
from registry.desk.concluding import Conclusions, concluded_licenses
from registry.desk.facts import read_day, read_use, resolve_named_licenses, today
from registry.errors import UsageError
from registry.lineage.bindings import Binding
from registry.lineage.judge import Judge
from registry.supplychain.names import split_reference

if TYPE_CHECKING:
    from registry.catalogue.engine import Connection
    from registry.catalogue.queries.affected import Affected
    from registry.catalogue.queries.changes import ChangedRow
    from registry.desk.session import Desk

KINDS = ("license", "lineage", "retired", "new", "load", "other")
"""What can have happened to a thing, gravest first; it is listed under the gravest."""

ROWS = (
    *("model", "statement", "relation", "revision", "dataset", "developer", "host", "hosting", "training-run"),
    *("application", "uses", "user-group", "user-count", "revenue", "acceptance", "load"),
)
"""What the rows of the history are called."""

NAMED = 5
"""How many derivatives and applications are named for one change; all are counted."""

ROWS_SHOWN = 20
"""How many rows of one change are told."""

SUMMED = 20
"""How many of the derivatives and applications that several changes reach are named."""

BATCH = 400
"""Things whose statements are looked up at a time."""


@dataclass(slots=True)
class _Changed:
    """One thing that changed, and how."""

    subject: str
    kind: str
    rows: list[ChangedRow]
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


def read_changes(
    desk: Desk,
    since: str,
    until: str | None = None,
    *,
    what: Sequence[str] = (),
    subject: str | None = None,
    limit: int = 100,
    after: str | None = None,
) -> dict[str, Any]:
    """What changed, as `licet.changes/1`: one item a thing, with its state before and after the whole period.

    Args:
        desk: The desk.
        since: A day (from its beginning on), or the number of a change set (what came after it).
        until: A day (to its end), or the number of a change set; now, if not given.
        what: Only these kinds of change (`KINDS`), or things with rows of these kinds (`ROWS`).
        subject: Only this model, `dataset:NAME`, `app:NAME`, `developer:NAME` or `host:NAME`.
        limit: How many items.
        after: The key of the page before.

    Raises:
        UsageError: A word, day or number says what there is not.
        UnknownModelError: No model goes by the name of the subject.
    """
    from registry.catalogue.queries.changes import changed_things, last_set, read_sets

    wanted = _wanted(what)
    key = _read_key(after)
    with desk.catalogue.reading() as connection:
        head = last_set(connection)
        first = _first_set(desk, connection, since)
        last = head if until is None else _last_set(desk, connection, until)
        if last < first:
            raise UsageError("the end of the period lies before its beginning", "give `--until` a later day or number than `--since`")
        name = None if subject is None else _subject(connection, subject)
        counts: Counter[str] = Counter()
        pages: dict[str, list[_Changed]] = {kind: [] for kind in KINDS}
        for changed in _told(desk, connection, changed_things(connection, first, last, subject=name), first, last):
            if wanted and changed.kind not in wanted and wanted.isdisjoint(row.what for row in changed.rows):
                continue
            counts[changed.kind] += 1
            page = pages[changed.kind]
            # Things come by name, so the first of each kind are those of the page.
            if len(page) <= limit and (key is None or (KINDS.index(changed.kind), changed.subject) > key):
                page.append(changed)
        found = [changed for kind in KINDS for changed in pages[kind]]
        shown = found[:limit]
        _look_up_licenses(desk, connection, [changed for changed in shown if changed.kind in ("new", "retired")], first, last)
        sets = read_sets(connection, (row.seq for changed in shown for row in changed.rows[-1:]))
        reached = _affected(connection, shown)
    verdicts = _Verdicts(desk)
    items = []
    for changed in shown:
        own = reached.get(changed.subject)
        written = sets[changed.rows[-1].seq]
        items.append(
            {
                "subject": changed.subject,
                "kind": changed.kind,
                "seq": changed.rows[-1].seq,
                "at": written.at,
                "actor": written.actor,
                "before": changed.before,
                "after": changed.after,
                "verdict_before": verdicts.of(changed, changed.before),
                "verdict_after": verdicts.of(changed, changed.after),
                "changes": list(rows_in_words(changed.rows))[:ROWS_SHOWN],
                "derivatives": list(own.derivatives[:NAMED]) if own else [],
                "derivative_count": len(own.derivatives) if own else 0,
                "applications": [f"app:{each}" for each in own.applications[:NAMED]] if own else [],
                "application_count": len(own.applications) if own else 0,
            }
        )
    return {
        "schema": "licet.changes/1",
        "since": first,
        "until": last,
        "counts": {kind: counts[kind] for kind in KINDS if counts[kind]},
        "items": items,
        "affected": _summed(reached[changed.subject] for changed in shown if changed.subject in reached),
        "next": f"{shown[-1].kind}:{shown[-1].subject}" if len(found) > limit else None,
        "knowledge": {"version": desk.knowledge.version, "digest": desk.knowledge.digest},
    }


class _Verdicts:
    """What a model's own licences, taken alone, say about the use that the settings state: each licence is evaluated once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._judge: Judge | None = None

    def of(self, changed: _Changed, licenses: Sequence[str]) -> str | None:
        """The verdict of licences that a model has or had; none for what is no change of a model's licence."""
        if changed.kind != "license" or split_reference(changed.subject)[0] != "model":
            return None
        if self._judge is None:
            knowledge = self._desk.knowledge
            use = resolve_named_licenses(knowledge, read_use(knowledge, {}, self._desk.settings.facts))
            interpretation = knowledge.interpretation(self._desk.interpretation(None))
            self._judge = Judge(knowledge.evaluator, knowledge.license_of, knowledge.expression_of, use, interpretation)
        return self._judge.rank_of([Binding(license) for license in licenses or ("unstated",)]).word


def _wanted(what: Sequence[str]) -> frozenset[str]:
    for word in what:
        if word not in KINDS and word not in ROWS:
            raise UsageError(
                f"`{word}` is no kind of change", f"the kinds are {', '.join(KINDS)}; rows are {', '.join(each for each in ROWS if each not in KINDS)}"
            )
    return frozenset(what)


def _read_key(after: str | None) -> tuple[int, str] | None:
    if after is None:
        return None
    kind, colon, subject = after.partition(":")
    if kind not in KINDS or not colon:
        raise UsageError("the key of the page to go on from cannot be read", "give the key that the page before ended with")
    return KINDS.index(kind), subject


def _first_set(desk: Desk, connection: Connection, since: str) -> int:
    """The change set after which the period begins."""
    from registry.catalogue.queries.changes import last_set

    return _number(connection, since, "--since") if _is_number(since) else last_set(connection, before=read_day(desk.knowledge, since, "--since"))


def _last_set(desk: Desk, connection: Connection, until: str) -> int:
    from registry.catalogue.queries.changes import last_set

    if _is_number(until):
        return _number(connection, until, "--until")
    # `~` sorts after every character of a time stamp, so a day takes in all its hours.
    return last_set(connection, before=f"{read_day(desk.knowledge, until, '--until')}~")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _number(connection: Connection, text: str, flag: str) -> int:
    from registry.catalogue.queries.changes import last_set

    head = last_set(connection)
    if len(text) > 18 or int(text) > head:
        raise UsageError(f"`{flag} {text[:40]}`: there is no such change set yet", f"the last one is {head}; a day is written like 2026-11-21")
    return int(text)


def _subject(connection: Connection, reference: str) -> str:
    """The name under which the history keeps a thing."""
    from registry.catalogue.queries.find_model import find_model

    kind, name, _ = split_reference(reference)
    if kind == "dataset":
        return f"dataset:{name}"
    if kind == "application":
        return f"app:{name}"
    return reference if reference.startswith(("developer:", "host:")) else find_model(connection, reference).name


def _told(desk: Desk, connection: Connection, things: Iterable[tuple[str, list[ChangedRow]]], first: int, last: int) -> Iterator[_Changed]:
    """The things with what happened to them, by name: some hundred at a time, since what was held before and after is looked up."""
    batch: list[_Changed] = []
    for subject, rows in things:
        batch.append(_Changed(subject, kind_of(rows), rows))
        if len(batch) == BATCH:
            yield from _settled(desk, connection, batch, first, last)
            batch = []
    yield from _settled(desk, connection, batch, first, last)


def _settled(desk: Desk, connection: Connection, batch: list[_Changed], first: int, last: int) -> Iterator[_Changed]:
    """The same things with their state before and after; where a licence or the lineage comes out the same, that did not change."""
    said = [changed for changed in batch if changed.kind == "license"]
    _look_up_licenses(desk, connection, said, first, last)
    for changed in said:
        if changed.before == changed.after:
            changed.kind = "lineage" if differs(changed.rows, "relation", LINKED) else "other"
    linked = [changed for changed in batch if changed.kind == "lineage"]
    for seq, side in ((first, "before"), (last, "after")):
        bases = _bases(connection, [changed.subject for changed in linked], seq)
        for changed in linked:
            setattr(changed, side, bases.get(changed.subject, []))
    for changed in linked:
        if changed.before == changed.after:
            changed.kind = "other"
    for changed in batch:
        if changed.kind == "other":
            changed.before, changed.after = [], []
        elif changed.kind == "load":
            changed.after = [f"{count} {what}" for row in changed.rows for what, count in ((row.after or {}).get("rows") or {}).items()]
    yield from batch


def _look_up_licenses(desk: Desk, connection: Connection, things: Sequence[_Changed], first: int, last: int) -> None:
    """Give things the licences that were concluded for them before and after."""
    for seq, side in ((first, "before"), (last, "after")):
        licenses = _licenses(desk, connection, [changed.subject for changed in things], seq)
        for changed in things:
            setattr(changed, side, licenses.get(changed.subject, []))


def _licenses(desk: Desk, connection: Connection, subjects: Sequence[str], seq: int) -> dict[str, list[str]]:
    """The licences that were concluded for models and datasets from what was held just after a change set."""
    from registry.catalogue.queries.affected import dataset_numbers, model_numbers
    from registry.catalogue.queries.statements import statements_of_datasets, statements_of_models

    on = today()
    models = model_numbers(connection, [subject for subject in subjects if split_reference(subject)[0] == "model"])
    datasets = dataset_numbers(connection, [subject.removeprefix("dataset:") for subject in subjects if subject.startswith("dataset:")])
    found = statements_of_models(connection, models.values(), seq)
    held = {name: found.get(number, []) for name, number in models.items()}
    found = statements_of_datasets(connection, datasets.values(), seq)
    held.update({f"dataset:{name}": found.get(number, []) for name, number in datasets.items()})
    conclusions = Conclusions(desk.knowledge)
    return {name: sorted(concluded_licenses(conclusions, (each.statement for each in own), None, on)) for name, own in held.items()}


def _bases(connection: Connection, subjects: Sequence[str], seq: int) -> dict[str, list[str]]:
    """What models came from as it was held just after a change set, a line each: `finetune of acme/base`."""
    from registry.catalogue.queries.affected import model_numbers
    from registry.catalogue.queries.lineage import links_of_children

    found: dict[str, list[str]] = {}
    numbers = model_numbers(connection, subjects)
    if numbers:
        for link in links_of_children(connection, numbers.values(), seq=seq):
            found.setdefault(link.child, []).append(f"{link.relation}{'' if link.dataset_id is not None else ' of'} {link.parent}")
    return {name: sorted(lines) for name, lines in found.items()}


def _affected(connection: Connection, shown: Sequence[_Changed]) -> dict[str, Affected]:
    """What the changes on a page reach, looked up once for all of them."""
    from registry.catalogue.queries.affected import affected_by, dataset_numbers, model_numbers

    subjects = [changed.subject for changed in shown if changed.kind not in ("load", "new")]
    models = model_numbers(connection, [subject for subject in subjects if split_reference(subject)[0] == "model"])
    datasets = dataset_numbers(connection, [subject.removeprefix("dataset:") for subject in subjects if subject.startswith("dataset:")])
    by_model, by_dataset = affected_by(connection, models.values(), datasets.values())
    found = {name: by_model[number] for name, number in models.items()}
    found.update({f"dataset:{name}": by_dataset[number] for name, number in datasets.items()})
    return found


def _summed(reached: Iterable[Affected]) -> list[dict[str, Any]]:
    """The derivatives and applications that changes reach, each once, with how many do; the most affected first."""
    counts: Counter[str] = Counter()
    for own in reached:
        counts.update(own.derivatives)
        counts.update(f"app:{name}" for name in own.applications)
    return [{"id": name, "changes": count} for name, count in heapq.nsmallest(SUMMED, counts.items(), key=lambda item: (-item[1], item[0]))]
