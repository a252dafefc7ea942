"""`licet bom`: what models and applications are made from, as a bill of materials that other tools read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from registry.cli.main import Command
from registry.cli.output import clean
from registry.cli.state import State, pass_state
from registry.cli.use import GivenUse, use_flags

if TYPE_CHECKING:
    from registry.reports.bom.score import Score


NOTES = 10
"""So many notes on what could not be said are printed."""


@click.command("bom", cls=Command, short_help="a bill of materials: CycloneDX or SPDX")
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option("--format", "form", type=click.Choice(["cyclonedx-json", "spdx-json"]), default="cyclonedx-json", show_default=True, help="Which standard.")
@click.option("--spec", type=click.Choice(["1.6", "1.7"]), help="The version of CycloneDX; 1.7 by default. SPDX is 3.0.1.")
@click.option("--out", metavar="FILE", help="Write it there; to stdout by default.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option("--folder", "folders", multiple=True, metavar="MODEL=DIR", help="Where the files of a model lie: its card, configuration and digests go in.")
@click.option("--hub", is_flag=True, help="Ask the Hub too: card, configuration, commit and file digests of each model asked about.")
@click.option("--author", metavar="NAME", help="The organisation that makes the bill; it stands in it as its maker.")
@click.option("--score", metavar="FILE", help="Also say how complete it is, by OWASP's field_registry.json.")
@use_flags()
@pass_state
def command(
    state: State,
    targets: tuple[str, ...],
    use: GivenUse,
    form: str,
    spec: str | None,
    out: str | None,
    force: bool,
    folders: tuple[str, ...],
    hub: bool,
    author: str | None,
    score: str | None,
) -> None:
    """Write a bill of materials of each TARGET: models, data, lineage, licences declared and concluded, hosts, digests, sources.

    A TARGET is a model `org/name[@revision]`, `app:NAME`, or a model folder `./path`. What nobody on record says is left out or said to be
    unknown; it is never filled in.
    """
    from registry.desk.bom.bill import make_bill

    file = new_file(out, force)
    bill = make_bill(
        state.desk(),
        targets,
        use.raw,
        interpretation=use.interpretation,
        form=form,
        spec=spec,
        folders=folder_of_models(folders),
        registry=Path(score) if score is not None else None,
        hub=hub,
        author=author,
    )
    if file is None:
        state.output.line(bill.text)
    else:
        from registry.cli.report import write_whole

        write_whole(file, bill.text)
        state.output.talk(
            f"wrote `{clean(out)}`: {bill.models:,} model{'' if bill.models == 1 else 's'}, {bill.datasets:,} dataset{'' if bill.datasets == 1 else 's'}"
        )
    for note in bill.notes[:NOTES]:
        state.output.talk(f"note: {clean(note)[:300]}")
    if len(bill.notes) > NOTES:
        state.output.talk(f"note: and {len(bill.notes) - NOTES:,} more")
    if bill.score is not None:
        _tell(state, bill.score)


def new_file(out: str | None, force: bool) -> Path | None:
    """The file to write; None for stdout.

    Raises:
        UsageError: It is there already and may not be written over, or is no file.
    """
    from registry.errors import UsageError

    if out is None or out == "-":
        return None
    file = Path(out)
    try:
        if file.is_dir():
            raise UsageError(f"`{clean(out)}` is a folder", "name a file")
        there = file.exists()
    except (OSError, ValueError) as error:
        raise UsageError(
            f"`{clean(out)}` cannot be written: {getattr(error, 'strerror', None) or error}", "name a file in a folder that exists and is yours"
        ) from error
    if there and not force:
        raise UsageError(f"`{clean(out)}` exists", "name another file, or write over it with `--force`")
    return file


def folder_of_models(texts: tuple[str, ...]) -> dict[str, str]:
    """Folders by the model that lies in each.

    Raises:
        click.UsageError: One is not MODEL=DIR, or a model is given two.
    """
    found: dict[str, str] = {}
    for text in texts:
        model, sign, folder = text.partition("=")
        if not sign or not model.strip() or not folder.strip():
            raise click.UsageError(f"`--folder {text}` is not MODEL=DIR")
        if model.strip() in found:
            raise click.UsageError(f"`--folder` names two folders for `{model.strip()}`")
        found[model.strip()] = folder.strip()
    return found


def _tell(state: State, score: Score) -> None:
    lowered = f", lowered by {1 - score.factor:.0%} for what is missing" if score.factor < 1 else ""
    state.output.talk(f"completeness: {score.total:g} of 100{lowered}; profiles met: {', '.join(score.profiles) or 'none'}")
    for category in score.categories:
        state.output.talk(f"  {clean(category.name)}: {category.present} of {category.total} fields, {category.points:g} of {category.most:g} points")
    for tier, names in score.missing.items():
        if names:
            state.output.talk(f"  missing, {tier}: {', '.join(clean(name) for name in names)}")
