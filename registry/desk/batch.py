"""Many questions at once: one JSON object a line in, one a line out, in the same order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from registry.desk.answer import Question, answer, license_question
from registry.desk.answer_item import to_item
from registry.desk.facts import known_names
from registry.desk.whatif import WhatIf, build_graph
from registry.errors import RegistryError, UsageError
from registry.knowledge.store import Knowledge
from registry.lineage.graph import Graph
from registry.terms.facts import read_use

MAX_LINE = 2_000_000
"""A line longer than this is refused."""


class _Line(BaseModel):
    """A question; keys that are not ours (`expected`, `why`) are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str | int | None = None
    license: str | None = None
    model: str | None = None
    what_if: WhatIf | None = None
    use: dict[str, Any] = Field(default_factory=dict)
    interpretation: str = "mainstream"
    assume: bool = True
    strict_facts: bool = False


def answer_lines(knowledge: Knowledge, lines: Iterable[str], today: str, known: Callable[[str, str], Graph | None]) -> Iterator[dict[str, Any]]:
    """Answer every line; one that cannot be answered gives an error object, and the run goes on.

    Args:
        knowledge: The licences.
        lines: JSON objects in the form of `check --batch`.
        today: The date of uses that state none.
        known: The recorded lineage of a model of the catalogue on a date, or None.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        identity: Any = None
        try:
            if len(line) > MAX_LINE:
                raise UsageError(f"line {number} is longer than {MAX_LINE:,} characters", "ask fewer things in one line")
            data = json.loads(line)
            identity = data.get("id") if isinstance(data, dict) else None
            yield {"id": identity, **_answer(knowledge, _Line.model_validate(data), today, known)}
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(step) for step in first["loc"]) or "line"
            yield _error(identity, f"line {number}, field `{place}`: {first['msg']}", "compare the line with the format of `check --batch`")
        except RegistryError as error:
            yield _error(identity, error.message, error.hint)
        except (ValueError, RecursionError) as error:  # JSON that is none, nests too deep, or holds a number of thousands of digits
            yield _error(identity, f"line {number} is not JSON: {error}", "write one JSON object a line")


def _error(identity: Any, message: str, hint: str | None) -> dict[str, Any]:
    return {"id": identity, "error": {"message": message, "hint": hint}}


def _answer(knowledge: Knowledge, line: _Line, today: str, known: Callable[[str, str], Graph | None]) -> dict[str, Any]:
    use = read_use(knowledge.vocabulary, line.use, knowledge.ordinary, today=today, assume=line.assume, strict=line.strict_facts)
    use = known_names(knowledge, use)
    obtained = use.value("obtained_on")
    on = str(obtained) if obtained is not None else use.on
    if line.what_if is not None:
        graph = build_graph(line.what_if, knowledge, on, known)
        subject = line.model or line.what_if.models[-1].name
        if subject not in graph.nodes:
            raise UsageError(f"`{subject}` is not among the models of the question", "name one of `what_if.models`")
        return to_item(knowledge, answer(knowledge, Question(graph, subject, use, line.interpretation, change_is_lineage=bool(graph.parents.get(subject)))))
    if line.model is not None:
        recorded = known(line.model, on)
        if recorded is None:
            raise UsageError(f"no model goes by `{line.model}`", "describe it in `what_if`")
        subject = next(iter(recorded.nodes))
        return to_item(knowledge, answer(knowledge, Question(recorded, subject, use, line.interpretation, name_to_judge=subject)))
    if line.license is None:
        raise UsageError("the line names neither `license`, `model` nor `what_if`", "name one of them")
    return to_item(knowledge, answer(knowledge, license_question(knowledge, line.license, use, line.interpretation, on, must_exist=False)))
