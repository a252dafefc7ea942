"""What a row of the Hub says about the models it comes from, brought together from the places that say it.

`baseModels` and tags of the form `base_model:RELATION:NAME` carry a relation, which the Hub took from the card or told by the files;
`base_model:NAME`, most cards and a table's column only name the base. Where no relation is stated, `relation_rules` tells it. Where the
card and the Hub's tag state different ones, both are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from registry.sources.card.facts import CardFacts
from registry.sources.hub.words import PLAIN_NAME, RELATIONS, object_of, shown, texts_of
from registry.sources.references import Reference, read_reference
from registry.sources.relation_rules import Signs, infer_relation
from registry.supplychain.listing import BaseLink


@dataclass(slots=True)
class Claims:
    """All that a row holds on its bases."""

    tags: Sequence[str] = ()
    """Its tags."""

    card: CardFacts | None = None
    """What its card states."""

    base_models: Any = None
    """What the Hub made of the card: `{relation, models: [{id}]}`, or names."""

    column: Any = None
    """A column of base names of its own."""

    relation: str | None = None
    """A column with the relation."""

    library: str | None = None
    """The library that it is for."""

    files: Sequence[str] = ()
    """The names of its files."""


_Said = tuple[str | None, str | None]
"""The relation that a model's own card or table states, and the one that the Hub's index has."""


def links_of(at: int, name: str, claims: Claims) -> tuple[list[BaseLink], list[tuple[str, str]]]:
    """The bases of the model at a position, and what could not be taken as (code, message)."""
    troubles: dict[tuple[str, str], None] = {}
    bases: dict[str, _Said] = {}
    for written, stated, indexed in _named(claims):
        base = written if isinstance(written, str) and (written in bases or PLAIN_NAME.fullmatch(written)) else base_of(written, troubles)
        if base is None:
            continue
        if base == name:
            troubles[("self-base", "it names itself as its base")] = None
            continue
        held = bases.get(base)
        bases[base] = (stated, indexed) if held is None else (held[0] or stated, held[1] or indexed)
    links = []
    signs: Signs | None = None
    for base, (stated, indexed) in bases.items():
        if indexed is not None:
            links.append(BaseLink(at, base, indexed, "declared", f"rule indexed-tag: base_model:{indexed}"))
            if stated is None or stated == indexed:
                continue
        if signs is None or signs.stated != stated:
            signs = _signs(name, len(bases), stated, claims)
        told = infer_relation(signs, base)
        links.append(BaseLink(at, base, told.relation, told.evidence, told.says))
    return links, list(troubles)


def _signs(name: str, bases: int, stated: str | None, claims: Claims) -> Signs:
    card = claims.card
    plain = tuple(tag for tag in claims.tags if ":" not in tag)  # the others name licences, data and bases, which are read by now
    library = claims.library or (card.library_name if card else None)
    return Signs(name, bases, stated, plain, library, bool(card and card.quantized_by), tuple(claims.files))


def _named(claims: Claims) -> list[tuple[object, str | None, str | None]]:
    """Every base that is named, with what is said of its relation, in the order of the places that name them."""
    found: list[tuple[object, str | None, str | None]] = []
    for tag in claims.tags:
        if tag.startswith("base_model:"):
            first, mark, rest = tag[11:].partition(":")
            found.append((rest, None, first) if mark and first in RELATIONS else (tag[11:], None, None))
    if claims.base_models is not None:
        held = object_of(claims.base_models)
        said = held.get("relation") if held is not None else None
        relation = said if isinstance(said, str) and said in RELATIONS else None
        models = held.get("models") if held is not None else claims.base_models
        held_names = models if isinstance(models, list) else texts_of(models) or ()
        found.extend(((each.get("id") or each.get("name")) if isinstance(each, Mapping) else each, None, relation) for each in held_names)
    if claims.card is not None:
        found.extend((base.id, base.relation, None) for base in claims.card.bases)
    if claims.column is not None:
        stated = claims.relation if claims.relation in RELATIONS else None
        found.extend((written, stated, None) for written in (claims.column if isinstance(claims.column, list) else texts_of(claims.column) or ()))
    return found


def base_of(written: object, troubles: dict[tuple[str, str], None]) -> str | None:
    """The id of a base; what is odd about how it is written is noted."""
    if not isinstance(written, str):
        troubles[("id-unreadable", f"`{shown(written)}` is no name of a base model")] = None
        return None
    found = _reference(written) if len(written) <= 1_000 else Reference("unreadable")
    if found.kind in ("id", "legacy", "bare") and found.id is not None and found.kind_of_repository == "model":
        if found.kind == "legacy":
            troubles[("id-legacy", f"`{shown(written)}` is an old id of `{found.id}`")] = None
        elif found.kind == "bare":
            troubles[("id-without-owner", f"`{shown(written)}` names no owner and is no old id that is known")] = None
        return found.id
    code = {"placeholder": "placeholder", "local": "path-local", "link": "link-elsewhere", "empty": "value-empty"}.get(found.kind, "id-unreadable")
    troubles[(code, f"`{shown(written)}` is no name of a base model")] = None
    return None


@lru_cache(maxsize=65_536)
def _reference(written: str) -> Reference:
    """A written reference, remembered: the same few bases are named again and again."""
    return read_reference(written)
