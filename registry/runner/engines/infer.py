"""Asks a model about every row of an input and writes the answers as JSON lines, in order and as they come.

A row that cannot be asked about is a line with `error`; the others go on. Neither the input nor the answers are ever held as a whole.
"""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TextIO

from registry.errors import RunError
from registry.runner.engines.asking import Answer, Asker, Question, RowError
from registry.runner.engines.infer_tasks import make_asker
from registry.runner.engines.interface import EngineError, Tell
from registry.runner.engines.ledger import Ledger
from registry.runner.engines.loading import refused
from registry.runner.engines.machine import ready_machine
from registry.runner.events import Finished, Noted
from registry.runner.job import InferJob
from registry.runner.parameters import check_parameters
from registry.runner.prompt import PromptTemplate, read_template
from registry.runner.row_stream import Row, read_rows
from registry.sources.notes import shown

_IMAGE_TASKS = frozenset({"zero-shot-image-classification"})


class InferEngine:
    """Answers with a model of any task of `InferTask`."""

    def run(self, job: InferJob, tell: Tell) -> Finished:
        """Ask about every row and write the answers.

        Raises:
            EngineError: The input, the model or the parameters are not such that an answer can be had.
        """
        ledger = Ledger(tell)
        with refused():
            check_parameters(job.task, job.parameters)
            _check_job(job)
            template = read_template(job.prompt_template) if job.prompt_template is not None else None
            readied = ready_machine(job.machine, tell)
            ledger.stage("preparing")
            reader = _Reader(job, template)
            total = reader.count()
        ledger.stage("loading", job.model.name)
        asker = make_asker(job, readied, tell)
        ledger.stage("generating")
        tally = _Tally()
        try:
            with job.output.open("x", encoding="utf-8") as stream, refused():
                for line in _answer(reader.entries(), asker, job.batch_size):
                    _write(stream, line, tally)
                    ledger.progress(tally.counts["examples"], total, unit="rows")
        except FileExistsError as error:
            raise EngineError("data", f"`{shown(job.output, 200)}` exists already, and nothing is written over", "name another file") from error
        if tally.counts["failed"] == total:
            with contextlib.suppress(OSError):
                job.output.unlink()
            raise EngineError("data", f"no row could be answered; the first: {tally.first_error}", "see whether the input is what the task asks for")
        _tell_tally(tally, tell)
        return ledger.finish(
            data={"input": {"rows": total, "failed": tally.counts["failed"]}},
            counts={**tally.counts, "parameters_total": asker.parameters, "parameters_trained": 0},
            settings=_settings(job, template, reader, asker),
            artifacts={"outputs": job.output.name},
        )


