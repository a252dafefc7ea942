"""What the Hub says of a model as part of a bill of materials: its card, its configuration, its commit, and the digests of its files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from registry.desk.bom.folder import card_of
from registry.desk.facts import today
from registry.desk.imports import wait_for_hub
from registry.errors import SourceError, UsageError
from registry.reports.bom.subject import BomModel, Energy, FileHash, Party
from registry.supplychain.source import Source

if TYPE_CHECKING:
    from registry.desk.session import Desk
    from registry.sources.hub.model import HubModel


def ask_hub(desk: Desk, models: Iterable[BomModel], revisions: Mapping[str, str]) -> tuple[dict[str, BomModel], list[str]]:
    """Models with what the Hub says of them, by name, and what could not be had; licences and lineage stay as they are recorded.

    Args:
        desk: The desk.
        models: The models, as the catalogue holds them.
        revisions: The revisions that were asked for, by name.

    Raises:
        UsageError: The Hub may not be asked.
    """
    from registry.sources.hub.client import HubClient
    from registry.sources.hub.model import ask_hub_model

    if desk.settings.offline:
        raise UsageError("the Hub may not be asked: `--offline` is set", "leave it or `--hub` out; `--folder MODEL=DIR` reads what lies here")
    client = HubClient(wait=lambda seconds: wait_for_hub(desk, seconds))
    found: dict[str, BomModel] = {}
    notes: list[str] = []
    for model in models:
        if model.name.count("/") != 1:
            continue
        try:
            told = ask_hub_model(model.name, revisions.get(model.name) or model.commit, client=client)
        except SourceError as error:
            notes.append(f"{model.name}: {error.message}")
            if client.given_up:
                notes.append("the Hub was not asked about any further model")
                break
            continue
        notes += [f"{model.name}: {note}" for note in told.notes]
        if told.name != model.name:
            notes.append(f"{model.name}: the Hub has it as {told.name}")
        found[model.name] = with_hub(model, told)
    return found, notes


def with_hub(held: BomModel, told: HubModel) -> BomModel:
    """A model of the catalogue with what the Hub says of it; what the catalogue holds stays."""
    cited = Source(f"huggingface.co/{told.name}{f'@{told.commit}' if told.commit else ''}", today())
    card = card_of(told.card, told.story, told.shape, cited)
    energies = (Energy("training", told.story.energy_kwh, None, "its card", told.story.co2_kg),) if told.story.energy_kwh else ()
    owner = told.name.partition("/")[0]
    return replace(
        held,
        developer=held.developer or Party(owner),
        recorded=True,
        on_hub=True,
        commit=told.commit or held.commit,
        files=tuple(FileHash(each.name, each.sha256, each.size) for each in told.files),
        architecture=told.architecture or held.architecture,
        access=held.access or told.access,
        parameters=held.parameters or told.parameters,
        energies=held.energies or energies,
        card=replace(card, task=told.task or card.task, library=told.library or card.library),
    )
