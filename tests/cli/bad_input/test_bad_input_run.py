"""Data, bases and machines that a run cannot use: one error, what to do, no half model, and a catalogue that is as it was."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.cli.bad_input.refusal import Done, Licet, refused

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("securesystemslib")
pytestmark = pytest.mark.slow

ROWS = "text,label\n" + "".join(f"{'good fine' if number % 2 else 'bad poor'} day,{'yes' if number % 2 else 'no'}\n" for number in range(40))
PICKLE = b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94."


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.runner.tiny_models import make_encoder

    return make_encoder(tmp_path_factory.mktemp("tiny") / "base")


@pytest.fixture
def place(tiny: Path, tmp_path: Path) -> Path:
    shutil.copytree(tiny, tmp_path / "base")
    return tmp_path


def teach(licet: Licet, place: Path, rows: str = ROWS, *more: str, within: tuple[str, ...] = ()) -> Done:
    (place / "data.csv").write_text(rows)
    asked = ("--base", "./base", "--base-license", "mit", "--data", "data.csv", "--task", "text-classification", "--out", "out", "--threads", "1")
    return licet("run", "finetune", *asked, "--max-steps", "2", *more, within=within)


def left(place: Path) -> list[str]:
    """What lies there that was made by a run."""
    return sorted(path.name for path in place.iterdir() if path.name.startswith((".out", "out")))


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("", "data.csv"),
        ("text,label\n", "data.csv"),
        ("text,topic_of_it\na,x\nb,y\n", "label"),
        ("text,label\na,x\nb,x\nc,x\n", "every training example has the label `x`"),
        ("text,label\na,b,c\n", "line 2 has 3 cells"),
    ],
    ids=["empty", "no rows", "no such column", "one class", "broken"],
)
def test_data_that_nothing_can_be_learnt_from(licet: Licet, place: Path, rows: str, says: str) -> None:
    refused(teach(licet, place, rows), 4, says)
    assert left(place) == []


def test_a_pickle_that_is_called_safetensors(licet: Licet, place: Path) -> None:
    (place / "base" / "model.safetensors").write_bytes(PICKLE)
    refused(teach(licet, place), 4, "is a pickle, whatever its name says")
    assert left(place) == []


def test_a_training_that_diverges_keeps_its_record_and_no_model(licet: Licet, place: Path) -> None:
    done = teach(licet, place, ROWS, "--lr", "3e37", "--optimizer", "sgd", "--scheduler", "constant", "--max-steps", "20")
    refused(done, 4, "training diverged", "lower learning rate")
    (partial,) = [place / name for name in left(place)]
    assert (partial / "provenance.json").is_file()
    assert not (partial / "model.safetensors").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="limits on files are not kept elsewhere")
def test_a_disk_that_is_full_while_the_model_is_saved_leaves_no_half_model(licet: Licet, place: Path) -> None:
    weights = (place / "base" / "model.safetensors").stat().st_size // 1024
    limited = ("bash", "-c", f'trap "" XFSZ; ulimit -f {weights - 8}; exec "$0" "$@"')
    refused(teach(licet, place, within=limited), 4, "free some space")
    assert "out" not in left(place)
    assert not [path for path in place.rglob("model.safetensors") if path.parent.name != "base"]
