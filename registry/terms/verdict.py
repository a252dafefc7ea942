"""Verdicts and their order. Combining takes the worst, so it never loosens."""

from __future__ import annotations

from enum import IntEnum


class Verdict(IntEnum):
    """What a use comes to, from best to worst; the number is its rank."""

    PERMITTED = 0
    WITH_OBLIGATIONS = 1
    CONDITIONAL = 2
    UNDETERMINED = 3
    NEEDS_PERMISSION = 4
    PROHIBITED = 5

    @property
    def word(self) -> str:
        """The word that JSON and commands use."""
        return _WORDS[self]

    @classmethod
    def from_word(cls, word: str) -> Verdict:
        """The verdict of a word.

        Raises:
            ValueError: There is no such verdict.
        """
        for verdict, name in _WORDS.items():
            if name == word:
                return verdict
        raise ValueError(f"`{word}` is not a verdict; there are {', '.join(_WORDS.values())}")


_WORDS = {
    Verdict.PERMITTED: "permitted",
    Verdict.WITH_OBLIGATIONS: "permitted-with-obligations",
    Verdict.CONDITIONAL: "conditional",
    Verdict.UNDETERMINED: "undetermined",
    Verdict.NEEDS_PERMISSION: "needs-permission",
    Verdict.PROHIBITED: "prohibited",
}

VERDICT_WORDS: tuple[str, ...] = tuple(_WORDS.values())
"""Every verdict's word, from best to worst."""
