"""What a comparison of weights supports: whether a model can come from the base it is said to come from.

Weights speak in one direction only. Tensors that are the same, or all but the same, do not come about by chance: the two share an origin. They
do not say which came first, nor whether both come from a third. Weights without likeness speak against a fine-tune, a merge, a merged
adapter, a conversion and a quantised copy, all of which keep most of it; a student trained on outputs need not resemble its teacher.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

CLASSES = ("identical", "near", "far", "added", "missing", "packed")
"""What can be said of a tensor: as in the base; like it; unlike it; not in the base; only in the base; packed, so not compared."""

NEAR = 0.5
"""A tensor is near from this correlation on. Fine-tunes keep more than 0.9, half of all weights pruned or 2 bits a weight more than 0.8; what was trained
apart has 0, give or take 0.06 at the smallest size that counts (256 values), so 0.5 is eight standard deviations away."""

CLOSE = 0.05
"""A tensor whose difference has at most this share of the base's norm is near too, whatever its correlation: rows of ones have none."""

MOST = 0.5
"""Consistent: so much of what can be compared, of the smaller of the two models, is identical or near. A frozen part alone (an embedding) does not reach it."""

LITTLE = 0.1
"""Inconsistent: less than this is identical or near, though at least `MOST` could be laid side by side. Between the two the weights do not decide."""

LEAST_TELLING = 1_000
"""Fewer parameters than this decide nothing."""

UNLIKE_RELATIONS = frozenset({"distilled", "trained-on-outputs"})
"""Relations that leave no likeness in the weights, so that its lack says nothing."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Tensors of one class, and what they hold.

    Attributes:
        tensors: How many tensors.
        parameters: How many parameters they hold.
        telling: Parameters of those whose values tell where they come from; the others are the same in unrelated models.
    """

    tensors: int = 0
    parameters: int = 0
    telling: int = 0

    def plus(self, parameters: int, telling: int, tensors: int = 1) -> Tally:
        """The tally with one more tensor."""
        return Tally(self.tensors + tensors, self.parameters + parameters, self.telling + telling)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sets of tensors, laid over each other.

    Attributes:
        tallies: Tensors and parameters by class of `CLASSES`.
        reshaped: Telling parameters of the child whose name the base has in another shape.
        shrunk: Telling parameters, of these and of far tensors, that may have been cut out of the base's: no side is longer.
        renamed: Tensors found under another name.
        recast: Tensors whose values are the same but for the type they are kept in.
        quantized: Tensors of the child that are quantised and were multiplied out, or compared by direction.
        grown: Tensors with more rows than the base's.
        cut: Tensors with fewer rows or columns than the base's.
        relative: The relative difference over all near tensors together; none where there is none.
        correlation: Their correlation, weighted by size.
        low_rank: How many of the near matrices looked at differ by a matrix of low rank, of how many, and which rank.
        not_finite: Values that are no numbers.
    """

    tallies: Mapping[str, Tally] = field(default_factory=dict)
    reshaped: int = 0
    shrunk: int = 0
    renamed: int = 0
    recast: int = 0
    quantized: int = 0
    grown: int = 0
    cut: int = 0
    relative: float | None = None
    correlation: float | None = None
    low_rank: tuple[int, int, int] | None = None
    not_finite: int = 0

    def of(self, name: str) -> Tally:
        """The tally of a class."""
        return self.tallies.get(name, Tally())

    @property
    def held(self) -> int:
        """Telling parameters that are identical or near."""
        return self.of("identical").telling + self.of("near").telling

    @property
    def smaller(self) -> int:
        """The telling parameters of the smaller of the two models that are not packed."""
        matched = self.held + self.of("far").telling
        return matched + min(self.of("added").telling, self.of("missing").telling)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a comparison supports.

    Attributes:
        result: `consistent`, `inconsistent` or `unverified`.
        reason: Why, in a sentence.
        looks_like: What the differences look like: `copy`, `converted`, `quantized`, `adapter`, `finetune`; none where nothing is told.
    """

    result: str
    reason: str
    looks_like: str | None = None


