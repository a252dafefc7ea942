"""The catalogue as files for any other engine: models with their verdict for a use, lineage, statements, and what a verdict rests on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry import __version__
from registry.desk.catalog.export_files import FORMATS, MANIFEST, SCHEMA, TableFiles, load_pyarrow, whole_folder
from registry.desk.concluding import Conclusions
from registry.desk.facts import read_use, resolve_named_licenses
from registry.desk.models import UNKNOWN, deciding_clause
from registry.errors import UsageError
from registry.lineage.judge import Judge
from registry.terms.facts import Use, use_to_data
from registry.terms.verdict import Verdict
from registry.terms.words import in_words

if TYPE_CHECKING:
    from registry.catalogue.engine import Connection
    from registry.catalogue.profiles import StoredProfile
    from registry.catalogue.queries.export import ExportColumn
    from registry.desk.session import Desk

Progress = Callable[[int, int | None], None]
"""Told how many rows are written, and of how many."""

Batches = Iterator[Sequence[Sequence[Any]]]


def export_catalogue(desk: Desk, form: str, folder: Path, raw: Mapping[str, Any], *, force: bool = False, progress: Progress | None = None) -> dict[str, Any]:
    """Write the catalogue to a folder, one folder a table, and a manifest; an export that is interrupted leaves nothing.

    Args:
        desk: The desk.
        form: `parquet` or `csv`.
        folder: Where to.
        raw: The use for which each model has its verdict; flags by fact name.
        force: Replace an earlier export.
        progress: Told how far it is.

    Returns:
        The manifest.

    Raises:
        MissingExtraError: It is parquet, and what writes that is not installed.
        UsageError: The folder holds something else, or cannot be written.
        FactError: A fact cannot be read.
    """
    from registry.catalogue.history import head_hash
    from registry.catalogue.profiles import read_profiles
    from registry.catalogue.queries.changes import last_set
    from registry.catalogue.queries.export import export_counts, profiles_on
    from registry.desk.lookup import date_of_terms

    if form not in FORMATS:
        raise UsageError(f"`{form}` is no form of an export", f"the forms are {', '.join(FORMATS)}")
    if form == "parquet":
        load_pyarrow()
    knowledge = desk.knowledge
    use = resolve_named_licenses(knowledge, read_use(knowledge, raw, desk.settings.facts))
    interpretation = desk.interpretation(raw.get("interpretation"))
    catalogue = desk.catalogue
    with whole_folder(folder, force=force) as draft, catalogue.reading() as connection:
        total = sum(export_counts(connection).values())
        profiles = read_profiles(connection)
        judged = {number: _judged(desk, judge, stored) for judge in [_judge(desk, use, interpretation)] for number, stored in profiles.items()}
        stated = "date" in use.stated or "obtained_on" in use.stated
        dated = profiles_on(connection, date_of_terms(use)) if stated else {}
        tables: dict[str, Any] = {}
        done = 0
        for name, columns, batches in _tables(desk, connection, judged, dated):
            files = TableFiles(draft, name, columns, form)
            for batch in batches:
                files.write(batch)
                done += len(batch[0])
                if progress is not None:
                    progress(done, max(done, total))
            tables[name] = files.close()
        manifest = {
            "schema": SCHEMA,
            "format": form,
            "licet": __version__,
            "written_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "knowledge": {"version": knowledge.version, "digest": knowledge.digest},
            "catalogue": {"head": head_hash(connection), "change_set": last_set(connection)},
            "use": use_to_data(use.stated),
            "assumptions": use_to_data(use.assumed),
            "date": use.on,
            "interpretation": interpretation,
            "tables": tables,
        }
        with (draft / MANIFEST).open("x", encoding="utf-8", newline="\n") as file:
            json.dump(manifest, file, indent=2, ensure_ascii=False)
            file.write("\n")
    return manifest


def _judge(desk: Desk, use: Use, interpretation: str) -> Judge:
    knowledge = desk.knowledge
    return Judge(knowledge.evaluator, knowledge.license_of, knowledge.expression_of, use, knowledge.interpretation(interpretation))


def _judged(desk: Desk, judge: Judge, stored: StoredProfile) -> dict[str, Any]:
    """What one profile makes of the use: worked out once, for all the models that have it."""
    knowledge = desk.knowledge
    outcome = judge.of_model(stored.profile.bindings, UNKNOWN, stored.profile.conflicts)
    own = sorted(binding.license for binding in stored.profile.bindings if binding.reach == "original")
    inherited = sorted({binding.license for binding in stored.profile.bindings if binding.reach != "original"})
    first = knowledge.license_of(own[0]) if own else None
    clause = deciding_clause(outcome) or {}
    return {
        "profile": stored.id,
        "license": " AND ".join(own) or None,
        "license_type": first.type if first is not None and not first.placeholder else None,
        "inherited_licenses": json.dumps(inherited, ensure_ascii=False) if inherited else None,
        "verdict": outcome.verdict.word,
        "deciding_license": clause.get("license"),
        "deciding_term": clause.get("term"),
        "deciding_section": clause.get("section"),
        "deciding_summary": clause.get("summary"),
        "yes_when": in_words(outcome.open, knowledge.vocabulary) if outcome.verdict == Verdict.CONDITIONAL and outcome.open is not None else None,
        "conflicts": json.dumps([conflict.summary for conflict in stored.profile.conflicts], ensure_ascii=False) if stored.profile.conflicts else None,
        "model_count": stored.model_count,
    }


_ADDED = ("license", "license_type", "verdict", "deciding_license", "deciding_term")
"""What each model has from its profile; the rest is read from `profiles`."""


def _profile_columns() -> tuple[ExportColumn, ...]:
    from registry.catalogue.queries.export import ExportColumn

    return (
        ExportColumn("profile", "integer", "its number, as in `models`"),
        ExportColumn("license", "text", "the model's own licence, as concluded", few=True),
        ExportColumn("license_type", "text", "open-source, custom or commercial", few=True),
        ExportColumn("inherited_licenses", "text", "licences that reach it from ancestors and data, a JSON list"),
        ExportColumn("verdict", "text", "what the recorded licences say about the use", few=True),
        ExportColumn("deciding_license", "text", "the licence that decides", few=True),
        ExportColumn("deciding_term", "text", "the term that decides", few=True),
        ExportColumn("deciding_section", "text", "where it stands", few=True),
        ExportColumn("deciding_summary", "text", "what it says, in a sentence", few=True),
        ExportColumn("yes_when", "text", "for which facts a conditional verdict is a yes", few=True),
        ExportColumn("conflicts", "text", "licences of it that cannot be kept together, a JSON list", few=True),
        ExportColumn("model_count", "integer", "how many models have it"),
    )


def _tables(
    desk: Desk, connection: Connection, judged: Mapping[int, Mapping[str, Any]], dated: Mapping[int, int]
) -> Iterator[tuple[str, Sequence[ExportColumn], Batches]]:
    """The tables with their columns, and their rows as batches of columns."""
    from registry.catalogue.queries.export import DATASETS, DEVELOPERS, EDGES, MODELS, STATEMENTS, ExportColumn, export_batches

    shared = {column.name: column for column in _profile_columns()}
    models = (*MODELS.columns, *(shared[name] for name in _ADDED))
    yield "models", models, _models(export_batches(connection, MODELS), judged, dated)
    rows = [tuple(judged[number][name] for name in shared) for number in sorted(judged)]
    yield "profiles", tuple(shared.values()), iter([list(zip(*rows, strict=True))] if rows else [])
    yield "edges", EDGES.columns, export_batches(connection, EDGES)
    statements = (
        *STATEMENTS.columns,
        ExportColumn("resolved", "text", "the licence it comes to by what is known now", few=True),
        ExportColumn("resolved_by", "text", "which step told it: link, fingerprint, name, id, open or nothing", few=True),
    )
    yield "statements", statements, _statements(desk, export_batches(connection, STATEMENTS))
    yield "datasets", DATASETS.columns, export_batches(connection, DATASETS)
    yield "developers", DEVELOPERS.columns, export_batches(connection, DEVELOPERS)


def _models(batches: Batches, judged: Mapping[int, Mapping[str, Any]], dated: Mapping[int, int]) -> Batches:
    lookups = [{number: values[name] for number, values in judged.items()} for name in _ADDED]
    for batch in batches:
        *columns, profiles, numbers = batch
        own = [dated.get(number, profile) for number, profile in zip(numbers, profiles, strict=True)] if dated else profiles
        yield [*columns, own, *(list(map(lookup.get, own)) for lookup in lookups)]


def _statements(desk: Desk, batches: Batches) -> Batches:
    from registry.catalogue.queries.export import STATEMENTS

    names = [column.name for column in STATEMENTS.columns]
    license, name, link, text, stated = (names.index(each) for each in ("license", "raw_name", "raw_link", "text_digest", "stated_on"))
    conclusions = Conclusions(desk.knowledge)
    for batch in batches:
        *columns, released = batch
        days = [said or day for said, day in zip(columns[stated], released, strict=True)]
        found = list(map(conclusions.of, columns[license], columns[name], columns[link], columns[text], days))
        yield [*columns, [each.license for each in found], [each.step for each in found]]
