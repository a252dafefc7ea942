"""Answers in a file, as they are shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.runner.answers import first_answer


@pytest.mark.parametrize(("text", "said"), [('{"index": 0, "output": "yes"}\n{"output": "no"}\n', "yes"), ("", None), ("[1]\n", None), ("{broken", None)])
def test_the_first_answer_is_what_the_first_line_holds(tmp_path: Path, text: str, said: str | None) -> None:
    file = tmp_path / "answers.jsonl"
    file.write_text(text, encoding="utf-8")
    assert first_answer(file) == said


def test_no_file_has_no_answer(tmp_path: Path) -> None:
    assert first_answer(tmp_path / "nowhere.jsonl") is None
