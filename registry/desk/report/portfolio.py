"""The whole catalogue as a portfolio: every profile is judged once for each use, models are listed up to a limit and all are counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from registry.desk.facts import read_use, resolve_named_licenses
from registry.desk.models import deciding_clause, ranks_of_profiles
from registry.desk.report.uses import facts_of_column
from registry.errors import UsageError
from registry.lineage.judge import Judge
from registry.reports.report import Portfolio, Report, Row, Step
from registry.reports.report_words import SHORT, VERDICTS, worst_of
from registry.terms.facts import use_to_data
from registry.terms.partial import Subject
from registry.terms.verdict import Verdict
from registry.terms.words import in_words

if TYPE_CHECKING:
    from registry.catalogue.profiles import StoredProfile
    from registry.catalogue.queries.models_listing import ModelRow
    from registry.desk.report.uses import CompanyUse
    from registry.desk.session import Desk

MOST_ROWS = 20_000
"""A document that lists more models than this is of no use to anybody."""


def portfolio_report(desk: Desk, raw: Mapping[str, Any], uses: Sequence[CompanyUse], rows: int, head: Mapping[str, Any]) -> Report:
    """The report on every model of the catalogue.

    Raises:
        FactError: A fact cannot be read.
        UsageError: More rows are asked for than a document can hold.
    """
    from registry.catalogue.profiles import read_profiles
    from registry.catalogue.queries.models_listing import count_by_rank
    from registry.catalogue.queries.models_listing import list_models as list_rows
    from registry.catalogue.queries.profile_ranks import read_bindings
    from registry.desk.lookup import date_of_terms

    if not 0 < rows <= MOST_ROWS:
        raise UsageError(f"a portfolio cannot list {rows:,} models", f"it lists 1 to {MOST_ROWS:,}; all are counted in any case")
    judge = _judge(desk, raw)
    on = date_of_terms(judge.use)
    judges = {use.named.name: _judge(desk, facts_of_column(use, uses, raw)) for use in uses}
    with desk.catalogue.reading() as connection:
        bindings = read_bindings(connection)
        ranks = ranks_of_profiles(connection, judge, bindings)
        by_use = {name: ranks_of_profiles(connection, each, bindings) for name, each in judges.items()}
        counts = {Verdict(rank).word: count for rank, count in count_by_rank(connection, ranks, on=on).items()}
        counts_by_use = {name: {Verdict(rank).word: count for rank, count in count_by_rank(connection, own, on=on).items()} for name, own in by_use.items()}
        listed = list_rows(connection, ranks, on=on, limit=rows).items
        profiles = read_profiles(connection, {row.profile_id for row in listed if row.profile_id is not None})
    table = _Table(desk, judge)
    models = sum(counts.values())
    verdict = worst_of(list(counts))
    return Report(
        title=f"Licence report: portfolio of {models:,} models",
        kind="catalogue",
        **head,
        use={name: value for name, value in use_to_data(judge.use.stated).items() if name != "date"},
        verdict=verdict,
        headline=_headline(counts, models),
        decides="Every model is held against its own licence and all that reaches it through its lineage; the clause that decides stands beside each.",
        recheck=None,
        next=tuple(_steps(counts)),
        portfolio=Portfolio(
            models=models,
            by_verdict=_in_order(counts),
            rows=tuple(
                table.row(row, profiles[row.profile_id], [Verdict(own[row.profile_id]).word for own in by_use.values()])
                for row in listed
                if row.profile_id is not None
            ),
            uses=tuple(use.named for use in uses),
            by_use={name: _in_order(own) for name, own in counts_by_use.items()},
            left_out=models - len(listed),
        ),
    )


def _judge(desk: Desk, raw: Mapping[str, Any]) -> Judge:
    knowledge = desk.knowledge
    use = resolve_named_licenses(knowledge, read_use(knowledge, raw, desk.settings.facts))
    interpretation = knowledge.interpretation(desk.interpretation(raw.get("interpretation")))
    return Judge(knowledge.evaluator, knowledge.license_of, knowledge.expression_of, use, interpretation)


class _Table:
    """Lines of the table; what all models of one profile have in common is worked out once."""

    def __init__(self, desk: Desk, judge: Judge) -> None:
        self._knowledge = desk.knowledge
        self._judge = judge
        self._known: dict[int, tuple[str, str, str | None, str | None]] = {}

    def row(self, row: ModelRow, stored: StoredProfile, verdicts: Sequence[str]) -> Row:
        """The line of one model."""
        number = row.profile_id or 0
        if number not in self._known:
            self._known[number] = self._of(stored)
        verdict, decides, license, license_type = self._known[number]
        return Row(
            model=row.name,
            verdict=verdict,
            decides=decides,
            license=license,
            license_type=license_type,
            developer=row.developer_title or row.developer,
            parameters=row.parameters,
            downloads=row.downloads,
            verdicts=tuple(verdicts),
        )

    def _of(self, stored: StoredProfile) -> tuple[str, str, str | None, str | None]:
        outcome = self._judge.of_model(stored.profile.bindings, Subject(), stored.profile.conflicts)
        own = sorted(binding.license for binding in stored.profile.bindings if binding.reach == "original")
        first = self._knowledge.license_of(own[0]) if own else None
        if outcome.verdict == Verdict.CONDITIONAL and outcome.open is not None:
            decides = f"A yes when {in_words(outcome.open, self._knowledge.vocabulary)}."
        else:
            clause = deciding_clause(outcome)
            decides = f"{clause['license']}, section {clause['section']}: {clause['summary']}" if clause else ""
        kind = first.type if first is not None and not first.placeholder else None
        return outcome.verdict.word, decides, " AND ".join(own) or None, kind


def _in_order(counts: Mapping[str, int]) -> dict[str, int]:
    return {word: counts[word] for word in VERDICTS if word in counts}


def _headline(counts: Mapping[str, int], models: int) -> str:
    if not models:
        return "The catalogue holds no model."
    parts = [f"{counts[word]:,} {SHORT[word].lower()} ({counts[word] / models:.0%})" for word in VERDICTS if word in counts]
    return f"Of {models:,} models: {', '.join(parts)}."


def _steps(counts: Mapping[str, int]) -> list[Step]:
    steps = []
    if counts.get("conditional"):
        steps.append(Step(f"State the facts that {counts['conditional']:,} models hang on; what each needs stands in its line.", "you"))
    if counts.get("needs-permission") or counts.get("prohibited"):
        count = counts.get("needs-permission", 0) + counts.get("prohibited", 0)
        steps.append(Step(f"Keep {count:,} models out of this use, or ask their licensors.", "you"))
    if counts.get("undetermined"):
        steps.append(Step(f"Find out the terms of {counts['undetermined']:,} models whose licence is missing or was not read.", "counsel"))
    if counts.get("permitted-with-obligations"):
        steps.append(Step("For each model that is taken into use, make its own report: it lists the duties.", "you"))
    return steps
