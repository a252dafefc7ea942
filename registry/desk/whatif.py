"""Hypothetical lineages: "what if I merged these and published under MIT?"; read from a line of `check --batch`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from registry.errors import LineageError
from registry.knowledge.store import Knowledge
from registry.lineage.graph import EVIDENCE, Edge, Graph, Node

MAX_MODELS = 10_000
"""A hypothetical lineage of more models is refused."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


def _base(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


class WhatIfBase(_Part):
    """A parent: its name, and what the child is to it."""

    name: str = Field(min_length=1, max_length=500)
    relation: str = "finetune"
    evidence: str = "declared"


class WhatIfModel(_Part):
    """A model that need not exist. `license: null` says that it declares none."""

    name: str = Field(min_length=1, max_length=500)
    license: str | list[str] | None = None
    license_name: str | None = None
    license_link: str | None = None
    bases: list[Annotated[WhatIfBase, BeforeValidator(_base)]] = Field(default_factory=list, max_length=1000)
    datasets: list[Annotated[WhatIfBase, BeforeValidator(_base)]] = Field(default_factory=list, max_length=1000)
    released_on: str | None = None
    modality: str | None = None


class WhatIfDataset(_Part):
    """A dataset that need not exist."""

    name: str = Field(min_length=1, max_length=500)
    license: str | list[str] | None = None
    license_name: str | None = None
    license_link: str | None = None


class WhatIf(_Part):
    """A hypothetical lineage."""

    models: list[WhatIfModel] = Field(min_length=1, max_length=MAX_MODELS)
    datasets: list[WhatIfDataset] = Field(default_factory=list, max_length=MAX_MODELS)


def build_graph(what_if: WhatIf, knowledge: Knowledge, on: str, known: Callable[[str, str], Graph | None]) -> Graph:
    """The graph of a hypothetical lineage.

    Args:
        what_if: The models and datasets as written.
        knowledge: Resolves their licences.
        on: The date that tells apart texts of one name, where a model says no release date.
        known: The recorded lineage, on a date, of a name that the hypothesis does not describe; or None.

    Raises:
        LineageError: A relation is unknown, a base is nowhere to be found, or the lineage runs in a circle.
    """
    nodes: dict[str, Node] = {}
    edges: list[Edge] = []
    for name in [*(model.name for model in what_if.models), *(dataset.name for dataset in what_if.datasets)]:
        if name in nodes:
            raise LineageError(f"`{name}` is described twice", "describe each model and dataset once")
        nodes[name] = Node(name, ())
    for model in what_if.models:
        nodes[model.name] = Node(model.name, resolve_all(knowledge, model, model.released_on or on), "model", model.released_on, model.modality)
    for dataset in what_if.datasets:
        nodes[dataset.name] = Node(dataset.name, resolve_all(knowledge, dataset, on), "dataset")
    for model in what_if.models:
        links = [(base.name, base.relation, base.evidence) for base in model.bases]
        links += [(dataset.name, "trained-on" if dataset.relation == "finetune" else dataset.relation, dataset.evidence) for dataset in model.datasets]
        for parent, relation, evidence in links:
            if evidence not in EVIDENCE:
                raise LineageError(f"`{evidence}` is not a grade of evidence", f"the grades are {', '.join(EVIDENCE)}")
            if relation not in knowledge.vocabulary.relations:
                raise LineageError(f"`{relation}` is not a relation", f"the relations are {', '.join(sorted(knowledge.vocabulary.relations))}")
            if parent not in nodes:
                recorded = known(parent, on)
                if recorded is None:
                    raise LineageError(f"`{model.name}` builds on `{parent}`, which is neither in the question nor in the catalogue", "describe it in `models`")
                for other, node in recorded.nodes.items():
                    nodes.setdefault(other, node)
                edges += [edge for each in recorded.parents.values() for edge in each]
            edges.append(Edge(model.name, parent, relation, evidence))
    return Graph.of(nodes.values(), edges)


def resolve_all(knowledge: Knowledge, stated: WhatIfModel | WhatIfDataset, on: str | None) -> tuple[str, ...]:
    """The licences behind what a model or dataset states; several tags bind together."""
    written = stated.license if isinstance(stated.license, list) else [stated.license]
    resolved: list[str] = []
    for name in written or [None]:
        if name is not None and name.casefold() == "other":
            for hint in (stated.license_link, stated.license_name):
                found = knowledge.resolve(hint, on) if hint else None
                if found is not None and found.reason not in ("unknown", "ambiguous", "none"):
                    name = found.license
                    break
        resolved += knowledge.parts_of(knowledge.resolve(name, on).license)
    return tuple(dict.fromkeys(resolved))
