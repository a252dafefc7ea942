"""The installed command, run as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Licet = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def licet(root: Path, tmp_path: Path) -> Licet:
    """Runs `python -m registry` with these arguments in an empty folder and returns what came of it."""

    def call(*arguments: str, stdin: str = "", folder: Path = tmp_path, seconds: int = 120, **environment: str) -> subprocess.CompletedProcess[str]:
        # No test reaches for the real Hub: where none is given, nobody answers.
        variables = {"HF_ENDPOINT": "http://127.0.0.1:9", **os.environ, "PYTHONPATH": str(root), **environment}
        return subprocess.run(
            [sys.executable, "-m", "registry", *arguments], input=stdin, cwd=folder, env=variables, capture_output=True, text=True, timeout=seconds, check=False
        )

    return call
