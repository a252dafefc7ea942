"""The models, datasets and developers of listings: new ones written by the thousand, known ones changed where they differ."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, or_, select

from registry.catalogue.ingest.layers import owner_part
from registry.catalogue.loading.state import LoadState
from registry.catalogue.stream import among, change, next_number, stream, write
from registry.catalogue.tables.columns import canonical_json
from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.developer import developer
from registry.catalogue.tables.model import UNKNOWN_DOWNLOADS, model, model_name, revision
from registry.supplychain.listing import Listing, released_on
from registry.supplychain.names import check_name, name_key, owner_key, sort_key

_MODEL_COLUMNS = (
    "id",
    "name",
    "sort_key",
    "developer_id",
    "modality",
    "access",
    "parameters",
    "released_on",
    "downloads",
    "recorded",
    "source_id",
    "added_set",
)
_FACTS = ("developer_id", "modality", "access", "parameters", "released_on", "downloads", "recorded")
_BINDING_FACTS = frozenset({"developer_id", "modality", "released_on", "recorded"})
"""What the profile of a model is computed from."""


class Names:
    """The numbers of things by name; new ones get the next number.

    Args:
        state: The load.
        table: A table with `id` and `name`.
    """

    def __init__(self, state: LoadState, table: Table) -> None:
        self.table = table
        self.numbers: dict[str, int] = {name: number for number, name in stream(state.connection, select(table.c.id, table.c.name))}
        self.known_before = next_number(state.connection, table)
        self._next = self.known_before

    def add(self, name: str) -> int:
        """Give a new thing its number."""
        number = self.numbers[name] = self._next
        self._next += 1
        return number

    @property
    def end(self) -> int:
        """The first number that nothing has."""
        return self._next


class Developers:
    """The developers that listings name."""

    def __init__(self, state: LoadState) -> None:
        self._state = state
        self._names = Names(state, developer)

    def numbers(self, names: Iterable[str | None]) -> dict[str, int]:
        """The numbers of developers, those that nobody described noted by name."""
        found = self._names.numbers
        new = [name for name in dict.fromkeys(names) if name is not None and name not in found]
        for name in new:
            check_name(name, "developer")
            self._state.note(f"developer:{name}", "developer", None, {"name": name})
        rows = [(self._names.add(name), name, self._state.source_id) for name in new]
        write(self._state.connection, developer, ("id", "name", "source_id"), rows)
        self._state.added["developer"] += len(rows)
        return found

    def number_of_owner(self, name: str) -> int | None:
        """The number under which the owner of a model's repository stands among the developers."""
        return self._names.numbers.get(owner_part(name) or "")

    def name_of(self, number: int | None) -> str | None:
        """The name of a developer."""
        if number is None:
            return None
        return self._state.connection.execute(select(developer.c.name).where(developer.c.id == number)).scalar()


