"""`licet import`: take in what is outside: a model card, a model folder, the Hub's local cache, the Hub."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from registry.cli.main import Group
from registry.cli.output import Output, clean
from registry.cli.state import State, format_option, pass_state
from registry.cli.words import number

SHOWN = 20
"""How many notes are printed; JSON has more."""


@click.group("import", cls=Group, short_help="take in a model card, a model folder, the Hub's cache or models of the Hub")
def command() -> None:
    """Take in what is outside. What a card declares and what files show are kept apart, and nothing is ever loaded or run."""


@command.command("card", short_help="one model card")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--model", required=True, metavar="NAME", help="The model that the card is about; a card does not say.")
@format_option("text", "json")
@pass_state
def card(state: State, file: Path, model: str, form: str) -> None:
    """Take in the model card FILE, a README.md as the Hub has it."""
    from registry.desk.imports import import_card

    show(state, import_card(state.desk(), file, model), form)


@command.command("folder", short_help="a model folder, by its card, configuration and headers")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--model", metavar="NAME", help="The model's name; that of the folder by default.")
@format_option("text", "json")
@pass_state
def folder(state: State, folder: Path, model: str | None, form: str) -> None:
    """Take in the model folder DIR: its card, configuration files, licence files and the headers of its weights."""
    from registry.desk.imports import import_folder

    show(state, import_folder(state.desk(), folder, model), form)


@command.command("cache", short_help="every model of the Hub's local cache")
@click.option("--dir", "folder", metavar="DIR", type=click.Path(path_type=Path), help="The cache; where the Hub's client keeps it by default.")
@format_option("text", "json")
@pass_state
def cache(state: State, folder: Path | None, form: str) -> None:
    """Take in every model of the Hub's local cache. Nothing is fetched."""
    from registry.desk.imports import import_cache

    show(state, import_cache(state.desk(), folder), form)


@command.command("hub", short_help="models and datasets of the Hub")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--author", metavar="ORG", help="Every model of this owner.")
@click.option("--search", metavar="TEXT", help="Every model whose name holds this.")
@click.option("--filter", "filters", multiple=True, metavar="TAG", help="Every model with this tag; may be given several times.")
@click.option("--all", "everything", is_flag=True, help="Every model there is: three million, which takes hours; a dump is faster.")
@click.option("--limit", type=click.IntRange(1), help="At most so many of a list, the most downloaded first.")
@click.option("--kind", type=click.Choice(["model", "dataset"]), default="model", show_default=True, help="What a list is of.")
@format_option("text", "json")
@pass_state
def hub(
    state: State,
    names: tuple[str, ...],
    author: str | None,
    search: str | None,
    filters: tuple[str, ...],
    everything: bool,
    limit: int | None,
    kind: str,
    form: str,
) -> None:
    """Take in models (`org/name`) and datasets (`dataset:org/name`) of the Hub, or a list of either, with the Hub's own client and settings.

    A list that is interrupted goes on where it stopped when the same is asked again.
    """
    if not names and not author and not search and not filters and not everything and limit is None:
        raise click.UsageError("name a model, or give `--author`, `--search`, `--filter`, `--limit` or `--all`")
    from registry.desk.imports import import_hub

    meter = Meter(state.output, "models")
    result = import_hub(state.desk(), names, author=author, search=search, filters=filters, limit=limit, everything=everything, kind=kind, progress=meter)
    show(state, result, form)


@command.command("dump", short_help="a dump of Hub metadata: parquet, JSON lines or CSV")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--map", "mapping", multiple=True, metavar="FIELD=COLUMN", help="Where a column has another name than the Hub's own word.")
@click.option("--kind", type=click.Choice(["model", "dataset"]), help="What its rows are; told by the columns by default.")
@format_option("text", "json")
@pass_state
def dump(state: State, file: Path, mapping: tuple[str, ...], kind: str | None, form: str) -> None:
    """Take in FILE, a dump of Hub metadata: parquet, JSON lines (also gzipped) or CSV, batch by batch."""
    from registry.desk.imports import import_dump

    show(
        state, import_dump(state.desk(), file, mapping=mapping, kind=kind, progress=Meter(state.output, "rows" if file.suffix == ".parquet" else "bytes")), form
    )


