"""Reads and checks every data file, and brings them to the one document that is kept compiled."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from registry.errors import FactError, KnowledgeError
from registry.knowledge.files import read_checked, read_licenses, read_text, read_vocabulary
from registry.knowledge.names import fold_alias
from registry.knowledge.schema import AliasesFile, InterpretationFile, LicenseFile, RelationsFile, TermFile, UnsettledReach
from registry.terms.facts import read_use
from registry.terms.vocabulary import Vocabulary
from registry.yaml12 import read_yaml


def _data_files(data_dir: Path) -> Iterator[Path]:
    yield data_dir / "vocabulary.yaml"
    yield data_dir / "relations.yaml"
    yield data_dir / "aliases.yaml"
    for folder in ("interpretations", "licenses", "uses"):
        yield from sorted((data_dir / folder).glob("*.yaml"))


def compile_knowledge(data_dir: Path) -> dict[str, Any]:
    """Read and check every data file, and bring them to one document.

    Raises:
        KnowledgeError: A data file is missing or wrong.
    """
    vocabulary = read_vocabulary(data_dir)
    licenses = read_licenses(data_dir, vocabulary)
    further = _further_aliases(data_dir, licenses)
    digest = hashlib.sha256()
    for path in _data_files(data_dir):
        digest.update(path.name.encode() + b"\0" + read_text(path).encode() + b"\0")
    document = {
        "version": vocabulary.version,
        "digest": f"sha256:{digest.hexdigest()}",
        "vocabulary": read_yaml(read_text(data_dir / "vocabulary.yaml"), "vocabulary.yaml"),
        "relations": _relations(data_dir, vocabulary),
        "interpretations": {path.stem: _interpretation(path, vocabulary) for path in sorted((data_dir / "interpretations").glob("*.yaml"))},
        "ordinary": _ordinary(data_dir, vocabulary),
        "aliases": _aliases(licenses, further.names),
        "addresses": _addresses(licenses, further),
        "licenses": {name: json.dumps(_license(license, vocabulary), ensure_ascii=False, separators=(",", ":")) for name, license in licenses.items()},
    }
    return document


def _relations(data_dir: Path, vocabulary: Vocabulary) -> dict[str, Any]:
    data = read_checked(data_dir / "relations.yaml", RelationsFile)
    missing = vocabulary.relations - set(data.relations)
    if missing:
        raise KnowledgeError(f"`relations.yaml` says nothing of `{sorted(missing)[0]}`", "give every relation of the vocabulary a reach")
    unknown = sorted(set(data.relations) - vocabulary.relations)
    if unknown:
        raise KnowledgeError(f"`relations.yaml` speaks of `{unknown[0]}`, which is not a relation of the vocabulary", "add it to `data/vocabulary.yaml`")
    for name, reach in data.relations.items():
        if isinstance(reach, UnsettledReach) and reach.unsettled not in vocabulary.points:
            raise KnowledgeError(
                f"`relations.yaml` relation `{name}`: `{reach.unsettled}` is not a point of the vocabulary", "add it to `data/vocabulary.yaml`"
            )
    steps = {reach for relation in data.relations.values() for reach in _classes(relation)} - {"none", "original"}
    for row in ("original", *sorted(steps)):
        lacking = steps - set(data.compose.get(row, {}))  # type: ignore[call-overload]
        if lacking:
            raise KnowledgeError(f"`relations.yaml` does not say how `{row}` and `{sorted(lacking)[0]}` compose", "complete the table `compose`")
    return {"default": {name: _reach(value) for name, value in data.relations.items()}, "compose": data.compose}


def _classes(reach: str | UnsettledReach) -> tuple[str, ...]:
    return (reach.reach, reach.otherwise) if isinstance(reach, UnsettledReach) else (reach,)


def _interpretation(path: Path, vocabulary: Vocabulary) -> dict[str, Any]:
    data = read_checked(path, InterpretationFile)
    for point in data.points:
        if point not in vocabulary.points:
            raise KnowledgeError(f"`{path.name}` settles `{point}`, which is not a point of the vocabulary", "add it to `data/vocabulary.yaml`")
    return data.model_dump()


def _ordinary(data_dir: Path, vocabulary: Vocabulary) -> dict[str, Any]:
    path = data_dir / "uses" / "ordinary.yaml"
    data = read_yaml(read_text(path), path.name)
    if not isinstance(data, dict) or not data:
        raise KnowledgeError(f"`{path.name}` states no assumptions", "give each fact that is assumed a value")
    try:
        read_use(vocabulary, {}, data, today="2000-01-01")
    except FactError as error:
        raise KnowledgeError(f"`{path.name}`: {error.message}", error.hint) from error
    except (KeyError, TypeError) as error:
        raise KnowledgeError(
            f"`{path.name}`: an assumption that follows another fact needs `from` and `values`", "compare it with `student_competes`"
        ) from error
    return data


def _reach(value: str | UnsettledReach) -> list[str | None]:
    return [value, None, None] if isinstance(value, str) else [value.reach, value.unsettled, value.otherwise]


def _further_aliases(data_dir: Path, licenses: Mapping[str, LicenseFile]) -> AliasesFile:
    """The addresses and names beside those of the licence files; each leads to a licence that is there."""
    data = read_checked(data_dir / "aliases.yaml", AliasesFile)
    for name in (*data.links, *(license for held in data.names.values() for license in held)):
        if name not in licenses:
            raise KnowledgeError(f"`aliases.yaml` leads to `{name}`, which is not a licence", "name the id of a file in `data/licenses/`")
    return data


def _addresses(licenses: Mapping[str, LicenseFile], further: AliasesFile) -> dict[str, Any]:
    """What leads from an address to a licence: single addresses, and patterns that say its name."""
    links: dict[str, list[str]] = {}
    for name, license in licenses.items():
        for alias in license.aliases:
            if "://" in alias:
                links.setdefault(alias, []).append(name)
    for name, addresses in further.links.items():
        for address in addresses:
            links.setdefault(address, []).append(name)
    return {"links": links, "patterns": [[pattern.address, pattern.name] for pattern in further.patterns], "endings": further.endings}


def _aliases(licenses: Mapping[str, LicenseFile], names: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Folded name to the licences that go by it. An id belongs to its licence alone."""
    found: dict[str, list[str]] = {fold_alias(name): [name] for name in licenses}
    for name, license in licenses.items():
        for alias in (license.spdx, license.name, *license.aliases, *(text.digest for text in license.texts)):
            if not alias:
                continue
            folded = fold_alias(alias)
            if folded in found and found[folded] == [folded]:
                continue
            if name not in found.setdefault(folded, []):
                found[folded].append(name)
    for alias, held in names.items():
        known = found.setdefault(fold_alias(alias), [])
        known.extend(name for name in held if name not in known)
    return found


def _license(license: LicenseFile, vocabulary: Vocabulary) -> dict[str, Any]:
    data = license.model_dump(exclude_defaults=True, by_alias=True, exclude={"terms", "reach", "extends", "drop", "examples"})
    data["reach"] = {relation: _reach(value) for relation, value in license.reach.items()}
    data["terms"] = [_term(term, license, vocabulary) for term in license.terms]
    data["examples"] = [example.model_dump() for example in license.examples]
    return data


def _term(term: TermFile, license: LicenseFile, vocabulary: Vocabulary) -> dict[str, Any]:
    data = term.model_dump(exclude_defaults=True, by_alias=True)
    acts = dict.fromkeys(act for word in term.acts for act in vocabulary.act_groups.get(word, (word,)))
    if acts:
        data["acts"] = list(acts)
    data["confidence"] = term.confidence or license.confidence
    return data
