"""The one-third rule of the European Commission for those who modify a general-purpose AI model.

Guidelines on the scope of the obligations for general-purpose AI models (C(2025) 7719, 19 November 2025; published first on 18 July 2025 as
C(2025) 5045), on downstream modifiers: whoever spends more than a third of the computation of the original model's training on a modification is taken
for the provider of the modified model, with duties that are limited to the modification (AI Act, recital 109). Where that figure is not known and cannot
be estimated, a third of the threshold stands in from which a model counts as one for general purposes (10^23), or is presumed to have systemic risk
(10^25) where the original has that. The first is an indicative criterion: more than 10^23 operations, and output of language, or of pictures or video
from text. The guidelines bind nobody; they say how the Commission reads the law.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from registry.errors import UnknownModelError
from registry.lineage.reach import WEIGHT_RELATIONS

if TYPE_CHECKING:
    from registry.desk.session import Desk
    from registry.supplychain.record import Record

GENERAL_PURPOSE_FLOP = 1e23
"""With more operations of training than these, and output of language, pictures or video, a model counts as one for general purposes."""

SYSTEMIC_RISK_FLOP = 1e25
"""With more than these it is presumed to have systemic risk (AI Act, article 51(2))."""


def modifier_share(own_flop: float | None, original: str | None, original_flop: float | None) -> dict[str, Any] | None:
    """What part of the original's computation a modification took; None where its own is not known.

    Args:
        own_flop: Operations of the modification.
        original: The model that was modified.
        original_flop: Operations of its training, where they are known.

    Returns:
        `own_flop`, `original`, `original_flop`, `share` of the figure it is held against, `above_one_third`, `general_purpose` (whether the original
        has more operations than the indicative criterion; None where they are not known), `assumed` in words or None, and the `rule` with its source.
    """
    if own_flop is None or original is None:
        return None
    held_against = original_flop or GENERAL_PURPOSE_FLOP
    assumed = None
    if not original_flop:
        assumed = (
            f"the computation of the training of {original} is not on record; the threshold of {GENERAL_PURPOSE_FLOP:.0e} operations stands in, "
            f"that of {SYSTEMIC_RISK_FLOP:.0e} would if it had systemic risk"
        )
    return {
        "own_flop": own_flop,
        "original": original,
        "original_flop": original_flop,
        "share": own_flop / held_against,
        "above_one_third": own_flop > held_against / 3,
        "general_purpose": None if not original_flop else original_flop > GENERAL_PURPOSE_FLOP,
        "assumed": assumed,
        "rule": "European Commission, guidelines on general-purpose AI models, C(2025) 7719 (first C(2025) 5045): who spends more than one third of the "
        "original's training computation on a modification counts as the provider of the modified model, if the original is a general-purpose AI model",
    }


MOST_ANCESTORS = 1_000
"""So many models are looked at on the way up."""


def find_original(desk: Desk, name: str, record: Record | None = None) -> tuple[str, float | None]:
    """The model that a modification is held against, with the operations of its training where they are known.

    What a run spent on a derivative is no figure of the original's training, so the way goes up over weights until a model states
    the whole of it or comes from no other. Of several such models the one with the largest figure counts.

    Args:
        desk: The desk.
        name: The model that is started from.
        record: What its own folder says of it, where the catalogue does not know it.
    """
    parents = [] if record is None else [each.parent for each in record.relations if each.child == name and each.relation in WEIGHT_RELATIONS]
    roots = [] if record is not None and not parents else _roots(desk, parents or [name])
    return max(roots or [(name, None)], key=lambda each: each[1] or 0.0)


def _roots(desk: Desk, names: Iterable[str]) -> list[tuple[str, float | None]]:
    from registry.catalogue.queries.find_model import find_model
    from registry.catalogue.queries.model_detail import read_model

    roots: list[tuple[str, float | None]] = []
    pending, seen = list(names), set(names)
    with desk.catalogue.reading() as connection:
        while pending and len(seen) <= MOST_ANCESTORS:
            name = pending.pop(0)
            try:
                detail = read_model(connection, find_model(connection, name).id)
            except UnknownModelError:
                roots.append((name, None))
                continue
            above = [link.parent for link in detail.links if link.relation in WEIGHT_RELATIONS and not link.parent.startswith("dataset:")]
            if detail.model.training_flop is not None or not above:
                spent = [run.flop for run in detail.training_runs if run.flop]
                roots.append((detail.model.name, detail.model.training_flop or (sum(spent) if spent else None)))
                continue
            pending += [parent for parent in above if parent not in seen]
            seen.update(above)
    return roots
