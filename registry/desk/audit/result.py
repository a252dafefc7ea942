"""What an audit of an application comes to: each thing in use with verdict, duties and places, the counts, and what was and was not checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from registry.desk.audit.findings import Judged, Told
from registry.desk.audit.terms_digest import terms_digest
from registry.desk.audit.used import Thing
from registry.findings.codes import CODES, SEVERITIES
from registry.reports.report_words import counted, deciding_of, headline_of
from registry.terms.verdict import VERDICT_WORDS, Verdict

if TYPE_CHECKING:
    from registry.desk.audit.hub import HubLookup
    from registry.desk.session import Desk
    from registry.scanner.scan import Scan


def model_to_data(desk: Desk, judged: Judged) -> dict[str, Any]:
    """One thing in use, with its verdict, what decides it, its duties and places. Keys are only ever added."""
    thing, item = judged.thing, judged.item
    return {
        "model": thing.name,
        "about": thing.about,
        "recorded": thing.recorded,
        "known_from": "files" if thing.first.kind == "artifact" and thing.answer else "catalogue" if thing.recorded else "hub" if thing.answer else None,
        "verdict": item["verdict"] if item is not None else Verdict.UNDETERMINED.word,
        "only_in_tests_or_documents": thing.aside,
        "licenses": list(dict.fromkeys(license["id"] for license in item["licenses"] if license["reach"] != "data")) if item is not None else [],
        "hosts": list(thing.hosts),
        "yes_when": item["yes_when"] if item is not None else None,
        "missing_facts": item["missing_facts"] if item is not None else [],
        "obligations": [{key: duty[key] for key in _DUTY} for duty in judged.duties],
        "places": [
            {
                "file": each.file,
                "line": each.line,
                "cell": each.cell,
                "kind": each.kind,
                "confidence": each.confidence,
                "revision": each.revision,
                "place": each.place,
            }
            for each in thing.references
        ],
        "headline": headline_of(item) if item is not None else "Cannot say: nothing is recorded of it.",
        "decides": deciding_of(item) if item is not None else None,
        "deciding": [{key: reason[key] for key in _REASON} for reason in item["reasons"] if reason["outcome"] == "decides"] if item is not None else [],
        "binds": [_license_to_data(desk, license) for license in item["licenses"]] if item is not None else [],
    }


_DUTY = ("license", "do", "section", "summary", "when", "wording", "term", "where", "from", "counts", "shown")
_REASON = ("license", "term", "section", "effect", "summary", "path", "evidence", "ask", "cure", "confidence")


def _license_to_data(desk: Desk, license: Mapping[str, Any]) -> dict[str, Any]:
    """A licence that binds something in use, with the texts that it is known by and what its terms come to."""
    known = desk.knowledge.license_of(license["id"])
    return {
        **{key: license[key] for key in ("id", "name", "type", "basis", "reach", "from", "verdict")},
        "texts": [{"id": text.id, "dated": text.dated, "digest": text.digest} for text in known.texts] if known is not None else [],
        "terms": terms_digest(known) if known is not None else None,
    }


def missing_facts(models: list[dict[str, Any]]) -> list[str]:
    """The facts that decide, over all that is in use."""
    return list(dict.fromkeys(fact for model in models if not model["only_in_tests_or_documents"] for fact in model["missing_facts"]))


def assurance(desk: Desk, found: Scan, things: list[Thing], hub: HubLookup | None = None) -> str:
    """What was and was not checked, in a sentence or two."""
    unresolved = sum(each.resolved is None and each.is_use for each in found.references)
    unknown = sum(thing.answer is None for thing in things)
    local = len({each.name for each in found.references if each.provider == "local" and each.is_use and each.kind != "artifact"})
    parts = [f"{counted(found.files, 'file')} looked at, {found.read:,} of them read closely, nothing run"]
    if found.ignored:
        parts.append(f"{counted(found.ignored, 'file or folder', 'files or folders')} left out by `.gitignore` and the like")
    if found.notes:
        parts.append(f"{len(found.notes):,} could not be read or were cut short")
    if unresolved:
        parts.append(f"{counted(unresolved, 'name')} could not be followed")
    if unknown:
        parts.append(f"{counted(unknown, 'name is', 'names are')} not recorded")
    if local:
        parts.append(f"{counted(local, 'local path was', 'local paths were')} not traced to what they were made from")
    network = hub.told() if hub is not None else "no network was used"
    return f"{'; '.join(parts)}. Terms as recorded in knowledge {desk.knowledge.version}; {network}; the licence of the application itself was not looked at."


def summary_of(found: Scan, things: list[Thing], told: list[Told]) -> dict[str, Any]:
    """The counts of `licet.audit/1`. Keys are only ever added."""
    kept = [each for each in told if each.status == "open"]
    codes = Counter(each.finding.code for each in kept)
    verdicts: Counter[str] = Counter()
    for thing in things:
        if not thing.aside:
            verdicts[thing.answer.outcome.verdict.word if thing.answer is not None else Verdict.UNDETERMINED.word] += 1
    return {
        "models": len(things),
        "models_with_findings": len({each.finding.subject for each in kept}),
        "by_severity": {severity: sum(each.severity == severity for each in kept) for severity in reversed(SEVERITIES)},
        "by_code": [{"code": code, "severity": CODES[code].severity, "title": CODES[code].title, "models": count} for code, count in sorted(codes.items())],
        "by_verdict": {word: verdicts[word] for word in reversed(VERDICT_WORDS) if verdicts[word]},
        "by_pair": [],
        "by_developer": [],
        "developers_with_findings": 0,
        "references": len(found.references),
        "files": found.files,
        "files_read": found.read,
        "set_aside": {status: sum(each.status == status for each in told) for status in ("waived", "ignored", "baseline", "unchanged")},
    }
