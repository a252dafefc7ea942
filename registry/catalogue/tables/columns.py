"""What the tables share: the metadata with its naming rule, and the column types that behave alike on both engines."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import BigInteger, Double, MetaData, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""All tables, with a rule that names every constraint."""

Words = Text().with_variant(Text(collation="C"), "postgresql")
"""Text in the byte order of UTF-8: SQLite has that by default, PostgreSQL only by name."""

Count = BigInteger
"""Whole numbers such as parameters and tokens."""

Figure = Double
"""Figures that outgrow 64 bits (operations of a training run) or have fractions (prices)."""


def canonical_json(value: object) -> str:
    """A value as JSON in its one spelling: sorted keys, no spaces, no escapes, no NaN."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


class JsonText(TypeDecorator[Any]):
    """A small list or object kept as canonical JSON text, so that both engines hold the same bytes."""

    impl = Words
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """To the database: canonical JSON."""
        return None if value is None else canonical_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """From the database: the value again."""
        return None if value is None else json.loads(value)
