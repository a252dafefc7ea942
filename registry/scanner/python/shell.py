"""Commands that a Python file hands to the system, as one text or as a list of words."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from registry.scanner.commands import Place, Token, in_command, split_commands
from registry.scanner.reference import Reference

_RUN = frozenset(("run", "Popen", "call", "check_call", "check_output", "system", "popen", "getoutput", "create_subprocess_exec", "create_subprocess_shell"))
"""What runs a command: functions of `subprocess`, `os` and `asyncio`."""


def commands_of(call: ast.Call, file: str) -> Iterator[Reference]:
    """What the command of a call names, where it is written out.

    Args:
        call: The call.
        file: The file.
    """
    function = call.func
    if not call.args or (function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")) not in _RUN:
        return
    first = call.args[0]
    if isinstance(first, ast.Constant) and isinstance(first.value, str) and len(call.args) == 1:
        for words in split_commands(first.value, first.lineno, first.col_offset + 2):
            yield from in_command(words, Place(file), {})
        return
    parts = first.elts if isinstance(first, ast.List | ast.Tuple) else call.args
    words = []
    for part in parts:
        # What is not written out ends nothing, but stands for a word that nobody knows.
        text = part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "{{}}"
        words.append(Token(text, part.lineno, part.col_offset + 1))
    yield from in_command(words, Place(file), {})
