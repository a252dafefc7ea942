"""`licet license`: list, show and compare licences as the knowledge has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from registry.cli.main import Group
from registry.cli.output import Column, Output, clean
from registry.cli.state import State, format_option, pass_state
from registry.cli.words import BINDS, DISCLAIMER, REACH, acts, ask, join, quoted, section

KEYS = ("id", "name", "type", "steward", "spdx", "osi_approved", "released", "confidence")
"""The keys of an item of `licet license ls`, in the order of CSV."""

COLUMNS = (
    Column("ID", lambda item: item["id"]),
    Column("NAME", lambda item: item.get("name"), wraps=True),
    Column("TYPE", lambda item: item.get("type")),
    Column("STEWARD", lambda item: item.get("steward"), wraps=True),
    Column("OSI", lambda item: "yes" if item.get("osi_approved") else "no"),
    Column("DATED", lambda item: item.get("released")),
    Column("READ", lambda item: item.get("confidence")),
)
"""The columns of `licet license ls`."""

CONFIDENCES = {
    "text-read": "the text itself was read",
    "quoted": "known from passages quoted elsewhere; the text itself was not read",
    "secondary": "known from a description; the text itself was not read",
    "memory": "not checked against the text",
    "unread": "not read",
}
"""How well a licence or a term is known."""


@click.group("license", cls=Group, short_help="list, show and compare licences")
def command() -> None:
    """Look at licences as the knowledge has them: what is granted, barred and asked for, with the section of each."""


@command.command("ls", short_help="list the licences that are known")
@click.argument("search", required=False)
@click.option("--type", "license_type", type=click.Choice(["open-source", "custom", "commercial"]), help="Only licences of this type.")
@click.option("--osi", is_flag=True, help="Only licences approved by the Open Source Initiative.")
@format_option("table", "json", "csv")
@pass_state
def ls(state: State, search: str | None, license_type: str | None, osi: bool, form: str) -> None:
    """List the licences that are known, or those whose id, name, alias or steward holds SEARCH."""
    from registry.desk.licenses import list_licenses

    result = list_licenses(state.desk(), search=search, type=license_type, osi=osi)
    if form == "json":
        state.output.json(result)
    elif form == "csv":
        state.output.csv(KEYS, result["items"])
    else:
        state.output.table(COLUMNS, result["items"])
        state.output.talk(f"{len(result['items']):,} licences. {DISCLAIMER}")


@command.command("show", short_help="what one licence grants, bars and asks for")
@click.argument("name", metavar="LICENSE")
@click.option("--on", metavar="DATE", help="The text of that name that was in force on this date.")
@format_option("text", "json")
@pass_state
def show(state: State, name: str, on: str | None, form: str) -> None:
    """Print LICENSE (an id, an SPDX identifier, a common name or its address) for people, with the section of every rule."""
    from registry.desk.licenses import show_license

    license = show_license(state.desk(), name, on=on)
    if form == "json":
        state.output.json(license)
    else:
        print_license(state.output, license)


@command.command("identify", short_help="which licence a text is")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@format_option("text", "json")
@pass_state
def identify(state: State, file: Path, form: str) -> None:
    """Say which licence the text in FILE is, how near it comes and what else comes near; nothing is said where that is not sure."""
    from registry.desk.identify import identify_file

    found = identify_file(state.desk(), file)
    if form == "json":
        state.output.json(found)
        return
    known = f"{clean(found['name'])} ({clean(found['license'])})" if found["license"] else "not sure: no known text comes near enough"
    state.output.paragraph(f"{clean(file)}: {state.output.strong(known)}")
    part = "its use policy" if found["part"] == "use-policy" else None
    rivals = ", ".join(f"{clean(each['license'])} {each['score']:.2f}" for each in found["rivals"][:3])
    state.output.fields([("part", part), ("score", f"{found['score']:.2f}"), ("told by", found["method"]), ("points to", found["link"]), ("nearest", rivals)])


@command.command("compare", short_help="what one licence has and the other lacks")
@click.argument("left", metavar="LICENSE")
@click.argument("right", metavar="LICENSE")
@format_option("text", "json")
@pass_state
def compare(state: State, left: str, right: str, form: str) -> None:
    """Put two licences side by side and name what one has and the other lacks."""
    from registry.desk.licenses import compare_licenses

    result = compare_licenses(state.desk(), left, right)
    if form == "json":
        state.output.json(result)
    else:
        print_comparison(state.output, result)


def print_license(output: Output, license: Mapping[str, Any]) -> None:
    """One licence, for people."""
    terms: Sequence[Mapping[str, Any]] = license.get("terms", ())
    output.line(output.strong(f"{clean(license.get('name'))} ({clean(license.get('id'))})"))
    _identity(output, license)
    if license.get("placeholder"):
        output.heading("This name stands for no single text")
        what = (
            "Nothing is granted under it."
            if license["placeholder"] == "nothing-granted"
            else "What it means cannot be told from the name; see the model's own files."
        )
        output.paragraph(what, indent=2)
    limits = [term for term in terms if term["kind"] == "bar" and _measures(term.get("if"))]
    bars = [term for term in terms if term["kind"] == "bar" and term not in limits]
    _terms(output, "Granted", [term for term in terms if term["kind"] == "grant"])
    _terms(output, "Limits", limits)
    _terms(output, "Barred", bars)
    _duties(output, [term for term in terms if term["kind"] == "duty"])
    _bound(output, terms)
    _reach(output, license.get("reach") or {})
    _disputed(output, license, terms)
    _terms(output, "Also in the text", [term for term in terms if term["kind"] == "note"])
    if license.get("remarks"):
        output.heading("Remarks")
        for remark in license["remarks"]:
            output.paragraph(clean(remark), indent=4, first="  - ")
    output.line()
    knowledge = license.get("knowledge") or {}
    output.line((f"Licence knowledge {clean(knowledge['version'])}. " if knowledge.get("version") else "") + DISCLAIMER)


def _identity(output: Output, license: Mapping[str, Any]) -> None:
    in_force = license.get("in_force") or {}
    dates = [
        f"{word} {clean(value)}"
        for word, value in (("released", license.get("released")), ("from", in_force.get("from")), ("until", in_force.get("to")))
        if value
    ]
    reason = f": {clean(license['type_reason'])}" if license.get("type_reason") else ""
    output.fields(
        [
            ("type", f"{clean(license.get('type'))}{reason}"),
            ("steward", license.get("steward")),
            ("more rights", ask(license["ask"]) if license.get("ask") else None),
            ("dates", ", ".join(dates)),
            ("replaces", ", ".join(license.get("replaces") or ())),
            ("SPDX", license.get("spdx")),
            ("OSI approved", "yes" if license.get("osi_approved") else "no"),
            ("models", ", ".join(license.get("applies_to") or ())),
            ("read", CONFIDENCES.get(str(license.get("confidence")), license.get("confidence"))),
        ]
    )
    texts = license.get("texts") or ()
    if texts:
        output.heading("Texts")
        for text in texts:
            dated = f", {clean(text['dated'])}" if text.get("dated") else ""
            digest = f", {clean(text['digest'])}" if text.get("digest") else ""
            output.paragraph(f"{clean(text.get('name'))}{dated}{digest}; {clean(text.get('source') or 'source not recorded')}", indent=2, hanging=2)


def _terms(output: Output, title: str, terms: Sequence[Mapping[str, Any]]) -> None:
    if not terms:
        return
    output.heading(title)
    for term in terms:
        _term(output, term)


def _term(output: Output, term: Mapping[str, Any]) -> None:
    """A term: section, what it is about, what it says, when, and how to get past it."""
    about = {"grant": lambda: f"{acts(term.get('acts') or ())}. ", "note": lambda: f"{clean(term.get('about', '')).replace('-', ' ')}. "}.get(
        term["kind"], lambda: ""
    )()
    parts = [f"{about}{clean(term.get('summary'))}"]
    measures = _measures(term.get("if"))
    if term.get("when"):
        parts.append(f"{'The limit' if measures and term['kind'] == 'bar' else 'Applies when'}: {clean(term['when'])}.")
    if term["kind"] == "bar":
        if set(term.get("acts") or ()) and acts(term["acts"]) != "everything":
            parts.append(f"Bars {acts(term['acts'])}.")
        parts.append(f"Way out: {ask(term['ask'])}." if term.get("ask") else "The text names no way to permission.")
    if term.get("wording"):
        parts.append(f"Words: {quoted(term['wording'])}")
    if term.get("rule"):
        parts.append(f"Rule: {rule(term['rule'])}.")
    if term.get("where"):
        parts.append(f"Where: {join([clean(place) for place in term['where']], 'or')}.")
    if term.get("confidence") and term["confidence"] != "text-read":
        parts.append(f"({CONFIDENCES.get(term['confidence'], clean(term['confidence'])).capitalize()}.)")
    output.paragraph(" ".join(parts), indent=6, first=f"  {_section(term)}  ")


def _section(term: Mapping[str, Any]) -> str:
    text = "" if term.get("text") in (None, "license") else f"{clean(term['text'])} "
    return f"{text}{clean(term.get('section'))}"


def rule(data: object) -> str:
    """The detail of a duty in words."""
    if isinstance(data, Mapping):
        words = {"starts_with": "the name begins with", "contains": "the name contains", "not_primary": "the name is not mainly", "ids": "one of"}
        return "; ".join(
            f"{words.get(str(key), clean(key))} {join([clean(part) for part in value], 'or') if isinstance(value, list | tuple) else f'“{clean(value)}”'}"
            for key, value in data.items()
        )
    return clean(data)


def _duties(output: Output, duties: Sequence[Mapping[str, Any]]) -> None:
    """Duties by what sets them off: the same acts and the same condition stand together."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for duty in duties:
        groups.setdefault(acts(duty.get("acts") or ()), []).append(duty)
    for trigger, members in groups.items():
        output.heading("Duties, whatever you do" if trigger == "everything" else f"Duties when {trigger}")
        for duty in members:
            asked = "Encouraged: " if duty.get("force") == "should" else "Before anything else: " if duty.get("gate") else ""
            _term(output, {**duty, "summary": f"{asked}{clean(duty.get('summary'))}"})


