"""Answers of a model, as they lie in a file: a line of JSON each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

MAX_ANSWER = 1_000_000
"""A longer line is not read for showing."""


def first_answer(path: Path) -> Any:
    """What the model gave first; None where it gave nothing that can be shown."""
    try:
        with path.open(encoding="utf-8") as stream:
            line = stream.readline(MAX_ANSWER)
        row = json.loads(line)
    except (OSError, ValueError):
        return None
    return row.get("output") if isinstance(row, dict) else None
