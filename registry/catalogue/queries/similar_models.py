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

    A model whose modality is not recorded is like none; one whose size is not recorded may be like models of any size.

    Args:
        connection: A reading connection.
        model_id: The model's number.
        ranks: The rank of each wanted profile, best lowest; models with other profiles are left out.
        limit: How many.
        on: The date of use, for models whose profile changes over time.
    """
    own = read_model_rows(connection, [model_id], on=on)[model_id]
    found: tuple[ModelRow, ...] = ()
    if own.modality is not None and ranks:
        filters = ModelFilters(
            modality=[own.modality],
            stage=[own.stage] if own.stage is not None else None,
            min_params=int(own.parameters / FACTOR) if own.parameters else None,
            max_params=int(own.parameters * FACTOR) if own.parameters else None,
        )
        found = list_models(connection, ranks, filters, on=on, limit=limit + 1).items
    query = select(model.c.id, model.c.architecture).where(model.c.id.in_([model_id, *(row.id for row in found)])).order_by(model.c.id)
    built = {row.id: row.architecture for row in connection.execute(query)}
    others = [LikeModel(row, built.get(row.id)) for row in found if row.id != model_id]
    return LikeModel(own, built.get(model_id)), others[:limit]
