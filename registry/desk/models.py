"""Which models permit a use: every profile is judged once, and the catalogue lists models by what came out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from registry.desk.facts import read_use, resolve_named_licenses
from registry.errors import UsageError
from registry.lineage.judge import Judge
from registry.terms.combine import license_ids
from registry.terms.counts import read_amount
from registry.terms.facts import Use
from registry.terms.outcome import Outcome
from registry.terms.partial import Subject
from registry.terms.verdict import Verdict
from registry.terms.words import in_words

if TYPE_CHECKING:
    from registry.catalogue.engine import Connection
    from registry.catalogue.profiles import StoredProfile
    from registry.catalogue.queries.models_listing import ModelRow
    from registry.desk.session import Desk
    from registry.lineage.bindings import Binding, Conflict

UNKNOWN = Subject()


@dataclass(frozen=True, slots=True)
class ModelFilters:
    """Which models are wanted; what is empty does not restrict.

    Attributes:
        type: Licence types.
        layer: A layer that the model must have a record in.
        modality: A modality.
        developer: A developer's name.
        license: A licence that must reach the model.
        min_parameters: The least number of parameters, as written (`7B`).
        verdict: Verdicts.
        osi: Only licences that the OSI approved.
    """

    type: tuple[str, ...] = ()
    layer: str | None = None
    modality: str | None = None
    developer: str | None = None
    license: str | None = None
    min_parameters: str | int | None = None
    verdict: tuple[str, ...] = ()
    osi: bool = False


@dataclass(frozen=True, slots=True)
class ListingPage:
    """A page of `licet.models/1`.

    Attributes:
        items: The models.
        next: The key to go on with; None on the last page.
        total: How many models the filters leave, where that is known.
        notes: What the reader should know beside the list.
        at_least: That many models at least, where counting them all would take longer than listing them.
    """

    items: list[dict[str, Any]]
    next: str | None
    total: int | None
    notes: Sequence[str] = field(default=())
    at_least: int = 0


def list_models(desk: Desk, raw: Mapping[str, Any], filters: ModelFilters, limit: int, after: str | None = None) -> ListingPage:
    """Models by verdict, downloads and name.

    Raises:
        FactError: A fact cannot be read.
        UsageError: A filter says what there is not.
    """
    from registry.catalogue.profiles import read_profiles
    from registry.catalogue.queries.models_listing import list_models as list_rows
    from registry.catalogue.queries.profile_ranks import read_bindings
    from registry.desk.lookup import date_of_terms

    knowledge = desk.knowledge
    use = resolve_named_licenses(knowledge, read_use(knowledge, raw, desk.settings.facts))
    interpretation = knowledge.interpretation(desk.interpretation(raw.get("interpretation")))
    judge = Judge(knowledge.evaluator, knowledge.license_of, knowledge.expression_of, use, interpretation)
    wanted = _wanted_verdicts(filters.verdict)
    on = date_of_terms(use) if "date" in use.stated or "obtained_on" in use.stated else None
    with desk.catalogue.reading() as connection:
        bindings = read_bindings(connection)
        rows = _row_filters(desk, filters, bindings.values())
        ranks = ranks_of_profiles(connection, judge, bindings)
        if len(wanted) < len(Verdict):
            ranks = {number: rank for number, rank in ranks.items() if rank in wanted}
        page = list_rows(connection, ranks, rows, on=on, after=after, limit=limit)
        profiles = read_profiles(connection, {row.profile_id for row in page.items if row.profile_id is not None})
    items = [_item(desk, judge, row, profiles[row.profile_id]) for row in page.items if row.profile_id is not None]
    return ListingPage(items, page.next, page.total, _notes(desk, use), page.at_least)


def ranks_of_profiles(connection: Connection, judge: Judge, bindings: Mapping[int, Binding]) -> dict[int, int]:
    """The rank of every profile: each binding is judged once, and a profile is as bad as its worst, or as its conflicts."""
    from registry.catalogue.profiles import read_profiles
    from registry.catalogue.queries.profile_ranks import profile_ranks, read_conflicts

    if judge.use.value("published_under") is not None:
        # What a profile's bindings come to then hangs on one another.
        return {number: int(judge.rank_of(stored.profile.bindings, stored.profile.conflicts)) for number, stored in read_profiles(connection).items()}
    ranks = profile_ranks(connection, {number: int(judge.rank_of([binding])) for number, binding in bindings.items()})
    judged: dict[tuple[Conflict, ...], int] = {}
    for number, conflicts in read_conflicts(connection).items():
        if conflicts not in judged:
            judged[conflicts] = int(judge.rank_of((), conflicts))
        ranks[number] = max(ranks[number], judged[conflicts])
    return ranks


def _wanted_verdicts(words: Sequence[str]) -> frozenset[int]:
    try:
        return frozenset(Verdict.from_word(word) for word in words) or frozenset(Verdict)
    except ValueError as error:
        raise UsageError(str(error), "give `--verdict` one or more of them, between commas") from error


def _row_filters(desk: Desk, filters: ModelFilters, bindings: Collection[Binding]) -> Any:
    from registry.catalogue.queries.model_filters import ModelFilters as RowFilters

    knowledge = desk.knowledge
    for name in filters.type:
        if name not in ("open-source", "custom", "commercial"):
            raise UsageError(f"`{name}` is not a licence type", "the types are open-source, custom, commercial")
    owned = {binding.license for binding in bindings if binding.reach == "original"}
    licenses = None
    if filters.type or filters.osi:
        licenses = sorted(name for name in owned if _is_of(desk, name, filters))
    reached = None
    if filters.license is not None:
        own = knowledge.find(filters.license).id
        every = {binding.license for binding in bindings}
        reached = sorted(name for name in every if own in license_ids(knowledge.expression_of(name)))
    modalities = desk.knowledge.vocabulary.facts["modality_used"].values
    if filters.modality is not None and filters.modality not in modalities:
        raise UsageError(f"`{filters.modality}` is not a modality", f"the modalities are {', '.join(sorted(modalities))}")
    try:
        least = int(read_amount(filters.min_parameters, money=False).number) if filters.min_parameters is not None else None
    except ValueError as error:
        raise UsageError(f"`--min-params`: {error}", "write 7B, 110M or a number") from error
    return RowFilters(
        layer=[filters.layer] if filters.layer else None,
        modality=[filters.modality] if filters.modality else None,
        developer=[filters.developer] if filters.developer else None,
        licenses=licenses,
        reached_by=reached,
        min_params=least,
    )


def _is_of(desk: Desk, name: str, filters: ModelFilters) -> bool:
    """Whether a model's own licence, or one of those it may choose from, is of the wanted type."""
    for part in license_ids(desk.knowledge.expression_of(name)):
        license = desk.knowledge.license_of(part)
        if license is not None and not license.placeholder and (not filters.type or license.type in filters.type) and (license.osi_approved or not filters.osi):
            return True
    return False


