"""What the catalogue holds of models, datasets and hosts, as a bill of materials tells of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from registry.desk.bom.licenses import licensing_of
from registry.desk.license_record import inherited_licenses, license_of
from registry.errors import UsageError
from registry.reports.bom.subject import BomDataset, BomHosting, BomModel, Energy, Party
from registry.supplychain.source import Source

if TYPE_CHECKING:
    from registry.catalogue.engine import Connection
    from registry.catalogue.queries.model_detail import ModelDetail
    from registry.knowledge.store import Knowledge

_COMMIT = re.compile(r"[0-9a-f]{40}")


def held_model(knowledge: Knowledge, connection: Connection, detail: ModelDetail, *, asked: bool, revision: str | None) -> tuple[BomModel, str | None]:
    """A model as the catalogue holds it, and what has to be said of the revision that was asked for.

    Args:
        knowledge: The licences.
        connection: A reading connection.
        detail: What the catalogue holds of it.
        asked: Whether it was asked about itself.
        revision: The revision that was asked for, if one was.
    """
    from registry.catalogue.queries.profile_graph import profile_graph

    model = detail.model
    # Where something is said of its licence, the answer about it tells what is inherited.
    silent = asked and not detail.statements
    inherited = inherited_licenses(knowledge, profile_graph(connection, [detail.id]), model.name) if silent else []
    said = license_of(knowledge, model.name, detail.statements, model.released_on, recorded=model.recorded, inherited=inherited)
    commit, digest, note = _state(detail, revision)
    openness = model.openness
    parts = {"weights": openness.weights, "training code": openness.training_code, "inference code": openness.inference_code, "data": openness.data}
    maker = detail.developer
    found = BomModel(
        name=model.name,
        title=model.title,
        developer=Party(maker.name, maker.title, maker.kind, maker.country) if maker else None,
        recorded=model.recorded,
        on_hub=is_on_hub(detail),
        commit=commit,
        digest=digest if digest is None or digest.startswith("sha256:") else f"sha256:{digest}",
        modality=model.modality,
        architecture=model.architecture,
        stage=model.stage,
        access=model.access,
        parameters=model.parameters,
        training_tokens=model.training_tokens,
        training_flop=model.training_flop,
        released_on=model.released_on,
        openness={part: value for part, value in parts.items() if value not in (None, "unknown")},
        licensing=licensing_of(knowledge, said),
        energies=tuple(Energy("training", run.energy_kwh, run.provider, _reference(run.source)) for run in detail.training_runs if run.energy_kwh),
        hostings=tuple(BomHosting(row.host.name, row.host.title, row.hosting.access, row.hosting.region, row.terms) for row in detail.hostings),
        origin=model.source,
    )
    return found, note


def _state(detail: ModelDetail, asked: str | None) -> tuple[str | None, str | None, str | None]:
    """Commit and digest of the revision that was asked for, else of the newest on record; and a note where it is not on record."""
    wanted = asked if asked != "main" else None
    newest = detail.revisions[-1] if detail.revisions else None
    chosen = next((each for each in detail.revisions if each.commit.startswith(wanted)), None) if wanted else newest
    if chosen is None:
        note = f"{detail.model.name}: the revision {wanted} is not on record; what is said is of the model as such" if wanted else None
        return (wanted if wanted and _COMMIT.fullmatch(wanted) else None), None, note
    commit = chosen.commit if _COMMIT.fullmatch(chosen.commit) else None
    return commit, chosen.digest or (chosen.commit if chosen.commit.startswith("sha256:") else None), None


def held_dataset(knowledge: Knowledge, connection: Connection, name: str) -> BomDataset:
    """A dataset as the catalogue holds it; only its name where it holds none of that name."""
    from registry.catalogue.queries.datasets import find_dataset

    try:
        row = find_dataset(connection, name)
    except UsageError:
        return BomDataset(name, recorded=False)
    dataset = row.dataset
    if dataset.name != name:  # a near spelling is another thing
        return BomDataset(name, recorded=False)
    said = license_of(knowledge, f"dataset:{name}", row.statements, None, recorded=dataset.recorded)
    return BomDataset(
        name=name,
        title=dataset.title,
        recorded=dataset.recorded,
        size_tokens=dataset.size_tokens,
        size_rows=dataset.size_rows,
        collection=dataset.collection,
        personal_data=dataset.personal_data,
        languages=dataset.languages,
        licensing=licensing_of(knowledge, said),
        on_hub=_cites_hub(dataset.source, f"datasets/{name}"),
        origin=dataset.source,
    )


def held_host(connection: Connection, name: str) -> Party | None:
    """A host as the catalogue holds it."""
    from registry.catalogue.queries.hosts import read_host

    host = read_host(connection, name)
    return Party(host.name, host.title, host.kind, host.country) if host is not None else None


def is_on_hub(detail: ModelDetail) -> bool:
    """Whether something on record says that a model is a repository of the Hub: a commit, downloads, or a source that is its page."""
    name = detail.model.name
    if name.count("/") != 1:
        return False
    sources = [detail.model.source, *(each.source for each in detail.statements), *(each.source for each in detail.revisions)]
    has_commit = any(_COMMIT.fullmatch(each.commit) for each in detail.revisions)
    return has_commit or detail.model.downloads is not None or any(_cites_hub(source, name) for source in sources)


def _cites_hub(source: Source | None, place: str) -> bool:
    return source is not None and re.search(rf"huggingface\.co/{re.escape(place)}(?![\w.-])", source.reference) is not None


def _reference(source: Source | None) -> str | None:
    return source.reference if source is not None else None
