"""Questions to the desk, as a line of a batch would put them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from registry.desk.batch import answer_lines
from registry.lineage.graph import Graph
from tests.terms.build import KNOWLEDGE, TODAY


def unknown(name: str, on: str) -> Graph | None:
    """A catalogue in which there is nothing."""
    return None


def ask_lines(*lines: str, known: Callable[[str, str], Graph | None] = unknown) -> list[dict[str, Any]]:
    """The answers to lines as they stand."""
    return list(answer_lines(KNOWLEDGE, lines, TODAY, known))


def ask(known: Callable[[str, str], Graph | None] = unknown, **question: Any) -> dict[str, Any]:
    """The answer to one question, which can be answered."""
    (answer,) = ask_lines(json.dumps(question), known=known)
    assert "error" not in answer, answer
    return answer


def fail(known: Callable[[str, str], Graph | None] = unknown, **question: Any) -> dict[str, Any]:
    """The error of one question, which cannot be answered."""
    (answer,) = ask_lines(json.dumps(question), known=known)
    assert set(answer) == {"id", "error"}, answer
    assert set(answer["error"]) == {"message", "hint"}
    assert answer["error"]["message"]
    assert answer["error"]["hint"]
    error: dict[str, Any] = answer["error"]
    return error


def a_model(name: str, license: Any = "mit", *bases: str, **more: Any) -> dict[str, Any]:
    """A model of a hypothesis; a base is written `name` or `relation:name`."""
    return {
        "name": name,
        "license": license,
        "bases": [{"name": base.split(":")[-1], "relation": base.split(":")[0]} if ":" in base else base for base in bases],
        **more,
    }
