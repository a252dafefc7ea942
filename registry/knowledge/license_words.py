"""The words of a licence text, brought to a form in which copies of one text meet: no case, markup, line breaks or quotes."""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata

MAX_CHARACTERS = 1_000_000
"""Only so much of a text is looked at."""

SPAN = 4
"""So many words in a row make one shingle."""

_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,300}>")
_WRAPPED = re.compile(r"(?<=[a-z])[-\u00ad\u2010]\n[ \t]*(?=[a-z])")
_MARKDOWN_LINK = re.compile(r"\]\([^()\s]{1,300}\)")
_COMMENT = re.compile(r"^[ \t]*(?:#+|//+|\*+|>+|;+|--+|rem\b)[ \t]?", re.MULTILINE | re.IGNORECASE)
_WORD = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+", re.UNICODE)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def plain_text(text: str) -> str:
    """The text without markup, comment signs and words broken across lines; line ends stay."""
    plain = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).replace("\r\n", "\n").replace("\r", "\n")
    if "<" in plain:
        for start, end in (("<!--", "-->"), ("<script", "</script"), ("<style", "</style")):
            plain = _without(plain, start, end)
        plain = html.unescape(_TAG.sub(" ", plain))
    plain = _MARKDOWN_LINK.sub("]", plain)
    return _WRAPPED.sub("", _COMMENT.sub("", plain))


def _without(text: str, start: str, end: str) -> str:
    """The text without what stands between two marks; in one pass, whatever the text is."""
    parts: list[str] = []
    at = 0
    while (begin := text.find(start, at)) >= 0 and (close := text.find(end, begin)) >= 0:
        parts.append(text[at:begin])
        at = close + len(end)
    return "".join(parts) + text[at:]


def words_of(text: str) -> list[str]:
    """The words of a text, in order; a number with its points is one, and so is each sign of a script without blanks."""
    found: list[str] = []
    for word in _WORD.findall(plain_text(text).casefold().replace("'", "").replace("\u2019", "")):
        found.extend(_CJK.findall(word) if _CJK.search(word) else (word,))
    return found


def shingles_of(words: list[str]) -> list[int]:
    """A 32-bit number for every run of `SPAN` words, in order."""
    return [number_of(words[start : start + SPAN]) for start in range(max(1, len(words) - SPAN + 1))] if words else []


def number_of(words: list[str]) -> int:
    """The number of a run of words."""
    return int.from_bytes(hashlib.blake2b(" ".join(words).encode("utf-8", "replace"), digest_size=4).digest(), "big")


def text_digest(words: list[str]) -> str:
    """One digest of all words: texts that differ only in case, markup, signs and line breaks share it."""
    return hashlib.sha256(" ".join(words).encode("utf-8", "replace")).hexdigest()[:32]
