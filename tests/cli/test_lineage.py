"""`licet lineage` as a group that still takes a model, and `licet lineage verify` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from registry.cli.lineage import command, with_command
from tests.cli.conftest import Licet
from tests.sources.model_folders import write_folder
from tests.sources.weight_pairs import save, trained, weights


@pytest.mark.parametrize(
    ("arguments", "called"),
    [
        (["acme/base"], ["show", "acme/base"]),
        (["--down", "--depth", "2", "acme/base"], ["show", "--down", "--depth", "2", "acme/base"]),
        (["--", "verify"], ["show", "--", "verify"]),
        (["--depth", "1", "verify"], ["show", "--depth", "1", "verify"]),
        (["show", "verify"], ["show", "verify"]),
        (["verify", "./a", "./b"], ["verify", "./a", "./b"]),
        (["--db", "x.db", "verify", "a", "b"], ["--db", "x.db", "verify", "a", "b"]),
        (["--db=x.db", "--offline", "verify", "a", "b"], ["--db=x.db", "--offline", "verify", "a", "b"]),
        (["--offline", "--help"], ["--offline", "--help"]),
        (["acme/base", "--help"], ["show", "acme/base", "--help"]),
        ([], ["show"]),
    ],
)
def test_a_word_that_is_no_command_is_a_model(arguments: list[str], called: list[str]) -> None:
    assert with_command(arguments, ["show", "verify"]) == called


def test_the_help_has_the_options_of_both_ways() -> None:
    said = CliRunner().invoke(command, ["--help"], prog_name="licet lineage").output
    assert "licet lineage [show] [OPTIONS] MODEL" in said
    assert "licet lineage verify [OPTIONS] CHILD BASE" in said
    assert "--depth" in said


@pytest.mark.parametrize(("seed", "code", "word"), [(1, 0, "consistent"), (2, 1, "inconsistent")])
def test_the_exit_code_says_what_the_weights_say(licet: Licet, tmp_path: Path, seed: int, code: int, word: str) -> None:
    save(tmp_path / "base", weights())
    save(tmp_path / "child", trained(weights(seed)))
    done = licet("lineage", "verify", "child", "base", "--no-store", "--format", "json")
    assert (done.returncode, json.loads(done.stdout)["result"]) == (code, word), done.stderr
    shown = licet("lineage", "verify", "child", "base", "--no-store")
    assert f": {word}" in shown.stdout.splitlines()[0]
    assert "Least alike" in shown.stdout


@pytest.mark.parametrize(
    ("files", "code", "says"),
    [
        ({"pytorch_model.bin": b"\x80\x02}q\x00."}, 3, "pickle"),
        ({"adapter_model.safetensors": b"", "adapter_config.json": {}}, 3, "adapter"),
        ({"model.safetensors": b"\xff" * 100}, 4, "its header claims"),
        ({}, 3, "no file of safetensors"),
    ],
)
def test_folders_that_cannot_be_compared_end_without_a_traceback(licet: Licet, tmp_path: Path, files: dict[str, object], code: int, says: str) -> None:
    save(tmp_path / "base", weights())
    (tmp_path / "child").mkdir()
    write_folder(tmp_path / "child", files)
    done = licet("lineage", "verify", "child", "base", "--no-store")
    assert done.returncode == code, done.stderr
    assert says in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    if code == 4:
        assert done.stderr.startswith("error: ")
        assert "\nhint: " in done.stderr


@pytest.mark.parametrize("arguments", [("child",), ("child", "child"), ("child", "nowhere"), ("child", "base", "--relation", "cousin")])
def test_wrong_questions_are_refused(licet: Licet, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    save(tmp_path / "child", weights())
    save(tmp_path / "base", weights())
    done = licet("lineage", "verify", *arguments, "--no-store")
    assert done.returncode == (4 if "nowhere" in arguments else 2), done.stderr
    assert done.stderr.startswith("error: ")
