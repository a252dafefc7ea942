"""Where a load in Python could name the commit that the catalogue knows, so that what is loaded stays the same."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping

LOADERS = frozenset({"from_pretrained", "pipeline", "snapshot_download", "hf_hub_download", "load_dataset", "SentenceTransformer", "CrossEncoder"})
"""Calls that take `revision`, by their last name."""

MAX_BYTES = 1_000_000
"""A larger file is left as it is."""


def with_revisions(text: str, commits: Mapping[str, str]) -> str | None:
    """The text of a Python file with a revision at each load that names none; None where nothing is to be added.

    Only calls in which the name stands as a plain text are changed, and the outcome has to be the same program with one argument more.

    Args:
        text: The file.
        commits: The commits, by the name that is written in the code.
    """
    if len(text) > MAX_BYTES:
        return None
    tree = _parsed(text)
    if tree is None:
        return None
    calls = (_argument(node, commits) for node in ast.walk(tree) if isinstance(node, ast.Call))
    places = {(each.end_lineno or 0, each.end_col_offset or 0, commits[str(each.value)]) for each in calls if each is not None}
    if not places:
        return None
    # Places are counted in bytes of UTF-8, and lines end as Python's do: at line feeds and carriage returns only.
    lines = [line.encode() for line in text.split("\n")]
    for line, column, commit in sorted(places, reverse=True):
        if not 0 < line <= len(lines) or column > len(lines[line - 1]):
            return None
        whole = lines[line - 1]
        lines[line - 1] = whole[:column] + f', revision="{commit}"'.encode() + whole[column:]
    after = b"\n".join(lines).decode()
    return after if _parsed(after) is not None else None


def _parsed(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _argument(call: ast.Call, commits: Mapping[str, str]) -> ast.Constant | None:
    """The text that names the model in a call that could take a revision; the last of the positional ones, or a named one."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""
    if called not in LOADERS or any(each.arg in ("revision", None) for each in call.keywords) or any(isinstance(each, ast.Starred) for each in call.args):
        return None
    named = [each.value for each in call.keywords if each.arg in ("model", "pretrained_model_name_or_path", "repo_id", "path", "model_name_or_path")]
    wanted = [*(call.args[-1:] if len(call.args) == 1 else ()), *named]
    return next((each for each in wanted if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value in commits), None)