class Models:
    """The models of listings.

    Args:
        state: The load.
        names: The numbers of models.
        developers: The developers.
    """

    def __init__(self, state: LoadState, names: Names, developers: Developers) -> None:
        self._state = state
        self._names = names
        self._developers = developers
        self.listed = bytearray(names.end)
        """Which numbers a row of this load described."""
        query = select(model.c.id).where(~model.c.recorded)
        self._by_name_only = {row[0] for row in stream(state.connection, query)}

    def is_recorded(self, number: int) -> bool:
        """Whether more than the name of a model is known."""
        return number not in self._by_name_only or bool(self.listed[number])

    def aliases(self, wanted: Collection[str]) -> dict[str, set[str]]:
        """The models that have some other name, by what it comes to in any letter case."""
        named = or_(model.c.title.is_(None), model_name.c.label != model.c.title)
        query = (
            select(model_name.c.folded, model.c.name)
            .join(model, model.c.id == model_name.c.model_id)
            .where(model.c.recorded, model_name.c.label != model.c.name, named, model.c.id < self._names.known_before)
            .order_by(model.c.id)
        )
        found: dict[str, set[str]] = {}
        for folded, name in stream(self._state.connection, query):
            if folded in wanted:
                found.setdefault(folded, set()).add(name)
        return found

    def take(self, listing: Listing) -> list[int | None]:
        """Write the models of a listing, and give the number of each; none for a row whose name an earlier row had."""
        known = self._names.numbers
        owners = [each or owner_part(name) for each, name in zip(listing.developers, listing.names, strict=True)]
        of_developer = self._developers.numbers(owners)
        numbers: list[int | None] = []
        fresh: list[tuple[Any, ...]] = []
        old: dict[int, tuple[Any, ...]] = {}
        source, seq, add = self._state.source_id, self._state.log.seq, self._names.add
        columns = zip(listing.names, owners, listing.modalities, listing.accesses, listing.parameters, listing.created, listing.downloads, strict=True)
        for name, owner, modality, access, parameters, created, downloads in columns:
            number = known.get(name)
            facts = (of_developer[owner] if owner else None, modality, access, parameters, released_on(created), downloads)
            if number is None:
                number = add(name)
                counted = UNKNOWN_DOWNLOADS if downloads is None else downloads
                fresh.append((number, name, sort_key(name), *facts[:-1], counted, True, source, seq))
            elif self._is_listed(number):
                numbers.append(None)
                continue
            else:
                old[number] = (name, *facts, True)
            self._list(number)
            numbers.append(number)
        self._write_new(fresh)
        self._change_old(old)
        self._write_aliases(listing, numbers)
        self._write_revisions(listing, numbers)
        return numbers

    def note_by_name(self, names: Iterable[str]) -> dict[str, int]:
        """Note models of which only the name is known, because others come from them."""
        rows = []
        for name in names:
            check_name(name, "model")
            number = self._names.add(name)
            self._list(number, described=False)
            rows.append((number, name, sort_key(name), None, None, None, None, None, UNKNOWN_DOWNLOADS, False, None, self._state.log.seq))
        self._write_new(rows)
        return {row[1]: row[0] for row in rows}

    def _is_listed(self, number: int) -> bool:
        return number < len(self.listed) and bool(self.listed[number])

    def _list(self, number: int, *, described: bool = True) -> None:
        if number >= len(self.listed):
            self.listed.extend(bytes(number - len(self.listed) + 4096))
        self.listed[number] = described

    def _write_new(self, rows: Sequence[tuple[Any, ...]]) -> None:
        if not rows:
            return
        state = self._state
        write(state.connection, model, _MODEL_COLUMNS, rows)
        write(state.connection, model_name, ("model_id", "label", "folded", "owner", "key"), _labels((row[0], row[1]) for row in rows))
        state.added["model"] += len(rows)
        state.take_in(value for row in rows for value in row[1:9])
        if not state.first:
            state.touched.update(row[0] for row in rows)
            for row in rows:
                shown = {"name": row[1], **_shown(row[4:10], ("modality", "access", "parameters", "released_on", "downloads", "recorded"))}
                if (owner := self._developers.name_of(row[3])) is not None:
                    shown["developer"] = owner
                state.log.add(row[1], "model", None, shown)

    def _change_old(self, given: Mapping[int, tuple[Any, ...]]) -> None:
        """Change known models where they differ. What a row does not give never erases what is known."""
        if not given:
            return
        state = self._state
        query = select(model.c.id, *(model.c[name] for name in _FACTS)).where(among(state.connection, model.c.id, given))
        counted: list[tuple[Any, ...]] = []
        for row in state.connection.execute(query.order_by(model.c.id)).all():
            name, *values = given[row.id]
            before = row[1:]
            if before[0] is not None and self._developers.number_of_owner(name) == values[0]:
                values[0] = None  # an owner of a repository stands in for a developer only where none is known
            different = {what: value for what, value, held in zip(_FACTS, values, before, strict=True) if value is not None and value != held}
            if not different:
                continue
            if different.keys() == {"downloads"}:
                counted.append((different["downloads"], row.id))
                continue
            change(state.connection, model, tuple(different), [(*different.values(), row.id)])
            held = dict(zip(_FACTS, before, strict=True))
            news = different.keys() - {"downloads"}
            state.log.add(
                name, "model", self._named({what: held[what] for what in sorted(news)}), self._named({what: different[what] for what in sorted(news)})
            )
            state.changed["model"] += 1
            if news & _BINDING_FACTS:
                state.touched.add(row.id)
        change(state.connection, model, ("downloads",), counted)

    def _named(self, values: dict[str, Any]) -> dict[str, object]:
        """Values as the history shows them."""
        if "developer_id" in values:
            values["developer"] = self._developers.name_of(values.pop("developer_id"))
        return {name: value for name, value in values.items() if value is not None}

    def _write_aliases(self, listing: Listing, numbers: Sequence[int | None]) -> None:
        if not listing.aliases:
            return
        wanted = {(number, check_name(label, "model")) for at, label in listing.aliases if (number := numbers[at]) is not None}
        query = select(model_name.c.model_id, model_name.c.label).where(among(self._state.connection, model_name.c.model_id, {number for number, _ in wanted}))
        held = {(row.model_id, row.label) for row in self._state.connection.execute(query.order_by(model_name.c.model_id, model_name.c.label))}
        write(self._state.connection, model_name, ("model_id", "label", "folded", "owner", "key"), _labels(sorted(wanted - held)))

    def _write_revisions(self, listing: Listing, numbers: Sequence[int | None]) -> None:
        wanted = {number: commit for number, commit in zip(numbers, listing.revisions, strict=True) if number is not None and commit is not None}
        old = [number for number in wanted if number < self._names.known_before]
        if old:
            query = select(revision.c.model_id, revision.c.commit_id).where(among(self._state.connection, revision.c.model_id, old))
            for row in self._state.connection.execute(query.order_by(revision.c.id)):
                if wanted.get(row.model_id) == row.commit_id:
                    del wanted[row.model_id]
        if wanted:
            rows = [(number, commit, self._state.source_id) for number, commit in wanted.items()]
            write(self._state.connection, revision, ("model_id", "commit_id", "source_id"), rows)
            self._state.added["revision"] += len(rows)
            self._state.take_in(commit for _, commit, _ in rows)
            names = {number: listing.names[at] for at, number in enumerate(numbers) if number is not None}
            for number, commit, _ in rows:
                if not self._state.first or number < self._names.known_before:
                    self._state.log.add(names[number], "revision", None, {"commit_id": commit})


