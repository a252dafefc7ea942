"""What a source could not make sense of, kept with the thing it is about."""

from __future__ import annotations

from dataclasses import dataclass

from registry.supplychain.source import Source


@dataclass(frozen=True, slots=True)
class Remark:
    """One note on a model or dataset: what was found and left out, never a guess at what was meant."""

    subject: str
    """The model's name, or `dataset:NAME`."""

    code: str
    """What kind of trouble it is, as the source calls it: `self-base`, `value-empty`, ..."""

    message: str
    """What was found, in one sentence."""

    finding: str | None = None
    """The code of the finding that an audit makes of it (`LIC108`, `SEC001`); none where it is only worth knowing."""

    file: str | None = None
    """The file it was found in."""

    line: int | None = None
    """The line in that file, from 1."""

    source: Source | None = None
    """Where it was read."""


OUTPUTS_OF = "outputs-of"
"""The code of a remark on a dataset that is made of a model's outputs; the message is the model's name."""

CONTENT_DIGEST = "content-digest"
"""The code of a remark on a dataset that is one file; the message is its digest."""
