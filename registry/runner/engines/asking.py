"""What a task of inference implements: it turns rows into questions, and a batch of questions into answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from registry.runner.row_stream import Row


class RowError(Exception):
    """A row cannot be asked about; the message says why, and the other rows go on."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about one row."""

    row: Row
    """The row."""

    shown: Any
    """What stands as `input` in the answer."""

    text: str = ""
    """The text that the model is given."""

    context: str = ""
    """The text in which an answer is looked for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model gives back for one question."""

    output: Any
    """The answer, as JSON takes it."""

    tokens_in: int = 0
    """How many tokens the model read."""

    tokens_out: int = 0
    """How many tokens it wrote."""

    cut: bool = False
    """Whether the text was longer than the model takes, and was cut."""

    also: Mapping[str, Any] = field(default_factory=dict)
    """What else stands in the line of the answer."""


class Asker(Protocol):
    """One task with its model loaded."""

    parameters: int
    """How many parameters the model has."""

    settings: Mapping[str, int | float | str | bool | None]
    """How it asks, defaults included."""

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        """Answer a batch, in order.

        Raises:
            RowError: A row cannot be asked about. Of a batch of several, each is then asked alone.
        """
