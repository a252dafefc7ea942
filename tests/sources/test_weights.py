"""Headers of weights: what they say, and that a lie about a length is found before anything is read."""

from __future__ import annotations

import io
import json
import struct

import pytest

from registry.sources.folder.gguf_header import MAX_VALUES, read_gguf_header
from registry.sources.weights.headers import begins_like_pickle, looks_pickled, read_safetensors_header
from tests.sources.model_folders import gguf, gguf_text, safetensors


def test_safetensors_header_is_read_without_its_tensors() -> None:
    data = safetensors({"format": "pt", "modelspec.license": "mit"}, (4, 8))
    stream = io.BytesIO(data)
    header, problem = read_safetensors_header(stream, len(data))
    assert problem is None
    assert header is not None
    assert (header.tensors, header.values, header.dtypes) == (1, 32, ("F32",))
    assert header.metadata["modelspec.license"] == "mit"
    assert stream.tell() == len(data) - 128


def _with_header(header: object, room: int = 24) -> bytes:
    data = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(data)) + data + bytes(room)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"1234567",
        safetensors(length=2**63),
        safetensors(length=10_000),
        safetensors(length=3),
        _with_header(b"[1, 2]"),
        _with_header(b"[" * 5_000),
        _with_header(b"\xff\xfe{}"),
        _with_header({"w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 999]}}),
        _with_header({"w": {"dtype": "F32", "shape": [10**9, 10**9], "data_offsets": [0, 24]}}),
        _with_header({"w": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}),
        _with_header({"w": {"dtype": "F32", "shape": ["x"], "data_offsets": [0, 4]}}),
        _with_header({"w": 3}),
    ],
)
def test_safetensors_header_that_lies_is_named(data: bytes) -> None:
    header, problem = read_safetensors_header(io.BytesIO(data), len(data))
    assert header is None
    assert problem


PAIRS: dict[str, str | int | list[str]] = {
    "general.architecture": "llama",
    "tokenizer.ggml.tokens": ["a", "b"] * 1000,
    "general.license": "apache-2.0",
    "general.file_type": 15,
    "general.base_model.count": 2,
    "general.base_model.0.repo_url": "https://huggingface.co/acme/base-7b",
    "general.base_model.1.organization": "Acme",
    "general.base_model.1.name": "Other-7b",
    "general.tags": ["x", "y"],
}


@pytest.mark.parametrize("order", ["<", ">"])
def test_gguf_header_is_read_in_both_byte_orders(order: str) -> None:
    data = gguf(PAIRS, order)
    header, problem = read_gguf_header(io.BytesIO(data), len(data))
    assert problem is None
    assert header is not None
    assert header.text("general.license") == "apache-2.0"
    assert header.quantized is True
    assert [written for written, _ in header.bases()] == ["https://huggingface.co/acme/base-7b", "Acme/Other-7b"]
    assert header.values["general.tags"] == ("x", "y")
    assert not any(key.startswith("tokenizer") for key in header.values)


def test_gguf_header_is_read_as_far_as_it_goes() -> None:
    data = gguf(PAIRS)
    for cut in range(0, len(data) - 1, 97):
        header, problem = read_gguf_header(io.BytesIO(data[:cut]), cut)
        assert problem
        assert header is None or header.text("general.architecture") == "llama"


@pytest.mark.parametrize(
    "data",
    [
        b"GGML" + bytes(40),
        b"GGUF" + struct.pack("<IQQ", 99, 0, 0),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 2**60),
        b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 2**60),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + gguf_text("general.x") + struct.pack("<IIQ", 9, 8, 2**60),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + gguf_text("general.x") + struct.pack("<IIQ", 9, 0, 2**60),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + gguf_text("general.x") + struct.pack("<IIQ", 9, 9, 2**60) * 9,
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + gguf_text("general.x") + struct.pack("<I", 77),
    ],
)
def test_gguf_header_that_lies_is_named(data: bytes) -> None:
    header, problem = read_gguf_header(io.BytesIO(data), len(data))
    assert header is None
    assert problem


def test_gguf_header_with_endless_empty_values_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_VALUES <= 10_000_000
    monkeypatch.setattr("registry.sources.folder.gguf_header.MAX_VALUES", 1_000)
    data = gguf({"t": [""] * 2_000})
    assert read_gguf_header(io.BytesIO(data), len(data))[1] == "it has more than 1,000 values"


def test_pickles_are_told_by_name_or_first_bytes() -> None:
    assert looks_pickled("model.pt") is True
    assert looks_pickled("pytorch_model.bin") is None
    assert looks_pickled("model.safetensors") is False
    assert begins_like_pickle(b"\x80\x02}q")
    assert begins_like_pickle(b"PK\x03\x04")
    assert not begins_like_pickle(b"\x80\x00\x00\x00")