def _item(desk: Desk, judge: Judge, row: ModelRow, stored: StoredProfile) -> dict[str, Any]:
    knowledge = desk.knowledge
    outcome = judge.of_model(stored.profile.bindings, UNKNOWN, stored.profile.conflicts)
    own = sorted(binding.license for binding in stored.profile.bindings if binding.reach == "original")
    first = knowledge.license_of(own[0]) if own else None
    return {
        "model": row.name,
        "developer": row.developer_title or row.developer,
        "license": " AND ".join(own) or None,
        "license_type": first.type if first is not None and not first.placeholder else None,
        "verdict": outcome.verdict.word,
        "deciding": deciding_clause(outcome),
        "yes_when": in_words(outcome.open, knowledge.vocabulary) if outcome.verdict == Verdict.CONDITIONAL and outcome.open is not None else None,
        "parameters": row.parameters,
        "modality": row.modality,
        "downloads": row.downloads,
    }


def deciding_clause(outcome: Outcome) -> dict[str, str] | None:
    """The clause that decides; for a yes, the limit that was looked at, else what must be done, in a few words."""
    if outcome.verdict >= Verdict.CONDITIONAL:
        for reason in outcome.reasons:
            if reason.outcome == "decides" and (reason.effect > Verdict.PERMITTED or outcome.verdict == Verdict.UNDETERMINED):
                return {"license": reason.license, "term": reason.term_id, "section": reason.section, "summary": reason.summary}
        return None
    duties = [duty for duty in outcome.obligations if duty.counts]
    limits = [limit.term for limit in outcome.headroom]
    if not duties and not limits:
        return None
    first = limits[0] if limits else duties[0].term
    words = list(dict.fromkeys(str(duty.term.do) for duty in duties))
    said = first.summary if limits else f"{', '.join(words[:3])}{f' and {len(words) - 3} more' if len(words) > 3 else ''}"
    return {"license": outcome.headroom[0].license if limits else duties[0].license, "term": first.id, "section": first.section, "summary": said}


def _notes(desk: Desk, use: Use) -> list[str]:
    if use.assumed and "commercial" not in use.stated:
        return ["neither `--commercial` nor `--non-commercial` is stated, so terms that ask for it stay open"]
    return []
