"""Where records and signatures stand in a model folder, and which files of it no signature speaks of."""

from __future__ import annotations

from pathlib import Path

RECORD_FILE = "provenance.json"
"""How the model came to be: a DSSE envelope around an in-toto statement with SLSA provenance."""

TERMS_FILE = "terms.json"
"""What it comes from and which terms bind it: a DSSE envelope around an in-toto statement of our own."""

SIGNATURE_FILE = "model.sig"
"""The signature over all other files, in the format of OpenSSF model signing."""

RECORD_FILES = (RECORD_FILE, TERMS_FILE, SIGNATURE_FILE)
"""Every file that speaks of the others, and therefore not of itself."""

IGNORED = (".cache/huggingface", ".git", ".gitattributes", ".github", ".gitignore", *RECORD_FILES)
"""What is left out of a folder's digest: the list is part of every signature, so that others leave out the same."""


def record_beside(file: Path) -> Path:
    """Where the record of a single file stands, such as of answers that a model gave."""
    return file.with_name(f"{file.name}.{RECORD_FILE}")


def terms_beside(file: Path) -> Path:
    """Where the statement of terms of a single file stands."""
    return file.with_name(f"{file.name}.{TERMS_FILE}")


def subject_of_record(target: Path) -> Path:
    """What a record is about, where the record itself is named: the folder it stands in, or the file it stands beside."""
    if target.is_file():
        if target.name in RECORD_FILES:
            return target.parent
        for ending in (RECORD_FILE, TERMS_FILE):
            if target.name.endswith(f".{ending}"):
                return target.with_name(target.name.removesuffix(f".{ending}"))
    return target
