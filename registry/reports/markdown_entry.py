"""One model of a report in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from registry.reports.markdown_escape import escape, table
from registry.reports.report import Entry, Report
from registry.reports.report_words import FIXERS, RELATIONS, SETTLED, VERDICTS, limit_words, number_words, path_words, share_of, value_words


def entry_lines(entry: Entry, report: Report) -> Iterator[str]:
    """The lines of one model."""
    item = entry.answer
    yield f"## {escape(entry.name)}" + (f", by way of {escape(entry.host)}" if entry.host else "")
    yield ""
    yield f"**{escape(item['verdict'])}**: {VERDICTS[item['verdict']]}" + (" It can be cured." if item["curable"] else "")
    yield ""
    yield f"Interpretation: {escape(item['interpretation'])}. Date of use: {escape(item['date'])}. Revision: {escape(item['revision'] or 'none stated')}."
    yield f"Look again by {escape(entry.recheck.on)}: {escape(entry.recheck.reason)}."
    yield ""
    if item["yes_when"]:
        yield f"It is a yes when {escape(item['yes_when'])}."
        yield ""
    if item["leaning"]:
        yield f"By what is known it leans to {escape(item['leaning'])}."
        yield ""
    yield from _facts(entry, report)
    yield from _licenses(item)
    yield from _reasons(item)
    yield from _duties(entry)
    yield from _limits(item)
    yield from _lineage(entry.lineage)
    yield from _findings(item)
    yield from _open(entry)
    if entry.waivers:
        yield "### Waivers"
        yield ""
        for each in entry.waivers:
            until = "until" if each["holds"] else "expired on"
            yield f"- {escape(each['code'])}: {escape(each['reason'])} ({escape(each['owner'])}, {until} {escape(each['expires'])})"
        yield ""
    yield from _record(entry)


def _facts(entry: Entry, report: Report) -> Iterator[str]:
    item = entry.answer
    rows = [
        (fact, value_words(value), f"stated: {report.stated_by.get(fact, 'the record of the application')}")
        for fact, value in item["use"].items()
        if fact != "date"
    ]
    for assumption in item["assumptions"]:
        note = f"assumed to stand for {assumption['stands_for']}" if assumption.get("stands_for") else "assumed"
        rows.append((assumption["fact"], value_words(assumption["value"]), note))
    rows += [(fact, "", "not stated, and it decides") for fact in item["missing_facts"]]
    rows += [(fact, "", "not stated; makes no difference here") for fact in entry.unknown]
    if rows:
        yield "### Facts"
        yield ""
        yield from table(("fact", "value", "standing"), rows)


def _licenses(item: Mapping[str, Any]) -> Iterator[str]:
    if item["licenses"]:
        yield "### Licences"
        yield ""
        rows = [
            (f"{each['name']} ({each['id']})", each["type"] or "-", each["reach"], each["from"], each["basis"], each["verdict"]) for each in item["licenses"]
        ]
        yield from table(("licence", "type", "reaches as", "from", "basis", "verdict alone"), rows)


def _reasons(item: Mapping[str, Any]) -> Iterator[str]:
    for title, outcome in (("What decides", "decides"), ("Looked at and cleared", "cleared")):
        reasons = [reason for reason in item["reasons"] if reason["outcome"] == outcome]
        if reasons:
            yield f"### {title}"
            yield ""
            for reason in reasons:
                way = f" By way of: {escape(path_words(reason['path']))} ({escape(reason['evidence'])})." if len(reason["path"]) > 1 else ""
                yield f"- {escape(reason['license'])}, section {escape(reason['section'])}: {escape(reason['summary'])}{way}"
                if reason.get("cure") and outcome == "decides" and reason["effect"] in ("needs-permission", "prohibited"):
                    yield f"  What to do: {escape(reason['cure'])}."
            yield ""


def _duties(entry: Entry) -> Iterator[str]:
    if not entry.duties:
        return
    yield "### Duties"
    yield ""
    for duty in entry.duties:
        box = "- [ ] " if duty.counts else "- "
        text = f" Words: “{escape(duty.text)}”." if duty.text else ""
        where = f" Where: {escape(', '.join(duty.where))}." if duty.where else ""
        yield f"{box}{escape(duty.summary)}{text}{where} Set off by: {escape(duty.trigger)}. ({escape(duty.license)}, section {escape(duty.section)})"
    yield ""


def _limits(item: Mapping[str, Any]) -> Iterator[str]:
    if not item["headroom"]:
        return
    yield "### Limits"
    yield ""
    rows = []
    for limit in item["headroom"]:
        share = share_of(limit)
        used = "-" if share is None else f"{share:.1%}"
        rows.append((limit["license"], limit["section"], limit["fact"], limit_words(limit), limit["month"] or "-", number_words(limit["value"]), used))
    yield from table(("licence", "section", "counts", "limit", "month", "stated", "used"), rows)


def _lineage(lineage: Mapping[str, Any] | None) -> Iterator[str]:
    if not lineage or not lineage["edges"]:
        return
    yield "### Lineage"
    yield ""
    licenses = {node["id"]: node["license"] for node in lineage["nodes"]}
    for edge in lineage["edges"]:
        parent, child = edge["parent"], edge["child"]
        sources = [f"{'against it: ' if source['against'] else ''}{source['source'] or source['origin']}" for source in edge.get("sources", ())]
        said = f" ({escape('; '.join(sources))})" if sources else ""
        against = f" Contradicted: {escape(edge['contradiction'])}." if edge.get("contradiction") else ""
        yield (
            f"- {escape(child)} ({escape(licenses.get(child) or 'no licence recorded')}) {RELATIONS.get(edge['relation'], escape(edge['relation']) + ' of')} "
            f"{escape(parent)} ({escape(licenses.get(parent) or 'no licence recorded')}), {escape(edge['evidence'])}{said}{against}"
        )
    yield ""


def _findings(item: Mapping[str, Any]) -> Iterator[str]:
    if not item["findings"]:
        return
    yield "### Findings"
    yield ""
    for finding in item["findings"]:
        clause = f" ({escape(finding['license'])} {escape(finding['clause'])})" if finding.get("clause") else ""
        fixer = FIXERS.get(finding["fixable_by"], finding["fixable_by"])
        yield f"- {escape(finding['code'])} {escape(finding['severity'])}: {escape(finding['summary'])}{clause} Fixable by: {escape(fixer)}; {escape(finding['hint'])}."
    yield ""


def _open(entry: Entry) -> Iterator[str]:
    item = entry.answer
    minded = [*(f"{warning}." for warning in item["warnings"]), *(f"Of the folder: {note}" for note in entry.not_read)]
    if minded:
        yield "### Mind"
        yield ""
        for note in minded:
            yield f"- {escape(note)}"
        yield ""
    if entry.points:
        yield "### Disputed"
        yield ""
        yield from table(
            ("point", *(reading.interpretation for reading in entry.readings)),
            [
                *((words, *(SETTLED.get(reading.points.get(point, ""), "-") for reading in entry.readings)) for point, words in entry.points.items()),
                ("verdict", *(reading.verdict + (" (flips)" if reading.verdict != item["verdict"] else "") for reading in entry.readings)),
            ],
        )
    if item["unverified"]:
        yield "### Not read from the text"
        yield ""
        for term in item["unverified"]:
            yield f"- {escape(term['license'])} {escape(term['section'])}: {escape(term['summary'])} ({escape(term['confidence'])})"
        yield ""


def _record(entry: Entry) -> Iterator[str]:
    record = entry.record
    if not record:
        return
    yield "### Record"
    yield ""
    developer = record.get("developer") or {}
    yield f"- developer: {escape(developer.get('title') or developer.get('name') or 'not recorded')}"
    sets = [f"{each['dataset']} ({each['relation']})" for each in record.get("datasets", ())]
    yield f"- data: {escape(', '.join(sets) or 'not recorded')}"
    runs = [" ".join(str(run[key]) for key in ("count", "hardware", "hours", "provider") if run.get(key)) for run in record.get("training", ())]
    yield f"- compute: {escape('; '.join(runs) or 'not recorded')}"
    yield f"- hosts: {escape(', '.join(str(each['host']) for each in record.get('hostings', ())) or 'none recorded')}"
    for each in record.get("acceptances", ()):
        yield f"- accepted: {escape(each['license'])} by {escape(each['accepted_by'])} on {escape(each['accepted_on'])}"
    if not record.get("acceptances"):
        yield "- accepted: nothing on record"
    if entry.openness:
        yield f"- openness by the Model Openness Framework: {escape(entry.openness['sentence'])}"
    yield f"- changes on record: {len(entry.history)}"
    yield ""
