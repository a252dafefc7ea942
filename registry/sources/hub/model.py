"""All that the Hub says of one model, beyond what a catalogue keeps: its card, its configuration, and its files with their digests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from registry.errors import SourceError
from registry.sources.card.facts import CardFacts
from registry.sources.card.source import read_card, read_metadata
from registry.sources.card.story import CardStory, read_story, story_of
from registry.sources.folder.files import parse_json_object
from registry.sources.folder.model_shape import shape_of
from registry.sources.hub.client import HubClient
from registry.sources.hub.files import fetch_file
from registry.sources.hub.words import access_of, commit_of, count_of, file_names, object_of, parameters_of, plain_text, texts_of

CARD, CONFIG, TOKENIZER = "README.md", "config.json", "tokenizer_config.json"
"""The files that are read."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ARXIV = "arxiv:"


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file of a repository whose digest the Hub tells."""

    name: str
    """Its path."""

    sha256: str
    """Its SHA-256 in hex."""

    size: int | None = None
    """Its size in bytes."""


@dataclass(frozen=True, slots=True)
class HubModel:
    """What the Hub says of one model at one commit."""

    name: str
    """Its name, as the Hub spells it."""

    commit: str | None = None
    """The commit."""

    card: CardFacts = field(default_factory=CardFacts)
    """What its card states."""

    story: CardStory = field(default_factory=CardStory)
    """What its card says in prose and figures."""

    task: str | None = None
    """The task that the Hub shows it under."""

    library: str | None = None
    """The library that the Hub says loads it."""

    architecture: str | None = None
    """The architecture that its configuration or the header of its weights names."""

    access: str | None = None
    """`open`, `gated` or nothing."""

    parameters: int | None = None
    """How many parameters the headers of its weights tell."""

    shape: Mapping[str, str] = field(default_factory=dict)
    """The figures of its configuration."""

    files: tuple[HubFile, ...] = ()
    """Its files whose digests the Hub tells."""

    notes: tuple[str, ...] = ()
    """What could not be read."""


def ask_hub_model(name: str, revision: str | None = None, *, client: HubClient | None = None) -> HubModel:
    """Ask the Hub about one model: its record, and of its files the card and the configurations.

    Args:
        name: The model, `org/name`.
        revision: A branch, tag or commit; the newest state, if not given.
        client: Asks the Hub; one with its usual settings, if not given.

    Raises:
        SourceError: The Hub cannot be reached, or does not know the model.
    """
    path = f"/api/models/{quote(name, safe='/')}" + (f"/revision/{quote(revision, safe='')}" if revision else "")
    held = (client or HubClient()).ask(path, [("blobs", "true")], what=f"the model `{name}`").data
    if not isinstance(held, Mapping):
        raise SourceError(f"the model `{name}`: the Hub's answer is no object", "check `HF_ENDPOINT`")
    there = file_names(held.get("siblings"))
    state = commit_of(held.get("sha")) or revision
    found: dict[str, bytes] = {}
    notes: list[str] = []
    for file in (CARD, CONFIG, TOKENIZER):
        if file in there:
            try:
                data = fetch_file(plain_text(held.get("id")) or name, file, revision=state)
            except SourceError as error:
                notes.append(error.message)
                break  # what keeps one of them back keeps all
            if data is not None:
                found[file] = data
    return read_hub_model(name, held, found, notes)


def repository_files(name: str, *, client: HubClient | None = None) -> tuple[str, ...]:
    """The names of the files of a model's repository.

    Args:
        name: The model, `org/name`.
        client: Asks the Hub; one with its usual settings, if not given.

    Raises:
        SourceError: The Hub cannot be reached, or does not know the model.
    """
    held = (client or HubClient()).ask(f"/api/models/{quote(name, safe='/')}", [("expand", "siblings")], what=f"the model `{name}`").data
    return file_names(held.get("siblings")) if isinstance(held, Mapping) else ()


def read_hub_model(name: str, held: Mapping[str, Any], files: Mapping[str, bytes], notes: list[str] | None = None) -> HubModel:
    """What a record of the Hub and the text files beside it say of a model; what cannot be understood says nothing.

    Args:
        name: The name that was asked for.
        held: The record, as `/api/models/NAME` gives it.
        files: The contents of the card and the configurations, by name.
        notes: What was noted before.
    """
    metadata = object_of(held.get("cardData")) or {}
    tags = [tag for tag in texts_of(held.get("tags")) or [] if tag.casefold().startswith(_ARXIV)]
    if CARD in files:
        card, story = read_card(files[CARD]), read_story(files[CARD], tags)
    else:
        card, story = read_metadata(metadata), story_of({**metadata, "model-index": held.get("model-index") or metadata.get("model-index")}, tags=tags)
    told = object_of(held.get("config")) or {}
    header = object_of(held.get("gguf")) or {}
    config = {**told, **(_object(files.get(CONFIG)) or {})}
    tokenizer = _object(files.get(TOKENIZER)) or object_of(told.get("tokenizer_config")) or {}
    shape = shape_of(config, tokenizer)
    length = count_of(header.get("context_length"))
    if length:
        shape.setdefault("context_length", str(length))
    named = config.get("architectures")
    first = plain_text(named[0]) if isinstance(named, list) and named else None
    return HubModel(
        name=plain_text(held.get("id")) or name,
        commit=commit_of(held.get("sha")),
        card=card,
        story=story,
        task=plain_text(held.get("pipeline_tag")) or card.pipeline_tag,
        library=plain_text(held.get("library_name")) or card.library_name,
        architecture=first or plain_text(header.get("architecture")),
        access=access_of(held.get("gated"), held.get("private")),
        parameters=parameters_of(None, held.get("safetensors"), held.get("gguf")),
        shape=shape,
        files=tuple(_files(held.get("siblings"))),
        notes=tuple(notes or ()),
    )


def _object(data: bytes | None) -> dict[str, Any] | None:
    return parse_json_object(data)[0] if data is not None else None


def _files(siblings: object) -> list[HubFile]:
    found: dict[str, HubFile] = {}
    names = set(file_names(siblings))
    for each in siblings if isinstance(siblings, list) else ():
        large = each.get("lfs") if isinstance(each, Mapping) else None
        digest = large.get("sha256") if isinstance(large, Mapping) else None
        if isinstance(digest, str) and _SHA256.fullmatch(digest) and each.get("rfilename") in names:
            found.setdefault(each["rfilename"], HubFile(each["rfilename"], digest, count_of(each.get("size"))))
    return list(found.values())
