"""Figures against cases worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from registry.runner.engines.flop import Sizes
from registry.runner.engines.losses import thin_out

pytest.importorskip("torch")
pytest.importorskip("transformers")


def test_entities_begin_and_end_as_their_tags_say() -> None:
    from registry.runner.engines.finetune_token_classification import entities

    assert entities(["B-PER", "I-PER", "O", "B-LOC", "B-LOC", "I-PER"]) == [(0, 2, "PER"), (3, 4, "LOC"), (4, 5, "LOC"), (5, 6, "PER")]
    assert entities(["I-PER", "I-PER", "I-LOC"]) == [(0, 2, "PER"), (2, 3, "LOC")]
    assert entities(["O", "O"]) == []


def tags(*rows: str) -> Any:
    import numpy

    names = ["O", "B-X", "I-X"]
    return numpy.array([[names.index(tag) for tag in row.split()] for row in rows])


def test_entity_f1_counts_whole_entities() -> None:
    import numpy

    from registry.runner.engines.finetune_token_classification import tag_metrics

    truth = tags("B-X I-X O B-X", "O O B-X I-X")
    guess = tags("B-X I-X O O", "O O B-X O")
    values = tag_metrics(numpy.eye(3)[guess], truth, ["O", "B-X", "I-X"])
    assert values["accuracy"] == pytest.approx(6 / 8)
    assert values["precision"] == pytest.approx(1 / 2)
    assert values["recall"] == pytest.approx(1 / 3)
    assert values["f1"] == pytest.approx(0.4)
    assert values["entities"] == 3.0


def test_tags_without_beginnings_are_measured_word_by_word() -> None:
    import numpy

    from registry.runner.engines.finetune_token_classification import tag_metrics

    values = tag_metrics(numpy.eye(2)[[[0, 1, 1, 0]]], numpy.array([[0, 1, 0, -100]]), ["NOUN", "VERB"])
    assert values["accuracy"] == pytest.approx(2 / 3)
    assert values["f1_macro"] == pytest.approx(2 / 3)


def test_classes_without_examples_do_not_lower_the_mean() -> None:
    import numpy

    from registry.runner.engines.finetune_text_classification import classification_metrics

    values = classification_metrics(numpy.eye(3)[[0, 1, 1]], numpy.array([0, 1, 0]), ["a", "b", "c"])
    assert values["accuracy"] == pytest.approx(2 / 3)
    assert values["f1_macro"] == pytest.approx(2 / 3)
    assert (values["f1/c"], values["examples/c"], values["examples/a"]) == (0.0, 0.0, 2.0)


@pytest.mark.parametrize(
    ("answer", "expected", "value"),
    [
        ("the cat sat", "the cat sat", 1.0),
        ("a dog", "the cat", 0.0),
        ("", "the cat", 0.0),
        ("", "", 0.0),
        ("police kill the gunman", "police killed the gunman", 0.75),
    ],
)
def test_rouge_is_the_longest_common_run_of_words(answer: str, expected: str, value: float) -> None:
    from registry.runner.engines.finetune_seq2seq import rouge_l

    assert rouge_l(answer.split(), expected.split()) == pytest.approx(value)


def test_blocks_lose_no_token_but_a_last_single_one() -> None:
    from registry.runner.engines.finetune_causal_lm import in_blocks

    assert in_blocks([[1, 2, 3], [4, 5], [6, 7]], 3) == [[1, 2, 3], [4, 5, 6]]
    assert in_blocks([[1, 2, 3], [4, 5]], 3) == [[1, 2, 3], [4, 5]]
    assert in_blocks([[1]], 3) == []


def test_pair_loss_is_least_where_partners_agree() -> None:
    import torch

    from registry.runner.engines.finetune_embedding import pair_loss

    vectors = torch.eye(3)
    alike = pair_loss((vectors, vectors), None)
    crossed = pair_loss((vectors, vectors.roll(1, dims=0)), None)
    assert float(alike) < 1e-6
    assert float(crossed) > 10
    assert float(pair_loss((vectors, vectors), torch.ones(3))) == pytest.approx(0.0)
    assert float(pair_loss((vectors, vectors), torch.zeros(3))) == pytest.approx(1.0)


def test_flop_of_a_full_training_is_six_for_each_parameter_and_token() -> None:
    assert Sizes(total=120, trained=120, computing=100, computing_trained=100).flop(10) == 6 * 100 * 10
    assert Sizes(total=120, trained=4, computing=100, computing_trained=4).flop(10) == (4 * 100 + 2 * 4) * 10
    assert Sizes(total=120, trained=120, computing=100, computing_trained=100).flop(10, reference=True) == 8 * 100 * 10


def test_parameters_are_counted_once_and_tables_apart() -> None:
    from torch import nn

    from registry.runner.engines.flop import count_parameters

    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(50, 4)
            self.layer = nn.Linear(4, 3)
            self.head = nn.Linear(4, 50, bias=False)
            self.head.weight = self.table.weight
            self.layer.bias.requires_grad = False

    assert count_parameters(Tied()) == Sizes(total=215, trained=212, computing=15, computing_trained=12)


def test_thinned_curve_keeps_its_ends() -> None:
    losses = [(step, 1.0 / step) for step in range(1, 5_001)]
    thin = thin_out(losses, 100)
    assert len(thin) == 100
    assert (thin[0], thin[-1]) == (losses[0], losses[-1])
    assert thin == sorted(set(thin))
    assert thin_out(losses[:3], 100) == losses[:3]


def test_memory_that_torch_cannot_have_is_told_with_a_batch_size_to_try(tmp_path: Any) -> None:
    import torch

    from registry.runner.worker import explain
    from tests.runner.running import finetune_job

    job = finetune_job("text-classification", tmp_path, tmp_path, tmp_path, batch_size=64)
    with pytest.raises(RuntimeError) as caught:
        torch.empty(10**17)
    failed = explain(caught.value, job)
    assert failed.reason == "memory"
    assert failed.hint == "try `--batch-size 32 --gradient-accumulation 2`, or shorter texts"
    one = explain(MemoryError(), finetune_job("text-classification", tmp_path, tmp_path, tmp_path, batch_size=1))
    assert one.hint == "the batch size is 1 already; try `--method lora`, a smaller `--max-length`, or a smaller base"
