"""A model or dataset card as people write them, read into facts; what could not be understood is noted with its line.

Nothing is guessed: a fact is what the card states under a key we know, a misspelt one included (which is noted).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from registry.sources.card.facts import BaseReference, CardFacts, DatasetReference
from registry.sources.card.front_matter import FrontMatter, decode_card, read_front_matter
from registry.sources.card.lineage_keys import base_key, dataset_key, fold_key, is_relation_key, license_key, looks_like_lineage, read_relation
from registry.sources.notes import Note, shown
from registry.sources.references import Reference, is_placeholder, read_reference

_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\ufffd]")

MAX_VALUES = 5_000
"""So many values of one key are read."""

MAX_VALUE_LENGTH = 1_000
"""A longer name or link is none."""


def read_card(data: bytes | str) -> CardFacts:
    """The facts of a card. Never raises: whatever cannot be understood becomes a note.

    Args:
        data: The card, README.md as it stands.
    """
    text, notes = decode_card(data.encode("utf-8", "replace") if isinstance(data, str) else data)
    front = read_front_matter(text)
    return read_metadata(front.values, front.lines, notes=[*notes, *front.notes], front=front)


def read_metadata(
    values: Mapping[str, Any], lines: Mapping[str, int] | None = None, *, notes: list[Note] | None = None, front: FrontMatter | None = None
) -> CardFacts:
    """The facts of card metadata that is already a mapping (the `cardData` of the Hub's API).

    Args:
        values: Keys and values.
        lines: The line of each key in the card, where it is known.
        notes: What was noted before.
        front: The front matter that they come from; an absent one is noted.
    """
    reader = _Reader(values, lines or {}, list(notes or []), front.rows if front is not None else ())
    if front is not None and not front.present and not front.notes:
        reader.notes.append(Note("front-matter-none", "the card has no front matter, so it states nothing that can be read", 1))
    return reader.facts()


class _Reader:
    """Reads one mapping; gathers notes."""

    def __init__(self, values: Mapping[str, Any], lines: Mapping[str, int], notes: list[Note], rows: Sequence[str]) -> None:
        self.values = values
        self.lines = lines
        self.notes = notes
        self.rows = rows
        self.unnamed: list[str] = []
        self._starts = frozenset(lines.values())

    def facts(self) -> CardFacts:
        """Everything that is read of a card."""
        bases = self._bases()
        return CardFacts(
            licenses=self._licenses(),
            license_name=self._license_detail("license_name"),
            license_link=self._license_detail("license_link"),
            bases=bases,
            unnamed_bases=tuple(dict.fromkeys(self.unnamed)),
            datasets=self._datasets(),
            tags=tuple(dict.fromkeys(text for text in self._texts("tags"))),
            pipeline_tag=self._one("pipeline_tag"),
            library_name=self._one("library_name"),
            languages=tuple(dict.fromkeys(text for key in ("language", "languages") for text in self._texts(key))),
            gated=any(str(key).startswith("extra_gated") for key in self.values),
            quantized_by=self._one("quantized_by"),
            notes=tuple(self.notes),
        )

    def _note(self, code: str, message: str, key: str, written: str = "") -> None:
        self.notes.append(Note(code, message, self._line(key, written)))

    def _line(self, key: str, written: str = "") -> int | None:
        """The line on which a value stands, or its key where the value is not found as it was written."""
        start = self.lines.get(key)
        wanted = written.strip().split("\n")[0]
        if start is None or not wanted:
            return start
        for number in range(start, min(len(self.rows), start + MAX_VALUES) + 1):
            if wanted in self.rows[number - 1]:
                return number
            if number > start and number in self._starts:
                break
        return start

    def _keys(self, wanted: str) -> list[str]:
        """The keys of the card that are a licence key of that name, the right spelling first; misspelt ones are noted."""
        found = sorted((str(key) for key in self.values if license_key(str(key)) == wanted), key=lambda key: key != wanted)
        for key in found:
            if key != wanted:
                self._note("key-misspelt", f"`{shown(key, 40)}` was read as `{wanted}`, which the Hub does not do", key)
        return found

    def _licenses(self) -> tuple[str, ...]:
        found: list[str] = []
        for key in self._keys("license"):
            if self.values[key] is None or self.values[key] in ("", []):
                self._note("license-empty", "`license` is there without a value", key)
            for text in self._texts(key):
                if is_placeholder(text) and text.casefold() not in ("unknown", "none"):  # both are answers that the Hub takes
                    self._note("placeholder", f"`{key}` only holds a place: `{shown(text)}`", key, text)
                else:
                    found.append(text)
        return tuple(dict.fromkeys(found))

    def _license_detail(self, wanted: str) -> str | None:
        for key in self._keys(wanted):
            text = self._one(key)
            if text:
                return text
        return None

    def _bases(self) -> tuple[BaseReference, ...]:
        stated, word = self._stated_relation()
        found: dict[tuple[str, str | None], BaseReference] = {}
        for key in map(str, self.values):
            is_base, by_key = base_key(key)
            if not is_base:
                if looks_like_lineage(key) and not is_relation_key(key) and license_key(key) is None and dataset_key(key) is None:
                    self._note("key-unknown", f"`{shown(key, 40)}` looks like lineage, but is no key that is read", key)
                continue
            if fold_key(key) != "basemodel" or key != "base_model":
                self._note("key-misspelt", f"`{shown(key, 40)}` was read as `base_model`, which the Hub does not do", key)
            for written, own in self._named(key):
                relation, by = (own, "relation") if own else (by_key, key) if by_key else (stated, word)
                base = self._base(key, written, relation, by if relation else None)
                if base is not None and (base.id.casefold(), base.relation) not in found:
                    found[(base.id.casefold(), base.relation)] = base
        named = {id for id, relation in found if relation is not None}
        return tuple(base for (id, relation), base in found.items() if relation is not None or id not in named)

    def _stated_relation(self) -> tuple[str | None, str | None]:
        """The one relation that the card states for all its bases, and its word."""
        for key in map(str, self.values):
            if not is_relation_key(key):
                continue
            if key != "base_model_relation":
                self._note("key-misspelt", f"`{shown(key, 40)}` was read as `base_model_relation`, which the Hub does not do", key)
            word = self._one(key)
            if word is None:
                continue
            relation = read_relation(word)
            if relation is not None:
                return relation, word
            self._note("relation-unknown", f"`{shown(word, 40)}` is no relation that is known", key)
        return None, None

    def _base(self, key: str, written: str, relation: str | None, word: str | None) -> BaseReference | None:
        reference = read_reference(written)
        if reference.kind in ("id", "legacy") and reference.id and reference.kind_of_repository == "model":
            if reference.kind == "legacy":
                self._note("id-legacy", f"`{shown(written)}` is an old id of `{reference.id}`", key, written)
            return BaseReference(reference.id, written, relation, word, reference.revision, self._line(key, written))
        if reference.kind == "bare" and reference.id:
            self._note("id-without-owner", f"`{shown(written)}` names no owner and is no old id that is known", key, written)
            return BaseReference(reference.id, written, relation, word, reference.revision, self._line(key, written))
        self._unread(reference, key, written, "model")
        if reference.kind not in ("empty", "placeholder"):
            self.unnamed.append(shown(written))
        return None

    def _datasets(self) -> tuple[DatasetReference, ...]:
        found: dict[str, DatasetReference] = {}
        for key in map(str, self.values):
            relation = dataset_key(key)
            if relation is None:
                continue
            if key != "datasets":
                self._note("key-misspelt", f"`{shown(key, 40)}` was read as `datasets`, which the Hub does not do", key)
            for written, _ in self._named(key):
                reference = read_reference(written, {})
                if reference.kind in ("id", "bare") and reference.id and reference.kind_of_repository != "space":
                    found.setdefault(reference.id.casefold(), DatasetReference(reference.id, relation, self._line(key, written)))
                else:
                    self._unread(reference, key, written, "dataset")
        return tuple(found.values())

    def _unread(self, reference: Reference, key: str, written: str, what: str) -> None:
        """Note why a reference leads to nothing."""
        code, message = {
            "placeholder": ("placeholder", f"`{key}` only holds a place: `{shown(written)}`"),
            "local": ("path-local", f"`{key}` names a path on somebody's machine, not a {what}"),
            "link": ("link-elsewhere", f"`{key}` leads to a page that is no {what} of the Hub: `{shown(written)}`"),
            "empty": ("value-empty", f"`{key}` has an empty value"),
        }.get(reference.kind, ("id-unreadable", f"`{key}` has `{shown(written)}`, which is no id of a {what}"))
        self._note(code, message, key, written)

    def _named(self, key: str) -> list[tuple[str, str | None]]:
        """The references under a key: as written, and the relation an entry states for itself."""
        value = self.values[key]
        found: list[tuple[str, str | None]] = []
        for each in (value if isinstance(value, list) else [value])[:MAX_VALUES]:
            if isinstance(each, Mapping):
                name = next(
                    (
                        each[name]
                        for name in ("name", "id", "model", "repo", "repo_id", "model_id", "model_name", "path", "url")
                        if isinstance(each.get(name), str)
                    ),
                    None,
                )
                if name is None:
                    self._note("value-unreadable", f"`{shown(key, 40)}` has an entry without a name", key)
                    continue
                word = next((each[word] for word in ("relation", "relationship", "type") if isinstance(each.get(word), str)), None)
                found.append((name, read_relation(word) if word else None))
            else:
                found.extend((text, None) for text in self._split(key, each))
        return found

    def _split(self, key: str, value: object) -> list[str]:
        """The references in one text: ids never hold a comma or a blank, so a list written as text can be told."""
        text = self._text(key, value)
        if text is None:
            return []
        parts = [part.strip() for part in text.replace("\n", ",").replace(";", ",").split(",") if part.strip()]
        if len(parts) > 1 and all(read_reference(part).kind in ("id", "legacy", "bare") for part in parts):
            return parts[:MAX_VALUES]
        return [text]

    def _texts(self, key: str) -> list[str]:
        """The texts under a key, whether it holds one or a list."""
        if key not in self.values:
            return []
        value = self.values[key]
        if isinstance(value, list) and len(value) > MAX_VALUES:
            self._note("list-cut", f"`{key}` has {len(value):,} values; the first {MAX_VALUES:,} were read", key)
        found = [self._text(key, each) for each in (value[:MAX_VALUES] if isinstance(value, list) else [value])]
        return [text for text in found if text]

    def _one(self, key: str) -> str | None:
        """The one text under a key."""
        texts = self._texts(key)
        if len(texts) > 1:
            self._note("value-several", f"`{key}` has {len(texts)} values where one is expected; the first was read", key)
        return texts[0] if texts and not is_placeholder(texts[0]) else None

    def _text(self, key: str, value: object) -> str | None:
        if value is None:
            return None
        if isinstance(value, bool | int | float):
            value = str(value).lower() if isinstance(value, bool) else str(value)
        if not isinstance(value, str):
            self._note("value-unreadable", f"`{shown(key, 40)}` holds {'keys' if isinstance(value, Mapping) else 'a list'} where a text is expected", key)
            return None
        text = value.strip()
        if len(text) > MAX_VALUE_LENGTH or _NO_TEXT.search(text):
            self._note("value-unreadable", f"`{shown(key, 40)}` holds `{shown(text, 40)}`, which is no name or link", key)
            return None
        return text or None
