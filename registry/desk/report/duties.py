"""The duties of an answer as a checklist: what sets each off, and words that are ready to be used where the text or the facts give them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from registry.desk.bom.licenses import links_to
from registry.knowledge.store import Knowledge
from registry.knowledge.text_links import links_in
from registry.reports.report import Duty
from registry.reports.report_words import join
from registry.terms.license import License, Term


def duties_of(knowledge: Knowledge, answer: Mapping[str, Any]) -> list[Duty]:
    """The duties, those that count for this use first; one that several licences ask for alike stands once for each."""
    found: dict[tuple[str, ...], Duty] = {}
    for duty in answer["obligations"]:
        license = knowledge.license_of(duty["license"])
        term = next((each for each in license.terms if each.id == duty["term"]), None) if license is not None else None
        if license is not None and term is not None:
            key = (license.id, term.id, duty["when"] or "", str(duty["wording"]))
            found.setdefault(key, _duty(knowledge, answer, duty, license, term))
    return sorted(found.values(), key=lambda each: (not each.counts, each.only_when is None, not each.must))


def _duty(knowledge: Knowledge, answer: Mapping[str, Any], duty: Mapping[str, Any], license: License, term: Term) -> Duty:
    kind = knowledge.vocabulary.duties.get(str(duty["do"]))
    title = kind.label if kind is not None else str(duty["do"]).replace("-", " ")
    source = next((text.source for text in license.texts if text.id == term.text), None)
    # What is handed on names an address; where a text was read is for whoever checks the reading.
    place = next(iter((*links_in(source or ""), *links_to(knowledge, license.id))), source)
    return Duty(
        license=license.id,
        section=term.section,
        title=title[:1].upper() + title[1:],
        summary=duty["summary"],
        trigger=_trigger(knowledge, duty, term),
        text=duty["wording"] or " ".join(_ready(answer, duty, license, place)) or None,
        where=tuple(str(where) for where in duty["where"]),
        source=source,
        counts=bool(duty["counts"]) and not duty["when"],
        must=term.must,
        reached_from=duty["from"],
        only_when=duty["when"],
    )


def _trigger(knowledge: Knowledge, duty: Mapping[str, Any], term: Term) -> str:
    """What sets a duty off: the acts it is about, and the condition that is still open."""
    acts = knowledge.vocabulary.acts
    named = [acts[name].label for name in acts if name in term.acts]
    about = "any use" if len(named) == len(acts) else join(named, "or")
    return f"{about}; only when {duty['when']}" if duty["when"] else about


def _ready(answer: Mapping[str, Any], duty: Mapping[str, Any], license: License, source: str | None) -> Iterator[str]:
    """Words for what the licence orders without giving any; brackets stand for what only the user knows."""
    what, rule = duty["do"], duty["rule"]
    if what in ("license-copy", "license-link"):
        yield f"{license.name}{f', {license.released}' if license.released else ''}{f': {source}' if source else ''}"
    elif what == "state-changes":
        yield f"Changed from {duty['from']} by [your organisation] on [date]: [what was changed]."
    elif what == "name-rule" and isinstance(rule, Mapping) and rule.get("starts_with"):
        yield f"{rule['starts_with']}-[name]"
    elif what == "pass-on-terms":
        yield f"Use of this model is subject to the use restrictions of the {license.name}{f' ({source})' if source else ''}, which bind you too."
    elif what == "cite":
        yield f"{answer['model'] or license.name}, {license.steward or '[author]'}."
