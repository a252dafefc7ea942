"""Names of licences, as people write them, brought to one form."""

from __future__ import annotations

import re

_SPACES = re.compile(r"[\s_]+")


def fold_alias(name: str) -> str:
    """Case, surrounding blanks, scheme, `www.`, a trailing slash and a `.git` or `.md` ending do not tell names apart."""
    folded = _SPACES.sub(" ", name.strip().casefold())
    folded = re.sub(r"^https?://(www\.)?", "", folded)
    folded = folded.split("#")[0] if folded.count("/") and "#" in folded else folded
    return folded.rstrip("/") or folded
