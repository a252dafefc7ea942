"""Models of the catalogue that a use is better allowed with than with those that an application uses, their terms side by side.

What is alike is told by what is recorded: modality, stage, how it is built, and size. Whether a model does the job as well, nobody here knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from registry.desk.audit.findings import Judged, judge_thing
from registry.desk.audit.policy import used_of
from registry.desk.audit.used import Thing
from registry.policy.judge import breaches
from registry.reports.report_words import deciding_of
from registry.terms.verdict import Verdict

if TYPE_CHECKING:
    from registry.catalogue.queries.models_listing import ModelRow
    from registry.catalogue.queries.similar_models import LikeModel
    from registry.desk.session import Desk
    from registry.policy.policy import Policy
    from registry.terms.facts import Use

MOST = 3
"""So many models are named for each that is used."""

LOOKED_AT = 60
"""So many are looked at, until that many fit in kind and fit the policy too."""

MOST_REPLACED = 50
"""For so many models others are looked for."""


KINDS = (
    ("encoder-decoder", ("encoder-decoder", "conditionalgeneration", "seq2seq", "t5", "whisper", "bart", "marian")),
    ("generator of pictures or sound", ("diffusion", "flow", "u-net", "unet", "cascaded", "image tokens", "audio tokens", "text to speech", "dit")),
    ("decoder", ("decoder", "causallm", "lmhead", "mixture of experts", "mamba", "state space", "autoregressive")),
    ("detector or segmenter", ("detector", "detection", "segmentation", "dense prediction", "depth")),
    ("encoder", ("encoder", "vision transformer", "maskedlm", "classification", "convolutional", "bert", "contrastive")),
)
"""What models of an architecture are built for, by words in its name, the first that fit: the task itself is not recorded."""


def kind_of(architecture: str | None) -> str | None:
    """What a model is built for, as far as the name of its architecture tells."""
    said = (architecture or "").lower()
    return next((kind for kind, words in KINDS if any(word in said for word in words)), None)


def alternatives(desk: Desk, judged: Iterable[Judged], use: Use, reading: str, policy: Policy) -> list[dict[str, Any]]:
    """For each model in use that the terms or the policy stand against, those that they do not, as items of `licet.suggestions/1`."""
    from registry.catalogue.queries.find_model import find_model
    from registry.catalogue.queries.profile_ranks import read_bindings
    from registry.catalogue.queries.similar_models import similar_models
    from registry.desk.lookup import date_of_terms
    from registry.desk.models import ranks_of_profiles
    from registry.lineage.judge import Judge

    wanted = [each for each in judged if _wants_another(desk, each, policy)][:MOST_REPLACED]
    if not wanted:
        return []
    knowledge = desk.knowledge
    judge = Judge(knowledge.evaluator, knowledge.license_of, knowledge.expression_of, use, knowledge.interpretation(reading))
    on = date_of_terms(use) if "date" in use.stated or "obtained_on" in use.stated else None
    with desk.catalogue.reading() as connection:
        ranks = ranks_of_profiles(connection, judge, read_bindings(connection))
        found = []
        for each in wanted:
            number = find_model(connection, each.thing.name).id
            most = max(Verdict.WITH_OBLIGATIONS, min(_rank(each) - 1, Verdict.CONDITIONAL))
            better = {profile: rank for profile, rank in ranks.items() if rank <= most}
            found.append((each, *similar_models(connection, number, better, limit=LOOKED_AT, on=on)))
    return [_compared(desk, each, own, rows, use, reading, policy) for each, own, rows in found]


def _rank(judged: Judged) -> int:
    return int(judged.thing.answer.outcome.verdict) if judged.thing.answer is not None else int(Verdict.UNDETERMINED)


def _wants_another(desk: Desk, judged: Judged, policy: Policy) -> bool:
    thing = judged.thing
    if thing.aside or thing.about != "model" or not thing.recorded or thing.first.kind == "artifact":
        return False
    return _rank(judged) > Verdict.WITH_OBLIGATIONS or bool(breaches(policy, used_of(desk, judged, policy)))


def _compared(desk: Desk, judged: Judged, own: LikeModel, others: Iterable[LikeModel], use: Use, reading: str, policy: Policy) -> dict[str, Any]:
    kind = kind_of(own.architecture)
    found: list[dict[str, Any]] = []
    for each in others:
        if len(found) == MOST:
            break
        if kind is not None and kind_of(each.architecture) not in (kind, None):
            continue
        other = _judged(desk, judged, each.row, use, reading)
        if other.item is None or not _is_better(other, judged) or breaches(policy, used_of(desk, other, policy)):
            continue
        found.append(_terms(other, each.row))
    like = {"modality": own.row.modality, "stage": own.row.stage, "kind": kind, "parameters": own.row.parameters}
    return {"instead_of": _terms(judged, own.row), "like_in": like, "models": found}


def _judged(desk: Desk, judged: Judged, row: ModelRow, use: Use, reading: str) -> Judged:
    """Another model in the place of one that is used."""
    from registry.desk.check import answer_model

    given = answer_model(desk, row.name, use, reading)
    return judge_thing(desk, Thing(row.name, "model", (replace(judged.thing.first, kind="load", provider="hub"),), True, given), None)


def _is_better(other: Judged, judged: Judged) -> bool:
    """Whether a model is allowed, or allowed under conditions where the one in use is not; of two that are allowed the policy decides."""
    rank = _rank(other)
    return rank <= Verdict.WITH_OBLIGATIONS or (rank == Verdict.CONDITIONAL and rank < _rank(judged))


def _terms(judged: Judged, row: ModelRow) -> dict[str, Any]:
    item = judged.item or {}
    own = [license for license in item.get("licenses", ()) if license["reach"] != "data"]
    return {
        "model": row.name,
        "verdict": item.get("verdict"),
        "decides": deciding_of(item) if item else None,
        "licenses": list(dict.fromkeys(license["id"] for license in own)),
        "license_type": next((license["type"] for license in own if license["type"]), None),
        "duties": sum(bool(duty["counts"]) and duty["when"] is None for duty in judged.duties),
        "yes_when": item.get("yes_when"),
        "parameters": row.parameters,
        "downloads": row.downloads,
    }
