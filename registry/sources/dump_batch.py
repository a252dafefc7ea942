"""One batch of a parquet dump, read by its columns: only rows with something to say are looked at one by one.

Tags make up most of such a file, and most of them say nothing of licence or lineage. They are sifted by the library's own kernels, so that
Python sees only those that do.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from registry.sources.card_facts import CardFacts
from registry.sources.hub_lineage import Claims
from registry.sources.hub_rows import add_bases, add_datasets, add_licenses, card_of, name_trouble
from registry.sources.hub_words import (
    MODALITY_OF_TASK,
    PLAIN_NAME,
    access_of,
    commit_of,
    count_of,
    day_of,
    file_names,
    owner_of,
    parameters_of,
    plain_license,
    plain_text,
    shown,
)
from registry.supplychain.listing import Listing, RowNote

# Keys by which a card says more than the tags that the Hub makes of it: a licence's name and link, and every way of writing lineage.
_CARD_TELLS = (
    r'"(licen[sc]e[_ -]?(name|link|url)|licence|licens[^e]|licenses|licenz|lisence|liscense|licnese|lincense|bas[es]*[_ -]?m|based?[_ -]?on|relation|model[_ -]?(base|s?[_ -]?merge|rel)|parent'
    r"|deriv|origin|upstream|foundation|pretrained|init|backbone|source[_ -]?m|fine|continued|adapter|lora|merge|quant|unquant|conver|duplicated|mirror|cop(y|ied)"
    r"|distil|teacher|train|dataset[^s])"
)
_PLAIN_NAME = f"^(?:{PLAIN_NAME.pattern})$"
_DAY_AND_TIME = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T[0-9:.]+(Z|[+-][0-9:]+)?)?$"


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
        self._take_names()
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

    def _told(self, start: str, field: str | None = None) -> tuple[list[int], list[str]]:
        """What tags with a beginning say, and a column of lists of its own beside them: rows of the batch, in order, and texts."""
        values, rows = self._flat("tags")
        chosen = self._compute.starts_with(values, start)
        values, rows = self._compute.utf8_slice_codeunits(values.filter(chosen), len(start)), rows.filter(chosen)
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
        column = self._held["cardData"]
        compute = self._compute
        # What is no object is looked at too, so that it is noted.
        odd = compute.invert(compute.and_(compute.starts_with(column, "{"), compute.ends_with(column, "}")))
        tells = compute.or_(odd, compute.match_substring_regex(column, _CARD_TELLS, ignore_case=True))
        telling = compute.indices_nonzero(compute.fill_null(tells, False))
        cards = {}
        for row, text in zip(telling.to_pylist(), column.take(telling).to_pylist(), strict=True):
            if row in self._position:
                card = card_of(self.listing, self._first + row, self._position[row], text)
                if card is not None:
                    cards[row] = card
        return cards

    def _take_licenses(self, cards: Mapping[int, CardFacts]) -> None:
        rows, texts = self._told("license:", "license")
        names, links = self._sparse("license_name"), self._sparse("license_link")
        closer = {*names, *links, *cards, *_twice(rows)}
        known = {text: plain_license(text) for text in set(texts)}
        position, licenses = self._position, self.listing.licenses
        written: dict[int, list[str]] = {row: [] for row in closer}
        for row, text in zip(rows, texts, strict=True):
            if row in position:
                plain = known[text]
                if plain is None or row in closer:
                    written.setdefault(row, []).append(text)
                else:
                    licenses.append((position[row], plain))
        for row in sorted(written):
            if row in position:
                add_licenses(self.listing, self._first + row, position[row], written[row], cards.get(row), names.get(row), links.get(row))

    def _take_datasets(self, cards: Mapping[int, CardFacts]) -> None:
        rows, texts = self._told("dataset:", "dataset")
        written: dict[int, list[str]] = {row: [] for row in cards}
        for row, text in zip(rows, texts, strict=True):
            written.setdefault(row, []).append(text)
        for row in sorted(written):
            if row in self._position:
                add_datasets(self.listing, self._first + row, self._position[row], written[row], cards.get(row))

    def _take_bases(self, cards: Mapping[int, CardFacts]) -> None:
        tagged, names = self._told("base_model:", "base_model")
        made, relations = self._sparse("baseModels"), self._sparse("base_model_relation")
        wanted = {*tagged, *made, *(row for row, card in cards.items() if card.bases)}
        rows = sorted(row for row in wanted if row in self._position)
        if not rows:
            return
        column: dict[int, list[str]] = {}
        if "base_model" in self._held and ("base_model_relation" in self._held or names != self._told("base_model:")[1]):
            for text, row in zip(*(part.to_pylist() for part in self._flat("base_model")), strict=True):
                column.setdefault(row, []).append(text)
        all_tags, libraries, files = self._at("tags", rows), self._at("library_name", rows), self._at("siblings", rows)
        for at, row in enumerate(rows):
            claims = Claims(
                tags=[tag for tag in all_tags[at] or () if tag],
                card=cards.get(row),
                base_models=made.get(row),
                column=column.get(row),
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


def _twice(rows: Sequence[int]) -> set[int]:
    """The rows that stand more than once in an ordered list."""
    return {row for row, following in pairwise(rows) if row == following}
