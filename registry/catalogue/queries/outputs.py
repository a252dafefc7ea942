"""Files of answers that models gave: which dataset a file is, and whose outputs it holds."""

from __future__ import annotations

from sqlalchemy import Connection, select

from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.remark import remark
from registry.supplychain.remark import CONTENT_DIGEST, OUTPUTS_OF


def find_outputs(connection: Connection, digest: str) -> tuple[str, tuple[str, ...]] | None:
    """The dataset with this content, and the models whose outputs it is made of.

    Args:
        connection: A reading connection.
        digest: The digest of the file, as `sha256:HEX`.
    """
    held = remark.c.retired_set.is_(None)
    wanted = select(remark.c.dataset_id).where(remark.c.code == CONTENT_DIGEST, remark.c.message == digest, remark.c.dataset_id.is_not(None), held)
    row = connection.execute(select(dataset.c.id, dataset.c.name).where(dataset.c.id.in_(wanted)).order_by(dataset.c.name).limit(1)).first()
    if row is None:
        return None
    query = select(remark.c.message).where(remark.c.dataset_id == row.id, remark.c.code == OUTPUTS_OF, held).order_by(remark.c.id)
    return row.name, tuple(connection.execute(query).scalars())
