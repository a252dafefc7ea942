"""The bases of a batch's models, of most rows all at once.

A row is plain where its tags name one base, as nearly every row does that names any: with the relation that the Hub's index has for it, or,
where the index has none, with the relation that the rules find by its name, tags and library. All others are left to be read one by one.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import repeat
from typing import Any

from registry.sources.hub.lineage import base_of
from registry.sources.hub.words import PLAIN_NAME, plain_text
from registry.sources.relation_rules import MAY_TELL_IN_NAME, TELLING_LIBRARIES, TELLING_TAGS, Signs, infer_relation
from registry.supplychain.listing import BaseLink

_PLAIN = f"^(?:{PLAIN_NAME.pattern})$"
_RELATION = "^(adapter|finetune|merge|quantized):"
_LINK = partial(tuple.__new__, BaseLink)  # three million times, the constructor's own checks would be felt
_SAYS = {word: f"rule indexed-tag: base_model:{word}" for word in ("adapter", "finetune", "merge", "quantized")}


@dataclass(slots=True)
class PlainBases:
    """What was read all at once."""

    links: dict[int, BaseLink] = field(default_factory=dict)
    """The links, by row."""

    selves: list[int] = field(default_factory=list)
    """The rows that name themselves."""

    troubles: dict[int, tuple[str, str]] = field(default_factory=dict)
    """What is odd about how a row names its base, as code and message."""

    in_order: bool = True
    """Whether the links were found in the order of their rows."""

    def sorted_links(self) -> list[BaseLink]:
        """The links in the order of their rows."""
        return list(self.links.values()) if self.in_order else [self.links[row] for row in sorted(self.links)]


class BaseColumns:
    """What the columns of a batch say on bases.

    Args:
        held: The columns of the batch, by the field that they hold.
        tagged: What its tags on bases say, without their beginning, and the row of each.
        column: The names in a column of bases, and the row of each, where there is one.
    """

    def __init__(self, held: Mapping[str, Any], tagged: tuple[Any, Any], column: tuple[Any, Any] | None) -> None:
        self._held = held
        self._texts, self._rows = tagged
        self._column = column
        self._arrow = importlib.import_module("pyarrow")
        self._compute = importlib.import_module("pyarrow.compute")

    @cached_property
    def rows(self) -> set[int]:
        """Every row that names a base."""
        found = set(self._compute.unique(self._rows).to_pylist())
        if self._column is not None:
            found.update(self._compute.unique(self._column[1]).to_pylist())
        if "baseModels" in self._held:
            found.update(self._compute.indices_nonzero(self._held["baseModels"].is_valid()).to_pylist())
        return found

    def plain(self, besides: set[int]) -> PlainBases:
        """The plain rows, with their links.

        Args:
            besides: Rows that something else says more of.
        """
        compute = self._compute
        found = PlainBases()
        indexed = compute.match_substring_regex(self._texts, _RELATION)
        named_rows, named = self._alone(indexed, with_relation=False)
        others = self._others(indexed) | besides | self._stated() | self._crowded(indexed)
        self._take_indexed(found, indexed, named_rows, named, others)
        if "siblings" not in self._held:
            with_index = compute.is_in(named_rows, value_set=compute.unique(self._rows.filter(indexed)))
            without = compute.invert(with_index)
            self._take_named(found, named_rows.filter(without), named.filter(without), others)
        return found

    def _take_indexed(self, found: PlainBases, indexed: Any, named_rows: Any, named: Any, others: set[int]) -> None:
        """Rows with one tag that has a relation, and no tag that names another base."""
        compute = self._compute
        rows, texts = self._alone(indexed, with_relation=True)
        words = compute.list_element(compute.split_pattern(texts, ":", max_splits=1), 0)
        bases = compute.replace_substring_regex(texts, _RELATION, "")
        beside = named.take(compute.index_in(rows, value_set=named_rows))  # none where no tag only names the base
        agreed = compute.fill_null(compute.equal(beside, bases), True)
        rows, words, bases = rows.filter(agreed), words.filter(agreed), bases.filter(agreed)
        owns = self._held["id"].take(rows)
        plain = compute.and_(compute.match_substring_regex(bases, _PLAIN), compute.not_equal(bases, owns))
        columns = [part.filter(plain).to_pylist() for part in (rows, bases, words)]
        says = map(_SAYS.__getitem__, columns[2])
        links = zip(columns[0], map(_LINK, zip(*columns, repeat("declared"), says)))  # noqa: B905 - `repeat` has no end
        found.links.update((row, link) for row, link in links if row not in others) if others else found.links.update(links)
        odd = compute.invert(plain)
        found.in_order = len(columns[0]) == len(rows)
        for row, base, word, own in zip(*(part.filter(odd).to_pylist() for part in (rows, bases, words, owns)), strict=True):
            if row not in others:
                self._take_odd(found, row, base, own, partial(_indexed_link, row, word))

    def _take_named(self, found: PlainBases, rows: Any, bases: Any, others: set[int]) -> None:
        """Rows with one tag that names a base and says no more. Without any sign they are fine-tunes; the rules are asked of the others."""
        if not len(rows):
            return
        found.in_order = False
        compute = self._compute
        plain = compute.match_substring_regex(bases, _PLAIN)
        tells = self._may_tell(rows)
        owns = self._held["id"].take(rows)
        silent = compute.and_(plain, compute.invert(tells))
        for row, base, own in zip(*(part.filter(silent).to_pylist() for part in (rows, bases, owns)), strict=True):
            if row not in others:
                if base != own:
                    found.links[row] = BaseLink(row, base, "finetune", "inferred", "rule default")
                else:
                    found.selves.append(row)
        rest = compute.invert(silent)
        rows, bases, owns = rows.filter(rest), bases.filter(rest), owns.filter(rest)
        tags = self._held["tags"].take(rows).to_pylist()
        libraries = self._held["library_name"].take(rows).to_pylist() if "library_name" in self._held else [None] * len(rows)
        for row, base, own, own_tags, library in zip(rows.to_pylist(), bases.to_pylist(), owns.to_pylist(), tags, libraries, strict=True):
            if row in others:
                continue
            signs = Signs(own, 1, None, tuple(tag for tag in own_tags if tag and ":" not in tag), plain_text(library))

            if base != own and PLAIN_NAME.fullmatch(base):
                found.links[row] = _told_link(row, signs, base)
            else:
                self._take_odd(found, row, base, own, partial(_told_link, row, signs))

    def _take_odd(self, found: PlainBases, row: int, base: str, own: str, link: Callable[[str], BaseLink]) -> None:
        """A row whose base is itself, an old id, or written in some other way; one whose base leads to nothing is left."""
        troubles: dict[tuple[str, str], None] = {}
        id = base if PLAIN_NAME.fullmatch(base) else base_of(base, troubles)
        if id is None:
            return
        if id == own:
            if troubles:
                return
            found.selves.append(row)
            return
        found.links[row] = link(id)
        if troubles:
            found.troubles[row] = next(iter(troubles))

    def _alone(self, indexed: Any, *, with_relation: bool) -> tuple[Any, Any]:
        """The rows with one tag of a form, and its text: those with a relation, or those without."""
        compute = self._compute
        chosen = indexed if with_relation else compute.invert(indexed)
        rows, texts = self._rows.filter(chosen), self._texts.filter(chosen)
        if len(rows) < 2:
            return rows, texts
        same = compute.equal(rows.slice(1), rows.slice(0, len(rows) - 1))
        no = self._arrow.array([False])
        alone = compute.invert(compute.or_(self._arrow.concat_arrays([no, same]), self._arrow.concat_arrays([same, no])))
        return rows.filter(alone), texts.filter(alone)

    def _crowded(self, indexed: Any) -> set[int]:
        """The rows with several tags that only name a base."""
        rows = self._rows.filter(self._compute.invert(indexed))
        if len(rows) < 2:
            return set()
        same = self._compute.equal(rows.slice(1), rows.slice(0, len(rows) - 1))
        return set(rows.slice(1).filter(same).to_pylist())

    def _others(self, indexed: Any) -> set[int]:
        """The rows that a column of names, or what the Hub made of the card, says other bases of than the tags."""
        found: set[int] = set()
        tagged: set[tuple[int, str]] | None = None
        if self._column is not None:
            texts, rows = self._column
            plain = self._compute.invert(indexed)
            if not (texts.equals(self._texts.filter(plain)) and rows.equals(self._rows.filter(plain))):
                tagged = self._pairs(self._texts, self._rows)
                found.update(row for row, _ in self._pairs(texts, rows) - tagged)
        made = self._held.get("baseModels")
        if made is not None and made.null_count < len(made):
            found.update(self._made_otherwise(made, tagged if tagged is not None else self._pairs(self._texts, self._rows)))
        return found

    def _made_otherwise(self, made: Any, tagged: set[tuple[int, str]]) -> set[int]:
        """The rows of which `baseModels` says anything that no tag says."""
        compute, types = self._compute, importlib.import_module("pyarrow.types")
        every = set(compute.indices_nonzero(made.is_valid()).to_pylist())
        try:
            models, relations = compute.struct_field(made, "models"), compute.struct_field(made, "relation")
            ids = compute.struct_field(models.flatten(), "id")
        except (KeyError, AttributeError, TypeError, ValueError, self._arrow.ArrowException):
            return every
        if not types.is_struct(made.type) or not types.is_string(ids.type) or not types.is_string(relations.type):
            return every
        parents = compute.list_parent_indices(models)
        words = relations.take(parents)
        written = compute.binary_join_element_wise(words, ids, ":", null_handling="skip")
        found = {row for row, _ in self._pairs(written, parents) - tagged}
        empty = compute.fill_null(compute.equal(compute.list_value_length(models), 0), True)
        return found | {row for row in compute.indices_nonzero(empty).to_pylist() if row in every}

    def _stated(self) -> set[int]:
        """The rows with a relation of their own."""
        column = self._held.get("base_model_relation")
        return set() if column is None else set(self._compute.indices_nonzero(column.is_valid()).to_pylist())

    def _pairs(self, texts: Any, rows: Any) -> set[tuple[int, str]]:
        return set(zip(rows.to_pylist(), texts.to_pylist(), strict=True))

    def _may_tell(self, rows: Any) -> Any:
        """Which rows have a sign of another relation than fine-tune, or may have one."""
        compute = self._compute
        tells = compute.match_substring_regex(self._held["id"].take(rows), MAY_TELL_IN_NAME, ignore_case=True)
        library = self._held.get("library_name")
        if library is not None:
            words = compute.utf8_lower(library.take(rows).cast("string")) if self._arrow.types.is_string(library.type) else None
            if words is None:
                return self._arrow.array([True] * len(rows))
            tells = compute.or_(tells, compute.is_in(words, value_set=self._arrow.array(sorted(TELLING_LIBRARIES))))
        lists = self._held["tags"].take(rows)
        tags, parents = lists.flatten(), compute.list_parent_indices(lists)
        plain = compute.replace_substring(compute.utf8_lower(tags), "-", "")
        telling = compute.is_in(plain, value_set=self._arrow.array(sorted({tag.replace("-", "") for tag in TELLING_TAGS})))
        signs = compute.unique(parents.filter(telling))
        here = self._arrow.array(range(len(rows)), parents.type)
        return compute.or_(tells, compute.is_in(here, value_set=signs))


def _indexed_link(row: int, word: str, base: str) -> BaseLink:
    return BaseLink(row, base, word, "declared", _SAYS[word])


def _told_link(row: int, signs: Signs, base: str) -> BaseLink:
    told = infer_relation(signs, base)
    return BaseLink(row, base, told.relation, told.evidence, told.says)
