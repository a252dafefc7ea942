"""Whole tables for export, in the field's words: their columns, and their rows in bounded batches.

Rows are read by a cursor and handed on as plain tuples; nothing is made of them here, since millions pass through. What an id
stands for is joined in, so that a table can be read without this catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, case, func, null, select, type_coerce

from registry.catalogue.ingest.rows import chunks
from registry.catalogue.profiles import holds_on
from registry.catalogue.stream import batches
from registry.catalogue.tables.columns import Words
from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.developer import developer
from registry.catalogue.tables.history import change_set
from registry.catalogue.tables.license import license_text, statement
from registry.catalogue.tables.lineage import edge
from registry.catalogue.tables.model import UNKNOWN_DOWNLOADS, model, revision
from registry.catalogue.tables.profile import profile_at
from registry.catalogue.tables.source import source

BATCH_ROWS = 5_000
"""Rows held at a time."""

REMEMBERED = 100_000
"""So many sources or change sets are kept in mind."""


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """One column of an exported table."""

    name: str
    """Its name; once published it stays."""

    kind: str
    """`text`, `integer`, `number` or `truth`."""

    says: str
    """What it holds."""

    few: bool = False
    """Whether it has few different values."""


@dataclass(frozen=True, slots=True)
class ExportTable:
    """One exported table."""

    name: str
    """Its name, and that of its folder."""

    says: str
    """What one row is."""

    columns: tuple[ExportColumn, ...]
    """Its columns, in the order of a row's values."""


_SOURCE = (
    ExportColumn("source", "text", "where it was read", few=True),
    ExportColumn("source_read_on", "text", "the day it was read", few=True),
)

MODELS = ExportTable(
    "models",
    "one model",
    (
        ExportColumn("model", "text", "its name in the registry"),
        ExportColumn("title", "text", "the name people use"),
        ExportColumn("developer", "text", "who made it"),
        ExportColumn("modality", "text", "what it takes or makes", few=True),
        ExportColumn("architecture", "text", "its architecture", few=True),
        ExportColumn("stage", "text", "how far it is from pretraining", few=True),
        ExportColumn("access", "text", "how it is reached", few=True),
        ExportColumn("weights_openness", "text", "whether the weights can be had", few=True),
        ExportColumn("training_code_openness", "text", "whether the training code is published", few=True),
        ExportColumn("inference_code_openness", "text", "whether the code to run it is published", few=True),
        ExportColumn("data_openness", "text", "whether the training data is published", few=True),
        ExportColumn("parameters", "integer", "number of parameters"),
        ExportColumn("training_tokens", "integer", "tokens seen in training"),
        ExportColumn("training_flop", "number", "operations of training"),
        ExportColumn("released_on", "text", "day or month of release"),
        ExportColumn("downloads", "integer", "downloads as the source counts them"),
        ExportColumn("recorded", "truth", "false where only its name is known, as somebody's base"),
        ExportColumn("evidence_floor", "text", "the weakest evidence its inherited licences rest on", few=True),
        ExportColumn("name_keeps_rules", "truth", "whether its name keeps the name rules that reach it"),
        *_SOURCE,
        ExportColumn("profile", "integer", "number of the set of licences that bind it, in `profiles`"),
    ),
)
"""The models."""

EDGES = ExportTable(
    "edges",
    "one link of a model to its base or dataset",
    (
        ExportColumn("child", "text", "the model"),
        ExportColumn("parent", "text", "the base; none for a dataset"),
        ExportColumn("dataset", "text", "the dataset; none for a base"),
        ExportColumn("relation", "text", "what the child is to it", few=True),
        ExportColumn("evidence", "text", "the best evidence that is held", few=True),
    ),
)
"""The lineage."""

STATEMENTS = ExportTable(
    "statements",
    "one claim about a licence that is held",
    (
        ExportColumn("model", "text", "the model it is about; none for a dataset"),
        ExportColumn("dataset", "text", "the dataset it is about; none for a model"),
        ExportColumn("revision", "text", "the commit it holds for"),
        ExportColumn("basis", "text", "declared, detected or concluded", few=True),
        ExportColumn("license", "text", "the licence it was resolved to when it was written", few=True),
        ExportColumn("raw_name", "text", "the name as it was found", few=True),
        ExportColumn("raw_link", "text", "the link as it was found", few=True),
        ExportColumn("text_digest", "text", "SHA-256 of the text that was seen", few=True),
        ExportColumn("origin", "text", "which way it came in", few=True),
        *_SOURCE,
        ExportColumn("stated_on", "text", "when it was said", few=True),
        ExportColumn("valid_from", "text", "the first day on which it holds", few=True),
        ExportColumn("valid_to", "text", "the first day on which it no longer holds", few=True),
        ExportColumn("known_since", "text", "when the catalogue learnt of it, in UTC", few=True),
    ),
)
"""The statements on licences."""

DATASETS = ExportTable(
    "datasets",
    "one dataset",
    (
        ExportColumn("dataset", "text", "its name"),
        ExportColumn("title", "text", "the name people use"),
        ExportColumn("size_tokens", "integer", "size in tokens"),
        ExportColumn("size_rows", "integer", "size in rows"),
        ExportColumn("collection", "text", "how it was collected", few=True),
        ExportColumn("personal_data", "text", "whether it holds personal data", few=True),
        ExportColumn("languages", "text", "its languages, a JSON list", few=True),
        ExportColumn("recorded", "truth", "false where only its name is known"),
        *_SOURCE,
    ),
)
"""The datasets."""

