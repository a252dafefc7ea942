"""`licet run` at a terminal: a person is asked for the facts that decide."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.runner.stand_in import write_model

pty = pytest.importorskip("pty")
pytest.importorskip("torch")
pytest.importorskip("securesystemslib")

LLAMA = "meta-llama/Llama-2-7b-hf"
STAND_IN = Path(__file__).parents[1] / "runner" / "stand_in.py"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    write_model(tmp_path / "base")
    (tmp_path / "data.csv").write_text("text,label\na,x\n")
    return tmp_path


def at_a_terminal(root: Path, place: Path, answers: list[str], *more: str) -> tuple[int, str]:
    """Run the command at a terminal of its own, and answer each question as it comes."""
    arguments = [
        "run", "finetune", "--base", "./base", "--base-name", LLAMA, "--data", "data.csv", "--task", "text-classification", "--out", "out",
        "--launcher", f"{sys.executable} {STAND_IN} ok", *more,
    ]  # fmt: skip
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(place)
        os.execve(sys.executable, [sys.executable, "-m", "registry", *arguments], {**os.environ, "PYTHONPATH": str(root), "NO_COLOR": "1"})  # noqa: S606
    said = b""
    waiting = list(answers)
    while True:
        try:
            got = os.read(terminal, 4096)
        except OSError:  # the terminal is gone with its last writer
            break
        if not got:
            break
        said += got
        if said.rstrip().endswith(b"leaves it open]:") and waiting:
            os.write(terminal, f"{waiting.pop(0)}\n".encode())
            said += b"\n"
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said.decode(errors="replace")


@pytest.mark.slow
def test_an_answer_settles_it_and_becomes_part_of_the_use(root: Path, place: Path) -> None:
    code, said = at_a_terminal(root, place, ["many", "1000"])
    assert code == 0, said
    assert "It is a yes when no more than 700M" in said
    assert "`many` is not a number" in said
    assert (place / "out" / "provenance.json").is_file()


@pytest.mark.slow
def test_an_answer_can_be_a_refusal(root: Path, place: Path) -> None:
    code, said = at_a_terminal(root, place, ["900M"])
    assert code == 1, said
    assert "do not allow this run" in said
    assert not (place / "out").exists()


@pytest.mark.slow
def test_an_empty_answer_leaves_it_open(root: Path, place: Path) -> None:
    code, said = at_a_terminal(root, place, [""])
    assert code == 3, said
    assert "--yes" in said
