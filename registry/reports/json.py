"""An audit as JSON (`licet.audit/1`), one finding a line, so that it can be read line by line too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TextIO


class JsonReport:
    """Writes the document as it comes.

    Args:
        stream: Where to.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._any = False
        # Escapes all beyond ASCII: no terminal or editor obeys or reorders what a model's name holds.
        self._encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode

    def begin(self, head: Mapping[str, Any], counted: Mapping[str, Any]) -> None:
        """The keys that stand before the findings."""
        self._stream.write("{\n")
        for key, value in head.items():
            self._stream.write(f'"{key}": {self._encode(value)},\n')
        self._stream.write('"findings": [')

    def add(self, finding: Mapping[str, Any]) -> bool:
        """One finding, on a line of its own."""
        self._stream.write((",\n" if self._any else "\n") + self._encode(finding))
        self._any = True
        return True

    def end(self, summary: Mapping[str, Any]) -> None:
        """The summary, last, because only now everything is counted."""
        self._stream.write(f'\n],\n"summary": {self._encode(summary)}\n}}\n')


class JsonFormat:
    """JSON."""

    name = "json"

    def open(self, stream: TextIO) -> JsonReport:
        """A report that writes to a stream."""
        return JsonReport(stream)
