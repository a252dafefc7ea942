"""The one-third rule of the European Commission for those who modify a general-purpose AI model.

Guidelines on the scope of the obligations for general-purpose AI models (C(2025) 5045, 18 July 2025), on downstream modifiers: whoever spends more
than a third of the computation of the original model's training on a modification is taken for the provider of the modified model. Where that figure
is not known and cannot be estimated, a third of the threshold stands in from which a model is presumed to be one for general purposes (10^23), or to
have systemic risk (10^25) where the original has that.
"""

from __future__ import annotations

from typing import Any

GENERAL_PURPOSE_FLOP = 1e23
"""From so many operations of training a model is presumed to be one for general purposes."""

SYSTEMIC_RISK_FLOP = 1e25
"""From so many it is presumed to have systemic risk (AI Act, article 51(2))."""


def modifier_share(own_flop: float | None, original: str | None, original_flop: float | None) -> dict[str, Any] | None:
    """What part of the original's computation a modification took; None where its own is not known.

    Args:
        own_flop: Operations of the modification.
        original: The model that was modified.
        original_flop: Operations of its training, where they are known.

    Returns:
        `own_flop`, `original`, `original_flop`, `share` of the figure it is held against, `above_one_third`, `assumed` in words or None.
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
        "assumed": assumed,
        "rule": "European Commission, guidelines on general-purpose AI models, C(2025) 5045: a modification above one third of the original's training "
        "computation makes its author the provider of the modified model, if the original is a general-purpose AI model",
    }
