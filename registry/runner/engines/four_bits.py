"""Keeps bitsandbytes from a short cut of its own where that gives wrong results, or none."""

from __future__ import annotations

from typing import Any

IN_MULTIPLES_OF = 64
"""Values that share one scale: the short cut takes rows that are whole groups of them."""

OUT_MULTIPLES_OF = 32
"""Rows that the short cut packs at once."""

_SHORT_CUT = "support_avx512bf16_for_cpu"


def settle_four_bits(model: Any, *, learns: bool) -> None:
    """Have every layer in four bits compute the plain way where the short cut for processors with bf16 cannot be taken.

    bitsandbytes 0.50 packs such a layer anew at the first pass without gradients. It then fails on layers of other sizes, and does not unpack them for
    training, through which no gradient would come.

    Args:
        model: A model that is loaded; nothing is changed where it holds no such layer.
        learns: Gradients have to come through it.
    """
    for module in model.modules():
        if getattr(module, _SHORT_CUT, False) and (learns or module.in_features % IN_MULTIPLES_OF or module.out_features % OUT_MULTIPLES_OF):
            setattr(module, _SHORT_CUT, False)