class Datasets:
    """The datasets of listings, and those that models name."""

    def __init__(self, state: LoadState) -> None:
        self._state = state
        self.names = Names(state, dataset)
        self.listed: set[int] = set()
        """Which numbers a row of this load described."""

    def take(self, listing: Listing) -> list[int | None]:
        """Write the datasets of a listing, and give the number of each; none for a row whose name an earlier row had."""
        languages: dict[int, list[str]] = {}
        for at, language in listing.languages:
            languages.setdefault(at, []).append(language)
        state, known = self._state, self.names.numbers
        numbers: list[int | None] = []
        fresh: list[tuple[Any, ...]] = []
        old: dict[int, tuple[str, str | None]] = {}
        for at, name in enumerate(listing.names):
            spoken = canonical_json(languages[at]) if at in languages else None
            number = known.get(name)
            if number is None:
                number = self.names.add(name)
                fresh.append((number, name, spoken, True, state.source_id, state.log.seq))
            elif number in self.listed:
                numbers.append(None)
                continue
            else:
                old[number] = (name, spoken)
            self.listed.add(number)
            numbers.append(number)
        self._write_new(fresh)
        if old:
            query = select(dataset.c.id, dataset.c.languages, dataset.c.recorded).where(among(state.connection, dataset.c.id, old)).order_by(dataset.c.id)
            for row in state.connection.execute(query).all():
                name, spoken = old[row.id]
                held = None if row.languages is None else canonical_json(row.languages)
                different: dict[str, object] = {} if spoken is None or spoken == held else {"languages": spoken}
                if not row.recorded:
                    different["recorded"] = True
                    state.touched_datasets.add(row.id)
                if different:
                    change(state.connection, dataset, tuple(different), [(*different.values(), row.id)])
                    state.log.add(f"dataset:{name}", "dataset", None, different)
                    state.changed["dataset"] += 1
        return numbers

    def note_by_name(self, names: Iterable[str]) -> None:
        """Note datasets of which only the name is known, because models were trained on them."""
        rows = []
        for name in names:
            check_name(name, "dataset")
            rows.append((self.names.add(name), name, None, False, None, self._state.log.seq))
        self._write_new(rows)

    def _write_new(self, rows: Sequence[tuple[Any, ...]]) -> None:
        write(self._state.connection, dataset, ("id", "name", "languages", "recorded", "source_id", "added_set"), rows)
        self._state.added["dataset"] += len(rows)
        self._state.take_in(value for row in rows for value in row[1:4])
        for row in rows if not self._state.first else ():
            self._state.log.add(f"dataset:{row[1]}", "dataset", None, {"name": row[1], "recorded": row[3]})


def _labels(rows: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str, str, str, str]]:
    """The spellings under which models are found."""
    for number, label in rows:
        yield number, label, label.casefold(), owner_key(label), name_key(label)


def _shown(values: Iterable[Any], names: Iterable[str]) -> dict[str, object]:
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}
