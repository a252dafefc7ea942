"""The real data that tests read where it lies beside the checkout; a test that needs some of it is skipped where it does not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def real(*parts: str) -> Path:
    """A file or folder of it."""
    place = Path(os.environ.get("LICET_SOURCE_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data").joinpath(*parts)
    if not place.exists():
        pytest.skip(f"{place} is not here")
    return place
