"""Text from outside as bills of materials and notices carry it: no control or reordering characters, cut to a bound, addresses only where they are some."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

MAX_TEXT = 4_000
"""A longer text is cut."""

# C0 and C1 controls but tab and newline, marks that reorder or hide text (Unicode TR 9 and TR 36), surrogates and tags.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?#][A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*)?")


def plain(text: object, limit: int = MAX_TEXT) -> str:
    """A text that no reader obeys, of bounded length."""
    clean = _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", str(text)).strip()
    return clean if len(clean) <= limit else clean[: limit - 1].rstrip() + "…"


def one_line(text: object, limit: int = MAX_TEXT) -> str:
    """The same in one line."""
    return " ".join(plain(text, limit).split())


def address(text: object) -> str | None:
    """A web address; None where the text is none that every reader takes."""
    written = str(text or "").strip()
    if written.startswith(("huggingface.co/", "github.com/")):
        written = f"https://{written}"
    return written if len(written) <= 2_000 and _ADDRESS.fullmatch(written) and "%%" not in written and not re.search(r"%(?![0-9A-Fa-f]{2})", written) else None


def cleaned(value: Any) -> Any:
    """A document with all its texts made plain; none is cut, as what is long was cut where it was written."""
    if isinstance(value, dict):
        return {key: cleaned(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(each) for each in value]
    return plain(value, len(value) + 1) if isinstance(value, str) else value


def kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """Only the keys that hold something."""
    return {key: value for key, value in values.items() if value is not None and value not in ("", [], {}, ())}