def _bound(output: Output, terms: Sequence[Mapping[str, Any]]) -> None:
    """What binds derivatives, outputs and models trained on outputs."""
    for capacity in ("derivative", "output", "output-model", "data-result"):
        bound = [term for term in terms if capacity in (term.get("binds") or ("original", "derivative", "copy")) and term["kind"] in ("bar", "duty")]
        if bound:
            output.heading(f"What binds {BINDS[capacity]}")
            own = [term for term in bound if list(term.get("binds") or ()) == [capacity]]
            only = f" Nothing but them: {', '.join(_name(term) for term in own)}." if own and len(own) < len(bound) else ""
            output.paragraph(f"{', '.join(_name(term) for term in bound)}.{only}", indent=2)


def _name(term: Mapping[str, Any]) -> str:
    return f"{clean(str(term.get('id', '')).replace('-', ' '))} ({_section(term)})"


def _reach(output: Output, reach: Mapping[str, Any]) -> None:
    if not reach:
        return
    output.heading("How it reaches other models")
    pairs = []
    for relation, value in reach.items():
        if isinstance(value, Mapping):
            bound = REACH.get(str(value.get("reach") or "derivative"), clean(value.get("reach")))
            free = REACH.get(str(value.get("else") or value.get("otherwise") or "none"), "")
            pairs.append((clean(relation), f"unsettled ({clean(value.get('unsettled') or value.get('point'))}): {bound}, else {free}"))
        else:
            pairs.append((clean(relation), REACH.get(str(value), clean(value))))
    output.fields(pairs)


