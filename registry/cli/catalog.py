"""`licet catalog`: add to the layers of the catalogue, record an acceptance, say what changed, count or export what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from registry.cli.catalog_headroom import command as headroom
from registry.cli.catalog_impact import command as impact
from registry.cli.catalog_users import revenue, users
from registry.cli.main import Group
from registry.cli.output import Column, Output, clean
from registry.cli.show import print_rows
from registry.cli.state import State, format_option, pass_state, read_record
from registry.cli.use import GivenUse, use_flags
from registry.cli.words import number

LAYERS = ("developer", "dataset", "compute", "model", "host", "hosting", "application", "user-group")
"""What can be added, from the data up to the users."""


@click.group("catalog", cls=Group, short_help="add to the catalogue, record an acceptance, count what it holds")
def command() -> None:
    """Write to the catalogue and see what it holds. Models made from others are better added with `licet register`."""


command.add_command(users)
command.add_command(revenue)
command.add_command(headroom)
command.add_command(impact)


@command.command("add", short_help="add or change one entry of a layer")
@click.argument("layer", type=click.Choice(LAYERS))
@click.argument("path", metavar="[FILE]", required=False)
@click.option("--from", "file", metavar="FILE", help="Read the entry from a YAML or JSON file in the form of the seed data, as FILE does; `-` reads stdin.")
@click.option("--set", "fields", multiple=True, metavar="FIELD=VALUE", help="Set a field; overrules the file. May be given several times.")
@format_option("text", "json")
@pass_state
def add(state: State, layer: str, path: str | None, file: str | None, fields: tuple[str, ...], form: str) -> None:
    """Add an entry to LAYER, or change the one of the same id where fields are given; the change goes to the history.

    Fields are those of the seed data: `id`, `name`, `source` for all; a dataset has a `license`, a model a list of `licenses`, an application its
    `models` (each with the `host` it is reached through, or `self-hosted`), `distribution`, `countries`, `owner` and whether it is `commercial`.
    """
    if path and file:
        raise click.UsageError("name the file once, as FILE or with `--from`")
    record = read_record(path or file or "") if path or file else {}
    record.update(read_fields(fields))
    if not record:
        raise click.UsageError("give the entry as FILE or `--from FILE`, or with `--set FIELD=VALUE`")
    from registry.desk.catalog.entries import add as add_record

    result = add_record(state.desk(), layer, record)
    if form == "json":
        state.output.json(result)
    else:
        state.output.line(
            f"{'Added' if result.get('created', True) else 'Changed'} {layer} {clean(result.get('id') or record.get('id') or record.get('name') or '')}."
        )


def read_fields(fields: tuple[str, ...]) -> dict[str, Any]:
    """The fields given as `FIELD=VALUE`; a value is read as YAML, so that numbers, lists and `null` can be given.

    Raises:
        click.UsageError: One has no `=`.
    """
    from registry.errors import RegistryError
    from registry.yaml12 import read_yaml

    record: dict[str, Any] = {}
    for text in fields:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise click.UsageError(f"`--set {text}` is not FIELD=VALUE")
        try:
            record[name.strip()] = read_yaml(value, f"--set {name.strip()}")
        except RegistryError as error:
            raise click.UsageError(error.message) from error
    return record


@command.command("accept", short_help="record that a model's terms were accepted")
@click.argument("model", metavar="MODEL")
@click.option("--by", "person", required=True, metavar="NAME", help="Who accepted them.")
@click.option("--on", metavar="YYYY-MM-DD", help="When; today by default.")
@format_option("text", "json")
@pass_state
def accept(state: State, model: str, person: str, on: str | None, form: str) -> None:
    """Record that the terms of MODEL were accepted, with the digest of the terms as they are known now."""
    from registry.desk.catalog.entries import accept as record_acceptance

    result = record_acceptance(state.desk(), model, person, on)
    if form == "json":
        state.output.json(result)
        return
    terms = ", ".join(clean(entry.get("license")) for entry in result.get("licenses", ())) or clean(result.get("license") or "")
    digest = f", digest {clean(result['digest'])}" if result.get("digest") else ""
    state.output.line(
        f"Recorded: {clean(person)} accepted {terms or 'the terms'} for {clean(result.get('model') or model)} on {clean(result.get('on') or on or 'today')}{digest}."
    )


@command.command("stats", short_help="count what the catalogue holds and show its shape")
@click.option("--counts", is_flag=True, help="Only count the entries, which takes no time.")
@click.option("--transitions", is_flag=True, help="Print the whole table of licence tags from bases to their children.")
@click.option("--digest", is_flag=True, help="Take the digest of every row, which small catalogues have anyway.")
@format_option("text", "json")
@pass_state
def stats(state: State, counts: bool, transitions: bool, digest: bool, form: str) -> None:
    """Count the entries of each layer, then show the shape of the whole.

    The shape: licence tags as they are declared, relations, how deep the lineage goes, the largest families and busiest bases,
    and what becomes of a licence tag from a base to its children.
    """
    if counts and transitions:
        raise click.UsageError("`--counts` leaves out the shape, of which `--transitions` is a part")
    from registry.cli.shape import print_shape
    from registry.desk.catalog.entries import stats as count
    from registry.desk.catalog.stats import shape_catalogue

    result = count(state.desk(), digest=digest)
    if form == "text":
        print_stats(state.output, result)
    if not counts:
        shape = shape_catalogue(state.desk(), state.output.talk)
        if form == "text":
            print_shape(state.output, shape, whole=transitions)
        result = {**result, **shape}
    if form == "json":
        state.output.json(result)


def print_stats(output: Output, result: Mapping[str, Any]) -> None:
    """Counts, for people: the single ones first, then each list or mapping under its name."""
    output.fields(
        (str(key).replace("_", " "), number(value))
        for key, value in result.items()
        if key != "schema" and value is not None and not isinstance(value, Mapping | list)
    )
    for key, value in result.items():
        if isinstance(value, Mapping) and value:
            output.heading(clean(str(key).replace("_", " ").capitalize()))
            rows = [{"name": name, "count": count} for name, count in value.items()]
            output.table([Column("NAME", lambda row: row["name"]), Column("COUNT", lambda row: number(row["count"]), right=True)], rows, indent=2)
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            output.heading(clean(str(key).replace("_", " ").capitalize()))
            print_rows(output, value)


@command.command("changes", short_help="what changed, licences first, and whom it reaches")
@click.option("--since", required=True, metavar="DATE|N", help="From that day on, or after change set number N.")
@click.option("--until", metavar="DATE|N", help="To the end of that day, or up to change set N; to now by default.")
@click.option("--what", metavar="KIND,...", help="Only these: license, lineage, retired, new, load, other; or rows such as statement, relation.")
@click.option("--subject", metavar="NAME", help="Only this model, dataset:NAME, app:NAME, developer:NAME or host:NAME.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="How many to list.")
@click.option("--after", metavar="CURSOR", help="Go on after the page that gave this cursor.")
@format_option("table", "json", "csv")
@pass_state
def changes(state: State, since: str, until: str | None, what: str | None, subject: str | None, limit: int, after: str | None, form: str) -> None:
    """Say what changed in the catalogue over a time, one line a thing, with its state before and after.

    Changes of licences come first, then of lineage, what is gone, what is new, whole loads, and the rest. Beside each stand the
    registered derivatives and the applications that it reaches, however far down the lineage.
    """
    from registry.cli.changes import print_changes
    from registry.desk.catalog.changes import read_changes

    words = tuple(word for word in (part.strip() for part in (what or "").split(",")) if word)
    result = read_changes(state.desk(), since, until, what=words, subject=subject, limit=limit, after=after)
    print_changes(state.output, result, form)


@command.command("export", short_help="the catalogue as parquet or CSV, with the verdict for a use")
@click.argument("form", metavar="FORMAT", type=click.Choice(["parquet", "csv"]))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace an earlier export in DIR.")
@use_flags()
@pass_state
def export(state: State, /, form: str, folder: Path, force: bool, use: GivenUse) -> None:
    """Write the catalogue to DIR as FORMAT (parquet or csv), for DuckDB, Spark or a warehouse: one folder a table.

    Tables: models (each with its verdict for the use and the term that decides), profiles (the sets of licences that bind
    models, with `yes_when`), edges, statements, datasets, developers. `manifest.json` says what each column holds, for which
    use, on which date and from which state of the catalogue it was written, with the digest of every file.
    """
    from registry.cli.import_ import Meter
    from registry.desk.catalog.export import export_catalogue

    raw = use.raw if use.interpretation is None else {**use.raw, "interpretation": use.interpretation}
    manifest = export_catalogue(state.desk(), form, folder, raw, force=force, progress=Meter(state.output, "rows"))
    rows = [{"table": name, **table, "bytes": sum(file["bytes"] for file in table["files"])} for name, table in manifest["tables"].items()]
    columns = (
        Column("TABLE", lambda row: row["table"]),
        Column("ROWS", lambda row: f"{row['rows']:,}", right=True),
        Column("FILES", lambda row: len(row["files"]), right=True),
        Column("BYTES", lambda row: f"{row['bytes']:,}", right=True),
    )
    state.output.table(columns, rows)
    state.output.talk(f"wrote `{clean(folder)}`; `{clean(folder / 'manifest.json')}` says what is in it")
