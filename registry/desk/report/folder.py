"""A model folder that is in no catalogue, asked about by what its card declares and its files show; nothing in it is loaded or kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.desk.answer import answer
from registry.desk.answer_item import to_item
from registry.desk.folder_question import folder_question
from registry.desk.license_record import license_of
from registry.desk.plain import to_data
from registry.errors import SourceError, UsageError
from registry.lineage.graph import Edge, Graph

if TYPE_CHECKING:
    from registry.desk.session import Desk
    from registry.supplychain.record import Record

MODEL_FILES = (".safetensors", ".gguf", ".bin", ".pt", ".pth", ".ckpt", ".onnx", ".h5", ".msgpack", "config.json", "model_index.json")
"""How the names of files end that a folder of a model holds."""

MOST_DRAWN = 60
"""So many ancestors of a folder are drawn; what is left out is counted."""

MOST_NOTES = 20
"""So many notes of a folder are shown; the others are counted."""


@dataclass(frozen=True, slots=True)
class FolderAnswer:
    """What there is to say of a folder.

    Attributes:
        item: The answer, as in `licet.check/1`.
        notes: What of it was not understood.
        lineage: Its lineage, as in `licet.lineage/1`.
        record: What its card and files say of it, as in `licet.show/1`.
    """

    item: dict[str, Any]
    notes: tuple[str, ...]
    lineage: dict[str, Any]
    record: dict[str, Any]


def check_folder(desk: Desk, reference: str, raw: Mapping[str, Any], read_on: str | None = None) -> FolderAnswer:
    """The answer about a folder, its lineage, and what of it was not understood.

    Args:
        desk: The desk.
        reference: Where the folder is.
        raw: The facts as given.
        read_on: The day on which it is said to be read; today by default.

    Raises:
        UsageError: There is no such folder, or it shows no model.
        SourceError: It cannot be read.
        FactError: A fact cannot be read.
    """
    folder = Path(reference).expanduser()
    if not folder.is_dir():
        raise UsageError(f"`{reference}` is not a folder", "name a folder with a model card or weights")
    record, notes = _read(desk, folder, read_on)
    question = folder_question(desk, record, raw)
    evidence = {(relation.parent, relation.relation): str(relation.source.reference) for relation in record.relations if relation.source is not None}
    lineage = _lineage(desk, question.graph, question.subject, evidence)
    return FolderAnswer(to_item(desk.knowledge, answer(desk.knowledge, question)), notes, lineage, _said(desk, record, question.use.on))


def _said(desk: Desk, record: Record, on: str | None) -> dict[str, Any]:
    """What the card and the files of a folder say, in the shape of `licet.show/1`."""
    model = record.models[0]
    developer = next((each for each in record.developers if each.name == model.developer), None)
    links = [
        {"of": each.parent.removeprefix("dataset:"), "set": each.parent.startswith("dataset:"), "relation": each.relation, "evidence": each.evidence}
        | {"source": each.source.reference if each.source else None}
        for each in record.relations
        if each.child == model.name
    ]
    kept = ("relation", "evidence", "source")
    return {
        "schema": "licet.show/1",
        "model": model.name,
        "name": model.title,
        "developer": to_data(developer, without=("source",)) if developer else {"name": model.developer} if model.developer else None,
        **to_data(model, without=("name", "title", "developer", "source")),
        "source": to_data(model.source) if model.source else None,
        "license": license_of(desk.knowledge, model.name, record.statements, model.released_on, on=on),
        "bases": [{"model": link["of"], **{key: link[key] for key in kept}} for link in links if not link["set"]],
        "datasets": [{"dataset": link["of"], **{key: link[key] for key in kept}} for link in links if link["set"]],
        "revisions": [to_data(revision, without=("model",)) for revision in record.revisions],
        "training": [to_data(run, without=("model",)) for run in record.training_runs],
        "hostings": [],
        "applications": [],
        "acceptances": [],
    }


def _lineage(desk: Desk, graph: Graph, name: str, evidence: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """The lineage of a folder in the shape of `licet.lineage/1`, without verdicts of ancestors; the folder's own links say which file shows them."""
    drawn = {name, *islice(graph.ancestors(name), MOST_DRAWN)}
    edges = [edge for child in drawn for edge in graph.parents.get(child, ()) if edge.parent in drawn]
    nodes = []
    for each in sorted(drawn):
        node = graph.nodes[each]
        first = desk.knowledge.license_of(node.licenses[0]) if node.licenses else None
        kind = first.type if first is not None and not first.placeholder else None
        nodes.append({"id": each, "kind": node.kind, "license": " AND ".join(node.licenses) or None, "license_type": kind, "verdict": None, "downloads": None})
    return {
        "schema": "licet.lineage/1",
        "model": name,
        "nodes": nodes,
        "edges": [
            {
                "child": edge.child,
                "parent": edge.parent,
                "relation": edge.relation,
                "evidence": edge.evidence,
                "sources": _sources(edge, evidence.get((edge.parent, edge.relation)) if edge.child == name else None),
                "contradicted": False,
                "contradiction": None,
                "circle": False,
            }
            for edge in sorted(edges, key=lambda edge: (edge.child, edge.parent, edge.relation))
        ],
        "omitted": {"nodes": len(graph.nodes) - len(drawn), "edges": sum(len(own) for own in graph.parents.values()) - len(edges)},
    }


def _sources(edge: Edge, source: str | None) -> list[dict[str, Any]]:
    return [{"grade": edge.evidence, "source": source, "read_on": None, "says": None, "origin": "folder", "against": False}] if source else []


def _read(desk: Desk, folder: Path, read_on: str | None) -> tuple[Record, tuple[str, ...]]:
    from registry.desk.imports import folder_source

    if not any(_is_of_a_model(path.name) for path in folder.iterdir()):
        raise UsageError(f"`{folder}` shows no model", "name a folder with a model card, a licence or weights")
    source = folder_source(desk, folder, read_on=read_on)
    record = next(iter(source.records()), None)
    if record is None or not record.models:
        raise SourceError(f"`{folder}` shows no model", "name a folder with a model card, a licence or weights")
    notes = [str(note.message) for note in source.notes]
    more = (f"and {len(notes) - MOST_NOTES} more",) if len(notes) > MOST_NOTES else ()
    return record, (*notes[:MOST_NOTES], *more)


def _is_of_a_model(name: str) -> bool:
    """Whether a file of that name is what model folders hold."""
    low = name.lower()
    return low.startswith(("readme", "license", "licence", "notice")) or low.endswith(MODEL_FILES)
