"""`licet audit PATH --suggest`: what could be written, as a patch to review, and which models the use is better allowed with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from registry.cli.audit_files import TABLE, Destinations, whole_file
from registry.cli.errors import DONE
from registry.cli.output import Output, clean
from registry.cli.words import COLORS, DISCLAIMER, short_number

if TYPE_CHECKING:
    from registry.cli.state import State
    from registry.desk.audit.application import ApplicationQuestion


def check_forms(destinations: Destinations) -> None:
    """Refuse a form that suggestions cannot take.

    Raises:
        click.UsageError: There is one.
    """
    if destinations.files or destinations.printed not in (TABLE, "json"):
        raise click.UsageError("`--suggest` is printed as a patch or as json; `--out FILE` takes the patch")


def print_suggestions(state: State, path: Path, question: ApplicationQuestion, out: str | None, destinations: Destinations) -> int:
    """Audit an application and say what could be written; nothing in it is changed. The exit code."""
    from registry.desk.audit.application import audit_application
    from registry.desk.audit.suggest import suggest

    desk = state.desk()
    found = suggest(desk, audit_application(desk, path, question, ()))
    output = state.output
    if out is not None and found["patch"]:
        with whole_file(state, out) as stream:
            stream.write(found["patch"])
    if destinations.printed == "json":
        output.json(found)
    elif out is None and found["patch"]:
        output.stdout.write(found["patch"])
    else:
        _table(output, found)
    if out is not None:
        talk = f"wrote `{clean(out)}`; review it, then run `git apply` in `{clean(found['apply_in'])}`" if found["patch"] else "there is nothing to write"
        output.talk(talk)
    for note in found["notes"]:
        output.talk(f"not in the patch: {clean(note)}")
    output.talk(f"Nothing was changed. {DISCLAIMER}")
    return DONE


def _table(output: Output, found: Mapping[str, Any]) -> None:
    if found["changes"]:
        output.heading("What could be written")
        for each in found["changes"]:
            output.paragraph(f"{clean(each['file'])}{' (new)' if each['new'] else ''}: {clean(each['why'])}", indent=4, first="  - ")
    for other in found["alternatives"]:
        output.heading(f"Instead of {clean(other['instead_of']['model'])}")
        _terms(output, {**other["instead_of"], "model": "in use"})
        for each in other["models"]:
            _terms(output, each)
        if not other["models"]:
            like = other["like_in"]
            why = "its modality is not recorded" if like["modality"] is None else f"no {like['modality']} model of its stage and size is better allowed"
            output.line(f"  none is known: {why}")
    if not found["changes"] and not found["alternatives"]:
        output.line("There is nothing to suggest.")
    elif found["alternatives"]:
        output.talk("Models are alike by what is recorded: modality, stage, build and size. Whether one does the job as well is not known here.")


def _terms(output: Output, row: Mapping[str, Any]) -> None:
    """One model with its terms."""
    verdict = output.colored(row["verdict"], COLORS[row["verdict"]]) if row["verdict"] else "not known"
    licenses: Sequence[str] = row["licenses"]
    counts = [
        f"{short_number(row['parameters'])} parameters" if row["parameters"] else "size not known",
        f"{row['downloads']:,} downloads" if row["downloads"] is not None else "",
        f"{row['duties']} duties",
    ]
    output.paragraph(
        f"{verdict}, {clean(', '.join(licenses) or 'terms not known')}; {', '.join(filter(None, counts))}", indent=6, first=f"  - {clean(row['model'])}: "
    )
    output.paragraph(clean(f"allowed when {row['yes_when']}" if row["yes_when"] else row["decides"] or ""), indent=6)
