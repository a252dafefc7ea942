"""How sure it is that a text found in code is the one that is used, and in what way it was found."""

from __future__ import annotations

ALWAYS, USUALLY, PERHAPS = 2, 1, 0
"""How sure it is that a value is the one that is used; places in `reference.CONFIDENCES`."""

WORDS = (
    "literal",
    "constant",
    "attribute",
    "argument",
    "f-string",
    "choice",
    "one of several",
    "default",
    "environment default",
    "environment file",
    "comparison",
)
"""How a value was found, from the plainest; of several on the way the last of these is told."""


def farther(one: str, other: str) -> str:
    """The less plain of two words."""
    return max(one, other, key=WORDS.index)
