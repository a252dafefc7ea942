"""What the labels of a classifier are called, kept beside an adapter: peft keeps how many there are, and not their names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

LABELS_FILE = "labels.json"
"""A list of names, in the order of the outputs."""

_MAX_BYTES = 4_000_000


def write_labels(config: Any, folder: Path) -> None:
    """Write the names beside an adapter."""
    names = [str(config.id2label[number]) for number in range(config.num_labels)]
    (folder / LABELS_FILE).write_text(json.dumps(names, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_labels(folder: Path) -> dict[str, Any]:
    """What the configuration of a base is told of them; nothing where there are none.

    Raises:
        ValueError: The file holds something else.
    """
    path = folder / LABELS_FILE
    if not path.is_file():
        return {}
    with path.open("rb") as stream:
        names = json.loads(stream.read(_MAX_BYTES))
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise ValueError(f"`{LABELS_FILE}` is no list of names")
    return {"id2label": dict(enumerate(names)), "label2id": {name: number for number, name in enumerate(names)}}
