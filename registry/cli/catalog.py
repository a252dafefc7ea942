"""`licet catalog`: add to the layers of the catalogue, record an acceptance, count what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from registry.cli.main import Group
from registry.cli.output import Column, Output, clean
from registry.cli.show import print_rows
from registry.cli.state import State, format_option, pass_state, read_record
from registry.cli.words import number

LAYERS = ("developer", "dataset", "compute", "model", "host", "hosting", "application", "user-group")
"""What can be added, from the data up to the users."""


@click.group("catalog", cls=Group, short_help="add to the catalogue, record an acceptance, count what it holds")
def command() -> None:
    """Write to the catalogue and see what it holds. Models made from others are better added with `licet register`."""


@command.command("add", short_help="add or change one entry of a layer")
@click.argument("layer", type=click.Choice(LAYERS))
@click.option("--from", "file", metavar="FILE", help="Read the entry from a YAML or JSON file in the form of the seed data; `-` reads stdin.")
@click.option("--set", "fields", multiple=True, metavar="FIELD=VALUE", help="Set a field; overrules the file. May be given several times.")
@format_option("text", "json")
@pass_state
def add(state: State, layer: str, file: str | None, fields: tuple[str, ...], form: str) -> None:
    """Add an entry to LAYER, or change the one of the same id where fields are given; the change goes to the history.

    Fields are those of the seed data: `id`, `name`, `source` for all; a dataset has a `license`, a model a list of `licenses`.
    """
    record = read_record(file) if file else {}
    record.update(read_fields(fields))
    if not record:
        raise click.UsageError("give the entry with `--from FILE` or `--set FIELD=VALUE`")
    from registry.desk.catalog import add as add_record

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
    from registry.desk.catalog import accept as record_acceptance

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
@format_option("text", "json")
@pass_state
def stats(state: State, counts: bool, transitions: bool, form: str) -> None:
    """Count the entries of each layer, then show the shape of the whole.

    The shape: licence tags as they are declared, relations, how deep the lineage goes, the largest families and busiest bases,
    and what becomes of a licence tag from a base to its children.
    """
    if counts and transitions:
        raise click.UsageError("`--counts` leaves out the shape, of which `--transitions` is a part")
    from registry.cli.shape import print_shape
    from registry.desk.catalog import stats as count
    from registry.desk.stats import shape_catalogue

    result = count(state.desk())
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
    output.fields((str(key).replace("_", " "), number(value)) for key, value in result.items() if key != "schema" and not isinstance(value, Mapping | list))
    for key, value in result.items():
        if isinstance(value, Mapping) and value:
            output.heading(clean(str(key).replace("_", " ").capitalize()))
            rows = [{"name": name, "count": count} for name, count in value.items()]
            output.table([Column("NAME", lambda row: row["name"]), Column("COUNT", lambda row: number(row["count"]), right=True)], rows, indent=2)
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            output.heading(clean(str(key).replace("_", " ").capitalize()))
            print_rows(output, value)
