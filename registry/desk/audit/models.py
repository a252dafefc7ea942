"""An audit: what there is to find of some models, or of every model of the catalogue, written to reports as it is found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry.desk.facts import read_use, resolve_named_licenses
from registry.errors import UsageError
from registry.findings.codes import SEVERITIES
from registry.findings.finding import Finding
from registry.findings.tally import Tally, read_wanted
from registry.terms.facts import Use, use_to_data
from registry.terms.verdict import VERDICT_WORDS, Verdict

if TYPE_CHECKING:
    from registry.desk.answer import Answer
    from registry.desk.session import Desk
    from registry.reports.interface import AuditReport

WHOLE = "catalogue"
"""The subject of an audit over every model."""

Progress = Callable[[str, int, int | None], None]
"""Told what is being done, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class AuditQuestion:
    """What is asked of an audit beside the models.

    Attributes:
        raw: The facts of the use, as given.
        codes: Codes of findings, or beginnings of codes; none for all.
        severity: The least severity.
        developer: Only models of this developer, by name; for the whole catalogue.
        limit: List at most so many findings; all are counted.
    """

    raw: Mapping[str, Any]
    codes: Sequence[str] = ()
    severity: str | None = None
    developer: str | None = None
    limit: int | None = None


def silent(what: str, done: int, total: int | None) -> None:
    """Say nothing."""


def audit_models(desk: Desk, names: Sequence[str], question: AuditQuestion, reports: Sequence[AuditReport]) -> dict[str, Any]:
    """Audit models, datasets and applications on record by reference; what is found is what `check` shows of them.

    Returns:
        The summary.

    Raises:
        FactError: A fact cannot be read.
        UnknownModelError: A name leads to nothing, or to several.
        UsageError: A filter or target says what there is not.
    """
    wanted = read_wanted(question.codes, question.severity)
    if question.developer is not None:
        raise UsageError("`--developer` picks among all models", "give it with `--all`")
    use, reading = read_question(desk, question)
    answers = [given for name in names for given in _answers(desk, name, use, reading, frozenset(question.raw))]
    tally = Tally()
    found = [[finding for finding in given.findings if wanted.keeps(finding.code)] for given in answers]
    for given, own in zip(answers, found, strict=True):
        tally.add(own, verdict=given.outcome.verdict.word)
    counted = tally.to_data({})
    worst = max((given.outcome.verdict for given in answers), default=Verdict.PERMITTED)
    subjects = [given.question.subject for given in answers]
    listing = Listing(reports, question.limit)
    if len(names) == 1 and names[0].startswith("app:"):
        use = answers[0].question.use  # with what the application records of itself
    subject = names[0] if len(names) == 1 and names[0].startswith("app:") else subjects[0] if len(subjects) == 1 else None
    listing.begin({**head(desk, use, reading, subject, worst.word), "subjects": subjects}, counted)
    for own in found:
        for finding in own:
            listing.add(finding, None)
    return listing.end(counted)


def _answers(desk: Desk, name: str, use: Use, reading: str, asked: frozenset[str]) -> list[Answer]:
    """The answer about a model or dataset, or about each model that an application uses.

    Raises:
        UsageError: An application uses no model on record.
    """
    from registry.desk.check import answer_application, answer_model

    if not name.startswith("app:"):
        return [answer_model(desk, name, use, reading)]
    answers = [given for _, given in answer_application(desk, name, use, reading, asked)]
    if not answers:
        raise UsageError(
            f"`{name}` uses no model on record", "add its models with `licet catalog add application`, or find them with `licet audit PATH --record`"
        )
    return answers


def read_question(desk: Desk, question: AuditQuestion) -> tuple[Use, str]:
    """The use that is asked about, and the interpretation.

    Raises:
        FactError: A fact cannot be read.
        UsageError: There is no such interpretation.
    """
    use = resolve_named_licenses(desk.knowledge, read_use(desk.knowledge, question.raw, desk.settings.facts))
    return use, desk.interpretation(question.raw.get("interpretation"))


