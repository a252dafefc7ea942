"""One batch of a parquet dump, read by its columns: only rows with something to say are looked at one by one.

Tags make up most of such a file, and most of them say nothing of licence or lineage. They are sifted by the library's own kernels, so that
Python sees only those that do; rows that say the same plain thing as most others are read without a look at each (`dump_bases`).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import Any

from registry.sources.card.facts import CardFacts
from registry.sources.dump.bases import BaseColumns
from registry.sources.dump.cards import telling_cards
from registry.sources.hub.lineage import Claims
from registry.sources.hub.rows import MAX_LINKS, add_bases, add_datasets, add_licenses, card_of, name_trouble
from registry.sources.hub.words import (
    MODALITY_OF_TASK,
    PLAIN_NAME,
    access_of,
    commit_of,
    count_of,
    day_of,
    file_names,
    name_problem,
    owner_of,
    parameters_of,
    plain_license,
    plain_text,
    shown,
)
from registry.supplychain.listing import Listing, RowNote

PLAIN = f"^(?:{PLAIN_NAME.pattern})$"
"""A name as nearly every repository has it."""

_OWNER = r"^[0-9A-Za-z_.-]{1,96}$"
_COMMIT = "^[0-9A-Za-z]{7,64}$"


def fits_columns(held: Mapping[str, Any]) -> bool:
    """Whether a batch can be read by its columns."""
    types = importlib.import_module("pyarrow.types")

    def text(kind: Any) -> bool:
        return bool(types.is_string(kind) or types.is_large_string(kind))

    def texts(kind: Any) -> bool:
        return bool((types.is_list(kind) or types.is_large_list(kind)) and text(kind.value_type))

    lists = [held[field] for field in ("tags", "license", "dataset", "base_model") if field in held]
    cards = [held[field] for field in ("cardData",) if field in held]
    return text(held["id"].type) and "tags" in held and all(texts(each.type) for each in lists) and all(text(each.type) for each in cards)


class BatchColumns:
    """One batch that is read by its columns.

    Args:
        held: The columns of the batch, by the field that they hold.
        kind: What the rows are.
        first: The number of the first row.
    """

    def __init__(self, held: Mapping[str, Any], kind: str, first: int) -> None:
        self._held = held
        self._kind = kind
        self._first = first
        self._compute = importlib.import_module("pyarrow.compute")
        self._types = importlib.import_module("pyarrow.types")
        self.listing = Listing(kind)
        """The rows that were read."""
        self._position: dict[int, int] | range = {}
        self._flattened: dict[str, tuple[Any, Any]] = {}
        self._plain_names = self._take_names()
        self._take_plain_columns()
        cards = self._cards()
        self._take_licenses(cards)
        if kind == "dataset":
            rows, tags = self._told("language:")
            self.listing.languages.extend((self._position[row], tag) for row, tag in zip(rows, tags, strict=True) if row in self._position and plain_text(tag))
        else:
            self._take_bases(cards)
            self._take_datasets(cards)
        self.listing.notes.sort(key=lambda note: note.row or 0)

    def _take_names(self) -> bool:
        """The names, and where in the listing each good row of the batch stands. Says whether all have an owner and nothing odd."""
        names = self._held["id"].to_pylist()
        listing = self.listing
        plain = bool(self._all(self._held["id"], PLAIN))
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
        listing.rows = list(range(self._first, self._first + len(names))) if plain and isinstance(self._position, range) else self._good_rows()
        return plain

    def _good_rows(self) -> list[int]:
        return [self._first + at for at in self._position]

    def _all(self, column: Any, pattern: str) -> bool:
        """Whether every value of a column of texts is there and fits a pattern."""
        return column.null_count == 0 and self._compute.all(self._compute.match_substring_regex(column, pattern)).as_py() is not False

    def _is_text(self, column: Any) -> bool:
        return bool(self._types.is_string(column.type) or self._types.is_large_string(column.type))

    def _values(self, field: str) -> list[Any]:
        """The values of a column at the good rows."""
        if field not in self._held:
            return [None] * len(self.listing.names)
        return self._good(self._held[field].to_pylist())

    def _good(self, values: list[Any]) -> list[Any]:
        """The values of the good rows, of those of all rows."""
        return values if isinstance(self._position, range) else [values[at] for at in self._position]

    def _checked(self, field: str, read: Callable[[Any], Any]) -> list[Any]:
        """The values of a column, each read, with a note where that fails."""
        found = []
        for at, value in enumerate(self._values(field)):
            each = read(value) if value is not None else None
            if each is None and value is not None and value != "":
                note = RowNote("bad-value", f"`{field}` cannot be `{shown(value)}`", self.listing.rows[at], self.listing.names[at])
                self.listing.notes.append(note)
            found.append(each)
        return found

    def _each_once(self, column: Any, read: Callable[[Any], Any]) -> list[Any]:
        """The values of a column of few different texts, each of them read once."""
        return self._good(self._each(column, read))

    def _each(self, column: Any, read: Callable[[Any], Any]) -> list[Any]:
        """All values of a column of few different texts, each of them read once."""
        encoded = column.dictionary_encode()
        words = [read(word) for word in encoded.dictionary.to_pylist()]
        words.append(None)
        return [words[at] for at in encoded.indices.fill_null(len(words) - 1).to_pylist()]

    def _take_plain_columns(self) -> None:
        listing, held = self.listing, self._held
        count = len(listing.names)
        listing.developers = self._developers()
        listing.downloads = self._counts("downloads")
        listing.created = self._days("createdAt")
        tasks = held.get("pipeline_tag")
        listing.modalities = self._each_once(tasks, MODALITY_OF_TASK.get) if tasks is not None and self._is_text(tasks) else [None] * count
        listing.accesses, listing.revisions, listing.parameters = ([None] * count, [None] * count, [None] * count)
        if "gated" in held or "private" in held:
            listing.accesses = self._accesses()
        if "sha" in held:
            fits = self._is_text(held["sha"]) and self._all(held["sha"].drop_null(), _COMMIT)
            listing.revisions = self._values("sha") if fits else [commit_of(value) for value in self._values("sha")]
        if any(field in held for field in ("parameters", "safetensors", "gguf")):
            listing.parameters = self._parameters()

    def _developers(self) -> list[str | None]:
        """Who publishes each: the author that is given, else the owner in the name."""
        names = self.listing.names
        author = self._held.get("author")
        if author is None or not self._is_text(author):
            return self._owners() if author is None else [plain_text(each) or owner_of(name) for each, name in zip(self._values("author"), names, strict=True)]
        if self._all(author, _OWNER):
            return self._each_once(author, str)
        return [plain_text(each) or owner_of(name) for each, name in zip(self._values("author"), names, strict=True)]

    def _owners(self) -> list[str | None]:
        """The owners in the names."""
        if not self._plain_names:
            return [owner_of(name) for name in self.listing.names]
        parts = self._compute.split_pattern(self._held["id"], "/", max_splits=1)
        return self._each_once(self._compute.list_element(parts, 0), str)

    def _accesses(self) -> list[str | None]:
        """How each is reached. The few ways of saying it are read once each."""
        gated, private = self._held.get("gated"), self._held.get("private")
        is_public = private is None or private.null_count == len(private) or (self._types.is_boolean(private.type) and private.true_count == 0)
        return self._each_once(gated, access_of) if gated is not None and is_public and self._is_text(gated) else self._accesses_slowly()

    def _accesses_slowly(self) -> list[str | None]:
        known: dict[tuple[object, object, type], str | None] = {}
        found = []
        for gated, private in zip(self._values("gated"), self._values("private"), strict=True):
            key = (gated, private, type(gated))
            if key not in known:
                known[key] = access_of(gated, private)
            found.append(known[key])
        return found

    def _parameters(self) -> list[int | None]:
        """Parameter counts: as given, else by the headers of the weights, which only some rows have, in a form that needs a closer look."""
        found = self._counts_quietly("parameters")
        for field in ("safetensors", "gguf"):
            column = self._held.get(field)
            if column is None or column.null_count == len(column):
                continue
            rows = self._compute.indices_nonzero(column.is_valid())
            for row, value in zip(rows.to_pylist(), column.take(rows).to_pylist(), strict=True):
                if row in self._position and found[self._position[row]] is None:
                    found[self._position[row]] = parameters_of(None, value)
        return found

    def _counts_quietly(self, field: str) -> list[int | None]:
        """A column of counts; what is none is left out."""
        if self._is_count(field):
            return self._values(field)
        return [count_of(value) for value in self._values(field)]

    def _is_count(self, field: str) -> bool:
        """Whether a column holds nothing but whole numbers that are not negative, and nulls."""
        if field not in self._held or not self._types.is_integer(self._held[field].type) or self._types.is_uint64(self._held[field].type):
            return False
        least = self._compute.min(self._held[field]).as_py()
        return least is None or least >= 0

    def _counts(self, field: str) -> list[int | None]:
        """A column of counts; whole numbers that are not negative need no closer look."""
        return self._values(field) if self._is_count(field) else self._checked(field, count_of)

    def _days(self, field: str) -> list[str | None]:
        """A column of points in time, as days; text that all begins as a day does needs no closer look."""
        column, compute = self._held.get(field), self._compute
        if column is not None and self._is_text(column):
            begun = compute.utf8_slice_codeunits(column, 0, 11)  # the day, and what stands between it and the time
            if None not in map(day_of, compute.unique(begun.drop_null()).to_pylist()):
                return self._each_once(begun, day_of)
        if column is not None and self._types.is_timestamp(column.type) and column.type.tz in (None, "UTC"):
            try:
                return self._each_once(column.cast(importlib.import_module("pyarrow").date32(), safe=False), day_of)
            except (ValueError, OverflowError):  # a year that is none
                pass
        return self._checked(field, day_of)

    def _tagged(self, start: str) -> tuple[Any, Any]:
        """What tags with a beginning say, without it, and the row of each."""
        values, rows = self._flat("tags")
        chosen = self._compute.starts_with(values, start)
        return self._compute.utf8_slice_codeunits(values.filter(chosen), len(start)), rows.filter(chosen)

    def _told(self, start: str, field: str | None = None) -> tuple[list[int], list[str]]:
        """What tags with a beginning say, and a column of lists of its own beside them: rows of the batch, in order, and texts."""
        values, rows = self._tagged(start)
        if field is None or field not in self._held:
            return rows.to_pylist(), values.to_pylist()
        more, more_rows = self._flat(field)
        if more.equals(values) and more_rows.equals(rows):
            return rows.to_pylist(), values.to_pylist()
        pairs = dict.fromkeys(zip(rows.to_pylist(), values.to_pylist(), strict=True))
        pairs.update((pair, None) for pair in zip(more_rows.to_pylist(), more.to_pylist(), strict=True) if pair[1])
        ordered = sorted(pairs, key=lambda pair: pair[0])
        return [row for row, _ in ordered], [text for _, text in ordered]

    def _flat(self, field: str) -> tuple[Any, Any]:
        """The texts in the lists of a column, and the row of each."""
        if field not in self._flattened:
            lists = self._held[field]
            self._flattened[field] = (lists.flatten(), self._compute.list_parent_indices(lists))
        return self._flattened[field]

    def _cards(self) -> dict[int, CardFacts]:
        """What the cards state that may say more than their tags, by row."""
        if "cardData" not in self._held:
            return {}
        cards = {}
        for row, value in telling_cards(self._held["cardData"], self._tagged("base_model:"), "base_model_relation" in self._held):
            if row in self._position:
                card = card_of(self.listing, self._first + row, self._position[row], value)
                if card is not None:
                    cards[row] = card
        return cards

    def _take_licenses(self, cards: Mapping[int, CardFacts]) -> None:
        names, links = self._sparse("license_name"), self._sparse("license_link")
        tagged = self._tagged("license:")
        if not cards and not names and not links and isinstance(self._position, range) and self._is_column("license", tagged):
            rows = tagged[1].to_pylist()
            licenses = self._each(tagged[0], plain_license)
            if not _twice(rows) and None not in licenses:
                self.listing.licenses.extend(zip(rows, licenses, strict=True))
                return
        self._take_licenses_closely(cards, names, links)

    def _take_licenses_closely(self, cards: Mapping[int, CardFacts], names: Mapping[int, Any], links: Mapping[int, Any]) -> None:
        """Licences where some rows say more than one tag of them."""
        rows, texts = self._told("license:", "license")
        closer = {*names, *links, *cards, *_twice(rows)}
        known = {text: plain_license(text) for text in set(texts)}
        position, licenses = self._position, self.listing.licenses
        written: dict[int, list[str]] = {row: [] for row in closer}
        for row, text in zip(rows, texts, strict=True):
            plain = known[text]
            if plain is None or row in closer:
                written.setdefault(row, []).append(text)
            elif row in position:
                licenses.append((position[row], plain))
        for row in sorted(written):
            if row in position:
                add_licenses(self.listing, self._first + row, position[row], written[row], cards.get(row), names.get(row), links.get(row))

    def _is_column(self, field: str, tagged: tuple[Any, Any]) -> bool:
        """Whether a column of lists says what the tags say, or is not there."""
        if field not in self._held:
            return True
        texts, rows = self._flat(field)
        return bool(texts.equals(tagged[0]) and rows.equals(tagged[1]))

    def _take_datasets(self, cards: Mapping[int, CardFacts]) -> None:
        rows, texts = self._told("dataset:", "dataset")
        closer = {*cards, *(row for row, later in zip(rows, rows[MAX_LINKS:], strict=False) if row == later)}
        bad = {
            text for text in set(texts) if not PLAIN_NAME.fullmatch(text) and (text != text.strip() or not text or name_problem(text, "dataset") is not None)
        }
        if bad:
            closer.update(row for row, text in zip(rows, texts, strict=True) if text in bad)
        position, datasets = self._position, self.listing.datasets
        if not closer and isinstance(position, range):
            datasets.extend(dict.fromkeys(zip(rows, texts, strict=True)))
            return
        written: dict[int, list[str]] = {row: [] for row in closer}
        plain: dict[tuple[int, str], None] = {}
        for row, text in zip(rows, texts, strict=True):
            if row in closer:
                written[row].append(text)
            elif row in position:
                plain[(position[row], text)] = None
        datasets.extend(plain)
        for row in sorted(written):
            if row in position:
                add_datasets(self.listing, self._first + row, position[row], written[row], cards.get(row))

    def _take_bases(self, cards: Mapping[int, CardFacts]) -> None:
        """The bases: of most rows all at once, of the others one by one."""
        columns = BaseColumns(self._held, self._tagged("base_model:"), self._flat("base_model") if "base_model" in self._held else None)
        stated = {row for row, card in cards.items() if card.bases}
        plain = columns.plain(set(cards)) if isinstance(self._position, range) else None
        if plain is None:
            rows = sorted(row for row in columns.rows | stated if row in self._position)
        else:
            self.listing.bases.extend(plain.sorted_links())
            troubles = [*((row, ("self-base", "it names itself as its base")) for row in plain.selves), *plain.troubles.items()]
            self.listing.notes.extend(RowNote(*trouble, self._first + row, self.listing.names[row]) for row, trouble in troubles)
            rows = sorted((columns.rows | stated).difference(plain.links, plain.selves))
        if not rows:
            return
        relations = self._sparse("base_model_relation")
        all_tags, named, made, libraries, files = (self._at(field, rows) for field in ("tags", "base_model", "baseModels", "library_name", "siblings"))
        for at, row in enumerate(rows):
            claims = Claims(
                tags=[tag for tag in all_tags[at] or () if tag],
                card=cards.get(row),
                base_models=made[at],
                column=named[at] or None,
                relation=relations.get(row),
                library=libraries[at],
                files=file_names(files[at]) if files[at] is not None else (),
            )
            add_bases(self.listing, self._first + row, self._position[row], claims)
        self.listing.bases.sort(key=itemgetter(0))

    def _at(self, field: str, rows: Sequence[int]) -> list[Any]:
        if field not in self._held:
            return [None] * len(rows)
        found: list[Any] = self._held[field].take(importlib.import_module("pyarrow").array(rows)).to_pylist()
        return found

    def _sparse(self, field: str) -> dict[int, Any]:
        """The values of a column by their row, without the rows that have none."""
        if field not in self._held:
            return {}
        column = self._held[field]
        rows = self._compute.indices_nonzero(column.is_valid())
        return dict(zip(rows.to_pylist(), column.take(rows).to_pylist(), strict=True))


def _twice(rows: Sequence[int]) -> set[int]:
    """The rows that stand more than once in an ordered list."""
    return {row for row, following in pairwise(rows) if row == following}
