"""A compliance report: about models, datasets, model folders or an application, or about the whole catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from registry import __version__
from registry.desk.check import check_models
from registry.desk.policy.policies import find_policy
from registry.desk.report.entry import bare_entry, made_on, make_entry, waivers_of
from registry.desk.report.folder import check_folder
from registry.desk.report.licenses import license_records
from registry.desk.report.openness import openness_of
from registry.desk.report.uses import CompanyUse, facts_of_column, name_uses
from registry.desk.session import is_folder
from registry.errors import UsageError
from registry.knowledge.store import Knowledge
from registry.reports.report import Entry, NamedUse, Portfolio, Report, Row, Step
from registry.reports.report_words import SHORT, VERDICTS, worst_of
from registry.settings import read_named_actor

if TYPE_CHECKING:
    from registry.desk.session import Desk

MOST_ENTRIES = 100
"""A report goes into so many models at most; a portfolio of more is a table."""


@dataclass(frozen=True, slots=True)
class ReportQuestion:
    """What a report is asked for.

    Attributes:
        raw: The facts as given; may hold the keys of `registry.desk.facts.CONTROLS`.
        uses: Uses by name or file; a single one is the use of the report, and all are columns of a portfolio.
        annexes: Regulatory forms by name.
        since: An earlier report, as it was read from JSON.
        rows: How many models a portfolio lists.
    """

    raw: Mapping[str, Any]
    uses: tuple[str, ...] = ()
    annexes: tuple[str, ...] = ()
    since: Mapping[str, Any] | None = None
    rows: int = 2_000


def make_report(desk: Desk, targets: Sequence[str], question: ReportQuestion) -> Report:
    """The report on targets: `org/name`, `dataset:NAME`, `app:NAME` or a folder; on the whole catalogue where none is named.

    Raises:
        UnknownModelError: Nothing, or several things, go by a name.
        FactError: A fact cannot be read.
        UsageError: A use, a form or a folder is not there, or too much is asked for.
    """
    from registry.desk.report.annex import fill_annexes
    from registry.desk.report.changes import changes_since

    uses = name_uses(desk, question.uses)
    # One use is that of the report; several are columns, and the report's own is what is stated beside them.
    own = uses[0] if len(uses) == 1 else None
    raw = _dated({**own.raw, **question.raw} if own else dict(question.raw))
    if len(targets) > MOST_ENTRIES:
        raise UsageError(f"{len(targets):,} models are more than one report goes into", f"name {MOST_ENTRIES} at most, or ask for `--all`")
    if targets:
        report = _on_targets(desk, targets, raw, uses)
    else:
        from registry.desk.report.portfolio import portfolio_report

        report = portfolio_report(desk, raw, uses, question.rows, _head(desk, raw))
    report = replace(report, stated_by=_stated_by(desk, report, question, own), use_title=own.named.title if own else None)
    report = replace(report, annexes=fill_annexes(desk, question.annexes, report))
    return replace(report, changes=changes_since(question.since, report) if question.since is not None else None)


def _dated(raw: dict[str, Any]) -> dict[str, Any]:
    """The facts with the day of the use: as stated, else the day on which the report says it was made."""
    raw.setdefault("date", made_on())
    return raw


def _head(desk: Desk, raw: Mapping[str, Any]) -> dict[str, Any]:
    """What every report says about itself and what it rests on."""
    from registry.catalogue.history import head_hash

    with desk.catalogue.reading() as connection:
        head = head_hash(connection)
    return {
        "made_on": made_on(),
        "made_by": f"licet {__version__}",
        "date": str(raw["date"]),
        "interpretation": desk.interpretation(raw.get("interpretation")),
        "knowledge": {"version": desk.knowledge.version, "digest": desk.knowledge.digest, "age": age_in_words(desk.knowledge)},
        "catalogue": {"head": head},
    }


def _on_targets(desk: Desk, targets: Sequence[str], raw: Mapping[str, Any], uses: Sequence[CompanyUse]) -> Report:
    policy = find_policy(desk, None)
    entries = [replace(entry, waivers=waivers_of(policy, entry.answer)) for target in dict.fromkeys(targets) for entry in _entries(desk, target, raw)]
    if not entries:
        raise UsageError(f"`{targets[0]}` uses no model on record", "add its models with `licet catalog add application`")
    answers = [entry.answer for entry in entries]
    verdict = worst_of([answer["verdict"] for answer in answers])
    worst = next(entry for entry in entries if entry.answer["verdict"] == verdict)
    single = len(targets) == 1
    application = _application(desk, targets[0]) if single and targets[0].startswith("app:") else None
    kind = "application" if application else entries[0].kind if single else "portfolio"
    subject = targets[0] if single and application else entries[0].name if single else f"{len(entries)} models"
    head = _head(desk, raw)
    return Report(
        title=f"Licence report: {subject}",
        kind=kind,
        **{**head, "date": answers[0]["date"], "interpretation": answers[0]["interpretation"]},
        use={name: value for name, value in answers[0]["use"].items() if name != "date"},
        verdict=verdict,
        headline=worst.headline if len(entries) == 1 else f"{VERDICTS[str(verdict)]} This is the worst of {len(entries)} models: {_counts(entries)}.",
        decides=worst.decides if len(entries) == 1 else f"{worst.name}: {worst.decides}",
        next=_all_steps(entries),
        recheck=min((entry.recheck for entry in entries), key=lambda each: each.on),
        entries=tuple(entries),
        licenses=license_records(desk.knowledge, answers),
        application=application,
        portfolio=_portfolio(desk, targets, entries, raw, uses) if len(entries) > 1 or len(uses) > 1 else None,
        facts="as the catalogue records them" if application else None,
    )


def _entries(desk: Desk, target: str, raw: Mapping[str, Any]) -> list[Entry]:
    """The entries of one target, each with the answers of the interpretations that come to another verdict."""
    folder = check_folder(desk, target, raw, made_on()) if is_folder(target) else None
    answers = [folder.item] if folder else check_models(desk, [target], raw)
    flips = {flip["interpretation"] for answer in answers for flip in answer["flips"]}
    others: list[dict[str, Mapping[str, Any]]] = [{} for _ in answers]
    for name in sorted(flips):
        again = {**raw, "interpretation": name}
        said = [check_folder(desk, target, again, made_on()).item] if folder else check_models(desk, [target], again)
        for place, other in zip(others, said, strict=True):
            place[name] = other
    if folder:
        entry = bare_entry(desk.knowledge, str(folder.item["model"]), "folder", folder.item, others[0])
        return [replace(entry, not_read=folder.notes, lineage=folder.lineage, record=folder.record, openness=openness_of(desk, target))]
    controls = {key: raw[key] for key in ("assume", "strict_facts") if key in raw}
    return [
        make_entry(desk, answer, {**answer["use"], "date": answer["date"], "interpretation": answer["interpretation"], **controls}, other)
        for answer, other in zip(answers, others, strict=True)
    ]


def _counts(entries: Sequence[Entry]) -> str:
    counted = {word: sum(entry.answer["verdict"] == word for entry in entries) for word in VERDICTS}
    return ", ".join(f"{count} {SHORT[word].lower()}" for word, count in counted.items() if count)


def _all_steps(entries: Sequence[Entry]) -> tuple[Step, ...]:
    """What to do next over all entries; each step says which model it is about where there are several."""
    if len(entries) == 1:
        return entries[0].next
    return tuple(replace(step, what=f"{entry.name}: {step.what}") for entry in entries for step in entry.next)


def _application(desk: Desk, target: str) -> Mapping[str, Any]:
    from registry.desk.show import show_model

    return {key: value for key, value in show_model(desk, target).items() if key != "knowledge"}


def _portfolio(desk: Desk, targets: Sequence[str], entries: Sequence[Entry], raw: Mapping[str, Any], uses: Sequence[CompanyUse]) -> Portfolio:
    """The named models side by side; each use of the matrix is asked of every target."""
    columns: dict[str, list[str]] = {}
    for use in uses:
        asked = facts_of_column(use, uses, raw)
        answers = [
            answer
            for target in dict.fromkeys(targets)
            for answer in ([check_folder(desk, target, asked, made_on()).item] if is_folder(target) else check_models(desk, [target], asked))
        ]
        columns[use.named.name] = [answer["verdict"] for answer in answers]
    rows = tuple(_row(entry, tuple(column[at] for column in columns.values())) for at, entry in enumerate(entries))
    named: tuple[NamedUse, ...] = tuple(use.named for use in uses)
    return Portfolio(
        models=len(rows),
        by_verdict=_tally([row.verdict for row in rows]),
        rows=rows,
        uses=named,
        by_use={name: _tally(verdicts) for name, verdicts in columns.items()},
    )


def _row(entry: Entry, verdicts: tuple[str, ...]) -> Row:
    own = [license for license in entry.answer["licenses"] if license["reach"] == "original"]
    record = entry.record or {}
    developer = record.get("developer")
    return Row(
        model=entry.name,
        verdict=entry.answer["verdict"],
        decides=entry.decides,
        license=" AND ".join(license["id"] for license in own) or None,
        license_type=own[0]["type"] if own else None,
        developer=(developer.get("title") or developer.get("name")) if isinstance(developer, Mapping) else None,
        parameters=record.get("parameters"),
        downloads=record.get("downloads"),
        verdicts=verdicts,
    )


def _tally(verdicts: Sequence[str]) -> dict[str, int]:
    return {word: verdicts.count(word) for word in VERDICTS if word in verdicts}


def _stated_by(desk: Desk, report: Report, question: ReportQuestion, own: CompanyUse | None) -> dict[str, str]:
    """Where each stated fact comes from."""
    found: dict[str, str] = {}
    recorded = _recorded(desk, report)
    actor = read_named_actor()
    asked = f"with the request, by {actor}" if actor else "with the request"
    dated = "date" in question.raw or "date" in desk.settings.facts or (own is not None and "date" in own.raw)
    for fact in (*report.use, *(("date",) if dated else ())):
        if fact in question.raw:
            found[fact] = asked
        elif own is not None and fact in own.raw:
            found[fact] = f"the use `{own.named.name}`"
        elif fact in desk.settings.facts and fact not in recorded:
            found[fact] = "the company's licet.yaml"
        else:
            found[fact] = "the record of the application"
    return found


def _recorded(desk: Desk, report: Report) -> frozenset[str]:
    """The facts that the application which a report is about records of itself."""
    if report.application is None:
        return frozenset()
    from registry.desk.lookup import find_app, recorded_facts

    return frozenset(recorded_facts(*find_app(desk, report.application["id"])))


def age_in_words(knowledge: Knowledge) -> str:
    """How old the licence knowledge is."""
    year, month = (int(part) for part in knowledge.version.split(".")[:2])
    now = date.fromisoformat(made_on())
    months = (now.year - year) * 12 + now.month - month
    return "of this month" if months <= 0 else f"{months} month{'s' if months > 1 else ''} old"
