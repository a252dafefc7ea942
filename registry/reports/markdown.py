"""An answer as a Markdown document: plain, escaped, and stable from line to line so that two of them can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

VERDICTS = {
    "permitted": "The recorded licences allow this use.",
    "permitted-with-obligations": "Allowed if the duties below are done.",
    "conditional": "It depends on facts that are not stated.",
    "undetermined": "Cannot say: what decides was not read or is not known.",
    "needs-permission": "Not granted; permission has to be asked for.",
    "prohibited": "The text bars it.",
}
"""What each verdict says to people."""

DISCLAIMER = "Information, not legal advice. Patents, marks, privacy, export control and rights in training data were not examined."
"""The line that closes every report."""

_RELATIONS = {
    "finetune": "is a fine-tune of",
    "adapter": "is an adapter of",
    "merge": "is merged from",
    "quantized": "is a quantised copy of",
    "converted": "is a converted copy of",
    "distilled": "is distilled from",
    "trained-on-outputs": "was trained on outputs of",
    "trained-on": "was trained on",
    "tested-on": "was tested on",
}
"""What each relation says of a child, in a sentence."""

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&])")


def escape(text: object) -> str:
    """Text from outside as one harmless line of Markdown: no markup, no line breaks, no control characters."""
    flat = " ".join(str(text).split())
    printable = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in flat)
    return _SPECIAL.sub(r"\\\1", printable)


def render_report(report: Mapping[str, Any]) -> str:
    """The document of a report.

    Args:
        report: `title`, `kind` (`model` or `application`), `date`, `items` (answers as in `licet.check/1`), `lineages`
            (as in `licet lineage`, by model), `records` (what is recorded, by model), `catalogue` (digest, counts), `knowledge`.
    """
    return "\n".join(_document(report)).rstrip() + "\n"


def _document(report: Mapping[str, Any]) -> Iterator[str]:
    knowledge, catalogue = report["knowledge"], report["catalogue"]
    yield f"# {escape(report['title'])}"
    yield ""
    yield f"- date: {escape(report['date'])}"
    yield f"- licence knowledge: {escape(knowledge['version'])} ({escape(knowledge['digest'])}), {escape(knowledge['age'])}"
    yield f"- catalogue: {escape(catalogue['digest'])}"
    if report.get("facts"):
        yield f"- facts of the application: {escape(report['facts'])}"
    yield ""
    items: Sequence[Mapping[str, Any]] = report["items"]
    if len(items) > 1:
        yield "| model | verdict | what decides |"
        yield "| --- | --- | --- |"
        for item in items:
            yield f"| {escape(item['model'])} | {escape(item['verdict'])} | {escape(_deciding(item))} |"
        yield ""
    for item in items:
        yield from _answer(item, report)
    yield "---"
    yield ""
    yield DISCLAIMER


def _deciding(item: Mapping[str, Any]) -> str:
    if item.get("yes_when"):
        return f"a yes when {item['yes_when']}"
    reason = next((each for each in item["reasons"] if each["outcome"] in ("decides", "adds-duty")), None)
    return f"{reason['license']} {reason['section']}: {reason['summary']}" if reason else "-"


def _answer(item: Mapping[str, Any], report: Mapping[str, Any]) -> Iterator[str]:
    name = item["model"] or item["license"]
    yield f"## {escape(name)}" + (f", by way of {escape(item['host'])}" if item.get("host") else "")
    yield ""
    yield f"**{escape(item['verdict'])}**: {VERDICTS[item['verdict']]}" + (" It can be cured." if item["curable"] else "")
    yield ""
    yield f"Interpretation: {escape(item['interpretation'])}. Date of use: {escape(item['date'])}."
    yield ""
    if item["yes_when"]:
        yield f"It is a yes when {escape(item['yes_when'])}."
        yield ""
    if item["leaning"]:
        yield f"By what is known it leans to {escape(item['leaning'])}."
        yield ""
    yield from _facts(item)
    yield from _licenses(item)
    yield from _reasons(item)
    yield from _duties(item)
    yield from _limits(item)
    yield from _lineage(report.get("lineages", {}).get(name), name)
    yield from _findings(item)
    yield from _open(item)


def _facts(item: Mapping[str, Any]) -> Iterator[str]:
    if not (item["use"] or item["assumptions"] or item["missing_facts"]):
        return
    yield "### Facts"
    yield ""
    yield "| fact | value | |"
    yield "| --- | --- | --- |"
    for fact, value in item["use"].items():
        yield f"| {escape(fact)} | {escape(_value(value))} | stated |"
    for assumption in item["assumptions"]:
        note = f"assumed to stand for {assumption['stands_for']}" if assumption.get("stands_for") else "assumed"
        yield f"| {escape(assumption['fact'])} | {escape(_value(assumption['value']))} | {escape(note)} |"
    for fact in item["missing_facts"]:
        yield f"| {escape(fact)} | | not stated, and it decides |"
    yield ""


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(part) for part in value) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_value(part)}" for key, part in value.items())
    return f"{value:,}" if isinstance(value, int) else str(value)


def _licenses(item: Mapping[str, Any]) -> Iterator[str]:
    if not item["licenses"]:
        return
    yield "### Licences"
    yield ""
    yield "| licence | type | reaches as | from | basis | verdict alone |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for license in item["licenses"]:
        cells = (f"{license['name']} ({license['id']})", license["type"] or "-", license["reach"], license["from"], license["basis"], license["verdict"])
        yield f"| {' | '.join(escape(cell) for cell in cells)} |"
    yield ""


def _reasons(item: Mapping[str, Any]) -> Iterator[str]:
    for title, outcome in (("What decides", "decides"), ("Looked at and cleared", "cleared")):
        reasons = [reason for reason in item["reasons"] if reason["outcome"] == outcome]
        if reasons:
            yield f"### {title}"
            yield ""
            for reason in reasons:
                yield f"- {escape(reason['license'])}, section {escape(reason['section'])}: {escape(reason['summary'])}{_path(reason['path'])}"
                if reason.get("cure") and outcome == "decides" and reason["effect"] in ("needs-permission", "prohibited"):
                    yield f"  What to do: {escape(reason['cure'])}."
            yield ""


def _path(steps: Sequence[Mapping[str, str]]) -> str:
    if len(steps) < 2:
        return ""
    words = [escape(steps[0]["model"])] + [f"{escape(step['relation'])} of {escape(step['model'])}" for step in steps[1:]]
    return f" By way of: {' → '.join(words)}."


def _duties(item: Mapping[str, Any]) -> Iterator[str]:
    duties = item["obligations"]
    if not duties:
        return
    yield "### Duties"
    yield ""
    for duty in duties:
        box = "- [ ] " if duty["counts"] else "- "
        wording = f" Words: “{escape(duty['wording'])}”." if duty["wording"] else ""
        where = f" Where: {escape(', '.join(duty['where']))}." if duty["where"] else ""
        when = f" Only when {escape(duty['when'])}." if duty["when"] else ""
        yield f"{box}{escape(duty['summary'])}{wording}{where}{when} ({escape(duty['license'])}, section {escape(duty['section'])})"
    yield ""


def _limits(item: Mapping[str, Any]) -> Iterator[str]:
    if not item["headroom"]:
        return
    yield "### Limits"
    yield ""
    yield "| licence | section | counts | limit | month | stated |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for limit in item["headroom"]:
        word = "at least" if limit["comparator"] == ">=" else "more than"
        unit = f" {limit['unit']}" if limit["unit"] else ""
        value = "not stated" if limit["value"] is None else f"{limit['value']:,}"
        cells = (limit["license"], limit["section"], limit["fact"], f"{word} {limit['limit']:,}{unit}", limit["month"] or "-", value)
        yield f"| {' | '.join(escape(cell) for cell in cells)} |"
    yield ""


def _lineage(lineage: Mapping[str, Any] | None, name: str) -> Iterator[str]:
    if not lineage or not lineage["edges"]:
        return
    yield "### Lineage"
    yield ""
    licenses = {node["id"]: node["license"] for node in lineage["nodes"]}
    for edge in lineage["edges"]:
        parent, child = edge["parent"], edge["child"]
        yield (
            f"- {escape(child)} ({escape(licenses.get(child) or 'no licence recorded')}) {_RELATIONS.get(edge['relation'], escape(edge['relation']) + ' of')} "
            f"{escape(parent)} ({escape(licenses.get(parent) or 'no licence recorded')}), {escape(edge['evidence'])}"
        )
    yield ""


def _findings(item: Mapping[str, Any]) -> Iterator[str]:
    if not item["findings"]:
        return
    yield "### Findings"
    yield ""
    for finding in item["findings"]:
        clause = f" ({escape(finding['license'])} {escape(finding['clause'])})" if finding.get("clause") else ""
        yield f"- {escape(finding['code'])} {escape(finding['severity'])}: {escape(finding['summary'])}{clause} Fixable by: {escape(finding['fixable_by'])}; {escape(finding['hint'])}."
    yield ""


def _open(item: Mapping[str, Any]) -> Iterator[str]:
    if item["warnings"]:
        yield "### Mind"
        yield ""
        for warning in item["warnings"]:
            yield f"- {escape(warning)}"
        yield ""
    if item["flips"]:
        yield "### Disputed"
        yield ""
        for flip in item["flips"]:
            points = f" ({escape(', '.join(flip['points']))})" if flip.get("points") else ""
            yield f"- read {escape(flip['interpretation'])}: {escape(flip['verdict'])}{points}"
        yield ""
    if item["unverified"]:
        yield "### Not read from the text"
        yield ""
        for term in item["unverified"]:
            yield f"- {escape(term['license'])} {escape(term['section'])}: {escape(term['summary'])} ({escape(term['confidence'])})"
        yield ""
