"""Every task learns: a tiny model does better on examples that it has not seen."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from registry.runner.engines.interface import EngineError
from registry.runner.job import ModelInput
from tests.runner import tiny_models
from tests.runner.asking import ask
from tests.runner.running import Ran, finetune, json_lines, texts

pytest.importorskip("torch")
pytest.importorskip("transformers")


def drawn(seed: int = 5) -> random.Random:
    return random.Random(seed)  # noqa: S311 - no secret hangs on it


def check_folder(ran: Ran, out: Path, *, adapter: bool = False) -> None:
    """The out folder holds a model that can be given away: no pickle, no path, nothing left over."""
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    weights = {"adapter_model.safetensors", "adapter_config.json"} if adapter else {"model.safetensors", "config.json"}
    assert weights | {"tokenizer.json", "training/loss.png", "training/losses.csv"} <= names
    assert not [name for name in names if name.endswith((".bin", ".pt", ".pth")) or name == "README.md" or name.startswith("checkpoints")]
    assert set(ran.finished.artifacts.values()) <= names
    for name in names:
        assert str(out.parent).encode() not in (out / name).read_bytes()
    if adapter:
        config = json.loads((out / "adapter_config.json").read_text())
        assert (config["base_model_name_or_path"], config["revision"]) == ("acme/tiny", "a" * 40)


def check_counts(ran: Ran) -> None:
    finished = ran.finished
    assert finished.counts["steps"] == finished.losses[-1][0]
    assert finished.counts["tokens"] >= finished.counts["examples"] > 0
    assert finished.flop is not None
    assert finished.flop > 0
    assert finished.flop_formula
    assert "2001.08361" in finished.flop_formula
    assert finished.peak_memory_bytes
    assert {"loading", "training", "saving"} <= finished.seconds.keys()


def test_text_classification_learns_labels(tmp_path: Path) -> None:
    ran = finetune("text-classification", tiny_models.make_encoder(tmp_path / "base"), texts(tmp_path / "set.jsonl"), tmp_path / "out", epochs=12)
    before, after = ran.metrics("before"), ran.metrics("after")
    assert after["accuracy"] > before["accuracy"] + 0.3
    assert after["f1_macro"] > before["f1_macro"]
    assert after["examples/billing"] == 6.0
    assert "new and untrained" in ran.notes()
    assert ran.finished.data["train"]["rows"] == 72
    check_counts(ran)
    check_folder(ran, tmp_path / "out")
    assert json.loads((tmp_path / "out" / "config.json").read_text())["id2label"] == {"0": "access", "1": "billing", "2": "shipping"}


def test_text_classification_goes_on_with_a_head_that_knows_the_labels(tmp_path: Path) -> None:
    first = finetune("text-classification", tiny_models.make_encoder(tmp_path / "base"), texts(tmp_path / "set.jsonl"), tmp_path / "first")
    second = finetune("text-classification", tmp_path / "first", tmp_path / "set.jsonl", tmp_path / "second", max_steps=2)
    assert "new and untrained" not in second.notes()
    assert second.metrics("before")["accuracy"] == first.metrics("after")["accuracy"]


def test_text_classification_replaces_a_head_for_other_labels(tmp_path: Path) -> None:
    finetune("text-classification", tiny_models.make_encoder(tmp_path / "base"), texts(tmp_path / "set.jsonl"), tmp_path / "first", max_steps=1)
    two = texts(tmp_path / "two.jsonl", labels=("access", "billing"))
    assert "new and untrained" in finetune("text-classification", tmp_path / "first", two, tmp_path / "second", max_steps=1).notes()


def test_adapter_trains_few_parameters_and_names_its_base(tmp_path: Path) -> None:
    ran = finetune(
        "text-classification",
        tiny_models.make_encoder(tmp_path / "base"),
        texts(tmp_path / "set.jsonl"),
        tmp_path / "out",
        method="lora",
        learning_rate=3e-2,
        epochs=10,
    )
    assert ran.metrics("after")["accuracy"] > ran.metrics("before")["accuracy"]
    assert ran.finished.counts["parameters_trained"] < ran.finished.counts["parameters_total"] / 5
    assert ran.finished.settings["lora_rank"] == 8
    check_counts(ran)
    check_folder(ran, tmp_path / "out", adapter=True)


def test_adapter_keeps_every_layer_that_its_base_does_not_have(data: Path, tmp_path: Path) -> None:
    from safetensors import safe_open

    base = tiny_models.make_distilled_encoder(tmp_path / "base")
    finetune("text-classification", base, data, tmp_path / "out", method="lora", max_steps=2)
    with safe_open(tmp_path / "out" / "adapter_model.safetensors", framework="pt") as file:
        kept = {name.split(".")[-2] for name in file.keys()}  # noqa: SIM118 - it is no mapping
    assert {"pre_classifier", "classifier"} <= kept
    answers, _, _ = ask(base, tmp_path / "answers.jsonl", "text-classification", input=data, adapter=ModelInput(name="acme/adapter", folder=tmp_path / "out"))
    assert {answer["output"][0]["label"] for answer in answers} <= {"access", "billing", "shipping"}


def test_adapter_on_layers_that_are_not_there_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        finetune(
            "text-classification",
            tiny_models.make_encoder(tmp_path / "base"),
            texts(tmp_path / "set.jsonl"),
            tmp_path / "out",
            method="lora",
            lora_targets=["no_such_layer"],
        )
    assert caught.value.reason == "data"
    assert caught.value.hint is not None
    assert "query" in caught.value.hint


def test_token_classification_learns_entities(tmp_path: Path) -> None:
    draw = drawn()
    rows = []
    for _ in range(80):
        person, place = draw.choice(("Anna", "Bruno")), draw.choice(("Paris", "Rome", "Berlin"))
        rows.append({"tokens": [person, "went", "to", place, "today", "."], "ner_tags": ["B-PER", "O", "O", "B-LOC", "O", "O"]})
        rows.append({"tokens": ["the", "parcel", "is", "in", place, "Paris"], "ner_tags": ["O", "O", "O", "O", "B-LOC", "I-LOC"]})
    data = json_lines(tmp_path / "set.jsonl", rows)
    ran = finetune("token-classification", tiny_models.make_encoder(tmp_path / "base"), data, tmp_path / "out", columns={"tags": "ner_tags"})
    assert ran.metrics("after")["f1"] > 0.8 > ran.metrics("before")["f1"]
    assert ran.metrics("after")["entities"] > 0
    check_counts(ran)
    check_folder(ran, tmp_path / "out")


def test_causal_language_model_learns_to_go_on(tmp_path: Path) -> None:
    data = json_lines(tmp_path / "set.jsonl", [{"text": "please send my parcel to Rome today . thank you"}] * 60)
    ran = finetune("causal-lm", tiny_models.make_causal_model(tmp_path / "base"), data, tmp_path / "out", max_length=32)
    assert ran.metrics("after")["perplexity"] < ran.metrics("before")["perplexity"] / 3
    check_counts(ran)
    check_folder(ran, tmp_path / "out")


def test_sequence_to_sequence_learns_to_rewrite(tmp_path: Path) -> None:
    draw = drawn()
    pairs = {"red": "one", "green": "two", "blue": "three"}
    rows = [{"source": f"{(word := draw.choice(list(pairs)))} please", "target": pairs[word]} for _ in range(120)]
    ran = finetune(
        "seq2seq", tiny_models.make_seq2seq(tmp_path / "base"), json_lines(tmp_path / "set.jsonl", rows), tmp_path / "out", epochs=12, learning_rate=1e-2
    )
    before, after = ran.metrics("before"), ran.metrics("after")
    assert after["loss"] < before["loss"]
    assert after["rouge_l"] > before["rouge_l"]
    assert after["exact_match"] > 0.3
    check_counts(ran)
    check_folder(ran, tmp_path / "out")


def pairs(path: Path, **more: Any) -> Path:
    draw = drawn()
    alike = [("password", "login"), ("invoice", "charge"), ("parcel", "delivery"), ("refund", "paid"), ("open", "close"), ("red", "green")]
    rows = []
    for number in range(96):
        first, second = alike[number % len(alike)]
        rows.append({"anchor": f"my {first} {draw.choice(tiny_models.WORDS)}", "positive": f"your {second} {draw.choice(tiny_models.WORDS)}", **more})
    return json_lines(path, rows)


def test_embedding_brings_pairs_together(tmp_path: Path) -> None:
    base = tiny_models.make_encoder(tmp_path / "base")
    ran = finetune("embedding", base, pairs(tmp_path / "set.jsonl"), tmp_path / "out", learning_rate=1e-2, batch_size=12)
    assert ran.metrics("after")["loss"] < ran.metrics("before")["loss"]
    assert ran.finished.settings["objective"] == "in-batch-negatives"
    assert ran.finished.counts["examples"] == ran.finished.counts["steps"] * 12
    check_counts(ran)
    check_folder(ran, tmp_path / "out")
    assert json.loads((tmp_path / "out" / "1_Pooling" / "config.json").read_text())["pooling_mode_mean_tokens"] is True


def test_embedding_takes_negatives(tmp_path: Path) -> None:
    base = tiny_models.make_encoder(tmp_path / "base")
    ran = finetune("embedding", base, pairs(tmp_path / "set.jsonl", negative="a bad answer"), tmp_path / "out", max_steps=3)
    assert ran.finished.counts["examples"] == 48


def test_embedding_measures_fewer_pairs_than_a_batch_holds(tmp_path: Path) -> None:
    ran = finetune("embedding", tiny_models.make_encoder(tmp_path / "base"), pairs(tmp_path / "set.jsonl"), tmp_path / "out", batch_size=40, max_steps=1)
    assert ran.metrics("before")["compared"] == 19
    assert ran.metrics("before")["loss"] > 0


def test_embedding_learns_scores(tmp_path: Path) -> None:
    draw = drawn()
    words = ("password", "invoice", "parcel", "refund")
    rows = [
        {"sentence1": f"my {(first := draw.choice(words))} today", "sentence2": f"the {(second := draw.choice(words))}", "score": 5 if first == second else 0}
        for _ in range(120)
    ]
    base = tiny_models.make_encoder(tmp_path / "base")
    ran = finetune("embedding", base, json_lines(tmp_path / "set.jsonl", rows), tmp_path / "out", epochs=10)
    assert ran.metrics("after")["loss"] < ran.metrics("before")["loss"] / 2
    assert ran.metrics("after")["spearman"] > 0.75  # as alike as two scores in unlike shares can be ordered
    assert ran.finished.settings["objective"] == "cosine"


def test_instruction_tuning_learns_answers(tmp_path: Path) -> None:
    pytest.importorskip("trl")
    draw = drawn()
    pairs = {"red": "one", "green": "two", "blue": "three"}
    rows = [{"instruction": f"question : {(word := draw.choice(list(pairs)))} ?", "input": "", "output": pairs[word]} for _ in range(80)]
    data = json_lines(tmp_path / "set.jsonl", rows)
    ran = finetune("instruction", tiny_models.make_causal_model(tmp_path / "base", chat=False), data, tmp_path / "out")
    assert ran.metrics("after")["perplexity"] < ran.metrics("before")["perplexity"] / 3
    assert ran.metrics("after")["mean_token_accuracy"] > 0.6
    assert ran.finished.settings["prompt_form"] == "plain"
    check_counts(ran)
    check_folder(ran, tmp_path / "out")


TEMPLATE = "{% for m in messages %}<{{ m['role'] }}> {{ m['content'] }} {% endfor %}{% if add_generation_prompt %}<assistant> {% endif %}"


def test_instruction_tuning_takes_conversations_as_an_adapter(tmp_path: Path) -> None:
    pytest.importorskip("trl")
    base = tiny_models.make_causal_model(tmp_path / "base")
    words = tiny_models.byte_tokenizer("<s> $A")
    words.chat_template = TEMPLATE
    words.save_pretrained(base)
    rows = [{"messages": [{"role": "user", "content": "how are you ?"}, {"role": "assistant", "content": "very good thank you"}]}] * 40
    data = json_lines(tmp_path / "set.jsonl", rows)
    ran = finetune("instruction", base, data, tmp_path / "out", method="lora", learning_rate=3e-2)
    assert ran.metrics("after")["loss"] < ran.metrics("before")["loss"]
    assert ran.finished.settings["prompt_form"] == "chat-template"
    check_folder(ran, tmp_path / "out", adapter=True)


@pytest.mark.parametrize("method", ["full", "lora"])
def test_preference_tuning_prefers_what_was_chosen(tmp_path: Path, method: str) -> None:
    pytest.importorskip("trl")
    draw = drawn()
    rows = [
        {"prompt": f"my {draw.choice(('parcel', 'order', 'refund'))} is late", "chosen": "thank you we help today", "rejected": "not my question"}
        for _ in range(48)
    ]
    data = json_lines(tmp_path / "set.jsonl", rows)
    ran = finetune("dpo", tiny_models.make_causal_model(tmp_path / "base"), data, tmp_path / "out", method=method, batch_size=8, learning_rate=1e-2)
    assert ran.metrics("after")["reward_accuracies"] > 0.9
    assert ran.metrics("after")["reward_margins"] > ran.metrics("before")["reward_margins"]
    assert ran.finished.settings["dpo_beta"] == 0.1
    assert ran.finished.flop_formula is not None
    assert "reference" in ran.finished.flop_formula
    check_counts(ran)
    check_folder(ran, tmp_path / "out", adapter=method == "lora")
