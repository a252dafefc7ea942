"""`licet check`: may this model be used this way, why, and what must be done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from registry.cli.errors import exit_code
from registry.cli.main import Command
from registry.cli.output import Output, clean
from registry.cli.state import State, format_option, pass_state
from registry.cli.use import GivenUse, flag_for, use_flags
from registry.cli.words import ACTS, COLORS, DISCLAIMER, REACH, fact_words, headline, number, period, quoted, section

LONGEST_LINE = 1_000_000
"""A longer line of a batch is refused with its number."""


@click.command("check", cls=Command, short_help="may this model be used this way")
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@use_flags()
@click.option("--license", "license_id", metavar="LICENSE", help="Ask about a licence alone, or about the models as if they were under it.")
@click.option("--batch", metavar="FILE", help="Answer the questions of a JSONL file, one a line; `-` reads stdin.")
@format_option("text", "json")
@click.pass_context
@pass_state
def command(state: State, context: click.Context, models: tuple[str, ...], use: GivenUse, license_id: str | None, batch: str | None, form: str) -> None:
    """Say whether a model may be used this way: the verdict, what decides it, what must be done, and what could turn it.

    A MODEL is `org/name`, `org/name@revision`, `dataset:NAME` or `app:NAME`.

    Exit code: 0 allowed, 1 prohibited or in need of permission, 3 conditional or undetermined, 4 could not run; of several 4, 1, 3, 0.
    """
    if batch is not None:
        if models or license_id or use.raw or use.interpretation:
            raise click.UsageError("`--batch` takes its models and facts from the file, not from the command line")
        context.exit(answer_batch(state, batch))
    if not models and not license_id:
        raise click.UsageError("name a MODEL, a `--license` or a `--batch` file")
    from registry.desk.check import check_models

    desk = state.desk()
    items = check_models(desk, list(models), use.raw, use.interpretation or state.settings().interpretation, license=license_id)
    if form == "json":
        state.output.json({"schema": "licet.check/1", "items": items})
    else:
        for index, item in enumerate(items):
            if index:
                state.output.line()
            print_answer(state.output, item)
    context.exit(exit_code(item.get("verdict") for item in items))


def answer_batch(state: State, path: str) -> int:
    """Answer a file of questions, one JSON object a line in and out, in the same order.

    Returns:
        The exit code of the answers together.
    """
    from registry.desk.check import check_batch

    desk = state.desk()
    verdicts: set[str | None] = set()
    for item in check_batch(desk, _lines(path)):
        state.output.json_line(item)
        verdicts.add(None if "error" in item else item.get("verdict"))
    return exit_code(verdicts)


def _lines(path: str) -> Iterable[str]:
    from registry.errors import UsageError

    try:
        with click.open_file(path, encoding="utf-8") as stream:
            for index, line in enumerate(stream, 1):
                if len(line) > LONGEST_LINE:
                    raise UsageError(f"`{path}` line {index} is longer than {LONGEST_LINE:,} characters", "write one question a line")
                if line.strip():
                    yield line
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"`{path}` cannot be read: {error}", "check the path; the file must be UTF-8") from error


def print_answer(output: Output, item: Mapping[str, Any]) -> None:
    """One answer, for people."""
    verdict = str(item.get("verdict"))
    output.paragraph(f"{subject(item)}: {output.colored(headline(item), COLORS.get(verdict, 'white'))}", hanging=2)
    output.fields(
        [
            ("verdict", verdict + (" (curable)" if item.get("curable") else "")),
            ("licenses", "; ".join(_license(entry) for entry in item.get("licenses", ()))),
            ("date", item.get("date")),
            ("interpretation", item.get("interpretation")),
        ]
    )
    reasons = item.get("reasons", ())
    _reasons(
        output, "What grants it" if verdict.startswith("permitted") else "What decides it", [reason for reason in reasons if reason.get("outcome") == "decides"]
    )
    if item.get("yes_when"):
        output.heading("It is a yes when")
        output.paragraph(clean(item["yes_when"]), indent=2)
    _duties(output, item.get("obligations", ()))
    _missing(output, item.get("missing_facts", ()))
    _headroom(output, item.get("headroom", ()))
    _cleared(output, [reason for reason in reasons if reason.get("outcome") == "cleared"])
    _flips(output, item)
    _findings(output, item.get("findings", ()))
    _unverified(output, item.get("unverified", ()))
    if item.get("warnings"):
        output.heading("Mind")
        for warning in item["warnings"]:
            output.paragraph(clean(warning), indent=4, first="  - ")
    _closing(output, item)


def subject(item: Mapping[str, Any]) -> str:
    """What was asked about."""
    if item.get("model"):
        revision = item.get("revision")
        return clean(item["model"]) + (f"@{clean(revision)}" if revision else "")
    first: Mapping[str, Any] = next(iter(item.get("licenses") or ()), {})
    return clean(item.get("license") or first.get("name") or first.get("id") or "the licence")


def _license(entry: Mapping[str, Any]) -> str:
    reach = entry.get("reach")
    notes = [clean(entry[key]) for key in ("type", "basis") if entry.get(key)]
    if reach and reach != "original":
        notes.append(REACH.get(reach, clean(reach)))
    return f"{clean(entry.get('id') or 'none recorded')} ({', '.join(notes)})" if notes else clean(entry.get("id") or "none recorded")


def _where(entry: Mapping[str, Any]) -> str:
    license = clean(entry.get("license") or "no licence")
    text = f", {clean(entry['text'])}" if entry.get("text") not in (None, "license") else ""
    place = f", {section(entry['section'], 'section')}" if entry.get("section") not in (None, "", "-") else ""
    return f"{license}{text}{place}"


def _reasons(output: Output, title: str, reasons: Sequence[Mapping[str, Any]]) -> None:
    if not reasons:
        return
    output.heading(title)
    for reason in reasons:
        output.paragraph(f"{_where(reason)}: {clean(reason.get('summary') or reason.get('term'))}", indent=2, hanging=2)
        route = path(reason.get("path", ()))
        if route:
            output.paragraph(f"by way of {route}", indent=4, hanging=2)


def _cleared(output: Output, reasons: Sequence[Mapping[str, Any]]) -> None:
    """What was looked at and does not bite, a line for each licence; the sections tell where to read more."""
    by_license: dict[str, list[str]] = {}
    for reason in reasons:
        by_license.setdefault(clean(reason.get("license")), []).append(
            f"{clean(str(reason.get('term', '')).replace('-', ' '))} ({section(reason.get('section'))})"
        )
    if by_license:
        output.heading("Looked at, and not in the way")
        for license, terms in by_license.items():
            output.paragraph(f"{license}: {', '.join(dict.fromkeys(terms))}", indent=2, hanging=2)


def path(steps: Sequence[Mapping[str, Any]]) -> str:
    """A way through the lineage, from the model asked about up to where the term stands; empty for the model itself."""
    if len(steps) < 2:
        return ""
    words = [clean(steps[0].get("model") or steps[0].get("dataset") or "")]
    for step in steps[1:]:
        name = clean(step.get("model") or step.get("dataset") or step.get("app") or "")
        words.append(f"<- {clean(step.get('relation', ''))} - {name}")
    return " ".join(words)


def _duties(output: Output, duties: Sequence[Mapping[str, Any]]) -> None:
    counting = [duty for duty in duties if duty.get("counts", True)]
    chosen = {
        "You must": [duty for duty in counting if not duty.get("when")],
        "You must, if it applies": [duty for duty in counting if duty.get("when")],
        "Keep to": [duty for duty in duties if not duty.get("counts", True)],
    }
    for title, entries in chosen.items():
        if entries:
            output.heading(title)
            for duty in entries:
                print_duty(output, duty, "  [ ] " if duty.get("counts", True) else "  ")


def print_duty(output: Output, duty: Mapping[str, Any], first: str = "  [ ] ") -> None:
    """One duty as an entry of a list: what to do, in which words, when, and where it stands."""
    when = f" When {clean(duty['when'])}." if duty.get("when") else ""
    wording = f" Words: {quoted(duty['wording'])}" if duty.get("wording") else ""
    output.paragraph(f"{clean(duty.get('summary') or duty.get('term'))}{wording}{when} ({_where(duty)})", indent=len(first), first=first)


def _missing(output: Output, facts: Sequence[object]) -> None:
    if not facts:
        return
    output.heading("Not stated, and it could turn the answer")
    output.fields([(fact_words(fact), _flag(fact)) for fact in facts])


def _flag(fact: object) -> str:
    if isinstance(fact, Mapping):
        question = f"  {clean(fact['ask'])}" if fact.get("ask") else ""
        return flag_for(str(fact.get("fact"))) + question
    return flag_for(str(fact))


def _headroom(output: Output, limits: Sequence[Mapping[str, Any]]) -> None:
    if not limits:
        return
    output.heading("Limits")
    for limit in limits:
        comparator = {">": "above", ">=": "from"}.get(str(limit.get("comparator")), clean(limit.get("comparator", "")))
        unit = f"{clean(limit['unit'])} " if limit.get("unit") else ""
        own = f"{clean(limit['value_unit'])} " if limit.get("value_unit") else unit
        when = f" in {period(limit['month'])}" if limit.get("month") else ""
        value = limit.get("value")
        yours = f"yours: {own}{number(value)}" if value is not None else "yours: not stated"
        output.paragraph(
            f"{clean(limit.get('license'))}: bites {comparator} {unit}{number(limit.get('limit'))} {fact_words(limit.get('fact', ''))}{when}; {yours}",
            indent=2,
            hanging=2,
        )


def _flips(output: Output, item: Mapping[str, Any]) -> None:
    flips = item.get("flips", ())
    if not flips:
        return
    output.heading("Under another reading of what is unsettled")
    for flip in flips:
        if not isinstance(flip, Mapping):
            output.paragraph(clean(flip), indent=2, hanging=2)
            continue
        points = ", ".join(clean(point) for point in flip.get("points", ()))
        output.paragraph(f"{clean(flip.get('interpretation'))}: {clean(flip.get('verdict'))}{f' ({points})' if points else ''}", indent=2, hanging=2)


def _findings(output: Output, findings: Sequence[Mapping[str, Any]]) -> None:
    if not findings:
        return
    output.heading("Findings")
    for finding in findings:
        print_finding(output, finding)


def print_finding(output: Output, finding: Mapping[str, Any]) -> None:
    """One finding: its code, how grave it is, what it says, and what would mend it."""
    hint = f" To mend it: {clean(finding['hint'])}." if finding.get("hint") else ""
    output.paragraph(f"{clean(finding.get('code'))} {clean(finding.get('severity', ''))}: {clean(finding.get('summary', ''))}{hint}", indent=2, hanging=2)


def _unverified(output: Output, terms: Sequence[object]) -> None:
    if not terms:
        return
    output.heading("Not read from the text itself")
    for term in terms:
        if isinstance(term, Mapping):
            source = f" Read {clean(term['source'])}." if term.get("source") else ""
            output.paragraph(f"{_where(term)}: {clean(term.get('summary') or term.get('term'))}{source}", indent=2, hanging=2)
        else:
            output.paragraph(clean(term), indent=2, hanging=2)


def _closing(output: Output, item: Mapping[str, Any]) -> None:
    output.line()
    assumed = [assumption(entry) for entry in item.get("assumptions", ())]
    if assumed:
        output.paragraph(f"Assumed: {'; '.join(assumed)}.", hanging=2)
    knowledge = item.get("knowledge") or {}
    digest = f" ({clean(str(knowledge['digest'])[:19])})" if knowledge.get("digest") else ""
    known = f"Licence knowledge {clean(knowledge['version'])}{digest}. " if knowledge.get("version") else ""
    output.paragraph(f"{known}{DISCLAIMER}")


def assumption(entry: object) -> str:
    """One assumption in a few words: `role licensee`, `no field of use`."""
    if not isinstance(entry, Mapping):
        return clean(entry)
    fact, value = str(entry.get("fact")), entry.get("value")
    name = fact.replace("_", " ")
    if value is True or value is False:
        return f"{'' if value else 'not '}{clean(name)}"
    if value in ([], (), None, "none"):
        return f"{clean(name)} none"
    if isinstance(value, list | tuple):
        return f"{clean(name)} {', '.join(ACTS.get(str(part), clean(part)) for part in value)}"
    if isinstance(value, Mapping):
        return f"{clean(name)} {', '.join(f'{period(key)} {number(part)}' for key, part in value.items())}"
    stands_for = f" (taken for {period(entry['stands_for'])} too)" if entry.get("stands_for") else ""
    return f"{clean(name)} {number(value)}{stands_for}"