def _disputed(output: Output, license: Mapping[str, Any], terms: Sequence[Mapping[str, Any]]) -> None:
    questions: Mapping[str, str] = license.get("points") or {}
    found: dict[str, list[str]] = {}
    for term in terms:
        for point in term.get("disputed") or ():
            found.setdefault(str(point), []).append(_section(term))
    if found:
        output.heading("Disputed")
        for point, sections in found.items():
            output.paragraph(f"{clean(questions.get(point, point.replace('-', ' ')))} ({', '.join(dict.fromkeys(sections))})", indent=4, first="  - ")


def _measures(data: object) -> bool:
    """Whether a condition holds a number to stay under."""
    if isinstance(data, Mapping):
        return "measure" in data or any(_measures(value) for value in data.values())
    return isinstance(data, list) and any(_measures(part) for part in data)


def print_comparison(output: Output, result: Mapping[str, Any]) -> None:
    """Two licences side by side."""
    left, right = result["left"], result["right"]
    names = [clean(left.get("id") or "left"), clean(right.get("id") or "right")]
    rows = [
        {"what": what, "left": _plain(left.get(key)), "right": _plain(right.get(key))}
        for what, key in (
            ("name", "name"),
            ("type", "type"),
            ("steward", "steward"),
            ("released", "released"),
            ("SPDX", "spdx"),
            ("OSI approved", "osi_approved"),
        )
    ]
    rows.extend({"what": row.get("about"), "left": _side(row.get("left")), "right": _side(row.get("right"))} for row in result.get("differences", ()))
    output.table(
        [
            Column("", lambda row: row["what"], wraps=True),
            Column(names[0], lambda row: row["left"], wraps=True),
            Column(names[1], lambda row: row["right"], wraps=True),
        ],
        rows,
    )
    for name, other, key in ((names[0], names[1], "only_left"), (names[1], names[0], "only_right")):
        if result.get(key):
            output.heading(f"{name} has, {other} lacks")
            for term in result[key]:
                _term(output, term)
    _common(output, names, result.get("common") or ())
    output.line()
    output.line(DISCLAIMER)


def _common(output: Output, names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """What both have, gathered by where it stands; only the places are given, since the words say the same."""
    groups: dict[str, list[str]] = {}
    for row in rows:
        places = [
            section((row.get(side) or {}).get("section", "-")) if isinstance(row.get(side), Mapping) else _plain(row.get(side)) for side in ("left", "right")
        ]
        groups.setdefault(f"{names[0]} {places[0]}; {names[1]} {places[1]}", []).append(clean(row.get("about")))
    if groups:
        output.heading("Both have")
        for place, about in groups.items():
            output.paragraph(f"{', '.join(dict.fromkeys(about))} ({place})", indent=2, hanging=2)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else clean(value)


def _side(value: object) -> str:
    """One side of a row: a text, or a term with its section."""
    if isinstance(value, Mapping):
        text = clean(value.get("summary") or value.get("term") or "")
        return f"{text} ({section(value['section'])})" if value.get("section") else text
    return _plain(value)
