"""`licet audit PATH --against OLD.json`: what changed since an earlier audit, and why."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from registry.cli.audit_application import SEVERITIES
from registry.cli.audit_files import TABLE, Destinations, tell_written, whole_file
from registry.cli.errors import DONE, REFUSED
from registry.cli.output import Output, clean, dump_json
from registry.cli.words import COLORS, DISCLAIMER
from registry.reports.audit_changes import only_moved, render_changes, telling

if TYPE_CHECKING:
    from registry.cli.state import State
    from registry.desk.audit.application import ApplicationQuestion

FORMS = (TABLE, "json", "markdown")
"""The forms of a comparison."""

SHOWN = 40
"""So many findings of a kind are printed."""


def check_forms(destinations: Destinations) -> None:
    """Refuse a form that a comparison cannot take.

    Raises:
        click.UsageError: There is one.
    """
    for form in (destinations.printed, *(form for form, _ in destinations.files)):
        if form not in FORMS:
            raise click.UsageError(f"`--against` is written as {', '.join(FORMS)}, not as {form}; `--baseline` writes only what is new in every form")


def print_changes(state: State, path: Path, question: ApplicationQuestion, earlier: str, destinations: Destinations, fail_on: str | None) -> int:
    """Compare with an earlier audit and write what changed; the exit code, by what is new only."""
    from registry.desk.audit.against import audit_against
    from registry.desk.audit.gate import new_refusals, words_to_fail_on

    changes, audit = audit_against(state.desk(), path, question, earlier)
    for form, file in destinations.files:
        with whole_file(state, file) as stream:
            _write(form, changes, stream, Output(data=stream, talk=stream, color=False))
    tell_written(state, destinations)
    _write(destinations.printed, changes, state.output.stdout, state.output)
    met = new_refusals(changes, words_to_fail_on(audit.policy.fail_on if audit is not None else None, fail_on))
    for text in met:
        state.output.talk(f"met: {text}, new since then")
    return REFUSED if met else DONE


def _write(form: str, changes: Mapping[str, Any], stream: TextIO, output: Output) -> None:
    if form == "json":
        stream.write(dump_json(changes, indent=2) + "\n")
    elif form == "markdown":
        stream.write(render_changes(changes))
    else:
        _table(output, changes)


def _table(output: Output, changes: Mapping[str, Any]) -> None:
    before, after, models, findings = changes["before"], changes["after"], changes["models"], changes["findings"]
    output.fields(
        [
            ("audit of", changes["subject"]),
            ("was", f"{before['verdict'] or 'nothing in use'}, on {before['date']}"),
            ("is", f"{after['verdict'] or 'nothing in use'}, on {after['date']}"),
        ]
    )
    if changes["changes"]:
        output.heading("Between the two")
        for each in changes["changes"]:
            output.paragraph(clean(each["text"]), indent=4, first="  - ")
    moved = [each for each in models["changed"] if each["before"] != each["after"]]
    if moved:
        output.heading("Verdicts that changed")
        for each in moved:
            verdicts = f"{output.colored(each['before'], COLORS[each['before']])} -> {output.colored(each['after'], COLORS[each['after']])}"
            output.line(f"  {output.strong(clean(each['model']))}  {verdicts}")
            _why(output, each)
    for title, key in (("Came into use", "came"), ("No longer in use", "went")):
        if models[key]:
            output.heading(title)
            for each in models[key]:
                licenses = ", ".join(clean(name) for name in each["licenses"]) or "terms not recorded"
                output.line(f"  {output.strong(clean(each['model']))}  {output.colored(each['verdict'], COLORS[each['verdict']])}  {licenses}")
    other = [each for each in models["changed"] if each["before"] == each["after"] and not only_moved(each)]
    if other:
        output.heading("The same verdict on other grounds")
        for each in other:
            output.line(f"  {output.strong(clean(each['model']))}  {each['after']}")
            _why(output, each)
    for title, key in (("New findings", "new"), ("Findings that count otherwise", "changed"), ("Findings that are gone", "gone")):
        if findings[key]:
            output.heading(title)
            for each in findings[key][:SHOWN]:
                _finding(output, each)
            if len(findings[key]) > SHOWN:
                output.line(f"  and {len(findings[key]) - SHOWN:,} more")
    output.line()
    shifted = sum(only_moved(each) for each in models["changed"] if each["before"] == each["after"])
    places = f" ({shifted:,} of them named in other places)" if shifted else ""
    output.line(f"{models['same'] + shifted:,} in use as before{places}; {findings['unchanged']:,} findings as before.")
    if changes["cut"]:
        output.talk("The earlier audit was written with `--limit`, so that findings it left out look new.")
    output.talk(f"Exit code 1 only for what is new. {DISCLAIMER}")


def _why(output: Output, changed: Mapping[str, Any]) -> None:
    for each in telling(changed):
        output.paragraph(clean(each["text"]), indent=6, first="    because ")
    if changed.get("decides"):
        output.paragraph(clean(changed["decides"]), indent=6, first="    now: ")


def _finding(output: Output, finding: Mapping[str, Any]) -> None:
    clause = f" ({clean(finding['license'])} {clean(finding['clause'])})" if finding["license"] and finding["clause"] else ""
    place = f" [{clean(finding['file'])}:{finding['line'] or 1}]" if finding["file"] else ""
    first = f"  {clean(finding['code'])} {output.colored(finding['severity'], SEVERITIES[finding['severity']])}: "
    status = f" ({finding['status']})" if finding["status"] != "open" else ""
    if "before" in finding:
        status = f" ({clean(finding['before']['status'])} {finding['before']['severity']} before, {clean(finding['status'])} now)"
    output.paragraph(f"{clean(finding['subject'])}: {clean(finding['summary'] or '')}{clause}{place}{status}", indent=4, first=first)
    for each in telling(finding)[:4]:
        output.paragraph(clean(each["text"]), indent=8, first="      because ")
