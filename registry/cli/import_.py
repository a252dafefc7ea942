"""`licet import`: take in what is outside: a model card, a model folder, the Hub's local cache, the Hub."""

from __future__ import annotations

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
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@format_option("text", "json")
@pass_state
def hub(state: State, names: tuple[str, ...], form: str) -> None:
    """Take in models (`org/name`) and datasets (`dataset:org/name`) of the Hub, with the Hub's own client and settings."""
    from registry.desk.imports import import_hub

    show(state, import_hub(state.desk(), names), form)


def show(state: State, result: Mapping[str, Any], form: str) -> None:
    """What an import did."""
    if form == "json":
        state.output.json(result)
    else:
        print_import(state.output, result)


def print_import(output: Output, result: Mapping[str, Any]) -> None:
    """What an import did, for people: the models, what changed, what was not understood, and the next command."""
    models = [clean(name) for name in result["models"]]
    output.line(
        f"Took in {number(len(models))} model{'' if len(models) == 1 else 's'}{': ' + ', '.join(models[:5]) if models else ''}{' ...' if len(models) > 5 else ''}."
    )
    output.fields((word, _counts(result[word])) for word in ("added", "changed", "retired"))
    notes = result["notes"]
    if notes:
        output.heading("Not understood, or worth knowing")
        for note in notes[:SHOWN]:
            place = ", ".join(f"{key} {clean(note[key])}" for key in ("file", "line", "row") if key in note)
            code = f"{clean(note['finding'])} " if "finding" in note else ""
            output.paragraph(f"{code}{clean(note['message'])}{f' ({place})' if place else ''}", indent=4, first="  - ")
        if result["notes_in_all"] > SHOWN:
            output.line(f"  and {number(result['notes_in_all'] - SHOWN)} more; `--format json` has them")
    if models:
        output.talk(f"next: `licet check {models[0]} --commercial`")


def _counts(counts: Mapping[str, int]) -> str | None:
    return ", ".join(f"{number(count)} {clean(kind)}" for kind, count in counts.items()) or None
