"""One model or dataset as the Hub describes it in JSON, read into a listing. Nothing in a row can make the reading fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry.sources.card.facts import CardFacts
from registry.sources.card.source import read_metadata
from registry.sources.hub.lineage import Claims, links_of
from registry.sources.hub.words import (
    MODALITY_OF_TASK,
    PLAIN_NAME,
    access_of,
    commit_of,
    count_of,
    day_of,
    file_names,
    name_problem,
    object_of,
    owner_of,
    parameters_of,
    plain_license,
    plain_text,
    shown,
    texts_of,
)
from registry.supplychain.listing import Listing, RowNote

FIELDS: dict[str, tuple[str, ...]] = {
    "id": ("id", "modelId", "model_id", "repo_id", "datasetId", "dataset_id", "model", "name"),
    "author": ("author", "owner"),
    "tags": ("tags",),
    "pipeline_tag": ("pipeline_tag", "pipelineTag", "task"),
    "library_name": ("library_name", "libraryName", "library"),
    "cardData": ("cardData", "card_data"),
    "createdAt": ("createdAt", "created_at", "created"),
    "downloads": ("downloads",),
    "gated": ("gated",),
    "private": ("private",),
    "sha": ("sha", "revision", "commit"),
    "siblings": ("siblings",),
    "safetensors": ("safetensors",),
    "gguf": ("gguf",),
    "parameters": ("parameters", "num_parameters", "n_parameters"),
    "baseModels": ("baseModels", "base_models"),
    "base_model": ("base_model", "baseModel"),
    "base_model_relation": ("base_model_relation",),
    "license": ("license", "licenses"),
    "license_name": ("license_name",),
    "license_link": ("license_link",),
    "dataset": ("dataset", "datasets"),
}
"""What is read of a row, by the Hub's own word, and the names under which tables have it."""

MAX_LINKS = 1_000
"""So many bases, datasets or licences of one row are taken; a row with more is noted."""


MAX_PLANS = 1_000
"""For so many sets of keys it is remembered which hold what; rows of one source have few."""


