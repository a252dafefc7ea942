"""The file of fingerprints, `data/fingerprints.yaml`: what is kept of each reference text, and how it is made and read.

No word of a licence is kept: a fingerprint is a set of 32-bit numbers of runs of four words, all of them for short texts and every
fourth for long ones, with the versions and dates that stand at the top of the text.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.errors import KnowledgeError
from registry.knowledge.license_titles import dates_in, head_words, versions_in
from registry.knowledge.license_words import shingles_of, text_digest, words_of
from registry.yaml12 import read_yaml

LONG = 2_400
"""Texts with more words than this keep every fourth number."""


@dataclass(frozen=True, slots=True)
class Reference:
    """The fingerprint of one reference text."""

    name: str
    """What the text is called in the collection that it comes from."""

    license: str | None
    """The licence; none for a text that only must not be taken for one of ours."""

    part: str
    """`license` or `use-policy`."""

    strict: bool
    """Whether a text that is more or less than the reference is another licence: so it is with short open ones."""

    words: int
    """How many words the text has."""

    keep: int
    """Numbers that this divides are kept: 1 or 4."""

    digest: str
    """The digest of all its words."""

    versions: frozenset[str]
    """The version numbers at its top."""

    dates: frozenset[str]
    """The dates at its top."""

    shingles: frozenset[int]
    """The numbers."""

    must: frozenset[int] = frozenset()
    """Numbers that a text has to have to be this licence: of the line that tells it from its siblings."""


def make_reference(name: str, license: str | None, text: str, *, part: str = "license", strict: bool = False, must_line: int | None = None) -> Reference:
    """The fingerprint of a text; `must_line` is the line, of those that hold anything, that tells it from its siblings."""
    words = words_of(text)
    keep = 4 if len(words) > LONG else 1
    numbers = frozenset(number for number in shingles_of(words) if number % keep == 0)
    lines = [line for line in text.splitlines() if line.strip()]
    must = frozenset(shingles_of(words_of(lines[must_line - 1]))) if must_line else frozenset()
    return Reference(name, license, part, strict, len(words), keep, text_digest(words), versions_in(head_words(text)), dates_in(text), numbers, must)


def write_references(references: Iterable[Reference]) -> str:
    """The text of a file of fingerprints."""
    lines = [
        "# Fingerprints of licence texts: numbers made of runs of their words. Made, never edited; see registry/knowledge/fingerprint_file.py.",
        "# Reference texts: ScanCode LicenseDB (CC-BY-4.0) by its keys, and LICENSE files of model repositories, named by repository.",
        "texts:",
    ]
    for each in sorted(references, key=lambda reference: (reference.license or "~", reference.name)):
        about = [f"name: {each.name}", f"words: {each.words}", f"keep: {each.keep}", f"digest: x{each.digest}"]
        about += [f"license: {each.license}"] if each.license else []
        about += [f"part: {each.part}"] if each.part != "license" else []
        about += ["strict: true"] if each.strict else []
        for key, values in (("versions", each.versions), ("dates", each.dates)):
            about += [f"{key}: [{', '.join(chr(34) + value + chr(34) for value in sorted(values))}]"] if values else []
        about += [f"must: {_written(each.must)}"] if each.must else []
        lines += ["  - {" + ", ".join(about) + ",", f"     shingles: {_written(each.shingles)}" + "}"]
    return "\n".join(lines) + "\n"


def read_references(path: Path) -> list[Reference]:
    """The fingerprints of a file.

    Raises:
        KnowledgeError: The file is missing or broken.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"`{path.name}` cannot be read: {error}", "reinstall licet") from error
    data = read_yaml(text, path.name)
    entries = data.get("texts") if isinstance(data, Mapping) else None
    if not isinstance(entries, list):
        raise KnowledgeError(f"`{path.name}` has no list of `texts`", "restore the file")
    return [_reference(entry, number, path.name) for number, entry in enumerate(entries, 1)]


_HEAD = re.compile(r"^ *- \{name: (.+?), words: \d+, keep: \d+, digest: x([0-9a-f]+), license: ([^,}]+)(?:, part: ([^,}]+))?", re.MULTILINE)


def read_digests(path: Path) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """The reference texts of each licence, by name, with the digest of their words; the numbers are not read.

    Args:
        path: The file of fingerprints.

    Returns:
        By licence and part (`license`, ...), the name and the digest of each text. Nothing where the file is missing.
    """
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return found
    for name, digest, license, part in _HEAD.findall(text):
        found.setdefault((license, part or "license"), []).append((name, digest))
    return found


def _written(numbers: frozenset[int]) -> str:
    return base64.b64encode(b"".join(struct.pack(">I", number) for number in sorted(numbers))).decode()


def _numbers(written: str) -> frozenset[int]:
    raw = base64.b64decode(written, validate=True)
    return frozenset(struct.unpack(f">{len(raw) // 4}I", raw))


def _reference(entry: Any, number: int, name: str) -> Reference:
    try:
        return Reference(
            name=str(entry["name"]),
            license=entry.get("license"),
            part=str(entry.get("part", "license")),
            strict=bool(entry.get("strict", False)),
            words=int(entry["words"]),
            keep=int(entry["keep"]),
            digest=str(entry["digest"]).removeprefix("x"),
            versions=frozenset(entry.get("versions", ())),
            dates=frozenset(entry.get("dates", ())),
            shingles=_numbers(entry["shingles"]),
            must=_numbers(entry.get("must", "")),
        )
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error, struct.error) as error:
        raise KnowledgeError(f"entry {number} of `{name}` is broken: {error}", "restore the file") from error
