"""Model files that lie in an application: what their headers say of licence and base, and what that comes to for the use."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from registry.desk.audit.used import Thing
from registry.findings.finding import Finding
from registry.lineage.graph import Edge, Graph, Node
from registry.scanner.names import hub_address
from registry.scanner.reference import Reference

if TYPE_CHECKING:
    from registry.desk.answer import Answer
    from registry.desk.session import Desk
    from registry.sources.folder.gguf_header import GgufHeader
    from registry.supplychain.record import Record
    from registry.terms.facts import Use

MAX_ARTIFACTS = 500
"""So many model files are looked into."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a model file shows of itself.

    Attributes:
        license: The licence that its header names.
        base: The model that its header names as its base.
        relation: What it is to that.
        pickled: Whether reading it may run code.
    """

    license: str | None = None
    base: str | None = None
    relation: str = "finetune"
    pickled: bool = False


def artifacts_of(desk: Desk, root: Path, references: Iterable[Reference], use: Use, reading: str) -> tuple[list[Thing], list[tuple[Finding, Reference]]]:
    """The model files of an application as things in use, and what is to be said of their form."""
    base = root if root.is_dir() else root.parent
    things: list[Thing] = []
    forms: list[tuple[Finding, Reference]] = []
    for each in [one for one in references if one.kind == "artifact"][:MAX_ARTIFACTS]:
        shown = _look(base / each.file)
        if shown.pickled:
            forms.append((Finding("SEC001", each.file, f"{each.file} is in a format that runs code when it is read."), each))
        answer = _answer(desk, each.file, shown, use, reading) or _of_folder(desk, root, base, each.file, use, reading)
        things.append(Thing(each.file, "model", (each,), answer is not None, answer))
    return things, forms


def folder_record(desk: Desk, folder: Path, *, has_terms: bool, name: str | None = None) -> Record | None:
    """What the card and configurations of a folder of weights say; None where it cannot be read.

    Args:
        desk: The desk.
        folder: The folder.
        has_terms: Whether licence files beside the weights are the model's; at the top of an application they are the application's own.
        name: What the model is called; by its folder, if not given.
    """
    from registry.desk.identify import identifier
    from registry.errors import RegistryError
    from registry.sources.folder.source import FolderSource

    try:
        called = folder.resolve().name
        record = next(iter(FolderSource(folder, model=called, identify=identifier(desk).identify if has_terms else None, digest=False).records()), None)
    except RegistryError:
        return None
    if record is None or not record.models or name is None:
        return record
    return replace(
        record,
        models=(replace(record.models[0], name=name), *record.models[1:]),
        statements=tuple(replace(each, subject=name) for each in record.statements if each.subject == called),
        relations=tuple(replace(each, child=name) for each in record.relations if each.child == called),
    )


def _of_folder(desk: Desk, root: Path, base: Path, file: str, use: Use, reading: str) -> Answer | None:
    """What the use comes to by the card and configurations beside a file whose header says nothing; None where they say nothing either."""
    from registry.desk.answer import answer
    from registry.desk.folder_question import folder_question
    from registry.terms.facts import use_to_data

    if root.is_file():
        return None
    folder = (base / file).parent
    record = folder_record(desk, folder, has_terms=folder != base, name=file)
    if record is None or not (record.statements or record.relations):
        return None
    return answer(desk.knowledge, replace(folder_question(desk, record, use_to_data(use.stated), reading), name_to_judge=None, use=use))


def _look(path: Path) -> Shown:
    """What the header of a file shows; nothing, where it cannot be read."""
    from registry.sources.folder.gguf_header import read_gguf_header
    from registry.sources.weights.headers import begins_like_pickle, looks_pickled, read_safetensors_header

    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with open(handle, "rb") as stream:
            size = os.fstat(handle).st_size
            lowered = path.name.lower()
            if lowered.endswith(".gguf"):
                return _of_gguf(read_gguf_header(stream, size)[0])
            if lowered.endswith(".safetensors"):
                header, _ = read_safetensors_header(stream, size)
                metadata = header.metadata if header is not None else {}
                return Shown(metadata.get("license"), _name(metadata.get("base_model") or metadata.get("modelspec.base_model")))
            return Shown(pickled=looks_pickled(lowered) is not False and begins_like_pickle(stream.read(4)))
    except OSError:
        return Shown()


def _of_gguf(header: GgufHeader | None) -> Shown:
    if header is None:
        return Shown()
    bases = header.bases()
    relation = "quantized" if header.quantized else "finetune"
    return Shown(header.text("general.license"), _name(bases[0][0]) if bases else None, relation)


def _name(text: str | None) -> str | None:
    """The name of a model that a header gives as a name or an address."""
    if text is None:
        return None
    found = hub_address(text)
    return found[1] if found is not None else text.strip()[:200] or None


def _answer(desk: Desk, file: str, shown: Shown, use: Use, reading: str) -> Answer | None:
    """What the use comes to by what the header says and by what is recorded of the base; None where it says nothing."""
    from registry.desk.answer import Question, answer

    if shown.license is None and shown.base is None:
        return None
    resolved = desk.knowledge.resolve(shown.license, use.on).license if shown.license else "unstated"
    own = Node(file, desk.knowledge.parts_of(resolved), basis="detected")
    around = _known(desk, shown.base, use.on) if shown.base else None
    nodes, edges = [own], []
    if shown.base is not None:
        nodes += list(around.nodes.values()) if around is not None else [Node(shown.base, ("unstated",))]
        edges = [each for listed in (around.parents.values() if around is not None else ()) for each in listed]
        edges.append(Edge(file, shown.base, shown.relation, "detected"))
    return answer(desk.knowledge, Question(Graph.of(nodes, edges, circles=True), file, use, reading))


def _known(desk: Desk, base: str, on: str) -> Graph | None:
    from registry.desk.lookup import known_graph
    from registry.errors import UsageError

    try:
        return known_graph(desk, base, on)
    except UsageError:  # a title or path that cannot be the name of a model
        return None
