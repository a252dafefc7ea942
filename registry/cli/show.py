"""`licet show`: everything recorded about one model, dataset or application."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from registry.cli.main import Command
from registry.cli.output import Column, Output, clean
from registry.cli.state import State, format_option, pass_state
from registry.cli.words import DISCLAIMER, REACH, number

TITLES = {
    "revisions": "Revisions",
    "statements": "Licence statements",
    "licenses": "Licence statements",
    "bases": "Made from",
    "derivatives": "Made from it",
    "datasets": "Datasets",
    "training": "Compute",
    "hostings": "Hosted by",
    "applications": "Used by applications",
    "models": "Uses models",
    "user_groups": "User groups",
    "revenues": "Revenue",
    "acceptances": "Acceptances",
    "history": "History",
}
"""The lists of a record, in the order they are shown; a list that is not here follows under its own name."""

COLUMN_TITLES = {
    "seq": "NO",
    "price_input_usd_per_million": "IN USD/M",
    "price_output_usd_per_million": "OUT USD/M",
    "energy_kwh": "KWH",
    "flop": "FLOP",
}
"""What stands above a column where the key's own words would be too long."""

INHERITED = 12
"""So many inherited licences are printed; JSON has all."""

_FIRST = ("seq", "at", "host", "model", "dataset", "application", "id", "name", "license", "relation", "terms")
_LAST = ("source", "row", "change")
_NUMBERS = (
    "parameters",
    "training_tokens",
    "training_flop",
    "downloads",
    "size_tokens",
    "size_rows",
    "seats",
    "hours",
    "count",
    "energy_kwh",
    "flop",
    "amount",
)
_WIDE = ("source", "change", "purpose", "license_raw", "summary", "row", "countries", "monthly_users")
_ASIDE = ("schema", "model", "id", "name", "knowledge", "license")


@click.command("show", cls=Command, short_help="everything recorded about one model, dataset or application")
@click.argument("name", metavar="NAME")
@click.option("--history", is_flag=True, help="Add every recorded change, oldest first.")
@click.option("--as-known", metavar="DATE", help="As the catalogue knew it on that date.")
@format_option("text", "json")
@pass_state
def command(state: State, name: str, history: bool, as_known: str | None, form: str) -> None:
    """Print everything recorded about NAME, with sources: its layers, licence statements, lineage, hosts and users.

    NAME is a model (`org/name`, or a name people use for it), `dataset:NAME` or `app:NAME`.
    """
    from registry.desk.show import show_model

    record = show_model(state.desk(), name, history, as_known)
    if form == "json":
        state.output.json(record)
    else:
        print_record(state.output, record)


def print_record(output: Output, record: Mapping[str, Any]) -> None:
    """One record, for people: its fields, then each of its lists as a table."""
    identity = record.get("model") or record.get("id") or ""
    name = record.get("name")
    output.line(output.strong(clean(identity if not name or name == identity else f"{name} ({identity})")))
    output.fields((_title(key), _field(key, value)) for key, value in record.items() if key not in _ASIDE and not _is_table(value))
    if isinstance(record.get("license"), Mapping):
        print_license(output, record["license"])
    ordered = [key for key in TITLES if key in record] + [key for key in record if key not in TITLES]
    for key in ordered:
        if _is_table(record[key]) and record[key]:
            output.heading(TITLES.get(key, _title(key).capitalize()))
            print_rows(output, record[key])
    knowledge = record.get("knowledge") or {}
    output.line()
    output.paragraph((f"Licence knowledge {clean(knowledge['version'])}. " if knowledge.get("version") else "") + DISCLAIMER)


def print_license(output: Output, license: Mapping[str, Any]) -> None:
    """What is declared, detected and concluded about the licence, side by side, with the reason; what is inherited, and what disagrees."""
    output.heading("Licence")
    concluded = license["concluded"]
    held = ", ".join(clean(each) for each in concluded["licenses"])
    reason = clean(concluded["reason"])
    nothing = [("declared", "nothing")] if not license["declared"] else []
    lines = [*nothing, *((basis, _claim(claim)) for basis in ("declared", "detected") for claim in license[basis])]
    lines.append(("concluded", f"{held}: {reason}" if held else f"nothing: {reason}"))
    lines += [("inherited", _inherited(each)) for each in license["inherited"][:INHERITED]]
    if len(license["inherited"]) > INHERITED:
        lines.append(("", f"and {len(license['inherited']) - INHERITED} more; `--format json` has them"))
    lines += [(clean(each["code"]), f"{clean(each['severity'])}: {clean(each['summary'])} To mend it: {clean(each['hint'])}.") for each in license["findings"]]
    output.fields(lines)


def _claim(claim: Mapping[str, Any]) -> str:
    """A claim in a line: what was written and what it comes to where that is something else, when and by whom."""
    written = None if claim["text_digest"] else claim["as_written"] or claim["link"]
    shown = clean(claim["license"]) if written in (None, claim["license"]) else f"{clean(written)}, which comes to {clean(claim['license'])}"
    notes = [
        f"link {clean(claim['link'])}" if claim["link"] and claim["link"] != written else None,
        f"text {clean(claim['text_digest'])[:19]}" if claim["text_digest"] else None,
        f"stated on {clean(claim['stated_on'])}" if claim["stated_on"] else None,
        clean(claim["source"]) if claim["source"] else None,
        f"read {clean(claim['read_on'])}" if claim["read_on"] else None,
    ]
    told = "; ".join(note for note in notes if note)
    return f"{shown}{f' ({told})' if told else ''}"


def _inherited(each: Mapping[str, Any]) -> str:
    """What reaches it from one ancestor, in a line."""
    reach = " or ".join(REACH.get(part, part) for part in str(each["reach"]).split(" or "))
    far = "" if each["links"] == 1 else f", over {each['links']} links"
    return f"{clean(each['license'])} from {clean(each['from'])}, {clean(reach)} ({clean(each['relation'])}{far}; {clean(each['evidence'])})"


def print_rows(output: Output, rows: Sequence[Mapping[str, Any]]) -> None:
    """A list of records as a table of the columns that hold something."""
    keys = list(dict.fromkeys(key for row in rows for key, value in row.items() if value not in (None, "", [], {})))
    keys.sort(key=lambda key: _FIRST.index(key) if key in _FIRST else 1000 if key in _LAST else 100)
    columns = [
        Column(COLUMN_TITLES.get(key, _title(key).upper()), _reader(key), wraps=key in _WIDE, right=key in _NUMBERS or key.startswith("price_")) for key in keys
    ]
    output.table(columns, rows, indent=2)


def _reader(key: str) -> Any:
    return lambda row: _field(key, row.get(key))


def _field(key: str, value: object) -> str | None:
    """A value in a word or a few; None where there is nothing to show."""
    if value is None or value in ("", [], {}):
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        if set(value) & {"id", "name"}:
            notes = [clean(value[part]) for part in ("kind", "country") if value.get(part)]
            return clean(value.get("name") or value.get("id")) + (f" ({', '.join(notes)})" if notes else "")
        return ", ".join(f"{_title(str(part))} {_field(str(part), inner)}" for part, inner in value.items() if inner not in (None, "", [], {}))
    if isinstance(value, list | tuple):
        return ", ".join(str(_field(key, part)) for part in value)
    if key == "at":
        return clean(value)[:19].replace("T", " ")
    if isinstance(value, int | float) and key in _NUMBERS:
        return number(value) if value < 10**15 else f"{value:.3g}"
    return clean(value)


def _title(key: str) -> str:
    return clean(key.replace("_", " ").replace(" usd", " (USD)"))


def _is_table(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(part, Mapping) for part in value)
