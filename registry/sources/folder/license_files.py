"""The files of a model folder that hold terms: licences, notices and use policies, told apart by their names.

What a text is, is said by an identifier that is handed in: this room knows no licences.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from registry.sources.folder.files import FolderFiles

MAX_TEXT_BYTES = 1_000_000
"""A larger file is no licence text."""

_TEXT_SUFFIXES = ("", ".txt", ".md", ".rst", ".html", ".htm", ".markdown")
_LICENSE = re.compile(r"licen[cs]e|copying|lizenz|许可", re.IGNORECASE)
_POLICY = re.compile(r"use[-_ ]?policy|usage[-_ ]?policy|acceptable[-_ ]?use|use[-_ ]?based[-_ ]?restrictions|responsible[-_ ]?use", re.IGNORECASE)
_NOTICE = re.compile(r"^notice", re.IGNORECASE)
_OTHERS = re.compile(r"third[-_ ]?part|3rd[-_ ]?part|dependenc|font|tokenizer", re.IGNORECASE)
_CODE = re.compile(r"code|software|source", re.IGNORECASE)
_MODEL = re.compile(r"model|weight|agreement|协议", re.IGNORECASE)


class Identification(Protocol):
    """What an identifier says of a text."""

    @property
    def license(self) -> str | None:
        """The licence, or none where it is not sure."""

    @property
    def part(self) -> str:
        """`license`, or `use-policy` where the text is only the policy that goes with it."""

    @property
    def score(self) -> float:
        """How near the text is to the reference, from 0 to 1."""

    @property
    def method(self) -> str:
        """How it was told."""

    @property
    def rivals(self) -> tuple[tuple[str, float], ...]:
        """The licences that come nearest, with their scores."""

    @property
    def link(self) -> str | None:
        """The address of the terms, where the text only points to them."""


Identifier = Callable[[str], Identification]
"""Says which licence a text is."""


@dataclass(frozen=True, slots=True)
class TermsFile:
    """A file that holds terms."""

    name: str
    """Its name."""

    role: str
    """`license` (of the weights), `code` (of the code beside them), `use-policy`, `notice` or `other`."""

    readable: bool
    """Whether it is a text file of a size that is read."""

    digest: str | None = None
    """SHA-256 of its bytes, as `sha256:HEX`."""

    text: str | None = None
    """Its text."""


def find_terms(files: FolderFiles) -> list[TermsFile]:
    """The files at the top of a folder that hold terms, sorted by name.

    Where one of them is named for the model, a plain `LICENSE` beside it is taken as that of the code.
    """
    roles = {file.name: role for file in files.top() if (role := role_of(file.name))}
    licenses = [name for name, role in roles.items() if role == "license"]
    named = [name for name in licenses if _MODEL.search(name)]
    if named:
        roles.update((name, "code") for name in licenses if name not in named)
    return [_read(files, name, role) for name, role in sorted(roles.items())]


def role_of(name: str) -> str | None:
    """What a file holds by its name; None where it holds no terms."""
    stem, _, suffix = name.rpartition(".")
    if not stem or f".{suffix.lower()}" not in (*_TEXT_SUFFIXES, ".pdf", ".docx", ".doc", ".rtf"):
        stem = name if _ends_like_text(name) else ""
    if not stem:
        return None
    if _POLICY.search(stem):
        return "use-policy"
    if _NOTICE.search(stem):
        return "notice"
    if not _LICENSE.search(stem):
        return None
    if _OTHERS.search(stem):
        return "other"
    return "code" if _CODE.search(stem) and not _MODEL.search(stem) else "license"


def _ends_like_text(name: str) -> bool:
    """Whether a name has no ending that makes it another kind of file: `LICENSE`, `LICENSE-SDXL1.0`, `LICENSE.FLUX-1.1`."""
    return (
        re.search(r"\.(?:py|json|ya?ml|safetensors|bin|gguf|png|jpe?g|gif|svg|js|ts|css|toml|cfg|ini|sh|ipynb|csv|zip|gz|lock)$", name, re.IGNORECASE) is None
    )


def _read(files: FolderFiles, name: str, role: str) -> TermsFile:
    if name.lower().endswith((".pdf", ".docx", ".doc", ".rtf")) or files.files[name].size > MAX_TEXT_BYTES:
        return TermsFile(name, role, readable=False)
    data = files.read(name, MAX_TEXT_BYTES)
    wide = data is not None and data[:2] in (b"\xff\xfe", b"\xfe\xff")
    if data is None or (b"\0" in data[:4096] and not wide):
        return TermsFile(name, role, readable=False)
    text = data.decode("utf-16" if wide else "utf-8-sig", errors="replace")
    return TermsFile(name, role, readable=True, digest=f"sha256:{hashlib.sha256(data).hexdigest()}", text=text)
