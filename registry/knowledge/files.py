"""Reads the files of `data/licenses/`: YAML to a checked `LicenseFile`, with file, line and field in every error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from registry.errors import KnowledgeError
from registry.knowledge.schema import LicenseFile
from registry.knowledge.vocabulary import build_vocabulary
from registry.knowledge.words import vocabulary_problems
from registry.terms.vocabulary import Vocabulary
from registry.yaml12 import line_of, read_yaml

Checked = TypeVar("Checked", bound=BaseModel)
"""What a data file is checked as."""


def read_text(path: Path) -> str:
    """The text of a data file.

    Raises:
        KnowledgeError: It cannot be read or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"`{path}` cannot be read: {error}", "check that the file is there and is UTF-8") from error


def read_vocabulary(data_dir: Path) -> Vocabulary:
    """The vocabulary of a data folder."""
    path = data_dir / "vocabulary.yaml"
    return build_vocabulary(read_yaml(read_text(path), path.name))


def read_license(path: Path, vocabulary: Vocabulary) -> LicenseFile:
    """One licence file, checked against the schema and the vocabulary.

    Raises:
        KnowledgeError: The first thing wrong with it, with file, line and field.
    """
    text = read_text(path)
    data = read_yaml(text, path.name)
    try:
        license = LicenseFile.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = tuple(first["loc"])
        raise _problem(path, text, place, first["msg"].removeprefix("Value error, ")) from error
    for place, message in vocabulary_problems(license, vocabulary):
        raise _problem(path, text, place, message)
    if license.id != path.stem:
        raise _problem(path, text, ("id",), f"the id `{license.id}` is not the name of the file")
    return license


def read_checked(path: Path, model: type[Checked]) -> Checked:
    """A data file as a checked model.

    Raises:
        KnowledgeError: The first thing wrong with it, with file, line and field.
    """
    text = read_text(path)
    try:
        return model.model_validate(read_yaml(text, path.name))
    except ValidationError as error:
        first = error.errors()[0]
        raise _problem(path, text, tuple(first["loc"]), first["msg"].removeprefix("Value error, ")) from error


def _problem(path: Path, text: str, place: tuple[str | int, ...], message: str) -> KnowledgeError:
    line = line_of(text, place)
    field = ".".join(str(step) for step in place)
    return KnowledgeError(f"`{path.name}` line {line or 1}, field `{field or 'file'}`: {message}", "mend that line; `data/vocabulary.yaml` lists the words")


def read_licenses(data_dir: Path, vocabulary: Vocabulary) -> dict[str, LicenseFile]:
    """Every licence of a data folder by id, with `extends` carried out.

    Raises:
        KnowledgeError: A file is wrong, or extends what is not there.
    """
    files = {path.stem: read_license(path, vocabulary) for path in sorted((data_dir / "licenses").glob("*.yaml"))}
    return dict(_extended(files))


def _extended(files: Mapping[str, LicenseFile]) -> Iterator[tuple[str, LicenseFile]]:
    for name in sorted(files):
        chain = [name]
        while (base := files[chain[-1]].extends) is not None:
            if base in chain or base not in files:
                raise KnowledgeError(f"`{chain[-1]}.yaml` extends `{base}`, which is not there or extends it back", "name an existing licence")
            chain.append(base)
        merged = files[chain[-1]]
        for step in reversed(chain[:-1]):
            merged = _extend(merged, files[step])
        yield name, merged


def _extend(base: LicenseFile, child: LicenseFile) -> LicenseFile:
    """The child with the terms and texts of the base it does not drop or restate."""
    inherited = {term.id for term in base.terms}
    missing = [term for term in child.drop if term not in inherited]
    if missing:
        raise KnowledgeError(f"`{child.id}.yaml` drops `{missing[0]}`, which `{base.id}` does not have", "name a term of the base")
    own = {term.id: term for term in child.terms}
    # An inherited term is known as well as its own licence was read, however well the child's text is known.
    kept = [term if term.confidence else term.model_copy(update={"confidence": base.confidence}) for term in base.terms]
    terms = [own.pop(term.id, term) for term in kept if term.id not in child.drop]
    texts = child.texts + [text for text in base.texts if text.id not in {mine.id for mine in child.texts}]
    whole = child.model_copy(
        update={
            "terms": terms + list(own.values()),
            "texts": texts,
            "reach": {**base.reach, **child.reach},
            "ask": child.ask if "ask" in child.model_fields_set else base.ask,
            "steward": child.steward if "steward" in child.model_fields_set else base.steward,
            "extends": None,
        }
    )
    known = {text.id for text in whole.texts} | {"license"}
    for term in whole.terms:
        if term.text not in known:
            raise KnowledgeError(f"`{child.id}.yaml` term `{term.id}` stands in text `{term.text}`, which neither it nor `{base.id}` lists", "list the text")
    if not whole.placeholder and not any(term.kind == "grant" for term in whole.terms):
        raise KnowledgeError(f"`{child.id}.yaml` drops every grant of `{base.id}`", "a licence grants something, or is a `placeholder`")
    return whole
