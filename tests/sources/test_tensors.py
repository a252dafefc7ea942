"""The tensors of a folder as one set: which files are the model's, and what is refused before anything is read."""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path

import numpy as np
import pytest

from registry.errors import MissingExtraError, SourceError
from registry.sources.weights.tensors import Tensor, TensorReader, folder_name, read_tensor_set
from registry.sources.weights.values import require_numpy
from tests.sources.model_folders import safetensors, write_folder
from tests.sources.weight_pairs import save, weights


def with_header(header: object, room: int = 64) -> bytes:
    data = json.dumps(header).encode()
    return struct.pack("<Q", len(data)) + data + bytes(room)


def entry(start: int, end: int, shape: list[int] | None = None, dtype: str = "F32") -> dict[str, object]:
    return {"dtype": dtype, "shape": [(end - start) // 4] if shape is None else shape, "data_offsets": [start, end]}


def test_a_set_is_every_tensor_however_many_files_hold_them(tmp_path: Path) -> None:
    one, three = read_tensor_set(save(tmp_path / "one", weights())), read_tensor_set(save(tmp_path / "three", weights(), 3))
    assert (len(one.files), len(three.files)) == (1, 3)
    assert {name: (each.dtype, each.shape) for name, each in one.tensors.items()} == {name: (each.dtype, each.shape) for name, each in three.tensors.items()}
    assert one.parameters == sum(values.size for values in weights().values())


def test_an_adapter_is_read_where_it_is_named(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, {"adapter_model.safetensors": safetensors(), "adapter_config.json": {}})
    found = read_tensor_set(folder, ["adapter_model.safetensors", "gone.safetensors"])
    assert (found.files, found.lacks) == (("adapter_model.safetensors",), None)
    assert found.tensors


def test_the_bytes_of_a_tensor_are_those_the_reference_wrote(tmp_path: Path) -> None:
    one = read_tensor_set(save(tmp_path / "one", weights()))
    with TensorReader() as reader:
        for name, values in weights().items():
            tensor = one.tensors[name]
            assert reader.read(tensor, 0, tensor.size) == np.ascontiguousarray(values).tobytes()


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"pytorch_model.bin": b"\x80\x02}q\x00.", "config.json": {}}, "pickle"),
        ({"model.pt": b"anything"}, "pickle"),
        ({"adapter_model.safetensors": safetensors(), "adapter_config.json": {}}, "adapter"),
        ({"model.gguf": b"GGUF"}, "GGUF"),
        ({"config.json": {}}, "no file of safetensors"),
        ({"model.safetensors": with_header({})}, "holds no tensor"),
        ({"model.safetensors": with_header({"__metadata__": {"format": "pt"}})}, "holds no tensor"),
    ],
)
def test_a_folder_without_tensors_says_why(tmp_path: Path, files: dict[str, object], why: str) -> None:
    found = read_tensor_set(write_folder(tmp_path, files))
    assert found.tensors == {}
    assert why in str(found.lacks)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"12345678",
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 40_000_000) + b"{}",
        with_header({"w": entry(0, 1000)}),
        with_header({"w": entry(0, 32), "x": entry(16, 48)}),
        with_header({"w": entry(0, 32, [2**31, 2**31])}),
        with_header({"w": entry(0, 32, [-8])}),
        with_header({"w": entry(32, 0)}),
        with_header({"w": entry(0, 8, [10**6], "Q2_X")}),
        with_header([1, 2]),
    ],
    ids=["empty", "short", "endless", "huge", "past the end", "overlap", "overflow", "negative", "backwards", "unknown type, too many values", "list"],
)
def test_a_file_that_lies_is_refused_by_name(tmp_path: Path, data: bytes) -> None:
    write_folder(tmp_path, {"model.safetensors": data})
    with pytest.raises(SourceError, match=r"model\.safetensors"):
        read_tensor_set(tmp_path)


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    save(tmp_path / "outside", weights())
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.safetensors").symlink_to(tmp_path / "outside" / "model.safetensors")
    found = read_tensor_set(folder)
    assert found.lacks == "it holds no file of safetensors"
    assert [note.code for note in found.notes] == ["link-outside"]


def test_a_snapshot_of_the_hubs_cache_leads_to_its_own_blobs(tmp_path: Path) -> None:
    blobs = tmp_path / "models--acme--base-7b" / "blobs"
    save(blobs, weights())
    snapshot = tmp_path / "models--acme--base-7b" / "snapshots" / ("a" * 40)
    snapshot.mkdir(parents=True)
    (snapshot / "model.safetensors").symlink_to(blobs / "model.safetensors")
    assert len(read_tensor_set(snapshot).tensors) == len(weights())
    assert folder_name(snapshot) == "acme/base-7b"
    assert folder_name(tmp_path / "plain") == "plain"


def test_an_index_says_which_files_are_the_models(tmp_path: Path) -> None:
    folder = save(tmp_path, weights(), 2)
    save(tmp_path / "other", weights(2))
    (tmp_path / "other" / "model.safetensors").rename(folder / "consolidated.safetensors")
    found = read_tensor_set(folder)
    assert len(found.files) == 2
    assert [(note.code, note.file) for note in found.notes] == [("weights-left-out", "consolidated.safetensors")]
    (folder / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(SourceError, match="not in the folder"):
        read_tensor_set(folder)


@pytest.mark.parametrize("name", ["../outside.safetensors", "/etc/passwd", "nowhere.safetensors"])
def test_an_index_cannot_name_a_file_outside(tmp_path: Path, name: str) -> None:
    write_folder(tmp_path, {"model.safetensors": safetensors(), "model.safetensors.index.json": {"weight_map": {"w": name}}})
    with pytest.raises(SourceError, match="not in the folder"):
        read_tensor_set(tmp_path)


def test_weights_of_parts_count_where_the_folder_itself_has_none(tmp_path: Path) -> None:
    save(tmp_path / "unet", {"w": np.ones((2, 2), np.float32)})
    save(tmp_path / "vae", {"w": np.ones((3, 3), np.float32)})
    assert set(read_tensor_set(tmp_path).tensors) == {"unet/w", "vae/w"}


def test_a_name_that_two_files_hold_counts_once(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a.safetensors": safetensors(shape=(2, 2)), "b.safetensors": safetensors(shape=(3, 3))})
    found = read_tensor_set(tmp_path)
    assert found.tensors["w"].shape == (2, 2)
    assert [note.code for note in found.notes] == ["tensor-twice"]


def test_a_file_that_shrinks_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    folder = save(tmp_path, weights())
    tensor: Tensor = read_tensor_set(folder).tensors["lm_head.weight"]
    with (folder / "model.safetensors").open("r+b") as stream:
        stream.truncate(tensor.start + 4)
    with TensorReader() as reader, pytest.raises(SourceError, match="changed while it was read"):
        reader.read(tensor, 0, tensor.size)


@pytest.mark.parametrize("missing", ["numpy", "ml_dtypes"])
def test_without_the_extra_it_is_named(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingExtraError) as raised:
        require_numpy()
    assert "licet[weights]" in str(raised.value.hint)
