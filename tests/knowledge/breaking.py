"""Data files broken on purpose, in a copy."""

from __future__ import annotations

import shutil
from pathlib import Path


def copy_data(root: Path, folder: Path) -> Path:
    """A copy of the data files, to be broken."""
    return Path(shutil.copytree(root / "data", folder / "data"))


def mend(file: Path, old: str, new: str) -> int:
    """Replace a text that stands once or more in a file; gives back the line of the first."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1
