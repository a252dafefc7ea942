"""Every error of an engine says what to do."""

from __future__ import annotations

import ast
from pathlib import Path


def test_every_error_of_an_engine_has_a_hint(root: Path) -> None:
    silent = []
    for file in sorted((root / "registry" / "runner").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            raised = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "EngineError"
            if raised and len(node.args) < 3 and not any(keyword.arg == "hint" for keyword in node.keywords):
                silent.append(f"{file.name}:{node.lineno}")
    assert silent == []
