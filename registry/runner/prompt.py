"""Prompt templates: text with plain `{column}` placeholders, filled in without evaluating anything, and told by digest."""

from __future__ import annotations

import hashlib
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.errors import RunError
from registry.sources.folder.files import open_regular
from registry.sources.notes import shown

MAX_TEMPLATE_BYTES = 1_000_000
"""A longer template is refused."""

_BRACES = "a placeholder is `{column}` and nothing more; write `{{` and `}}` for braces"


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """A template that was read and found to be plain."""

    parts: tuple[tuple[str, str | None], ...]
    """Literal text, each piece with the placeholder that follows it."""

    sha256: str
    """The digest of the file as it stands."""

    @property
    def names(self) -> tuple[str, ...]:
        """The placeholders, once each, in order."""
        return tuple(dict.fromkeys(name for _, name in self.parts if name is not None))

    def check_columns(self, columns: Iterable[str]) -> None:
        """See that every placeholder has a column.

        Raises:
            RunError: One has none (`reason` is `data`).
        """
        known = sorted(columns)
        unknown = [name for name in self.names if name not in known]
        if unknown:
            named = ", ".join(f"`{shown(name, 40)}`" for name in known[:10])
            raise _wrong(f"the template asks for `{{{shown(unknown[0], 40)}}}`, which the input does not have", f"the input has {named or 'nothing'}")

    def fill(self, values: Mapping[str, Any]) -> str:
        """The prompt for a row; every placeholder must be among the values."""
        return "".join(literal + ("" if name is None else str(values[name])) for literal, name in self.parts)


def read_template(path: Path) -> PromptTemplate:
    """Read a template.

    Raises:
        RunError: It cannot be read, or holds anything but plain placeholders (`reason` is `data`).
    """
    try:
        with open_regular(path) as stream:
            data = stream.read(MAX_TEMPLATE_BYTES + 1)
    except OSError as error:
        raise _wrong(f"the template `{shown(path, 200)}` cannot be read: {error.strerror or error}", "check the path") from error
    if len(data) > MAX_TEMPLATE_BYTES:
        raise _wrong(f"the template `{shown(path, 200)}` has more than {MAX_TEMPLATE_BYTES:,} bytes", "keep data out of it")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _wrong(f"the template `{shown(path, 200)}` is not UTF-8", "save it as UTF-8") from error
    return PromptTemplate(_parse(text), hashlib.sha256(data).hexdigest())


def _parse(text: str) -> tuple[tuple[str, str | None], ...]:
    try:
        pieces = list(string.Formatter().parse(text))
    except ValueError as error:
        raise _wrong(f"the template cannot be read: {shown(error, 120)}", _BRACES) from error
    for _, name, style, conversion in pieces:
        if name is not None and (not name or style or conversion or set(name) & set(".[]{}!:")):
            raise _wrong(f"the template holds `{{{shown(name, 40)}}}` with more than a plain name, or with none", _BRACES)
    if not any(name for _, name, _, _ in pieces):
        raise _wrong("the template has no placeholder, so every prompt would be the same", "put `{text}` where the text belongs")
    return tuple((literal, name) for literal, name, _, _ in pieces)


def _wrong(message: str, hint: str) -> RunError:
    return RunError(message, hint, reason="data")
