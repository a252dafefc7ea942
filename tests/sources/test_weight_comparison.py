"""Pairs of models laid over each other: what fine-tuning, quantising, pruning and the like leave, and what they do not."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
from safetensors.numpy import save_file

from registry.lineage.likeness import Opinion, judge_weights
from registry.sources.weights.comparison import WeightComparison, compare_weights
from registry.sources.weights.tensors import read_tensor_set
from tests.sources.weight_pairs import (
    LAYERS,
    WIDTH,
    Weights,
    doubled,
    merged_adapter,
    quantized,
    renamed,
    save,
    trained,
    weights,
    with_more_words,
    without_head,
    without_layer,
)


@pytest.fixture
def compared(tmp_path: Path) -> Callable[..., tuple[WeightComparison, Opinion]]:
    """Saves a child and the base, and lays one over the other in slices smaller than any matrix."""

    def compare(child: Weights, base: Weights | None = None, shards: int = 1, size: int = 1000) -> tuple[WeightComparison, Opinion]:
        found = compare_weights(
            read_tensor_set(save(tmp_path / "child", child, shards)), read_tensor_set(save(tmp_path / "base", weights() if base is None else base)), size=size
        )
        return found, judge_weights(found.seen)

    return compare


def counts(found: WeightComparison) -> dict[str, int]:
    return {name: tally.tensors for name, tally in found.seen.tallies.items() if tally.tensors}


def test_a_merged_adapter_changes_some_matrices_by_a_difference_of_low_rank(compared: Callable[..., tuple[WeightComparison, Opinion]]) -> None:
    found, opinion = compared(merged_adapter(weights()))
    assert (opinion.result, opinion.looks_like) == ("consistent", "adapter")
    assert counts(found) == {"identical": 6 * LAYERS + 2 - 2 * LAYERS, "near": 2 * LAYERS}
    assert found.seen.low_rank == (2 * LAYERS, 2 * LAYERS, 16)
    assert {row.name.split(".")[-2] for row in found.rows} == {"q_proj", "v_proj"}


def test_training_of_all_weights_leaves_a_difference_of_full_rank(compared: Callable[..., tuple[WeightComparison, Opinion]]) -> None:
    found, opinion = compared(trained(weights()))
    assert (opinion.result, opinion.looks_like) == ("consistent", "finetune")
    assert found.seen.low_rank is not None
    assert found.seen.low_rank[0] == 0
    assert found.seen.correlation == pytest.approx(1 / (1 + 0.06**2) ** 0.5, abs=1e-3)
    assert found.seen.relative == pytest.approx(0.06, abs=0.005)


@pytest.mark.parametrize("ending", ["SCB", "weight_scale"])
def test_8_bit_weights_are_multiplied_out_where_their_scales_are_at_hand(ending: str, compared: Callable[..., tuple[WeightComparison, Opinion]]) -> None:
    found, opinion = compared(quantized(weights(), ending))
    assert (opinion.result, opinion.looks_like) == ("consistent", "quantized")
    assert found.auxiliary == found.seen.quantized == 5 * LAYERS
    assert counts(found) == {"identical": LAYERS + 2, "near": 5 * LAYERS}
    assert 0 < (found.seen.relative or 0) < 0.01


def test_8_bit_weights_without_scales_are_compared_by_direction_row_by_row(compared: Callable[..., tuple[WeightComparison, Opinion]]) -> None:
    found, opinion = compared(quantized(weights(), None))
    assert (opinion.result, opinion.looks_like) == ("consistent", "quantized")
    near = [row.likeness for row in found.rows if row.kind == "near"]
    assert len(near) == 5 * LAYERS
    assert all(each is not None and each.unscaled and each.relative is None and (each.cosine or 0) > 0.99 for each in near)
    assert compared(quantized(weights(7), None))[1].result == "inconsistent"


@pytest.mark.parametrize(
    ("block", "dtype"), [((16, 32), ml_dtypes.float8_e4m3fn), ((64, 64), ml_dtypes.float8_e5m2)], ids=["blocks of 16 by 32", "one block a matrix"]
)
def test_8_bit_floats_are_multiplied_out_block_by_block(block: tuple[int, int], dtype: type, compared: Callable[..., tuple[WeightComparison, Opinion]]) -> None:
    made: Weights = {}
    for name, values in weights().items():
        if "self_attn" not in name:
            made[name] = values
            continue
        blocks = values.reshape(WIDTH // block[0], block[0], WIDTH // block[1], block[1])
        scale = np.abs(blocks).max(axis=(1, 3)).astype(np.float32) / 100
        made[name] = (blocks / scale[:, None, :, None]).reshape(values.shape).astype(dtype)
        made[f"{name}_scale_inv"] = scale
    found, opinion = compared(made)
    assert (opinion.result, opinion.looks_like) == ("consistent", "quantized")
    assert (found.seen.relative or 1) < 0.1
    assert counts(found)["near"] == found.auxiliary == 4 * LAYERS


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16, np.float64])
def test_another_type_of_the_same_values_is_identical(dtype: type, compared: Callable[..., tuple[WeightComparison, Opinion]]) -> None:
    recast = {name: values.astype(dtype) for name, values in weights().items()}
    for child, base in ((recast, weights()), (weights(), recast)):
        found, opinion = compared(child, base)
        assert (opinion.result, opinion.looks_like) == ("consistent", "converted")
        assert found.seen.recast == len(recast) == counts(found)["identical"]


def test_other_shards_are_the_same_set(compared: Callable[..., tuple[WeightComparison, Opinion]]) -> None:
    found, opinion = compared(weights(), shards=3)
    assert (opinion.result, opinion.looks_like) == ("consistent", "copy")
    assert found.child_digest == found.base_digest
    assert found.rows == ()


def test_other_prefixes_of_names_are_seen_through(compared: Callable[..., tuple[WeightComparison, Opinion]]) -> None:
    found, opinion = compared(renamed(weights()))
    assert (opinion.result, opinion.looks_like) == ("consistent", "finetune")
    assert found.prefixes == (("base_model.model.", ""),)
    assert found.seen.renamed == len(weights()) == counts(found)["near"]


def test_a_layer_that_was_taken_out_is_found_by_the_bytes_of_those_that_moved(compared: Callable[..., tuple[WeightComparison, Opinion]]) -> None:
    found, opinion = compared(without_layer(weights()))
    assert opinion.result == "consistent"
    assert counts(found) == {"identical": 6 * (LAYERS - 1) + 2, "missing": 6}
    moved = {row.name: row.base for row in found.rows if row.how == "content"}
    assert moved["model.layers.1.mlp.up_proj.weight"] == "model.layers.2.mlp.up_proj.weight"


def test_layers_that_moved_and_were_trained_on_are_found_by_likeness(compared: Callable[..., tuple[WeightComparison, Opinion]]) -> None:
    found, opinion = compared(trained(without_layer(weights())))
    assert opinion.result == "consistent"
    assert counts(found) == {"near": 6 * (LAYERS - 1) + 2, "missing": 6}
    assert {row.base for row in found.rows if row.how == "layer"} == {name for name in weights() if name.startswith(("model.layers.2.", "model.layers.3."))}


def test_layers_that_were_doubled_and_trained_on_are_found_by_likeness(compared: Callable[..., tuple[WeightComparison, Opinion]]) -> None:
    found, opinion = compared(trained(doubled(weights())))
    assert opinion.result == "consistent"
    assert counts(found) == {"near": 6 * (LAYERS + 2) + 2}


def test_layers_trained_apart_resemble_none(compared: Callable[..., tuple[WeightComparison, Opinion]]) -> None:
    found, opinion = compared({**weights(4), "model.embed_tokens.weight": weights()["model.embed_tokens.weight"]})
    assert opinion.result == "unverified"
    assert "Only a part agrees" in opinion.reason
    assert not [row for row in found.rows if row.how == "layer"]


def test_a_head_that_was_cut_out_is_found_by_the_rows_that_stayed(compared: Callable[..., tuple[WeightComparison, Opinion]]) -> None:
    found, opinion = compared(without_head(weights()))
    assert opinion.result == "consistent"
    assert found.seen.cut == 4 * LAYERS
    assert "far" not in counts(found)
    assert compared(without_head(weights(9)))[0].seen.tallies["near"].telling == 0


def test_a_longer_vocabulary_is_compared_as_far_as_the_base_goes(compared: Callable[..., tuple[WeightComparison, Opinion]]) -> None:
    found, opinion = compared(with_more_words(weights()))
    assert (opinion.result, found.seen.grown) == ("consistent", 2)
    assert found.seen.tallies["added"].parameters == 2 * 16 * WIDTH
    assert found.seen.tallies["identical"].parameters == sum(values.size for values in weights().values())


def test_weights_trained_apart_do_not_resemble_each_other(compared: Callable[..., tuple[WeightComparison, Opinion]]) -> None:
    found, opinion = compared(weights(seed=2))
    assert opinion.result == "inconsistent"
    # Rows of ones are the same in every model, and say nothing.
    assert counts(found) == {"identical": LAYERS, "far": 5 * LAYERS + 2}
    assert all(abs(row.likeness.correlation or 1) < 0.1 for row in found.rows if row.likeness)


def test_a_larger_model_of_the_same_names_is_inconsistent(compared: Callable[..., tuple[WeightComparison, Opinion]]) -> None:
    assert compared(weights(3, width=96))[1].result == "inconsistent"


def test_a_model_of_other_names_and_shapes_cannot_be_told(compared: Callable[..., tuple[WeightComparison, Opinion]]) -> None:
    random = np.random.default_rng(5)
    other: Weights = {f"encoder.block.{index}.dense": random.standard_normal((40, 200)).astype(np.float32) for index in range(20)}
    found, opinion = compared(other)
    assert opinion.result == "unverified"
    assert counts(found) == {"added": 20, "missing": 6 * LAYERS + 2}


def test_packed_weights_are_not_unpacked_and_the_rest_decides(compared: Callable[..., tuple[WeightComparison, Opinion]]) -> None:
    made: Weights = {}
    for name, values in weights().items():
        if "_proj." in name:
            stem = name.removesuffix("weight")
            made[f"{stem}qweight"] = np.zeros((values.shape[1] // 8, values.shape[0]), np.int32)
            made[f"{stem}scales"] = np.ones((1, values.shape[0]), np.float16)
        else:
            made[name] = values
    found, opinion = compared(made)
    assert (opinion.result, opinion.looks_like) == ("consistent", "quantized")
    assert counts(found) == {"identical": LAYERS + 2, "packed": 5 * LAYERS}
    assert "packed tensors were not compared" in opinion.reason


def test_values_that_are_no_numbers_are_counted_and_left_out(compared: Callable[..., tuple[WeightComparison, Opinion]]) -> None:
    made = trained(weights())
    holes = np.random.default_rng(4)
    for name, values in made.items():
        values[holes.random(values.shape) < 0.01] = [np.nan, np.inf, -np.inf][len(name) % 3]
    found, opinion = compared(made)
    assert opinion.result == "consistent"
    assert found.seen.not_finite == sum(int((~np.isfinite(values)).sum()) for values in made.values())
    nothing = {name: np.full_like(values, np.nan) for name, values in weights().items()}
    assert compared(nothing)[1].result == "inconsistent"
    assert compared(nothing, nothing)[1].result == "unverified"


def test_values_that_overflow_are_no_trouble(compared: Callable[..., tuple[WeightComparison, Opinion]]) -> None:
    base: Weights = {name: values.astype(np.float64) for name, values in weights().items()}
    wild: Weights = {name: values * np.float64(1e200) for name, values in base.items()}
    assert compared(wild, base)[1].result in ("inconsistent", "unverified")
    assert compared(base, wild)[1].result in ("inconsistent", "unverified")
    scaled = {name: np.full_like(values, 3e38) if name.endswith("SCB") else values for name, values in quantized(weights()).items()}
    assert compared(scaled)[1].result in ("consistent", "inconsistent", "unverified")
    lone: Weights = {"w": np.zeros((0, 64), np.float32), "x": np.float32(1).reshape(()), "y": np.zeros(3, np.float32)}
    assert compared(lone, lone)[1].result == "unverified"
    assert compared(lone)[1].result == "unverified"


def test_masks_and_counters_say_nothing(compared: Callable[..., tuple[WeightComparison, Opinion]]) -> None:
    mask = np.tril(np.ones((1, 1, 128, 128), np.float32))
    one, other = (
        {**weights(seed), "attn.bias": mask, "position_ids": np.arange(4096), "rotary.inv_freq": np.linspace(0, 1, 2048, dtype=np.float32)} for seed in (1, 2)
    )
    found, opinion = compared(one, other)
    assert opinion.result == "inconsistent"
    assert found.seen.tallies["identical"].telling == 0
    assert found.seen.tallies["identical"].tensors == LAYERS + 3


def test_memory_does_not_grow_with_the_size_of_a_tensor(tmp_path: Path) -> None:
    peaks = []
    for rows in (1_000, 20_000):
        large = np.random.default_rng(1).standard_normal((rows, 100)).astype(np.float32)
        folders = []
        for word, values in (("child", large * np.float32(1.01)), ("base", large)):
            folder = tmp_path / f"{word}-{rows}"
            folder.mkdir()
            save_file({"w": values}, folder / "model.safetensors")
            folders.append(read_tensor_set(folder))
        assert folders[0].tensors["w"].size > 100 * 4_000 * (rows > 1_000)
        tracemalloc.start()
        found = compare_weights(*folders, size=4_000)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert judge_weights(found.seen).result == "consistent"
        del large, values
    # 400 kB against 8 MB of weights; what is kept beside a slice grows with the sides of a matrix alone.
    assert peaks[1] < peaks[0] + 4_000_000