@command.command("bom", short_help="a bill of materials: CycloneDX ML-BOM or SPDX 3 with its AI profile")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@format_option("text", "json")
@pass_state
def bom(state: State, file: Path, form: str) -> None:
    """Take in the bill of materials FILE: models, data, licences and lineage of CycloneDX 1.5 to 1.7 (JSON) or SPDX 3 (JSON-LD).

    It is checked against its schema (install `licet[bom]`), and read as far as it can be understood where it breaks it.
    """
    from registry.desk.imports_layers import import_bom

    show(state, import_bom(state.desk(), file), form)


@command.command("ecosystem-graphs", short_help="Ecosystem Graphs: models, data, applications and their makers")
@click.argument("path", metavar="DIR", type=click.Path(path_type=Path))
@format_option("text", "json")
@pass_state
def ecosystem_graphs(state: State, path: Path, form: str) -> None:
    """Take in a copy of Ecosystem Graphs: its folder of YAML files, one of them, or its table as CSV."""
    from registry.desk.imports_layers import import_ecosystem_graphs

    show(state, import_ecosystem_graphs(state.desk(), path), form)


@command.command("models-dev", short_help="models.dev: who serves which model at which price")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@format_option("text", "json")
@pass_state
def models_dev(state: State, path: Path, form: str) -> None:
    """Take in a copy of models.dev: its entries as JSON lines (also gzipped), its api.json, or a folder with its TOML files."""
    from registry.desk.imports_layers import import_models_dev

    show(state, import_models_dev(state.desk(), path), form)


@command.command("epoch", short_help="Epoch AI's table of models and their compute")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@format_option("text", "json")
@pass_state
def epoch(state: State, path: Path, form: str) -> None:
    """Take in Epoch AI's table of models as CSV, plain or gzipped: developers, compute, hardware, base models and data."""
    from registry.desk.imports_layers import import_epoch

    show(state, import_epoch(state.desk(), path), form)


class Meter:
    """Says on stderr how far a long import has come, how fast it goes and how long it may take, once a second at most.

    Args:
        output: Where to say it.
        unit: What is counted: `models`, `rows`, or `bytes` of a file of lines.
    """

    def __init__(self, output: Output, unit: str) -> None:
        self._output = output
        self._unit = unit
        self._started = self._said = time.monotonic()

    def __call__(self, done: int, total: int | None) -> None:
        """Take note of how much is done, and of how much."""
        now = time.monotonic()
        if now - self._said < 1:
            return
        self._said = now
        rate = done / (now - self._started)
        left = f", {max(0, round((total - done) / rate)):,} s left" if total and rate else ""
        share = f"{100 * done / total:.0f}%" if total else number(done)
        speed = f"{rate / 1e6:.1f} MB/s" if self._unit == "bytes" else f"{round(rate):,} {self._unit}/s"
        self._output.talk(f"{share} done, {speed}{left}")


def show(state: State, result: Mapping[str, Any], form: str) -> None:
    """What an import did."""
    if form == "json":
        state.output.json(result)
    else:
        print_import(state.output, result)


def print_import(output: Output, result: Mapping[str, Any]) -> None:
    """What an import did, for people: the models, what changed, what was not understood, and the next command."""
    models = [clean(name) for name in result["models"][:5]]
    count = int(result.get("models_in_all", len(result["models"])))
    output.line(f"Took in {number(count)} model{'' if count == 1 else 's'}{': ' + ', '.join(models[:5]) if models else ''}{' ...' if count > 5 else ''}.")
    output.fields((word, _counts(result[word])) for word in ("added", "changed", "retired"))
    notes = result["notes"]
    if notes:
        output.heading("Not understood, or worth knowing")
        same: dict[str, list[Mapping[str, Any]]] = {}
        for note in notes:
            same.setdefault(f"{note.get('finding', '')} {note['message']}".strip(), []).append(note)
        for message, told in list(same.items())[:SHOWN]:
            place = ", ".join(f"{key} {clean(told[0][key])}" for key in ("file", "line", "row") if key in told[0])
            more = f" and {number(len(told) - 1)} more" if len(told) > 1 else ""
            output.paragraph(f"{clean(message)}{f' ({place}{more})' if place else more}", indent=4, first="  - ")
        if len(same) > SHOWN or result["notes_in_all"] > len(notes):
            output.line("  and more; `--format json` has them")
    if models:
        output.talk(f"next: `licet check {shlex.quote(models[0])} --commercial`")


def _counts(counts: Mapping[str, int]) -> str | None:
    return ", ".join(f"{number(count)} {clean(kind)}" for kind, count in counts.items()) or None
