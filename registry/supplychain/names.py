"""How names are read: one form of reference everywhere, and a key under which spellings of one name meet."""

from __future__ import annotations

import re
import unicodedata

from registry.errors import UsageError

MAX_NAME = 200
"""A name longer than this is none."""

_DROPPED_ENDINGS = frozenset({"hf"})
"""Last words of a name that only say in which file layout the weights are."""

_SIGNS = {code: None for code in range(128) if not chr(code).isalnum()}


def split_reference(text: str) -> tuple[str, str, str | None]:
    """Take a reference apart: `org/name@revision` to ("model", "org/name", "revision"), `dataset:NAME`, `app:NAME`."""
    for prefix, kind in (("dataset:", "dataset"), ("app:", "application")):
        if text.startswith(prefix):
            return kind, text[len(prefix) :], None
    name, mark, revision = text.partition("@")
    return "model", name, revision if mark else None


def name_key(text: str) -> str:
    """The key under which spellings of one name meet: no owner, separators, letter case or `hf` ending.

    `meta-llama/Llama-2-7b-chat-hf`, `Llama 2 7B Chat` and `llama2-7b-chat` all give `llama27bchat`.
    """
    if text.isascii():
        # Of millions of names nearly all are plain; for those the rule below comes to this.
        simple = text.lower().rsplit("/", 1)[-1]
        if "+" not in simple and not simple.endswith("hf") and (key := simple.translate(_SIGNS)):
            return key
    plain = unicodedata.normalize("NFKC", text).casefold().rsplit("/", 1)[-1]
    words = re.findall(r"[^\W_]+", plain.replace("+", " plus "))  # `Command R+` is not `Command R`
    if len(words) > 1 and words[-1] in _DROPPED_ENDINGS:
        words.pop()
    # A model may be called by signs alone; then these are its key.
    return "".join(words) or (plain.strip() if "/" in text else "")


def owner_key(text: str) -> str:
    """The owner part of a name as a key, empty where it names none: `meta-llama/Llama-2-7b-hf` gives `metallama`."""
    if text.isascii():
        return text.lower().rsplit("/", 1)[0].translate(_SIGNS) if "/" in text else ""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(re.findall(r"[^\W_]+", plain.rsplit("/", 1)[0])) if "/" in plain else ""


def sort_key(name: str) -> str:
    """The key that lists are sorted by: letter case last, so that the order is stable and unique."""
    return f"{name.casefold()} {name}"


def check_name(name: str, what: str) -> str:
    """Give back a name that can be one.

    Args:
        name: The name.
        what: What it names, for the message.

    Raises:
        UsageError: It is empty, too long, has spaces around it, control characters, or nothing that can be looked up.
    """
    shown = name if name.isprintable() else name.encode("unicode_escape").decode("ascii")
    if len(name) > MAX_NAME:
        raise UsageError(f"the name of a {what} is longer than {MAX_NAME} characters: `{shown[:40]}…`", "shorten the name")
    if not name.isprintable():
        raise UsageError(f"the name of a {what} holds control characters: `{shown}`", "remove them from the name")
    if not name.strip() or name != name.strip() or not name_key(name):
        raise UsageError(f"`{shown}` cannot be the name of a {what}", "a name has letters or digits and no spaces around it")
    return name