def head(desk: Desk, use: Use, reading: str, subject: str | None, verdict: str | None) -> dict[str, Any]:
    """What `licet.audit/1` begins with. Keys are only ever added."""
    return {
        "schema": "licet.audit/1",
        "subject": subject,
        "use": use_to_data(use.stated),
        "assumptions": use_to_data(use.assumed),
        "interpretation": reading,
        "date": use.on,
        "verdict": verdict,
        "references": [],
        "knowledge": {"version": desk.knowledge.version, "digest": desk.knowledge.digest},
    }


class Listing:
    """Hands findings to the reports, up to a limit, and counts them.

    Args:
        reports: Who takes them.
        limit: The most that are handed on; all, if None.
    """

    def __init__(self, reports: Sequence[AuditReport], limit: int | None) -> None:
        self._reports = reports
        self._open = list(reports)
        self._limit = limit
        self.listed = 0

    @property
    def wants_more(self) -> bool:
        """Whether any report has use for a further finding."""
        return bool(self._open) and (self._limit is None or self.listed < self._limit)

    def begin(self, start: Mapping[str, Any], counted: Mapping[str, Any]) -> None:
        """Begin every report."""
        for report in self._reports:
            report.begin(start, counted)

    def add(self, finding: Finding, developer: str | None) -> None:
        """Hand a finding on, unless the limit is reached."""
        if not self.wants_more:
            return
        self.listed += 1
        item = to_item(finding, developer)
        self._open = [report for report in self._open if report.add(item)]

    def end(self, counted: Mapping[str, Any]) -> dict[str, Any]:
        """End every report with the summary, and give it back."""
        summary = {**counted, "findings": self.listed, "limit": self._limit}
        for report in self._reports:
            report.end(summary)
        return summary


def to_item(finding: Finding, developer: str | None) -> dict[str, Any]:
    """A finding as an item of `licet.audit/1`. Keys are only ever added."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "subject": finding.subject,
        "developer": developer,
        "file": finding.file,
        "line": finding.line,
        "declared": finding.declared,
        "license": finding.license,
        "clause": finding.clause,
        "ancestors": list(finding.ancestors),
        "path": [{"model": finding.subject}, *({"relation": edge.relation, "model": edge.parent} for edge in finding.path)] if finding.path else [],
        "summary": finding.summary,
        "fixable_by": finding.fixable_by,
        "hint": finding.hint,
    }


def refusals(summary: Mapping[str, Any], fail_on: Iterable[str]) -> list[str]:
    """Which of the words of `--fail-on` were met, and how often.

    Args:
        summary: The summary of an audit.
        fail_on: Codes or beginnings of codes, severities (met by graver ones too) and verdicts.
    """
    return [f"{word}: {count:,} models" for word, count in ((word, _met(summary, word)) for word in fail_on) if count]


def check_words(fail_on: Iterable[str]) -> None:
    """Refuse a word of `--fail-on` that could never be met, before anything is done.

    Raises:
        UsageError: It is neither a code, a severity nor a verdict.
    """
    for word in fail_on:
        if word not in VERDICT_WORDS and word not in SEVERITIES:
            try:
                read_wanted([word], None)
            except UsageError as error:
                what = f"codes such as LIC101, {', '.join(SEVERITIES)}, {', '.join(VERDICT_WORDS)}"
                raise UsageError(f"`--fail-on {word}` is not a finding, severity or verdict", f"give {what}") from error


def _met(summary: Mapping[str, Any], word: str) -> int:
    if word in VERDICT_WORDS:
        return int(summary["by_verdict"].get(word, 0))
    if word in SEVERITIES:
        return sum(summary["by_severity"][severity] for severity in SEVERITIES[SEVERITIES.index(word) :])
    codes = read_wanted([word], None).codes
    return max((entry["models"] for entry in summary["by_code"] if entry["code"] in codes), default=0)
