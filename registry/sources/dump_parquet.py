"""Dumps in parquet, read in batches: columns stay columns, and only rows with something to say are looked at one by one.

Tags make up most of such a file, and most of them say nothing of licence or lineage. They are sifted by the library's own kernels, so that
Python sees only those that do. A batch with columns of another type than the Hub's tables have is read row by row instead.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from registry.errors import MissingExtraError, SourceError
from registry.sources.card_facts import CardFacts
from registry.sources.hub_lineage import Claims
from registry.sources.hub_rows import RowReader, add_bases, add_datasets, add_licenses, card_of, commit_of, file_names, name_trouble, owner_of, parameters_of
from registry.sources.hub_words import MODALITY_OF_TASK, PLAIN_NAME, access_of, count_of, day_of, plain_text, shown
from registry.sources.listing import Listing, RowNote

BATCH_ROWS = 8_192
"""So many rows are held at once."""

_TOLD_TAGS = ("license:", "base_model:", "dataset:", "language:")
# Keys by which a card says more than the tags that the Hub makes of it: a licence's name and link, and every way of writing lineage.
_CARD_TELLS = (
    r'"(licen[sc]e[_ -]?(name|link|url)|licence|licens[^e]|lisence|liscense|licnese|lincense|bas[es]*[_ -]?m|base[_ -]?on|model[_ -]?(base|s?[_ -]?merge|rel)|parent'
    r"|deriv|origin|upstream|foundation|pretrained|init|backbone|source[_ -]?m|fine|continued|adapter|lora|merge|quant|unquant|conver|duplicated|mirror|cop(y|ied)"
    r"|distil|teacher|train|dataset[^s])"
)
_PLAIN_NAME = f"^(?:{PLAIN_NAME.pattern})$"
_DAY_AND_TIME = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T[0-9:.]+(Z|[+-][0-9:]+)?)?$"
_LIMITS = {"thrift_string_size_limit": 50_000_000, "thrift_container_size_limit": 1_000_000}


def open_parquet(path: Path) -> Any:
    """A parquet file, its columns read but none of its rows.

    Raises:
        MissingExtraError: The library that reads it is not installed.
        SourceError: It is no parquet file, or is broken.
    """
    try:
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise MissingExtraError("reading parquet", "parquet") from error
    try:
        return parquet.ParquetFile(path, memory_map=False, pre_buffer=False, buffer_size=65_536, **_LIMITS)
    except (OSError, ValueError, MemoryError, importlib.import_module("pyarrow").ArrowException) as error:
        raise SourceError(f"`{path.name}` is no parquet file, or is broken: {shown(error, 120)}", "fetch the file anew") from error


def read_parquet(path: Path, file: Any, columns: Mapping[str, str], kind: str) -> Iterator[Listing]:
    """The rows of a parquet file, a listing a batch.

    Raises:
        SourceError: It breaks on the way; what came before is whole.
    """
    arrow = importlib.import_module("pyarrow")
    reader = RowReader(kind, columns)
    wanted = list(dict.fromkeys(columns.values()))
    first = 1
    batches = file.iter_batches(batch_size=BATCH_ROWS, columns=wanted, use_threads=False)
    while True:
        try:
            batch = next(batches, None)
            if batch is None:
                return
            listing = _read_batch(batch, columns, reader, first)
        except (OSError, ValueError, MemoryError, arrow.ArrowException) as error:
            raise SourceError(f"`{path.name}` breaks after row {first - 1:,}: {shown(error, 120)}", "fetch the file anew") from error
        yield listing
        first += batch.num_rows


def _read_batch(batch: Any, columns: Mapping[str, str], reader: RowReader, first: int) -> Listing:
    held = {field: batch.column(batch.schema.get_field_index(column)) for field, column in columns.items()}
    if _as_the_hub_has_it(held):
        try:
            return _Columns(held, reader.kind, first).listing
        except UnicodeDecodeError:
            pass
    return _row_by_row(batch, reader, first)


def _as_the_hub_has_it(held: Mapping[str, Any]) -> bool:
    """Whether a batch can be read by its columns."""
    types = importlib.import_module("pyarrow.types")

    def text(kind: Any) -> bool:
        return bool(types.is_string(kind) or types.is_large_string(kind))

    def texts(kind: Any) -> bool:
        return bool((types.is_list(kind) or types.is_large_list(kind)) and text(kind.value_type))

    lists = [held[field] for field in ("tags", "license", "dataset", "base_model") if field in held]
    cards = [held[field] for field in ("cardData",) if field in held]
    return text(held["id"].type) and "tags" in held and all(texts(each.type) for each in lists) and all(text(each.type) for each in cards)


def _row_by_row(batch: Any, reader: RowReader, first: int) -> Listing:
    """The slow way: every row on its own, so that one that cannot be read takes no other with it."""
    listing = Listing(reader.kind)
    seen: set[str] = set()
    for at in range(batch.num_rows):
        try:
            row = batch.slice(at, 1).to_pylist()[0]
        except UnicodeDecodeError:
            listing.notes.append(RowNote("unreadable", "the row is not UTF-8", first + at, lost=True))
            continue
        reader.add(listing, first + at, row, seen)
    return listing


class _Columns:
    """One batch that is read by its columns."""

    def __init__(self, held: Mapping[str, Any], kind: str, first: int) -> None:
        self._held = held
        self._kind = kind
        self._first = first
        self._compute = importlib.import_module("pyarrow.compute")
        self._types = importlib.import_module("pyarrow.types")
        self.listing = Listing(kind)
        self._position: dict[int, int] | range = {}
        self._take_names()
        self._take_plain_columns()
        told = self._told_tags()
        cards = self._cards()
        self._take_licenses(told["license:"], cards)
        if kind == "dataset":
            self.listing.languages.extend((at, tag) for at, tag in self._placed(told["language:"]) if plain_text(tag))
        else:
            self._take_bases(told["base_model:"], cards)
            self._take_datasets(told["dataset:"], cards)
        self.listing.notes.sort(key=lambda note: note.row or 0)

    def _take_names(self) -> None:
        """The names, and where in the listing each good row of the batch stands."""
        names = self._held["id"].to_pylist()
        listing = self.listing
        plain = self._compute.all(self._compute.match_substring_regex(self._held["id"], _PLAIN_NAME), skip_nulls=False).as_py()
        if plain and len(set(names)) == len(names):
            listing.names, self._position = names, range(len(names))
        else:
            seen: set[str] = set()
            position: dict[int, int] = {}
            for at, name in enumerate(names):
                problem = name_trouble(name, self._kind) or (("twice", "an earlier row has the same name") if name in seen else None)
                if problem is not None:
                    listing.notes.append(RowNote(*problem, self._first + at, shown(name) if name else None, lost=True))
                    continue
                seen.add(name)
                position[at] = len(listing.names)
                listing.names.append(name)
            self._position = position
        listing.rows = [self._first + at for at in self._position]

    def _values(self, field: str) -> list[Any]:
        """The values of a column at the good rows."""
        if field not in self._held:
            return [None] * len(self.listing.names)
        return self._good(self._held[field].to_pylist())

    def _good(self, values: list[Any]) -> list[Any]:
        """The values of the good rows, of those of all rows."""
        return values if isinstance(self._position, range) else [values[at] for at in self._position]

    def _checked(self, field: str, read: Any) -> list[Any]:
        """The values of a column, each read, with a note where that fails."""
        found = []
        for at, value in enumerate(self._values(field)):
            each = read(value) if value is not None else None
            if each is None and value is not None and value != "":
                note = RowNote("bad-value", f"`{field}` cannot be `{shown(value)}`", self.listing.rows[at], self.listing.names[at])
                self.listing.notes.append(note)
            found.append(each)
        return found

    def _take_plain_columns(self) -> None:
        listing, held = self.listing, self._held
        count = len(listing.names)
        if "author" in held:
            listing.developers = [plain_text(author) or owner_of(name) for author, name in zip(self._values("author"), listing.names, strict=True)]
        else:
            listing.developers = [owner_of(name) for name in listing.names]
        listing.downloads = self._counts("downloads")
        listing.created = self._days("createdAt")
        task = MODALITY_OF_TASK.get
        listing.modalities = [task(each) if isinstance(each, str) else None for each in self._values("pipeline_tag")]
        listing.accesses, listing.revisions, listing.parameters = ([None] * count, [None] * count, [None] * count)
        if "gated" in held or "private" in held:
            listing.accesses = [access_of(gated, private) for gated, private in zip(self._values("gated"), self._values("private"), strict=True)]
        if "sha" in held:
            listing.revisions = [commit_of(value) for value in self._values("sha")]
        if any(field in held for field in ("parameters", "safetensors", "gguf")):
            columns = [self._values(field) for field in ("parameters", "safetensors", "gguf")]
            listing.parameters = [parameters_of(*each) for each in zip(*columns, strict=True)]

    def _counts(self, field: str) -> list[int | None]:
        """A column of counts; whole numbers that are not negative need no closer look."""
        if field in self._held and self._types.is_integer(self._held[field].type):
            least = self._compute.min(self._held[field]).as_py()
            if not self._types.is_uint64(self._held[field].type) and (least is None or least >= 0):
                return self._values(field)
        return self._checked(field, count_of)

    def _days(self, field: str) -> list[str | None]:
        """A column of points in time, as days; text that all begins as a day does needs no closer look."""
        if field in self._held and self._types.is_string(self._held[field].type):
            column, compute = self._held[field], self._compute
            if compute.all(compute.match_substring_regex(column, _DAY_AND_TIME)).as_py() is not False:
                return self._good(compute.utf8_slice_codeunits(column, 0, 10).to_pylist())
        return self._checked(field, day_of)

    def _told_tags(self) -> dict[str, list[tuple[int, str]]]:
        """The tags that say something, by their beginning, each with the row of the batch that has it."""
        found: dict[str, list[tuple[int, str]]] = {start: [] for start in _TOLD_TAGS}
        for text, row in self._flat("tags", _TOLD_TAGS):
            start, mark, rest = text.partition(":")
            found[start + mark].append((row, rest))
        return found

    def _flat(self, field: str, starts: Sequence[str] = ()) -> Iterator[tuple[str, int]]:
        """The texts in the lists of a column, each with its row; only those that begin in one of some ways, if any are given."""
        if field not in self._held:
            return iter(())
        lists = self._held[field]
        values, rows = lists.flatten(), self._compute.list_parent_indices(lists)
        if starts:
            chosen = self._compute.starts_with(values, starts[0])
            for start in starts[1:]:
                chosen = self._compute.or_(chosen, self._compute.starts_with(values, start))
            values, rows = values.filter(chosen), rows.filter(chosen)
        return ((text, row) for text, row in zip(values.to_pylist(), rows.to_pylist(), strict=True) if text)

    def _cards(self) -> dict[int, CardFacts]:
        """What the cards state that may say more than their tags, by row."""
        if "cardData" not in self._held:
            return {}
        column = self._held["cardData"]
        telling = self._compute.indices_nonzero(self._compute.fill_null(self._compute.match_substring_regex(column, _CARD_TELLS, ignore_case=True), False))
        cards = {}
        for row, text in zip(telling.to_pylist(), column.take(telling).to_pylist(), strict=True):
            if row in self._position:
                card = card_of(self.listing, self._first + row, self._position[row], text)
                if card is not None:
                    cards[row] = card
        return cards

    def _placed(self, pairs: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
        """Pairs by their position in the listing instead of their row in the batch."""
        position = self._position
        return ((position[row], value) for row, value in pairs if row in position)

    def _by_row(self, pairs: Iterable[tuple[int, str]], field: str) -> dict[int, list[str]]:
        """Texts by the row of the batch, of pairs and of the lists of a column."""
        found: dict[int, list[str]] = {}
        for row, text in pairs:
            if row in found:
                found[row].append(text)
            else:
                found[row] = [text]
        for text, row in self._flat(field):
            held = found.get(row)
            if held is None:
                found[row] = [text]
            elif text not in held:
                held.append(text)
        return found

    def _take_licenses(self, tags: list[tuple[int, str]], cards: Mapping[int, CardFacts]) -> None:
        written = self._by_row(tags, "license")
        names, links = self._sparse("license_name"), self._sparse("license_link")
        for row in sorted({*written, *names, *links, *cards}):
            if row in self._position:
                add_licenses(self.listing, self._first + row, self._position[row], written.get(row, ()), cards.get(row), names.get(row), links.get(row))

    def _take_datasets(self, tags: list[tuple[int, str]], cards: Mapping[int, CardFacts]) -> None:
        written = self._by_row(tags, "dataset")
        for row in sorted({*written, *cards}):
            if row in self._position:
                add_datasets(self.listing, self._first + row, self._position[row], written.get(row, ()), cards.get(row))

    def _take_bases(self, tags: list[tuple[int, str]], cards: Mapping[int, CardFacts]) -> None:
        column = self._by_row((), "base_model")
        made, relations = self._sparse("baseModels"), self._sparse("base_model_relation")
        named = {row for row, card in cards.items() if card.bases}
        rows = sorted(row for row in {row for row, _ in tags} | {*column, *made} | named if row in self._position)
        if not rows:
            return
        tagged: dict[int, list[str]] = {}
        for row, base in tags:
            tagged.setdefault(row, []).append(base)
        all_tags, libraries, files = self._at("tags", rows), self._at("library_name", rows), self._at("siblings", rows)
        for at, row in enumerate(rows):
            names = column.get(row)
            claims = Claims(
                tags=[tag for tag in all_tags[at] or () if tag],
                card=cards.get(row),
                base_models=made.get(row),
                column=None if names is not None and names == tagged.get(row) and row not in relations else names,
                relation=relations.get(row),
                library=libraries[at],
                files=file_names(files[at]) if files[at] is not None else (),
            )
            add_bases(self.listing, self._first + row, self._position[row], claims)

    def _at(self, field: str, rows: Sequence[int]) -> list[Any]:
        if field not in self._held:
            return [None] * len(rows)
        found: list[Any] = self._held[field].take(importlib.import_module("pyarrow").array(rows)).to_pylist()
        return found

    def _sparse(self, field: str) -> dict[int, Any]:
        """The values of a column by their row, without the rows that have none."""
        if field not in self._held:
            return {}
        return {row: value for row, value in enumerate(self._held[field].to_pylist()) if value is not None}
