"""`licet models`: which models permit a use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from shlex import quote
from typing import Any

import click

from registry.cli.main import Command
from registry.cli.output import Column, clean
from registry.cli.state import State, format_option, pass_state
from registry.cli.use import GivenUse, use_flags
from registry.cli.words import COLORS, DISCLAIMER, deciding, short_number

KEYS = ("model", "developer", "license", "license_type", "verdict", "deciding_term", "deciding_section", "yes_when", "parameters", "modality", "downloads")
"""The columns of CSV: the keys of an item, with what decides in two."""


def _color(text: str) -> str:
    return COLORS.get(text) or COLORS.get(f"permitted-{text}", "")


COLUMNS = (
    Column("VERDICT", lambda item: item["verdict"], style=_color, brief={"permitted-with-obligations": "with-obligations"}),
    Column("MODEL", lambda item: item["model"]),
    Column("LIMIT OR DECIDING CLAUSE", deciding, wraps=True),
    Column("LICENSE", lambda item: item.get("license"), spare=1),
    Column("TYPE", lambda item: item.get("license_type"), spare=3),
    Column("DEVELOPER", lambda item: item.get("developer"), wraps=True, spare=4),
    Column("PARAMS", lambda item: short_number(item.get("parameters")), right=True, spare=2),
)
"""The columns of the table."""


@click.command("models", cls=Command, short_help="which models permit a use")
@use_flags(without=("modality_used",))
@click.option("--type", "license_type", metavar="TYPE,...", help="Only licences of these types: open-source, custom, commercial.")
@click.option("--layer", help="Only entries of this layer of the supply chain.")
@click.option("--modality", help="Only models of this modality: text, image, audio, video, multimodal, ...")
@click.option("--developer", help="Only models of this developer.")
@click.option("--license", "license_id", help="Only models under this licence.")
@click.option("--min-params", metavar="COUNT", help="Only models with at least so many parameters: 7B, 110M.")
@click.option("--verdict", metavar="VERDICT,...", help="Only these verdicts: permitted, permitted-with-obligations, conditional, ...")
@click.option("--osi", is_flag=True, help="Only licences approved by the Open Source Initiative.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many to list.")
@click.option("--after", metavar="CURSOR", help="Go on after the page that gave this cursor.")
@format_option("table", "json", "csv")
@pass_state
def command(state: State, /, use: GivenUse, form: str, limit: int, after: str | None, **filters: Any) -> None:
    """List the models of the catalogue by what the recorded licences say about a use.

    Sorted by verdict, then downloads, then name. The use is stated by the flags; what is not stated is assumed to be ordinary
    where that is harmless, and asked for where it could turn the answer.
    """
    desk = state.desk()
    from registry.desk.models import ModelFilters, list_models

    raw = {**use.raw} if use.interpretation is None else {**use.raw, "interpretation": use.interpretation}
    page = list_models(
        desk,
        raw,
        ModelFilters(
            type=_words(filters["license_type"]),
            layer=filters["layer"],
            modality=filters["modality"],
            developer=filters["developer"],
            license=filters["license_id"],
            min_parameters=filters["min_params"],
            verdict=_words(filters["verdict"]),
            osi=filters["osi"],
        ),
        limit,
        after,
    )
    if form == "json":
        state.output.json(
            {"schema": "licet.models/1", "items": page.items, "next": page.next, "total": page.total, "at_least": page.at_least, "notes": list(page.notes)}
        )
        return
    if form == "csv":
        state.output.csv(KEYS, [flat(item) for item in page.items])
    else:
        state.output.table(COLUMNS, page.items)
        tell(state, page.items, page.next, page.total, page.at_least)
    for note in page.notes:
        state.output.talk(clean(note))


def tell(state: State, items: Sequence[Mapping[str, Any]], after: str | None, total: int | None, at_least: int = 0) -> None:
    """Say beside the table how much of the whole it shows."""
    of = f" of {total:,}" if total is not None and total != len(items) else ""
    if total is None and after:
        of = f" of more than {max(at_least, len(items)):,}"
    more = f"; more with `--after {quote(clean(after))}`" if after else ""
    state.output.talk(f"{len(items):,}{of} models{more}. {DISCLAIMER}")


def flat(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item without nesting, for a spreadsheet."""
    clause = item.get("deciding") or {}
    return {**item, "deciding_term": clause.get("term"), "deciding_section": clause.get("section")}


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word for word in (part.strip() for part in (text or "").split(",")) if word)
