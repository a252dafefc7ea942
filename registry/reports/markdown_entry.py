"""One model of a report in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from registry.reports.markdown_escape import escape, table
from registry.reports.report import Entry, Report
from registry.reports.report_words import (
    FIXERS,
    RELATIONS,
    SETTLED,
    VERDICTS,
    digest_of,
    gravest,
    limit_words,
    number_words,
    path_words,
    share_of,
    value_words,
)

MOST_CHANGES = 20
"""So many recorded changes are listed, the newest; what is left out is counted."""


def entry_lines(entry: Entry, report: Report) -> Iterator[str]:
    """The lines of one model."""
    item = entry.answer
    yield f"## {escape(entry.name)}" + (f", by way of {escape(entry.host)}" if entry.host else "")
    yield ""
    yield f"**{escape(item['verdict'])}**: {VERDICTS[item['verdict']]}" + (" It can be cured." if item["curable"] else "")
    yield ""
    yield f"Interpretation: {escape(item['interpretation'])}. Date of use: {escape(item['date'])}. Revision: {escape(item['revision'] or 'none stated')}."
    yield f"Digest: {escape(digest_of(entry) or 'not recorded')}."
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
    yield from _claims(entry.record)
    yield from _reasons(item)
    yield from _duties(entry)
    yield from _limits(item)
    yield from _lineage(entry.lineage)
    yield from _findings(item)
    yield from _open(entry)
    if entry.waivers or entry.overrides:
        yield "### Overrides and waivers"
        yield ""
        for said in entry.overrides:
            yield f"- {escape(said)}"
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
        yield from table(("licence", "type", "reaches as", "from", "basis", "verdict alone"), [*rows, ("all together", "", "", "", "", item["verdict"])])


def _claims(record: Mapping[str, Any] | None) -> Iterator[str]:
    """What a card declares, files show and we conclude of the model's own licence."""
    said = (record or {}).get("license")
    if not said:
        return
    yield "### What is said of its licence"
    yield ""
    rows = []
    for basis in ("declared", "detected"):
        for claim in said[basis]:
            rivals = [f"its {rival['step']} says {rival['license']}" for rival in claim["rivals"]]
            days = [f"{word} {claim[key]}" for word, key in (("stated on", "stated_on"), ("read", "read_on")) if claim[key]]
            taken = "; ".join((f"{claim['license']} by its {claim['step']}", *rivals))
            rows.append((basis, claim["as_written"] or "-", taken, ", ".join((claim["source"] or "not recorded", *days))))
        if not said[basis]:
            rows.append((basis, "-", "-", "nothing on record"))
    held = said["concluded"]
    rows.append(("concluded", "-", " AND ".join(held["licenses"]) or "none", held["reason"]))
    yield from table(("standing", "as written", "taken as", "said by"), rows)


def _reasons(item: Mapping[str, Any]) -> Iterator[str]:
    for title, outcome in (("What decides", "decides"), ("Looked at and cleared", "cleared")):
        reasons = [reason for reason in item["reasons"] if reason["outcome"] == outcome]
        if reasons:
            yield f"### {title}"
            yield ""
            for reason in reasons:
                way = f" By way of: {escape(path_words(reason['path']))} ({escape(reason['evidence'])})." if len(reason["path"]) > 1 else ""
                read = reason["confidence"] in (None, "text-read")
                unread = "" if read else f" Not read from the text: {escape(reason['confidence'])}."
                yield f"- {escape(reason['license'])}, section {escape(reason['section'])}: {escape(reason['summary'])}{way}{unread}"
                if reason["ask"]:
                    yield f"  Ask: {escape(reason['ask'])}."
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
        yield f"{box}**{escape(duty.title)}**: {escape(duty.summary)}{text}{where} Set off by: {escape(duty.trigger)}. ({escape(duty.license)}, section {escape(duty.section)})"
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
    for finding in gravest(item["findings"]):
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
    who = [developer.get("title") or developer.get("name"), developer.get("kind"), developer.get("country")]
    yield f"- developer: {escape(', '.join(str(part) for part in who if part) or 'not recorded')}"
    if entry.kind != "dataset":
        size = f"{number_words(record['parameters'])} parameters" if record.get("parameters") else None
        released = f"released {record['released_on']}" if record.get("released_on") else None
        about = [record.get("modality"), record.get("architecture"), size, record.get("stage"), released]
        yield f"- model: {escape(', '.join(str(part) for part in about if part) or 'not recorded')}"
        sets = [f"{each['dataset']} ({each['relation']}, {each['evidence']})" for each in record.get("datasets", ())]
        yield f"- data: {escape('; '.join(sets) or 'not recorded')}"
        runs = [" ".join(str(run[key]) for key in ("count", "hardware", "hours", "provider") if run.get(key)) for run in record.get("training", ())]
        yield f"- compute: {escape('; '.join(runs) or 'not recorded')}"
        hosts = [f"{each['host']}{f' ({terms})' if (terms := each.get('terms')) else ''}" for each in record.get("hostings", ())]
        yield f"- hosts: {escape('; '.join(hosts) or 'none recorded')}"
        uses = [f"{each['application']}{f': {purpose}' if (purpose := each.get('purpose')) else ''}" for each in record.get("applications", ())]
        yield f"- applications: {escape('; '.join(uses) or 'none recorded')}"
    else:
        used = [f"{each['model']} ({each['relation']})" for each in record.get("models", ())]
        yield f"- used by: {escape('; '.join(used) or 'none recorded')}"
    for each in record.get("acceptances", ()):
        terms = f", digest of the terms {each['terms_digest']}" if each.get("terms_digest") else ""
        yield f"- accepted: {escape(each['license'])} by {escape(each['accepted_by'])} on {escape(each['accepted_on'])}{escape(terms)}"
    if not record.get("acceptances") and entry.kind != "folder":
        yield "- accepted: nothing on record"
    if entry.openness:
        yield f"- openness by the Model Openness Framework: {escape(entry.openness['sentence'])}"
    if entry.kind != "folder":
        yield f"- changes on record: {len(entry.history)}"
    for change in entry.history[-MOST_CHANGES:]:
        yield f"  - {escape(change['at'][:10])}, {escape(change['actor'])} ({escape(change['kind'])}), {escape(change['what'])}: {escape(change['change'])}"
    yield ""
