"""How the command refuses what it cannot use: one error, one hint, the right exit code, and nothing that a terminal would obey."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable

Done = subprocess.CompletedProcess[str]
Licet = Callable[..., Done]


def refused(done: Done, code: int, *said: str) -> list[str]:
    """Assert that a call was refused as it should be, and give back what was said on stderr."""
    assert done.returncode == code, done.stderr
    lines = done.stderr.splitlines()
    errors = [line for line in lines if line.startswith("error: ")]
    hints = [line for line in lines if line.startswith("hint: ")]
    assert len(errors) == 1, done.stderr
    assert len(hints) == 1, done.stderr
    assert lines.index(errors[0]) + 1 == lines.index(hints[0])
    assert len(hints[0]) > len("hint: ")
    for words in said:
        assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "unexpected" not in done.stderr
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", done.stderr + (done.stdout or ""))
    return lines