class RowReader:
    """Reads rows of one kind.

    Args:
        kind: `model` or `dataset`.
        columns: Where each field stands, if not under one of its usual names.
    """

    def __init__(self, kind: str, columns: Mapping[str, str] | None = None) -> None:
        self.kind = kind
        self._plans: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        self._columns = {name: (columns[name],) if columns and name in columns else keys for name, keys in FIELDS.items()}

    def values(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """What a row says, by the Hub's own words: of several keys for one thing, the first that has a value."""
        keys = tuple(row)
        plan = self._plans.get(keys)
        if plan is None:
            plan = [(field, name) for field, names in self._columns.items() for name in names if name in row]
            if len(self._plans) < MAX_PLANS:
                self._plans[keys] = plan
        found: dict[str, Any] = {}
        for field, name in plan:
            if field not in found:
                value = row[name]
                if value is not None:
                    found[field] = value
        return found

    def add(self, listing: Listing, number: int, row: Mapping[str, Any], seen: set[str], asked: str | None = None) -> bool:
        """Add a row to a listing, or a note on why it is left out.

        Args:
            listing: Where to.
            number: The row's number in its source.
            row: What the Hub says.
            seen: The names in the listing.
            asked: The name that was asked for, if one was.
        """
        said = self.values(row)
        name = said.get("id")
        problem = None if isinstance(name, str) and PLAIN_NAME.fullmatch(name) else name_trouble(name, self.kind)
        if problem is None and name in seen:
            problem = ("twice", "an earlier row has the same name")
        if problem is not None or not isinstance(name, str):
            problem = problem or ("bad-name", "the name is no text")
            listing.notes.append(RowNote(*problem, number, shown(name) if isinstance(name, str) else None, lost=True))
            return False
        seen.add(name)
        at = len(listing.names)
        tags = self._texts(listing, number, name, "tags", said)
        told = [tag for tag in tags if ":" in tag]  # most tags say nothing of licence, data or lineage
        listing.rows.append(number)
        listing.names.append(name)
        listing.developers.append(plain_text(said.get("author")) or owner_of(name))
        listing.downloads.append(self._checked(listing, number, name, "downloads", said, count_of))
        listing.created.append(self._checked(listing, number, name, "createdAt", said, day_of))
        task = said.get("pipeline_tag")
        listing.modalities.append(MODALITY_OF_TASK.get(task) if isinstance(task, str) and self.kind == "model" else None)
        listing.accesses.append(access_of(said.get("gated"), said.get("private")))
        listing.revisions.append(commit_of(said.get("sha")))
        sized = "safetensors" in said or "parameters" in said or "gguf" in said
        listing.parameters.append(parameters_of(said.get("parameters"), said.get("safetensors"), said.get("gguf")) if sized else None)
        card = card_of(listing, number, at, said["cardData"]) if "cardData" in said else None
        self._licenses(listing, number, at, told, card, said)
        if self.kind == "dataset":
            listing.languages.extend((at, tag[9:]) for tag in told[:MAX_LINKS] if tag.startswith("language:") and plain_text(tag[9:]))
        else:
            self._lineage(listing, number, at, tags, told, card, said)
        if asked is not None and asked != name:
            listing.aliases.append((at, asked))
            listing.notes.append(RowNote("renamed", f"asked for as `{shown(asked)}`", number, name))
        return True

    def _texts(self, listing: Listing, number: int, name: str, field: str, said: Mapping[str, Any]) -> list[str]:
        value = said.get(field)
        found = texts_of(value)
        if found is None:
            listing.notes.append(RowNote("bad-value", f"`{field}` is no list: `{shown(value)}`", number, name))
            return []
        return found

    def _checked(self, listing: Listing, number: int, name: str, field: str, said: Mapping[str, Any], read: Any) -> Any:
        value = said.get(field)
        found = read(value)
        if found is None and value is not None and value != "":
            listing.notes.append(RowNote("bad-value", f"`{field}` cannot be `{shown(value)}`", number, name))
        return found

    def _licenses(self, listing: Listing, number: int, at: int, tags: Sequence[str], card: CardFacts | None, said: Mapping[str, Any]) -> None:
        written = [tag[8:] for tag in tags if tag.startswith("license:")]
        if "license" in said:
            written += texts_of(said["license"]) or []
        if written or card is not None or "license_name" in said or "license_link" in said:
            add_licenses(listing, number, at, written, card, said.get("license_name"), said.get("license_link"))

    def _lineage(
        self, listing: Listing, number: int, at: int, tags: Sequence[str], told: Sequence[str], card: CardFacts | None, said: Mapping[str, Any]
    ) -> None:
        if "baseModels" in said or "base_model" in said or (card and card.bases) or any(tag.startswith("base_model:") for tag in told):
            claims = Claims(
                tags=tags,
                card=card,
                base_models=said.get("baseModels"),
                column=said.get("base_model"),
                relation=plain_text(said.get("base_model_relation")),
                library=plain_text(said.get("library_name")),
                files=file_names(said.get("siblings")),
            )
            add_bases(listing, number, at, claims)
        sets = [tag[8:] for tag in told if tag.startswith("dataset:")]
        if "dataset" in said:
            sets += texts_of(said["dataset"]) or []
        if sets or (card and card.datasets):
            add_datasets(listing, number, at, sets, card)


def card_of(listing: Listing, number: int, at: int, value: object) -> CardFacts | None:
    """What the card of a row states, with a note on all that it does not state plainly."""
    if value is None or value == "":
        return None
    held = object_of(value)
    if held is None:
        listing.notes.append(RowNote("bad-value", "`cardData` is no object", number, listing.names[at]))
        return None
    try:
        facts = read_metadata(held)
    except RecursionError:
        listing.notes.append(RowNote("bad-value", "`cardData` is nested too deep", number, listing.names[at]))
        return None
    listing.notes.extend(RowNote(note.code, note.message, number, listing.names[at]) for note in facts.notes[:MAX_LINKS])
    return facts


def name_trouble(name: object, kind: str) -> tuple[str, str] | None:
    """The code and message of what is wrong with a row's name; none if nothing is."""
    if name is None or name == "":
        return "no-name", f"the row names no {kind}"
    if not isinstance(name, str):
        return "bad-name", f"the name is no text: `{shown(name)}`"
    message = name_problem(name, kind)
    return None if message is None else ("bad-name", message)


def add_licenses(
    listing: Listing, number: int, at: int, written: Sequence[str], card: CardFacts | None = None, name: object = None, link: object = None
) -> None:
    """Add what a row declares as its licences: `other` stands only where no name is given beside it."""
    if len(written) == 1 and card is None and name is None and link is None:
        text = plain_license(written[0])
        if text is not None:
            listing.licenses.append((at, text))
            return
    found: dict[str, None] = {}
    for each in written[:MAX_LINKS]:
        text = plain_license(each)
        if text is not None:
            found[text] = None
        elif each.strip():
            listing.notes.append(RowNote("bad-value", f"`license` cannot be `{shown(each)}`", number, listing.names[at]))
    known = {each.casefold() for each in found}  # a tag is the card's word in lower case
    found.update((each, None) for each in (card.licenses[:MAX_LINKS] if card else ()) if each.casefold() not in known)
    own_name = plain_text(name) or (card.license_name if card else None)
    own_link = plain_text(link) or (card.license_link if card else None)
    if own_name is not None and (not found or "other" in found):
        found.pop("other", None)
        found[own_name] = None
    if own_link is not None:
        listing.license_links.append((at, own_link))
    listing.licenses.extend((at, each) for each in found)
    _note_excess(listing, number, at, "license", len(written))


def add_bases(listing: Listing, number: int, at: int, claims: Claims) -> None:
    """Add the models that a row says it comes from."""
    name = listing.names[at]
    links, troubles = links_of(at, name, claims)
    listing.bases.extend(links[:MAX_LINKS])
    listing.notes.extend(RowNote(code, message, number, name) for code, message in troubles[:MAX_LINKS])
    _note_excess(listing, number, at, "base_model", len(links))


def add_datasets(listing: Listing, number: int, at: int, written: Sequence[str], card: CardFacts | None = None) -> None:
    """Add the datasets that a row says it was trained on."""
    found: dict[str, None] = {}
    for each in written[:MAX_LINKS]:
        text = each.strip()
        if PLAIN_NAME.fullmatch(text) or (text and name_problem(text, "dataset") is None):
            found[text] = None
        elif text:
            listing.notes.append(RowNote("bad-value", f"`{shown(text)}` cannot be the name of a dataset", number, listing.names[at]))
    if card is not None:
        known = {each.casefold() for each in found}
        found.update((each.id, None) for each in card.datasets[:MAX_LINKS] if each.id.casefold() not in known)
    listing.datasets.extend((at, each) for each in found)
    _note_excess(listing, number, at, "dataset", len(written))


def _note_excess(listing: Listing, number: int, at: int, field: str, count: int) -> None:
    if count > MAX_LINKS:
        message = f"`{field}` has {count:,} entries, of which {MAX_LINKS:,} were taken"
        listing.notes.append(RowNote("bad-value", message, number, listing.names[at]))
