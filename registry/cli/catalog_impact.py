"""`licet catalog impact`: everything downstream of a model, a dataset or a licence whose terms changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from registry.cli.main import Command
from registry.cli.output import Column, Output, clean
from registry.cli.state import State, format_option, pass_state
from registry.cli.use import GivenUse, use_flags
from registry.cli.words import COLORS, DISCLAIMER, REACH, number

COLUMNS = ("kind", "name", "model", "relation", "depth", "downloads", "registered", "host", "owner", "month", "users", "verdict", "path")
"""The columns as CSV."""

MOST_DEPTHS = 8
"""So many depths are printed one by one."""


@click.command("impact", cls=Command, short_help="everything downstream of a model or licence: derivatives, applications, users")
@click.argument("name", metavar="NAME")
@click.option("--as", "what", type=click.Choice(["model", "license"]), help="What NAME is, where a model and a licence go by it.")
@click.option("--limit", type=click.IntRange(0, 10_000), default=20, show_default=True, help="How many of each kind to list; all are counted.")
@use_flags()
@format_option("table", "json", "csv")
@pass_state
def command(state: State, /, name: str, what: str | None, limit: int, use: GivenUse, form: str) -> None:
    """Say what a change of the terms of NAME reaches: a model `org/name`, `dataset:NAME`, or a licence.

    Of a model: its derivatives by relation and distance, those registered here apart, the applications that use it or one of them, and their
    users. Of a licence: all models that it binds, whether it is their own or comes from an ancestor. With facts of a use, models are
    counted by what they come to for it, too.
    """
    from registry.desk.catalog.impact import impact_as_rows, read_impact

    raw = use.raw if use.interpretation is None else {**use.raw, "interpretation": use.interpretation}
    result = read_impact(state.desk(), name, raw, limit, what)
    if form == "json":
        state.output.json(result)
    elif form == "csv":
        state.output.csv(COLUMNS, [{**row, "path": way(row["path"]) if row.get("path") else None} for row in impact_as_rows(result)])
    else:
        print_impact(state.output, result)


def way(steps: Sequence[Mapping[str, str]]) -> str:
    """A way through the lineage on one line: `acme/a, finetune of b, quantized of c`."""
    return ", ".join(f"{step['relation']} of {step['model']}" if "relation" in step else step["model"] for step in steps)


def print_impact(output: Output, result: Mapping[str, Any]) -> None:
    """What is reached, for people."""
    subject, counts = result["subject"], result["counts"]
    is_license = subject["kind"] == "license"
    output.line(output.strong(clean(f"{subject['title']} ({subject['name']})" if is_license else subject["name"])))
    models = f"{counts['models']:,}: {counts['registered']:,} registered here, {counts['imported']:,} imported"
    output.fields(
        [
            ("models it binds" if is_license else "models from it", models),
            ("applications", f"{counts['applications']:,}"),
            ("user groups", f"{counts['user_groups']:,}"),
        ]
    )
    _tables(output, counts)
    if result["applications"]:
        output.heading("Applications")
        rows = [{**item, **use} for item in result["applications"] for use in item["uses"]]
        output.table(_application_columns(rows), rows, indent=2)
        _more(output, counts["applications"], len(result["applications"]), "applications")
    if result["user_groups"]:
        output.heading("Users")
        output.table(GROUP_COLUMNS, result["user_groups"], indent=2)
        _more(output, counts["user_groups"], len(result["user_groups"]), "groups")
    for title, key, total in (("Registered here", "registered", counts["registered"]), ("Most downloaded", "models", counts["models"])):
        if result[key]:
            output.heading(title)
            output.table(_model_columns(result[key]), result[key], indent=2)
            _more(output, total, len(result[key]), "models")
    said = ", ".join(_fact(fact, value) for fact, value in result["use"].items() if fact != "date")
    output.talk(_closing(result, said))


def _fact(name: str, value: Any) -> str:
    shown = ", ".join(str(each) for each in value) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else str(value)
    return f"{name.replace('_', ' ')} {shown}"


def _closing(result: Mapping[str, Any], said: str) -> str:
    if not result["counts"]["by_verdict"]:
        return DISCLAIMER
    return f"Verdicts by the licences alone, for a use with {clean(said)}, on {clean(result['date'])}. {DISCLAIMER}"


def _tables(output: Output, counts: Mapping[str, Any]) -> None:
    """The models by relation or capacity, by distance and by verdict."""
    if counts.get("by_relation"):
        output.heading("By relation")
        output.table(_counted("RELATION", lambda row: row["relation"]), counts["by_relation"], indent=2)
    if counts.get("by_reach"):
        output.heading("By how it reaches them")
        output.table(_counted("REACHES", lambda row: REACH.get(row["reach"], row["reach"])), counts["by_reach"], indent=2)
    if counts.get("by_depth"):
        output.heading("By distance")
        near = [dict(row) for row in counts["by_depth"][:MOST_DEPTHS]]
        far = counts["by_depth"][MOST_DEPTHS:]
        rows = [{**row, "links": f"{row['depth']} link{'' if row['depth'] == 1 else 's'}"} for row in near]
        if far:
            rows.append({"links": f"{far[0]['depth']} to {far[-1]['depth']} links", "models": sum(row["models"] for row in far)})
        output.table(_counted("DISTANCE", lambda row: row["links"]), rows, indent=2)
    if counts["by_verdict"]:
        output.heading("By verdict")
        output.table(_counted("VERDICT", lambda row: row["verdict"]), counts["by_verdict"], indent=2)


def _counted(title: str, read: Any) -> tuple[Column, ...]:
    return (Column(title, read), Column("MODELS", lambda row: f"{row['models']:,}", right=True))


def _application_columns(rows: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    return (
        Column("APPLICATION", lambda row: f"app:{row['application']}"),
        Column("OWNER", lambda row: row["owner"], wraps=True),
        Column("USES", lambda row: way(row["path"]), wraps=True),
        *([Column("HOST", lambda row: row["host"], spare=1)] if any(row["host"] for row in rows) else []),
        Column("USERS", lambda row: f"{number(row['users'])} in {row['month']}" if row["users"] is not None else "not recorded"),
        *([Column("VERDICT", lambda row: row["verdict"], style=_color)] if any(row["verdict"] for row in rows) else []),
    )


def _model_columns(rows: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    return (
        Column("MODEL", lambda row: way(row["path"]), wraps=True),
        Column("DOWNLOADS", lambda row: number(row["downloads"]) if row["downloads"] is not None else "", right=True),
        *([Column("VERDICT", lambda row: row["verdict"], style=_color)] if any(row["verdict"] for row in rows) else []),
    )


def _color(text: str) -> str:
    return COLORS.get(text, "")


GROUP_COLUMNS = (
    Column("APPLICATION", lambda row: f"app:{row['application']}"),
    Column("GROUP", lambda row: row["group"]),
    Column("SEGMENT", lambda row: row["segment"]),
    Column("COUNTRIES", lambda row: ", ".join(row["countries"]), wraps=True),
    Column("USERS", lambda row: f"{number(row['users'])} in {row['month']}" if row["users"] is not None else "not recorded"),
)


def _more(output: Output, total: int, shown: int, what: str) -> None:
    if total > shown:
        output.line(f"  and {total - shown:,} more {what}; `--limit` lists more")
