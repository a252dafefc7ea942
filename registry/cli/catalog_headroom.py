"""`licet catalog headroom`: how far applications are from the limits of the licences they use, and when they would pass them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from registry.cli.main import Command
from registry.cli.output import Column, Output, clean
from registry.cli.state import State, format_option, pass_state
from registry.cli.words import DISCLAIMER, number, section

COLUMNS = (
    *("application", "model", "host", "license", "term", "section", "effect", "ask", "fact", "of", "products", "per", "at", "limit", "comparator", "unit"),
    *(
        "tested_month",
        "month",
        "value",
        "value_unit",
        "share",
        "passed",
        "settled",
        "missing",
        "growth_rate",
        "growth_step",
        "growth_counts",
        "crosses",
        "note",
    ),
)
"""The columns as CSV."""

FACTS = {
    "monthly_active_users": "users a month",
    "daily_active_users": "users a day",
    "annual_revenue_usd": "a year",
    "monthly_revenue_usd": "a month",
    "annual_recurring_revenue_usd": "recurring a year",
}
"""What is counted, in a word or two."""

CELLS = 8
"""How long a bar is that is full."""

SPARKS = "▁▂▃▄▅▆▇█"
"""Heights of a count among the others of its series."""


@click.command("headroom", cls=Command, short_help="how far applications are from user and revenue limits, and when they pass them")
@click.argument("application", metavar="[APP]", required=False)
@click.option("--on", metavar="YYYY-MM-DD", help="The date of the use; today by default.")
@click.option("--interpretation", type=click.Choice(["strict", "mainstream", "permissive"]), help="Which unsettled points bind; mainstream by default.")
@format_option("table", "json", "csv")
@pass_state
def command(state: State, application: str | None, on: str | None, interpretation: str | None, form: str) -> None:
    """Hold every numeric limit of every model that APP uses, inherited ones too, against its recorded users and revenue; without APP, of all applications.

    Growth is steady growth, fitted by least squares to the logarithms of the last twelve recorded months (or years), three at least. A limit
    that the text measures once, in a month of its own, is settled: what follows changes nothing.
    """
    from registry.desk.catalog.headroom import read_headroom

    result = read_headroom(state.desk(), application, on, interpretation)
    if form == "json":
        state.output.json(result)
    elif form == "csv":
        state.output.csv(COLUMNS, [_flat(item) for item in result["items"]])
    else:
        print_headroom(state.output, result)


def _flat(item: Mapping[str, Any]) -> dict[str, Any]:
    growth = item["growth"] or {}
    return {**item, "growth_rate": growth.get("rate"), "growth_step": growth.get("step"), "growth_counts": growth.get("counts")}


def print_headroom(output: Output, result: Mapping[str, Any]) -> None:
    """The limits, for people: a table for each application."""
    by_application: dict[str, list[Mapping[str, Any]]] = {}
    for item in result["items"]:
        by_application.setdefault(item["application"], []).append(item)
    for name, items in by_application.items():
        output.heading(f"app:{clean(name)}")
        output.table(_columns(), items, indent=2)
        _to_record(output, name, items)
    if result["without_limits"]:
        output.line()
        output.paragraph(
            f"No model of these has a numeric limit that looks at this use: {', '.join(f'app:{clean(name)}' for name in result['without_limits'])}."
        )
    if not result["items"] and not result["without_limits"]:
        output.line("No application is recorded.")
    for warning in result["warnings"]:
        output.talk(clean(warning))
    output.talk(f"On {clean(result['date'])}. Trend: {clean(result['trend'])}. {DISCLAIMER}")


def _columns() -> tuple[Column, ...]:
    return (
        Column("MODEL, LICENCE", _bound, wraps=True),
        Column("LIMIT", _limit, wraps=True),
        Column("COUNTED", _counted),
        Column("USED", lambda item: bar(item["share"], item["passed"]), style=_color),
        Column("TREND", _trend, spare=1),
        Column("CROSSED", _crossed),
    )


def _bound(item: Mapping[str, Any]) -> str:
    """The model and the clause, with the ancestor that it comes from."""
    ancestor = f", from {item['path'][-1]['model']}" if len(item["path"]) > 1 else ""
    return f"{item['model']} ({item['license']}, {section(item['section'], 'section')}{ancestor})"


def _limit(item: Mapping[str, Any]) -> str:
    """The limit in a few words: `> 700M monthly active users, group`."""
    unit = f" {item['unit']}" if item["unit"] else ""
    label = FACTS.get(item["fact"], str(item["fact"]).replace("_", " "))
    effect = "" if item["effect"] in ("needs-permission", "prohibited") else f", then {item['effect']}"
    return f"{item['comparator']} {number(item['limit'])}{unit} {label}, {item['of']}{effect}"


def _counted(item: Mapping[str, Any]) -> str:
    if item["value"] is None:
        if item["passed"] is None:
            return f"{item['tested_month']} not recorded" if item["tested_month"] else "not recorded"
        return "over by a narrower count" if item["passed"] else "kept by a wider count"
    unit = f" {item['value_unit']}" if item["value_unit"] else ""
    when = f" in {item['month']}" if item["month"] else ""
    return f"{number(item['value'])}{unit}{when}"


def _color(text: str) -> str:
    return "red" if text.endswith("over") else ""


def bar(share: float | None, passed: bool | None) -> str:
    """How much of a limit is used, as a bar with the share behind it: `███░░░░░ 38%`."""
    if share is None:
        return "over" if passed else ""
    full = min(CELLS, round(share * CELLS)) or (1 if share else 0)
    shown = "<1%" if 0 < share < 0.01 else f"{share:.0%}" if share < 100 else f"{share:,.0f}x"
    return f"{'█' * full}{'░' * (CELLS - full)} {shown}{' over' if passed else ''}"


def spark(values: Sequence[float]) -> str:
    """A series as a row of bars, the highest in full; empty where there are fewer than two."""
    top = max(values, default=0)
    if len(values) < 2 or top <= 0:
        return ""
    return "".join(SPARKS[max(0, min(len(SPARKS) - 1, round(value / top * len(SPARKS)) - 1))] for value in values)


def _trend(item: Mapping[str, Any]) -> str:
    growth = item["growth"]
    if growth is None:
        return ""
    return f"{spark([each['value'] for each in item['series']])} {growth['rate']:+.1%}/{growth['step']}"


def _crossed(item: Mapping[str, Any]) -> str:
    """When the limit is passed, in a word or a few; `note` has it at length."""
    if item["settled"]:
        return f"settled {item['tested_month'] or ''}: {'passed' if item['passed'] else 'open' if item['passed'] is None else 'kept'}"
    if item["passed"]:
        return "passed"
    if item["crosses"]:
        return str(item["crosses"])
    if item["growth"] is None:
        return "no trend"
    return "not growing" if item["growth"]["rate"] <= 0 else "not in ten years"


def _to_record(output: Output, name: str, items: Sequence[Mapping[str, Any]]) -> None:
    """What would have to be recorded, and with which commands, once each."""
    missing = list(dict.fromkeys(item["missing"] for item in items if item["missing"]))
    if missing:
        output.paragraph(f"Not recorded: {clean('; '.join(missing))}.", indent=2, hanging=2)
    for command_line in dict.fromkeys(line for item in items if item["missing"] if (line := _recording(name, item)) is not None):
        output.line(f"  {clean(command_line)}")


def _recording(name: str, item: Mapping[str, Any]) -> str | None:
    """The command that records what a limit asks for; None where no command does, and it is a fact to be stated."""
    month = f"--month {item['tested_month'] or 'YYYY-MM'}"
    if item["fact"] == "monthly_active_users":
        return f"licet catalog users record {name} {month} --mau N"
    if item["fact"] == "monthly_revenue_usd":
        return f"licet catalog revenue record {name} AMOUNT {month} --of {item['of']}"
    if item["fact"] == "annual_revenue_usd":
        return f"licet catalog revenue record {name} AMOUNT --year {item['tested_month'] or 'YYYY'} --of {item['of']}"
    return None
