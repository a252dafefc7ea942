"""A model folder that is in no catalogue, asked about by what its card declares and its files show; nothing in it is loaded or kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.desk.answer import Question, answer, to_item
from registry.desk.facts import read_use, resolve_named_licenses
from registry.errors import SourceError, UsageError
from registry.lineage.graph import Edge, Graph, Node

if TYPE_CHECKING:
    from registry.desk.session import Desk

MODEL_FILES = (".safetensors", ".gguf", ".bin", ".pt", ".pth", ".ckpt", ".onnx", ".h5", ".msgpack", "config.json", "model_index.json")
"""How the names of files end that a folder of a model holds."""

MOST_NOTES = 20
"""So many notes of a folder are shown; the others are counted."""


def is_folder(reference: str) -> bool:
    """Whether a target is written as a folder."""
    return reference.startswith(("./", "../", "/", "~", ".\\")) or reference in (".", "..")


def check_folder(desk: Desk, reference: str, raw: Mapping[str, Any]) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """The answer about a folder, as in `licet.check/1`, and what of it was not understood.

    Raises:
        UsageError: There is no such folder, or it shows no model.
        SourceError: It cannot be read.
        FactError: A fact cannot be read.
    """
    from registry.desk.lookup import date_of_terms
    from registry.desk.profiles import licenses_of
    from registry.supplychain.statement import statements_on

    folder = Path(reference).expanduser()
    if not folder.is_dir():
        raise UsageError(f"`{reference}` is not a folder", "name a folder with a model card or weights")
    knowledge = desk.knowledge
    use = resolve_named_licenses(knowledge, read_use(knowledge, raw, desk.settings.facts))
    on = date_of_terms(use)
    record, notes = _read(desk, folder)
    model = record.models[0]
    nodes: dict[str, Node] = {}
    edges: list[Edge] = []
    for relation in record.relations:
        graph = _known(desk, relation.parent, on)
        for name, node in graph.nodes.items():
            nodes.setdefault(name, node)
        edges += [edge for own in graph.parents.values() for edge in own]
        parent = next(iter(graph.nodes))
        if parent != model.name:
            edges.append(Edge(model.name, parent, relation.relation, relation.evidence))
    said = statements_on(record.statements, on)
    own = licenses_of(knowledge, said, model.released_on, recorded=True)
    nodes[model.name] = Node(model.name, own, "model", model.released_on, model.modality, said[0].basis if said else "inferred", model.developer)
    revision = record.revisions[0].commit if record.revisions else None
    question = Question(
        Graph.of(nodes.values(), [edge for edge in edges if edge.child != edge.parent], circles=True),
        model.name,
        use,
        desk.interpretation(raw.get("interpretation")),
        name_to_judge=model.name if edges else None,
        revision=revision,
    )
    return [to_item(knowledge, answer(knowledge, question))], notes


def _read(desk: Desk, folder: Path) -> tuple[Any, tuple[str, ...]]:
    from registry.desk.imports import folder_source

    if not any(_is_of_a_model(path.name) for path in folder.iterdir()):
        raise UsageError(f"`{folder}` shows no model", "name a folder with a model card, a licence or weights")
    source = folder_source(desk, folder)
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


def _known(desk: Desk, name: str, on: str) -> Graph:
    """The recorded lineage of a base or dataset; of one that nobody recorded, that its terms are missing. Its own node comes first."""
    from registry.desk.lookup import known_graph

    graph = known_graph(desk, name, on)
    if graph is not None:
        return graph
    is_set = name.startswith("dataset:")
    return Graph.of([Node(name, ("unstated" if is_set else "missing-ancestor",), "dataset" if is_set else "model", basis="inferred")], [])