DEVELOPERS = ExportTable(
    "developers",
    "one developer",
    (
        ExportColumn("developer", "text", "its name"),
        ExportColumn("title", "text", "the name people use"),
        ExportColumn("kind", "text", "company, academic, ...", few=True),
        ExportColumn("country", "text", "its country", few=True),
        *_SOURCE,
    ),
)
"""The developers."""


def _queries() -> dict[str, Select[Any]]:
    parent, child = model.alias("parent"), model.alias("child")
    return {
        "models": select(
            model.c.name,
            model.c.title,
            developer.c.name,
            model.c.modality,
            model.c.architecture,
            model.c.stage,
            model.c.access,
            model.c.weights_openness,
            model.c.training_code_openness,
            model.c.inference_code_openness,
            model.c.data_openness,
            model.c.parameters,
            model.c.training_tokens,
            model.c.training_flop,
            model.c.released_on,
            case((model.c.downloads == UNKNOWN_DOWNLOADS, null()), else_=model.c.downloads),
            model.c.recorded,
            model.c.evidence_floor,
            model.c.name_ok,
            model.c.source_id,
            model.c.source_id,
            model.c.profile_id,
            model.c.id,
        )
        .outerjoin(developer, developer.c.id == model.c.developer_id)
        .order_by(model.c.id),
        "edges": select(child.c.name, parent.c.name, dataset.c.name, edge.c.relation, edge.c.grade)
        .join(child, child.c.id == edge.c.child_id)
        .outerjoin(parent, parent.c.id == edge.c.parent_id)
        .outerjoin(dataset, dataset.c.id == edge.c.dataset_id)
        .where(edge.c.grade.is_not(None))
        .order_by(edge.c.id),
        "statements": select(
            model.c.name,
            dataset.c.name,
            revision.c.commit_id,
            statement.c.basis,
            statement.c.license,
            statement.c.raw_name,
            statement.c.raw_link,
            license_text.c.digest,
            statement.c.origin,
            statement.c.source_id,
            statement.c.source_id,
            statement.c.stated_on,
            statement.c.valid_from,
            statement.c.valid_to,
            statement.c.added_set,
            model.c.released_on,
        )
        .outerjoin(model, model.c.id == statement.c.model_id)
        .outerjoin(dataset, dataset.c.id == statement.c.dataset_id)
        .outerjoin(revision, revision.c.id == statement.c.revision_id)
        .outerjoin(license_text, license_text.c.id == statement.c.text_id)
        .where(statement.c.retired_set.is_(None))
        .order_by(statement.c.id),
        "datasets": select(
            dataset.c.name,
            dataset.c.title,
            dataset.c.size_tokens,
            dataset.c.size_rows,
            dataset.c.collection,
            dataset.c.personal_data,
            type_coerce(dataset.c.languages, Words),
            dataset.c.recorded,
            dataset.c.source_id,
            dataset.c.source_id,
        ).order_by(dataset.c.id),
        "developers": select(developer.c.name, developer.c.title, developer.c.kind, developer.c.country, developer.c.source_id, developer.c.source_id).order_by(
            developer.c.id
        ),
    }


def export_batches(connection: Connection, table: ExportTable, size: int = BATCH_ROWS) -> Iterator[list[Sequence[Any]]]:
    """The rows of a table in batches of columns.

    One more column follows in two tables: in `models` the model's number, in `statements` the release of the model.
    """
    behind = {
        "source": _Behind(connection, select(source.c.id, source.c.reference), source.c.id),
        "source_read_on": _Behind(connection, select(source.c.id, func.nullif(source.c.read_on, "")), source.c.id),
        "known_since": _Behind(connection, select(change_set.c.seq, change_set.c.at), change_set.c.seq),
    }
    places = [(place, behind[column.name]) for place, column in enumerate(table.columns) if column.name in behind]
    # Wrapping each row would take as long as reading it.
    for rows in batches(connection, _queries()[table.name], size):
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
        for place, names in places:
            columns[place] = names.of(columns[place])
        yield columns


class _Behind:
    """What stands behind numbers that many rows share: looked up once, and not joined to each row."""

    def __init__(self, connection: Connection, query: Select[Any], number: Any) -> None:
        self._connection = connection
        self._query = query
        self._number = number
        self._known: dict[int | None, str | None] = {None: None}

    def of(self, numbers: Sequence[int | None]) -> list[str | None]:
        """The texts behind numbers, in their order."""
        missing = set(numbers) - self._known.keys()
        if missing:
            if len(self._known) > REMEMBERED:
                self._known = {None: None}
                missing = set(numbers) - self._known.keys()
            for part in chunks(sorted(number for number in missing if number is not None)):
                self._known.update(tuple(row) for row in self._connection.execute(self._query.where(self._number.in_(part)).order_by(self._number)))
        return list(map(self._known.__getitem__, numbers))


def export_counts(connection: Connection) -> dict[str, int]:
    """How many rows each table will have, for those who wait."""
    count = select(func.count())
    return {
        "models": int(connection.execute(count.select_from(model)).scalar_one()),
        "edges": int(connection.execute(count.select_from(edge)).scalar_one()),
        "statements": int(connection.execute(count.select_from(statement)).scalar_one()),
        "datasets": int(connection.execute(count.select_from(dataset)).scalar_one()),
        "developers": int(connection.execute(count.select_from(developer)).scalar_one()),
    }


def profiles_on(connection: Connection, on: str) -> dict[int, int]:
    """The numbers of the profiles that models have on a date, for those whose profile changes over time."""
    query = select(profile_at.c.model_id, profile_at.c.profile_id).where(holds_on(on)).order_by(profile_at.c.model_id, profile_at.c.from_on)
    return {row.model_id: row.profile_id for row in connection.execute(query)}