def judge_weights(seen: Comparison, relation: str | None = None) -> Opinion:
    """Whether weights support that one model comes from the other.

    Args:
        seen: The comparison.
        relation: How the child is said to come from the base, where that is known.
    """
    smaller, held = seen.smaller, seen.held
    far = seen.of("far").telling
    if smaller < LEAST_TELLING and seen.reshaped < LEAST_TELLING:
        packed = " The rest is packed, and packed weights are not unpacked." if seen.of("packed").tensors else ""
        return Opinion("unverified", f"No more than {smaller:,} parameters could be laid side by side, too few to tell anything.{packed}")
    share = held / smaller if smaller else 0.0
    if held >= LEAST_TELLING and share >= MOST:
        return Opinion("consistent", _alike(seen, share), _looks_like(seen))
    unlike = far + seen.reshaped
    if share < LITTLE and unlike >= MOST * smaller:
        if relation in UNLIKE_RELATIONS:
            return Opinion("unverified", f"The weights do not resemble each other, and `{relation}` does not make them.")
        if seen.shrunk >= MOST * unlike:
            return Opinion(
                "unverified", "Tensors are smaller than the base's: their rows and columns may have been picked out of it, which could not be traced."
            )
        if far >= seen.reshaped:
            # What share of the base's weights has a like in the child is what a reader wants to know, whichever way it fails.
            return Opinion(
                "inconsistent",
                f"Tensors of the same name and shape do not resemble each other: {_percent(far / max(1, far + held))} of the parameters laid over each other "
                f"are far (correlation below {NEAR}), as in a model that was trained apart.",
            )
        return Opinion(
            "inconsistent",
            "Tensors of the same name have other shapes: a fine-tune, a merge, a merged adapter or a quantised copy keeps the shapes of its base.",
        )
    if share >= LITTLE:
        return Opinion(
            "unverified",
            f"Only a part agrees: {_percent(share)} of what can be compared is identical or near, so some weights have the same origin and most have not, or were changed beyond it.",
        )
    return Opinion(
        "unverified",
        f"Only {_percent((held + far) / smaller)} could be laid side by side: the tensors have other names and shapes. Fused, transposed or permuted tensors are not seen through.",
    )


def _alike(seen: Comparison, share: float) -> str:
    same, near = seen.of("identical"), seen.of("near")
    compared = same.parameters + near.parameters + seen.of("far").parameters
    parts = []
    if same.parameters:
        parts.append(
            f"{_percent(same.parameters / compared)} of the parameters laid over each other are the same{' but for the type they are kept in' if seen.recast else ''}"
        )
    if near.parameters:
        measure = [
            f"correlation {seen.correlation:.4f}" if seen.correlation is not None else "",
            f"relative difference {seen.relative:.3g}" if seen.relative is not None else "",
        ]
        told = ", ".join(each for each in measure if each)
        parts.append(f"{_percent(near.parameters / compared)} are near{f' ({told})' if told else ''}")
    text = " and ".join(parts)
    more = []
    if seen.quantized:
        more.append("the child is quantised")
    if seen.low_rank is not None and seen.low_rank[0]:
        found, looked, rank = seen.low_rank
        more.append(f"the difference has rank {rank} or less in {found} of {looked} matrices looked at, as a merged adapter leaves it")
    if seen.renamed:
        more.append(f"{seen.renamed:,} tensors have other names")
    if seen.grown:
        more.append(f"{seen.grown:,} {'tensor has' if seen.grown == 1 else 'tensors have'} more rows")
    if seen.cut:
        more.append(f"{seen.cut:,} {'tensor was' if seen.cut == 1 else 'tensors were'} cut")
    if seen.of("missing").tensors:
        more.append(f"{seen.of('missing').tensors:,} tensors of the base are missing")
    if seen.of("packed").tensors:
        more.append(f"{seen.of('packed').tensors:,} packed tensors were not compared")
    if share < 1 and seen.of("far").parameters:
        more.append(f"{_percent(seen.of('far').parameters / compared)} are far")
    return text + (f"; {'; '.join(more)}" if more else "") + "."


def _looks_like(seen: Comparison) -> str:
    """What the differences look like, in the words of relations where there is one."""
    if seen.quantized or seen.of("packed").tensors:
        return "quantized"
    changed = seen.of("near").telling + seen.of("far").telling
    if not changed and not seen.of("added").telling and not seen.grown:
        if seen.cut or seen.of("missing").telling:
            return "finetune"
        return "converted" if seen.recast else "copy"
    if seen.low_rank is not None and seen.low_rank[1] and seen.low_rank[0] * 2 >= seen.low_rank[1]:
        return "adapter"
    return "finetune"


def _percent(share: float) -> str:
    """A share as people read it: never 100 % or 0 % where it is not."""
    if share >= 1:
        return "100%"
    if share <= 0:
        return "0%"
    if share > 0.999:
        return "more than 99.9%"
    return f"{100 * share:.1f}%" if share >= 0.001 else "less than 0.1%"
