"""How many floating-point operations a training run took, estimated from sizes alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

FORMULA = (
    "(4 N + 2 T) D, N: parameters outside embedding tables, T: those of them that are trained, D: tokens without padding; forward 2 N D, backward 2 N D "
    "for activations and 2 T D for weights (Kaplan et al. 2020, arXiv:2001.08361, section 2.1, where T = N gives 6 N D); attention over the context, "
    "evaluation and recomputation are left out"
)
"""The formula and its source, as records state it."""

REFERENCE_FORMULA = FORMULA + "; 2 N D more for the forward pass of the reference model"
"""The same for preference tuning, which runs a second model beside."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Parameters of a model, each counted once however often it is used.

    Attributes:
        total: All of them.
        trained: Those that change.
        computing: All outside embedding tables.
        computing_trained: Those of them that change.
    """

    total: int
    trained: int
    computing: int
    computing_trained: int

    def flop(self, tokens: int, *, reference: bool = False) -> float:
        """The estimate for this many tokens.

        Args:
            tokens: Without padding.
            reference: A second model of the same size runs beside.
        """
        per_token = (6 if reference else 4) * self.computing + 2 * self.computing_trained
        return float(per_token * tokens)


def count_parameters(model: nn.Module) -> Sizes:
    """The sizes of a model."""
    from torch import nn

    tables = {id(weight) for module in model.modules() if isinstance(module, nn.Embedding) for weight in module.parameters()}
    sizes = [(values_in(parameter), parameter.requires_grad, id(parameter) not in tables) for parameter in model.parameters()]
    return Sizes(
        total=sum(size for size, _, _ in sizes),
        trained=sum(size for size, trained, _ in sizes if trained),
        computing=sum(size for size, _, computing in sizes if computing),
        computing_trained=sum(size for size, trained, computing in sizes if trained and computing),
    )


def values_in(parameter: Any) -> int:
    """How many values a parameter stands for: bitsandbytes packs several of four bits into one place, and keeps the shape beside them."""
    shape = getattr(getattr(parameter, "quant_state", None), "shape", None)
    return int(parameter.numel()) if shape is None else math.prod(shape)
