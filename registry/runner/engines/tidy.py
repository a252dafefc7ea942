"""Cleans a folder that libraries saved a model into: no pickle, no path of this machine, no card of theirs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from registry.runner.job import ModelInput

LEFT_BEHIND = ("training_args.bin", "README.md", "optimizer.pt", "scheduler.pt")
"""What libraries save beside a model and nobody should get: pickles, and cards that name local paths."""

_BASE_KEYS = ("base_model_name_or_path", "_name_or_path", "name_or_path")
_CONFIGS = ("config.json", "adapter_config.json", "tokenizer_config.json", "generation_config.json")


def tidy_model(folder: Path, base: ModelInput) -> None:
    """Make a saved model ready to be given to others; its base goes by the name that the registry knows."""
    for name in LEFT_BEHIND:
        (folder / name).unlink(missing_ok=True)
    for name in _CONFIGS:
        path = folder / name
        if path.is_file():
            before = json.loads(path.read_bytes())
            after = _renamed(before, base)
            if name == "adapter_config.json":
                after["revision"] = base.revision
            if after != before:
                path.write_text(json.dumps(after, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    readable = next((folder / name for name in _CONFIGS if (folder / name).is_file()), None)
    for path in folder.glob("*.safetensors"):
        if readable is not None:  # they are saved for their owner alone
            shutil.copymode(readable, path)


def _renamed(config: dict[str, Any], base: ModelInput) -> dict[str, Any]:
    return {name: base.name if name in _BASE_KEYS and isinstance(value, str) else value for name, value in config.items()}
