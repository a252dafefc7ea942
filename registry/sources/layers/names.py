"""How tables of the supply chain name things, and which of them the catalogue knows already under a name of its own."""

from __future__ import annotations

import re
import unicodedata
from typing import Protocol

from registry.errors import UsageError
from registry.sources.hub.words import name_problem, plain_text
from registry.supplychain.names import MAX_NAME, check_name

_BLANK = frozenset(
    {
        "",
        "-",
        "?",
        "n/a",
        "na",
        "nan",
        "none",
        "null",
        "tbd",
        "unk",
        "unclear",
        "undisclosed",
        "unknown",
        "unknonw",
        "unknow",
        "unknokwn",
        "unknwon",
        "unspecified",
    }
)


class Known(Protocol):
    """What the catalogue knows: asked by the name that people use, answered with the registry's own name, or not at all."""

    def model(self, label: str, owner: str | None) -> str | None:
        """The one recorded model that bears a name; with an owner, the one of that developer."""

    def dataset(self, label: str) -> str | None:
        """The one recorded dataset that bears a name."""

    def developer(self, label: str) -> str | None:
        """The one developer that bears a name."""

    def host(self, label: str) -> str | None:
        """The one host that bears a name."""


class NothingKnown:
    """An empty catalogue."""

    def model(self, label: str, owner: str | None) -> str | None:
        """None."""
        return None

    def dataset(self, label: str) -> str | None:
        """None."""
        return None

    def developer(self, label: str) -> str | None:
        """None."""
        return None

    def host(self, label: str) -> str | None:
        """None."""
        return None


def said(value: object) -> str | None:
    """The text of a cell; none where it is empty or says that nothing is known."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    text = plain_text(" ".join(value.split())) if isinstance(value, str) else None
    return None if text is None or text.casefold().strip(" .") in _BLANK else text


def slug(text: str) -> str:
    """A name without spaces, as names of developers are written: `LG AI Research` gives `lg-ai-research`. Empty where nothing is left."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "-".join(re.findall(r"[^\W_]+", plain))[:96].strip("-")


def own_name(owner: str | None, title: str) -> str | None:
    """The registry's name for something that only has a title: `OpenAI`, `GPT-3` give `openai/GPT-3`. None where none can be made."""
    plain = re.sub(r"[/@\s]+", "-", unicodedata.normalize("NFKC", title).strip()).strip("-")
    name = f"{slug(owner)}/{plain}" if owner and slug(owner) else plain
    return name if len(name) <= MAX_NAME and name_problem(name, "model") is None else None


def usable_title(text: str | None) -> str | None:
    """A title that the catalogue takes, or none."""
    if text is None:
        return None
    try:
        return check_name(text, "model")
    except UsageError:
        return None
