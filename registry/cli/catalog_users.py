"""`licet catalog users` and `licet catalog revenue`: the figures of an application that limits of licences are held against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from registry.cli.main import Group
from registry.cli.output import Column, Output, clean
from registry.cli.state import State, format_option, pass_state, read_text

NUMBERS = ("month", "users", "country", "group")
"""The columns of users as CSV: those that `--from` takes."""

EARNED = ("of", "period", "amount", "currency", "recorded")
"""The columns of revenue as CSV."""

MOST_GROUPS = 12
"""So many groups of a month are printed; JSON and CSV have all."""

WHOSE = {"product": "the application", "licensee": "its owner", "group": "its owner with affiliates"}
"""Whose revenue it is, in words."""


@click.group("users", cls=Group, short_help="record the users of an application by month, or show them")
def users() -> None:
    """The users of an application by month: `check app:NAME`, `report app:NAME` and `licet catalog headroom` hold the limits of licences against them."""


@users.command("record", short_help="record users of a month, or correct them")
@click.argument("application", metavar="APP")
@click.option("--month", metavar="YYYY-MM", help="The month they were counted in.")
@click.option("--mau", "number", metavar="N", help="How many people used it in that month: 12M, 450k, 12_000_000.")
@click.option("--country", "countries", multiple=True, metavar="CC,...", help="Where these are; without it the number is that of all countries.")
@click.option("--group", default="", metavar="NAME", help="Which group of users these are; without it the number is that of all users.")
@click.option("--from", "file", metavar="FILE", help="Take many from a table in CSV with the columns month, users, country and group; `-` reads stdin.")
@click.option("--source", metavar="TEXT", help="Where the numbers were read.")
@format_option("text", "json")
@pass_state
def record_users(
    state: State,
    application: str,
    month: str | None,
    number: str | None,
    countries: tuple[str, ...],
    group: str,
    file: str | None,
    source: str | None,
    form: str,
) -> None:
    """Record how many people used APP in a month. The same month again corrects it, and the history keeps both numbers.

    Without `--country` and `--group` the number is that of all users; else it is that of one part of them. Where only parts are recorded, they
    are added up for the months that each of them has.
    """
    single = (month, number, group or None, countries or None)
    if file is not None and any(each is not None for each in single):
        raise click.UsageError("`--from FILE` holds month, number, country and group; leave the flags out")
    if file is None and (month is None or number is None):
        raise click.UsageError("give `--month` and `--mau` together, or `--from FILE`")
    from registry.desk.catalog.users import Given, record_users
    from registry.sources.user_counts import MAX_BYTES, read_user_counts

    if file is not None:
        rows = read_user_counts(read_text(file, MAX_BYTES), file)
        given = [Given(row.month, row.users, _words([row.country.replace("+", ",").replace(" ", ",")]), row.group, f"`{file}` line {row.line}") for row in rows]
    else:
        given = [Given(str(month), str(number), _words(countries), group)]
    result = record_users(state.desk(), application, given, source)
    if form == "json":
        state.output.json(result)
        return
    for item in result["items"] if len(result["items"]) == 1 else ():
        state.output.line(f"{_done(item)}: {item['users']:,} users of app:{clean(result['application'])} in {item['month']} (group {clean(item['group'])}).")
    if len(result["items"]) != 1:
        counts = f"{result['added']:,} added, {result['corrected']:,} corrected, {result['unchanged']:,} as they were"
        state.output.line(f"Recorded {len(result['items']):,} numbers of users of app:{clean(result['application'])}: {counts}.")
    if lost := result["no_longer_counted"]:
        shown = f"{lost[0]} to {lost[-1]}" if len(lost) > 1 else lost[0]
        state.output.talk(
            f"{len(lost)} months ({shown}) are no longer counted, since a part of the users has no number for them; record it, or all users of a month"
        )


def _done(item: Mapping[str, Any]) -> str:
    if item["before"] is None:
        return "Recorded"
    return "Recorded already" if item["before"] == item["users"] else f"Corrected from {item['before']:,}"


def _words(texts: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return tuple(word for text in texts for word in (part.strip() for part in text.split(",")) if word)


@users.command("show", short_help="the recorded users of an application")
@click.argument("application", metavar="APP")
@format_option("table", "json", "csv")
@pass_state
def show_users(state: State, application: str, form: str) -> None:
    """Print the users of APP month by month, with the groups that make up each number and the months that lack one.

    As CSV it is the table that `licet catalog users record --from` takes.
    """
    from registry.desk.catalog.users import show_users, users_as_rows

    shown = show_users(state.desk(), application)
    if form == "json":
        state.output.json(shown)
    elif form == "csv":
        state.output.csv(NUMBERS, users_as_rows(state.desk(), shown))
    elif not shown["items"]:
        state.output.line(f"No users of app:{clean(shown['application'])} are recorded.")
        state.output.talk(f"record them with `licet catalog users record {clean(shown['application'])} --month 2026-10 --mau N`")
    else:
        print_users(state.output, shown)


def print_users(output: Output, shown: Mapping[str, Any]) -> None:
    """The months of an application, for people."""
    items = shown["items"]
    several = any(item["owner_users"] is not None and item["owner_users"] != item["users"] for item in items)
    columns = [
        Column("MONTH", lambda item: item["month"]),
        Column("USERS", lambda item: f"{item['users']:,}" if item["users"] is not None else "not known", right=True),
        *([Column("OWNER'S USERS", lambda item: f"{item['owner_users']:,}" if item["owner_users"] is not None else "", right=True)] if several else []),
        Column("GROUPS", _groups, wraps=True),
    ]
    output.table(columns, items)


def _groups(item: Mapping[str, Any]) -> str:
    if not item["groups"]:
        return "not recorded"
    told = "; ".join(f"{name} {users:,}" for name, users in list(item["groups"].items())[:MOST_GROUPS])
    told += f" and {len(item['groups']) - MOST_GROUPS:,} more" if len(item["groups"]) > MOST_GROUPS else ""
    more = f" and {len(item['missing']) - MOST_GROUPS:,} more" if len(item["missing"]) > MOST_GROUPS else ""
    return f"{told}; not recorded: {', '.join(item['missing'][:MOST_GROUPS])}{more}" if item["missing"] else told


@click.group("revenue", cls=Group, short_help="record the revenue of an application or its owner, or show it")
def revenue() -> None:
    """What an application and its owner earn, by month or year: the revenue limits of licences are held against it."""


@revenue.command("record", short_help="record the revenue of a month or year, or correct it")
@click.argument("application", metavar="APP")
@click.argument("amount", metavar="AMOUNT")
@click.option("--month", metavar="YYYY-MM", help="The month in which it was earned.")
@click.option("--year", metavar="YYYY", help="The calendar year in which it was earned.")
@click.option(
    "--of",
    "scope",
    type=click.Choice(["product", "licensee", "group"]),
    default="licensee",
    show_default=True,
    help="Whose it is: that of APP alone, all that its owner earns, or that of the owner with its affiliates.",
)
@click.option("--source", metavar="TEXT", help="Where it was read.")
@format_option("text", "json")
@pass_state
def record_revenue(state: State, application: str, amount: str, month: str | None, year: str | None, scope: str, source: str | None, form: str) -> None:
    """Record that AMOUNT (`2M`, or `1.5M EUR`) was earned with APP or by its owner. The same period again corrects it.

    Twelve months in a row also make a year. The revenue of an owner counts for all applications that name it.
    """
    if (month is None) == (year is None):
        raise click.UsageError("give `--month` or `--year`")
    from registry.desk.catalog.revenue import record_revenue

    result = record_revenue(state.desk(), application, month or year or "", amount, scope, source)
    if form == "json":
        state.output.json(result)
        return
    (item,) = result["items"]
    done = "Recorded" if item["before"] is None else f"Corrected from {item['before']}" if result["change_set"] else "Recorded already"
    whose = clean(result["owner"]) if scope != "product" and result["owner"] else f"app:{clean(result['application'])}"
    state.output.line(f"{done}: {whose}{' with affiliates' if scope == 'group' else ''} earned {item['amount']:,} {item['currency']} in {item['period']}.")


@revenue.command("show", short_help="the recorded revenue of an application and its owner")
@click.argument("application", metavar="APP")
@format_option("table", "json", "csv")
@pass_state
def show_revenue(state: State, application: str, form: str) -> None:
    """Print what is recorded that APP and its owner earned, and the years that recorded months add up to."""
    from registry.desk.catalog.revenue import show_revenue

    shown = show_revenue(state.desk(), application)
    if form == "json":
        state.output.json(shown)
    elif form == "csv":
        state.output.csv(EARNED, shown["items"])
    elif not shown["items"]:
        state.output.line(f"No revenue of app:{clean(shown['application'])} or its owner is recorded.")
    else:
        columns = (
            Column("OF", lambda item: WHOSE[item["of"]]),
            Column("PERIOD", lambda item: item["period"]),
            Column("AMOUNT", lambda item: f"{item['amount']:,.2f}".removesuffix(".00"), right=True),
            Column("CURRENCY", lambda item: item["currency"]),
            Column("", lambda item: "" if item["recorded"] else "added up"),
        )
        state.output.table(columns, shown["items"])
