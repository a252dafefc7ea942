"""A report as a Markdown document: plain, escaped, and stable from line to line so that two of them can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from registry.reports.markdown_entry import entry_lines
from registry.reports.markdown_escape import escape, table
from registry.reports.report import Annex, Changes, LicenseRecord, Portfolio, Report
from registry.reports.report_words import DISCLAIMER, VERDICTS, fact_words, number_words, value_words


def render_markdown(report: Report) -> str:
    """The document of a report."""
    return "\n".join(_document(report)).rstrip() + "\n"


def _document(report: Report) -> Iterator[str]:
    yield f"# {escape(report.title)}"
    yield ""
    yield f"- date: {escape(report.made_on)}"
    yield f"- licence knowledge: {escape(report.knowledge['version'])} ({escape(report.knowledge['digest'])}), {escape(report.knowledge['age'])}"
    yield f"- catalogue: {escape(report.catalogue['head'])}"
    yield f"- made by: {escape(report.made_by)}"
    yield f"- date of the use: {escape(report.date)}"
    yield f"- interpretation: {escape(report.interpretation)}"
    if report.use:
        yield f"- use: {escape(', '.join(f'{fact_words(fact)} {value_words(value)}' for fact, value in report.use.items()))}"
    if report.facts:
        yield f"- facts of the application: {escape(report.facts)}"
    if report.use_title:
        yield f"- name of the use: {escape(report.use_title)}"
    yield ""
    yield from _summary(report)
    if report.changes:
        yield from _changes(report.changes)
    if report.application:
        yield from _application(report.application)
    if report.portfolio:
        yield from _uses(report.portfolio) if len(report.entries) == 1 else _portfolio(report.portfolio)
    for entry in report.entries:
        yield from entry_lines(entry, report)
    if report.licenses:
        yield "## Licence texts"
        yield ""
        for license in report.licenses:
            yield from _license(license)
    for annex in report.annexes:
        yield from _annex(annex)
    yield "## Not examined"
    yield ""
    for each in report.not_examined:
        yield f"- {escape(each)}"
    yield ""
    yield "## Sign-off"
    yield ""
    for who in report.sign_off:
        yield f"- {escape(who)}: name, role, date"
    yield ""
    yield "---"
    yield ""
    yield DISCLAIMER


def _summary(report: Report) -> Iterator[str]:
    if report.verdict is not None:
        yield f"**{escape(report.verdict)}**: {escape(report.headline)}"
        yield ""
    if report.decides:
        yield escape(report.decides)
        yield ""
    if report.next:
        yield "What to do next:"
        yield ""
        for number, step in enumerate(report.next, 1):
            yield f"{number}. {escape(step.what)} ({escape(step.who)})"
        yield ""
    if report.recheck is not None:
        yield f"Look again by {escape(report.recheck.on)}: {escape(report.recheck.reason)}."
        yield ""


def _changes(changes: Changes) -> Iterator[str]:
    yield f"## Changes since {escape(changes.since)}"
    yield ""
    yield f"The earlier report rested on licence knowledge {escape(changes.knowledge)}."
    yield ""
    if not changes.changes:
        yield "Nothing is otherwise."
        yield ""
        return
    yield from table(("of", "what", "then", "now"), [(each.subject, each.what, each.before or "-", each.after or "-") for each in changes.changes])


def _application(application: Mapping[str, Any]) -> Iterator[str]:
    yield "## The application and its users"
    yield ""
    yield f"- owner: {escape(application.get('owner') or 'not recorded')}"
    yield f"- reaches others by: {escape(', '.join(application.get('distribution') or ()) or 'not recorded')}"
    yield f"- countries: {escape(', '.join(application.get('countries') or ()) or 'not recorded')}"
    yield ""
    uses = [(use["model"], use.get("purpose") or "-", use.get("host") or "-", use.get("host_terms") or "-") for use in application.get("models", ())]
    yield from table(("model", "for", "reached through", "terms of the host"), uses)
    months: Mapping[str, int] = application.get("monthly_users") or {}
    if months:
        yield from table(("month", "users"), [(month, number_words(count)) for month, count in sorted(months.items())])
    for group in application.get("user_groups", ()):
        seats = f"{number_words(group['seats'])} seats" if group.get("seats") else None
        about = [group.get("segment"), ", ".join(group.get("countries") or ()), seats]
        yield f"- users {escape(group['name'])}: {escape('; '.join(str(part) for part in about if part) or 'nothing more recorded')}"
        counts = sorted((group.get("monthly_users") or {}).items())
        if counts:
            yield f"  - by month: {escape(', '.join(f'{month}: {number_words(count)}' for month, count in counts))}"
    if application.get("user_groups"):
        yield ""


def _uses(portfolio: Portfolio) -> Iterator[str]:
    """One model under each of several uses."""
    yield "## Use by use"
    yield ""
    facts = [", ".join(f"{fact_words(fact)} {value_words(value)}" for fact, value in use.facts.items()) for use in portfolio.uses]
    rows = [(use.name, use.title, stated, verdict) for use, stated, verdict in zip(portfolio.uses, facts, portfolio.rows[0].verdicts, strict=True)]
    yield from table(("use", "title", "what is stated", "verdict"), rows)


def _portfolio(portfolio: Portfolio) -> Iterator[str]:
    yield "## Side by side"
    yield ""
    yield f"{number_words(portfolio.models)} models: {', '.join(f'{escape(word)} {number_words(count)}' for word, count in portfolio.by_verdict.items())}."
    if portfolio.left_out:
        yield f"{number_words(portfolio.left_out)} of them are counted and not listed."
    yield ""
    rows = [(row.model, row.verdict, row.decides or "-", row.license or "none", row.developer or "-") for row in portfolio.rows]
    yield from table(("model", "verdict", "what decides", "licence", "developer"), rows)
    if portfolio.uses:
        yield "### Models by uses"
        yield ""
        for use in portfolio.uses:
            facts = ", ".join(f"{fact_words(fact)} {value_words(value)}" for fact, value in use.facts.items())
            counts = ", ".join(f"{word} {number_words(count)}" for word, count in portfolio.by_use.get(use.name, {}).items())
            yield f"- {escape(use.name)}: {escape(use.title)} ({escape(facts)}). {escape(counts)}."
        yield ""
        yield from table(("model", *(use.name for use in portfolio.uses)), [(row.model, *row.verdicts) for row in portfolio.rows])


def _license(license: LicenseRecord) -> Iterator[str]:
    yield f"### {escape(license.name)} ({escape(license.id)})"
    yield ""
    start, end = license.in_force
    told = [
        ("type", f"{license.type or 'unknown'}{f'. {license.type_reason}' if license.type_reason else ''}"),
        ("SPDX", license.spdx),
    ]
    if not license.placeholder:
        unknown = "not recorded"
        told += [
            ("issued by", license.steward or unknown),
            ("dated", license.released or unknown),
            ("in force", f"{start or 'a day not recorded'} to {end or 'now'}" if start or end else None),
            ("to be read at", ", ".join(license.links) or unknown),
            ("terms known by", license.confidence or unknown),
            ("digest of the terms as read", license.digest),
            ("can it be changed by one side", " ".join(license.amendment) or unknown),
            ("law and courts", " ".join(license.governing_law) or unknown),
            ("what ends it", " ".join(license.termination) or unknown),
            *((subject.replace("-", " "), " ".join(words)) for subject, words in license.more.items()),
        ]
    told.append(("remarks of the reader", " ".join(license.remarks)))
    yield from (f"- {escape(label)}: {escape(said)}" for label, said in told if said)
    for text in license.texts:
        unknown = "not recorded"
        digests = "; ".join((*((text.digest,) if text.digest else ()), *(f"words {copy['digest']} ({copy['name']})" for copy in text.words)))
        about = (
            f"dated {text.dated or unknown}",
            f"digest {digests or unknown}",
            f"read {text.read_on or 'for this licence knowledge'}",
            *(f"to be read at {link}" for link in text.links if link != text.source),
        )
        yield f"- text: {escape(text.name)}, {escape(', '.join(about))}, at {escape(text.source or unknown)}"
    yield ""


def _annex(annex: Annex) -> Iterator[str]:
    yield f"## {escape(annex.title)}: {escape(annex.subject)}"
    yield ""
    yield f"{annex.filled} of {len(annex.fields)} fields are filled. After: {escape(annex.source)}."
    yield ""
    if annex.note:
        yield escape(annex.note)
        yield ""
    rows: Sequence[tuple[str, ...]] = [
        (field.id, field.group, field.label, field.value if field.value is not None else f"missing: {field.supplied_by}") for field in annex.fields
    ]
    yield from table(("no.", "part", "field", "value"), rows)


__all__ = ["DISCLAIMER", "VERDICTS", "escape", "render_markdown"]