@dataclass(slots=True)
class _Tally:
    """What was counted so far."""

    counts: Counter[str] = field(default_factory=lambda: Counter(examples=0, failed=0, cut=0, tokens_in=0, tokens_out=0, tokens=0))
    first_error: str | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the answers."""

    values: Mapping[str, Any]
    answer: Answer | None = None


class _Reader:
    """Turns the rows of the input into questions."""

    def __init__(self, job: InferJob, template: PromptTemplate | None) -> None:
        self._job = job
        self._template = template
        self.column: str | None = None

    def count(self) -> int:
        """How many rows there are; the whole input is looked through once, so that a broken one is told before a model is loaded.

        Raises:
            RunError: It has no rows, or lacks a column.
        """
        rows = self._rows()
        first = next((row for row in rows if row.error is None), None)
        if first is None:
            # Rows that cannot be understood are counted, so that the answer can say why.
            why = next((f"; row {row.index + 1}: {row.error}" for row in self._rows()), "")
            raise RunError(f"the input has no row to ask about{why}", "give it one at least", reason="data")
        self._check_columns(first)
        return sum(1 for _ in self._rows())

    def entries(self) -> Iterator[Question | _Line]:
        """Every row as a question, or as the line that says why it is none."""
        for row in self._rows():
            try:
                yield self._question(row)
            except RowError as error:
                yield _Line({"index": row.index, "input": _input_of(row, self.column), "error": str(error)})

    def _rows(self) -> Iterator[Row]:
        job = self._job
        if job.input is not None:
            return read_rows(job.input)
        if job.text is None:
            raise RunError("there is no input", "give a text or a file", reason="data")
        if job.task in _IMAGE_TASKS:
            raise RunError(f"`{job.task}` takes an image file, or a file with a column `image`, and no text", "name the file", reason="data")
        return iter([Row(0, _object_of(job.text) if job.task == "question-answering" else {"text": job.text})])

    def _check_columns(self, row: Row) -> None:
        """Choose the column with the text, and see that all others are there.

        Raises:
            RunError: One is missing.
        """
        columns = [str(name) for name in row.values]
        if self._job.task == "question-answering":
            needed = ["question", "context"]
        else:
            self.column = self._job.column or self._guess(columns)
            needed = [] if self._template is not None and self.column is None else [self.column or self._usual]
        missing = [name for name in needed if name not in columns]
        if missing:
            named = ", ".join(f"`{shown(name, 40)}`" for name in columns[:20]) or "none"
            raise RunError(f"the input has no column `{shown(missing[0], 60)}`; its columns are {named}", "say which with `--column`", reason="data")
        if self._template is not None:
            self._template.check_columns([*columns, "text"] if self.column is not None else columns)

    @property
    def _usual(self) -> str:
        return "image" if self._job.task in _IMAGE_TASKS else "text"

    def _guess(self, columns: Sequence[str]) -> str | None:
        if self._usual in columns:
            return self._usual
        return columns[0] if len(columns) == 1 else None

    def _question(self, row: Row) -> Question:
        """What is asked about a row.

        Raises:
            RowError: It does not hold what is needed.
        """
        if row.error is not None:
            raise RowError(row.error)
        if self._job.task == "question-answering":
            question, context = _text_of(row, "question"), _text_of(row, "context")
            return Question(row, {"question": question, "context": context}, question, context)
        if self._template is None:
            text = _text_of(row, self.column or "text")
            return Question(row, text, text)
        values = dict(row.values)
        if self.column is not None:
            values.setdefault("text", row.values.get(self.column))
        chosen = {name: _text_of(row, name, values) for name in self._template.names}
        return Question(row, next(iter(chosen.values())) if len(chosen) == 1 else chosen, self._template.fill(chosen))


def _answer(entries: Iterable[Question | _Line], asker: Asker, size: int) -> Iterator[_Line]:
    """Every line of the answers, in the order of the rows; questions are put in batches."""
    held: list[Question | _Line] = []
    waiting = 0
    for entry in chain(entries, (None,)):
        if entry is not None:
            held.append(entry)
            waiting += isinstance(entry, Question)
        if entry is None or waiting >= size or len(held) >= 8 * size:
            answered = iter(_ask([each for each in held if isinstance(each, Question)], asker))
            for each in held:
                yield each if isinstance(each, _Line) else next(answered)
            held, waiting = [], 0


def _ask(questions: Sequence[Question], asker: Asker) -> list[_Line]:
    """The lines for a batch; where the batch fails each question is put alone, so that only the one at fault does."""
    if not questions:
        return []
    try:
        return [_line(question, answer) for question, answer in zip(questions, asker.ask(questions), strict=True)]
    except (RowError, ValueError, TypeError, IndexError, RuntimeError) as error:
        if "memory" in str(error).lower():
            raise
        if len(questions) > 1:
            return [line for question in questions for line in _ask([question], asker)]
        said = str(error) if isinstance(error, RowError) else f"the model could not answer: {shown(str(error).strip().partition(chr(10))[0], 200)}"
        return [_Line({"index": questions[0].row.index, "input": questions[0].shown, "error": said})]


def _line(question: Question, answer: Answer) -> _Line:
    prompt = {"prompt": question.text} if question.text and question.text != question.shown and not question.context else {}
    cut = {"cut": True} if answer.cut else {}
    return _Line({"index": question.row.index, "input": question.shown, **prompt, "output": answer.output, **answer.also, **cut}, answer)


def _write(stream: TextIO, line: _Line, tally: _Tally) -> None:
    values = line.values
    try:
        text = json.dumps(values, ensure_ascii=False, allow_nan=False)
    except ValueError:
        values = {"index": values["index"], "input": values["input"], "error": "the model gave a number that is not finite"}
        text = json.dumps(values, ensure_ascii=False)
    # A lone half of a surrogate pair is no text in UTF-8.
    stream.write(text.encode("utf-8", "replace").decode() + "\n")
    stream.flush()
    counts = tally.counts
    counts["examples"] += 1
    if "error" in values:
        counts["failed"] += 1
        tally.first_error = tally.first_error or f"row {values['index'] + 1}: {values['error']}"
    elif line.answer is not None:
        counts["cut"] += line.answer.cut
        counts["tokens_in"] += line.answer.tokens_in
        counts["tokens_out"] += line.answer.tokens_out
        counts["tokens"] += line.answer.tokens_in + line.answer.tokens_out


def _tell_tally(tally: _Tally, tell: Tell) -> None:
    cut, failed = tally.counts["cut"], tally.counts["failed"]
    if cut:
        tell(Noted(text=f"{'1 text was' if cut == 1 else f'{cut:,} texts were'} longer than the model takes, and cut; `cut` in the answers says which"))
    if failed:
        tell(Noted(text=f"{'1 row' if failed == 1 else f'{failed:,} rows'} could not be answered; {tally.first_error}"))


def _settings(job: InferJob, template: PromptTemplate | None, reader: _Reader, asker: Asker) -> dict[str, int | float | str | bool | list[str] | None]:
    """Everything that the answers depend on, defaults included."""
    settings: dict[str, int | float | str | bool | list[str] | None] = {"task": job.task, "batch_size": job.batch_size, "seed": job.machine.seed}
    if reader.column is not None:
        settings["column"] = reader.column
    if template is not None:
        settings["prompt_template_sha256"] = template.sha256
    if job.labels:
        settings["labels"] = list(job.labels)
    if job.adapter is not None:
        settings["adapter"] = job.adapter.name
    return settings | dict(asker.settings)


def _check_job(job: InferJob) -> None:
    """Labels are for the task that asks which of them fits, and it needs two at least; a template is for tasks that are given a text.

    Raises:
        RunError: Something is missing, or not wanted.
    """
    if job.batch_size < 1:
        raise RunError(f"a batch of {job.batch_size} rows is none", "say `--batch-size 1` or more", reason="data")
    if job.prompt_template is not None and (job.task in _IMAGE_TASKS or job.task == "question-answering"):
        raise RunError(f"`{job.task}` takes no prompt template", "leave `--prompt-template` out", reason="data")
    if job.task in _IMAGE_TASKS:
        if len(set(job.labels)) < 2 or not all(label.strip() for label in job.labels):
            raise RunError(f"`{job.task}` needs two different labels at least", "name them with `--labels cat,dog`", reason="data")
    elif job.labels:
        raise RunError(f"`{job.task}` takes no labels: the model has its own", "leave `--labels` out", reason="data")


def _text_of(row: Row, name: str, values: Mapping[str, Any] | None = None) -> str:
    value = (row.values if values is None else values).get(name)
    if value is None:
        raise RowError(f"it has no `{shown(name, 40)}`")
    if isinstance(value, (dict, list, bytes)):
        raise RowError(f"its `{shown(name, 40)}` is no text")
    text = str(value)
    if not text.strip():
        raise RowError(f"its `{shown(name, 40)}` is empty")
    return text


def _input_of(row: Row, column: str | None) -> Any:
    """What can be shown of a row that was not understood."""
    value = row.values.get(column) if column is not None else None
    return value if isinstance(value, (str, int, float, bool)) else None


def _object_of(text: str) -> Mapping[str, Any]:
    """A question with its context, given as one JSON object.

    Raises:
        RunError: It is none.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise RunError(
            "a question needs the text to look in",
            """give a file with the columns `question` and `context`, or `{"question": "...", "context": "..."}`""",
            reason="data",
        )
    return value
