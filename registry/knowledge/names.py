"""Names of licences, as people write them, brought to one form."""

from __future__ import annotations

import re

MAX_NAME = 100_000
"""A licence name or expression longer than this is none."""

_SPACES = re.compile(r"[\s_]+")


def fold_alias(name: str) -> str:
    """Letter case, blanks and underscores do not tell names apart; nor, in an address, its scheme, `www.`, fragment, ending or last slash."""
    folded = _SPACES.sub(" ", name.casefold()).strip()
    if "/" in folded or folded.startswith("www."):
        folded = re.sub(r"^(https?://)?(www\.)?", "", folded)
        folded = folded.split("#")[0].removesuffix(".git").removesuffix(".md").strip()
    return folded.rstrip("/") or folded
