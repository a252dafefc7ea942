"""Models that could stand in for another: of the same modality and stage, about as large, with a better verdict for a use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from registry.catalogue.queries.model_filters import ModelFilters
from registry.catalogue.queries.models_listing import ModelRow, list_models, read_model_rows
from registry.catalogue.tables.model import model

FACTOR = 2.0
"""A model is about as large as another if it has at least this part, and at most this multiple, of its parameters."""


@dataclass(frozen=True, slots=True)
class LikeModel:
    """A model that is held beside another."""

    row: ModelRow
    """What a listing shows of it."""

    architecture: str | None
    """How it is built, where that is recorded."""


def similar_models(connection: Connection, model_id: int, ranks: Mapping[int, int], *, limit: int, on: str | None = None) -> tuple[LikeModel, list[LikeModel]]:
    """A model, and those like it whose profiles have the wanted ranks, best rank first, then most downloaded.

    A model whose modality is not recorded is like none; one whose size is not recorded may be like models of any size. Whose stage is not recorded
    may be of any: the Hub does not tell it.

    Args:
        connection: A reading connection.
        model_id: The model's number.
        ranks: The rank of each wanted profile, best lowest; models with other profiles are left out.
        limit: How many are looked at; those of another stage are left out of them.
        on: The date of use, for models whose profile changes over time.
    """
    own = read_model_rows(connection, [model_id], on=on)[model_id]
    found: tuple[ModelRow, ...] = ()
    if own.modality is not None and ranks:
        filters = ModelFilters(
            modality=[own.modality],
            min_params=int(own.parameters / FACTOR) if own.parameters else None,
            max_params=int(own.parameters * FACTOR) if own.parameters else None,
        )
        found = list_models(connection, ranks, filters, on=on, limit=limit).items
    query = select(model.c.id, model.c.architecture).where(model.c.id.in_([model_id, *(row.id for row in found)])).order_by(model.c.id)
    built = {row.id: row.architecture for row in connection.execute(query)}
    alike = [row for row in found if row.id != model_id and (own.stage is None or row.stage in (own.stage, None))]
    return LikeModel(own, built.get(model_id)), [LikeModel(row, built.get(row.id)) for row in alike]
