"""Name rules: what a licence asks of the name of a derivative.

Names are compared case-folded and without separators, as the texts define neither: "HyperCLOVA X" is "hyperclovax".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_SEPARATORS = re.compile(r"[\s\-_./:]+")


def fold_name(name: str) -> str:
    """The name without owner, case and separators."""
    return _SEPARATORS.sub("", name.rsplit("/", 1)[-1].casefold())


def breaks_name_rule(name: str, rule: Any) -> bool:
    """Whether a name breaks a rule: `{starts_with: X}`, `{contains: X}` or `{not_primary: X}`.

    `not_primary` is broken by a name that begins with the word: it may appear, but not lead.
    """
    if not isinstance(rule, Mapping):
        return False
    folded = fold_name(name)
    for kind, wanted in rule.items():
        words = [fold_name(word) for word in (wanted if isinstance(wanted, list) else [wanted])]
        if kind == "starts_with" and not any(folded.startswith(word) for word in words):
            return True
        if kind == "contains" and not any(word in folded for word in words):
            return True
        if kind == "not_primary" and any(folded.startswith(word) for word in words):
            return True
    return False


def prefixes_clash(one: Any, other: Any) -> bool:
    """Whether no name can keep both rules: two different beginnings are asked for, or one that the other refuses."""
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return False
    for asked, refusing in ((one, other), (other, one)):
        refused = _words(refusing, "not_primary")
        if _words(asked, "starts_with") and all(any(word.startswith(lead) for lead in refused) for word in _words(asked, "starts_with")):
            return True
    ours, theirs = _words(one, "starts_with"), _words(other, "starts_with")
    if any(left.startswith(right) or right.startswith(left) for left in ours for right in theirs):
        return False
    return bool(ours and theirs)


def _words(rule: Mapping[str, Any], kind: str) -> list[str]:
    wanted = rule.get(kind, [])
    return [fold_name(word) for word in (wanted if isinstance(wanted, list) else [wanted])]
