"""What may be handed to a library that loads models: safetensors that are what they claim, and nothing that runs code."""

from __future__ import annotations

import json
import pickle
import struct
from pathlib import Path
from typing import Any

import pytest

from registry.errors import RunError
from registry.runner.safety import check_folder


def model_folder(folder: Path, config: dict[str, Any] | None = None, **files: bytes) -> Path:
    """A folder with a configuration and one small file of safetensors, and whatever else is given (`tokenizer_config__json=...`)."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "bert"} if config is None else config))
    (folder / "model.safetensors").write_bytes(safetensors({"weight": [1.0, 2.0]}))
    for name, data in files.items():
        (folder / name.replace("__", ".")).write_bytes(data)
    return folder


def safetensors(tensors: dict[str, list[float]]) -> bytes:
    """Rows of 32-bit floats as a file of safetensors."""
    header, body = {}, b""
    for name, row in tensors.items():
        data = struct.pack(f"<{len(row)}f", *row)
        header[name] = {"dtype": "F32", "shape": [len(row)], "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


def refusal(folder: Path, **options: Any) -> RunError:
    with pytest.raises(RunError) as caught:
        check_folder(folder, "acme/model", **options)
    assert caught.value.message.startswith("`acme/model`")
    assert caught.value.hint
    return caught.value


def test_a_plain_folder_of_safetensors_is_loaded(tmp_path: Path) -> None:
    checked = check_folder(model_folder(tmp_path / "model"), "acme/model")
    assert (checked.kind, checked.quantization, checked.remote_code, checked.notes) == ("model", None, False, ())


def test_weights_that_are_a_pickle_are_refused_with_the_way_to_convert_them(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "model", pytorch_model__bin=pickle.dumps({"weight": 1}))
    (folder / "model.safetensors").unlink()
    error = refusal(folder)
    assert error.reason == "unsafe"
    assert "pytorch_model.bin" in error.message
    assert "convert" in str(error.hint)


@pytest.mark.parametrize("suffix", ["bin", "pt", "pth", "ckpt", "pkl"])
def test_a_pickle_beside_safetensors_is_passed_over_and_noted(tmp_path: Path, suffix: str) -> None:
    checked = check_folder(model_folder(tmp_path / "model", **{f"weights__{suffix}": pickle.dumps([1])}), "acme/model")
    assert [note for note in checked.notes if "SEC001" in note and f"weights.{suffix}" in note]


def test_a_pickle_that_is_named_safetensors_is_refused_and_not_opened(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (tmp_path / "ran",)

    error = refusal(model_folder(tmp_path / "model", model__safetensors=pickle.dumps(Bomb())))
    assert error.reason == "unsafe"
    assert "is a pickle, whatever its name says" in error.message
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "shorter than"),
        ((1 << 40).to_bytes(8, "little") + b"{}", "header claims"),
        ((40_000_000).to_bytes(8, "little") + b" " * 40_000_000, "no more than"),
        ((2).to_bytes(8, "little") + b"[]", "no JSON object"),
        (safetensors({"weight": [1.0, 2.0]})[:-4], "what cannot be"),
    ],
    ids=["empty", "beyond-the-file", "oversize", "no-object", "cut-short"],
)
def test_a_header_that_cannot_be_is_a_damaged_file(tmp_path: Path, data: bytes, said: str) -> None:
    error = refusal(model_folder(tmp_path / "model", model__safetensors=data))
    assert error.reason == "model"
    assert said in error.message


@pytest.mark.parametrize("file", ["config", "tokenizer_config", "processor_config", "generation_config"])
def test_code_that_comes_with_a_model_is_refused_unless_it_is_allowed(tmp_path: Path, file: str) -> None:
    config = json.dumps({"model_type": "own", "text_config": {"auto_map": {"AutoModel": "modeling_own.Own"}}}).encode()
    folder = model_folder(tmp_path / "model", **{f"{file}__json": config})
    error = refusal(folder)
    assert error.reason == "unsafe"
    assert f"`{file}.json`" in error.message
    assert "SEC002" in error.message
    assert "--trust-remote-code" in str(error.hint)
    allowed = check_folder(folder, "acme/model", trust_remote_code=True)
    assert allowed.remote_code
    assert [note for note in allowed.notes if "SEC002" in note]


@pytest.mark.parametrize(
    "config",
    [
        {"_attn_implementation": "someone/kernel"},
        {"text_config": {"attn_implementation": {"text": "someone/kernel@main:fast"}}},
        {"experts_implementation": "someone/kernel"},
    ],
)
def test_a_kernel_that_a_configuration_names_counts_as_code(tmp_path: Path, config: dict[str, Any]) -> None:
    assert "someone/kernel" in refusal(model_folder(tmp_path / "model", {"model_type": "bert", **config})).message
    assert not check_folder(model_folder(tmp_path / "plain", {"model_type": "bert", "_attn_implementation": "sdpa"}), "acme/model").remote_code


@pytest.mark.parametrize("size", [{"num_hidden_layers": 100_000}, {"vocab_size": 10**12}])
def test_sizes_that_no_model_has_are_refused(tmp_path: Path, size: dict[str, int]) -> None:
    error = refusal(model_folder(tmp_path / "model", {"model_type": "bert", **size}))
    assert error.reason == "model"
    assert "which no model has" in error.message


def test_a_class_that_modules_json_wants_imported_counts_as_code(tmp_path: Path) -> None:
    own = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]
    assert not check_folder(model_folder(tmp_path / "own", modules__json=json.dumps(own).encode()), "acme/model").remote_code
    foreign = [*own, {"idx": 1, "name": "1", "path": "", "type": "custom_st.Transformer"}]
    assert "modules.json" in refusal(model_folder(tmp_path / "foreign", modules__json=json.dumps(foreign).encode())).message


def test_an_adapter_that_names_a_module_to_import_is_refused(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "model")
    (folder / "config.json").unlink()
    (folder / "model.safetensors").rename(folder / "adapter_model.safetensors")
    (folder / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "megatron_core": "megatron.core"}))
    assert check_folder(folder, "acme/model").kind == "adapter"
    (folder / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "megatron_config": {}, "megatron_core": "antigravity"}))
    assert "megatron_core" in refusal(folder).message


def test_a_pipeline_may_name_only_libraries_that_are_known(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "model")
    parts = {"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "UNet2DConditionModel"], "safety_checker": [None, None]}
    (folder / "model_index.json").write_text(json.dumps(parts))
    assert check_folder(folder, "acme/model").kind == "pipeline"
    (folder / "model_index.json").write_text(json.dumps(parts | {"unet": ["my_unet", "Own"]}))
    assert "my_unet" in refusal(folder).message


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "secret.json"
    outside.write_text("{}")
    folder = model_folder(tmp_path / "model")
    (folder / "tokenizer.json").symlink_to(outside)
    error = refusal(folder)
    assert error.reason == "unsafe"
    assert "a link leads out of the folder" in error.message


def test_the_links_of_the_hubs_cache_are_followed(tmp_path: Path) -> None:
    blobs = tmp_path / "models--acme--model" / "blobs"
    blobs.mkdir(parents=True)
    (blobs / "abc").write_bytes(safetensors({"weight": [1.0]}))
    folder = model_folder(tmp_path / "models--acme--model" / "snapshots" / ("a" * 40))
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors").symlink_to(blobs / "abc")
    assert check_folder(folder, "acme/model").kind == "model"


def test_an_index_that_names_files_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.safetensors").write_bytes(safetensors({"weight": [1.0]}))
    index = json.dumps({"weight_map": {"weight": "../elsewhere.safetensors"}}).encode()
    folder = model_folder(tmp_path / "model", model__safetensors__index__json=index)
    error = refusal(folder)
    assert "../elsewhere.safetensors" in error.message
    assert "not in the folder" in error.message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda folder: (folder / "config.json").unlink(), "no `config.json`"),
        (lambda folder: (folder / "config.json").write_text("{"), "`config.json`: it is no JSON"),
        (lambda folder: (folder / "model.safetensors").unlink(), "no file of safetensors"),
        (lambda folder: (folder / "model.safetensors").rename(folder / "model.gguf"), "GGUF alone"),
        (lambda folder: (folder / "model.safetensors").rename(folder / "adapter_model.safetensors"), "adapter alone"),
    ],
    ids=["no-config", "broken-config", "no-weights", "gguf-alone", "adapter-without-config"],
)
def test_a_folder_that_is_no_whole_model_says_what_is_wrong(tmp_path: Path, change: Any, said: str) -> None:
    folder = model_folder(tmp_path / "model")
    change(folder)
    error = refusal(folder)
    assert error.reason == "model"
    assert said in error.message


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "nowhere").message


def test_the_way_of_quantisation_is_told(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "model", {"model_type": "bert", "quantization_config": {"quant_method": "torchao"}})
    assert check_folder(folder, "acme/model").quantization == "torchao"
