"""What is kept with a model or a dataset under one code."""

from __future__ import annotations

from sqlalchemy import Connection, select

from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.model import model
from registry.catalogue.tables.remark import remark
from registry.supplychain.names import split_reference


def remarks_of(connection: Connection, subject: str, code: str) -> tuple[str, ...]:
    """The messages that are held under a code, oldest first.

    Args:
        connection: A reading connection.
        subject: A model's exact name, or `dataset:NAME`.
        code: The code of the remarks.
    """
    kind, name, _ = split_reference(subject)
    table, key = (dataset, remark.c.dataset_id) if kind == "dataset" else (model, remark.c.model_id)
    query = select(remark.c.message).join(table, table.c.id == key).where(table.c.name == name, remark.c.code == code)
    return tuple(connection.execute(query.where(remark.c.retired_set.is_(None)).order_by(remark.c.id)).scalars())
