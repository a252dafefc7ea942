"""What the card of a model that lies in an application could state: the licence that its lineage asks for, its base, and what it is to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.errors import RegistryError
from registry.lineage.graph import Graph

if TYPE_CHECKING:
    from registry.desk.session import Desk
    from registry.sources.card.facts import CardFacts
    from registry.sources.folder.files import FolderFiles
    from registry.supplychain.record import Record
    from registry.terms.license import License

CARD = "README.md"
"""The name of a card that is made anew."""


@dataclass(frozen=True, slots=True)
class SuggestedCard:
    """A card with what it lacks.

    Attributes:
        name: The card's file, within its folder.
        before: What it holds; None where there is none.
        after: What it would hold.
        keys: What was added.
    """

    name: str
    before: str | None
    after: str
    keys: tuple[str, ...]


def suggest_card(desk: Desk, folder: Path, interpretation: str, *, has_terms: bool) -> SuggestedCard | None:
    """The card of a model folder with the front matter that its files show and its card lacks; None where it lacks nothing that is known.

    Args:
        desk: The desk.
        folder: The folder.
        interpretation: How unsettled points are taken.
        has_terms: Whether licence files beside the weights are the model's; at the top of an application they are the application's.
    """
    from registry.desk.audit.artifacts import folder_record
    from registry.sources.card.front_matter import MAX_CARD_BYTES
    from registry.sources.card.source import read_card
    from registry.sources.folder.files import FolderFiles
    from registry.sources.folder.source import card_name

    try:
        files = FolderFiles(folder)
        record = folder_record(desk, folder, has_terms=has_terms)
    except RegistryError:
        return None
    if record is None:
        return None
    named = card_name(files)
    data = (files.read(named, MAX_CARD_BYTES + 1) if named else None) or b""
    try:
        before = data.decode("utf-8") if named else None
    except UnicodeDecodeError:
        return None
    facts = read_card(data)
    values = _lacking(desk, record, facts, files, interpretation)
    if not values:
        return None
    after = _with_front_matter(before, values, record.models[0].name)
    return SuggestedCard(named or CARD, before, after, tuple(values)) if after is not None else None


def _lacking(desk: Desk, record: Record, facts: CardFacts, files: FolderFiles, interpretation: str) -> dict[str, Any]:
    """What the files show and the card does not say, by the Hub's keys."""
    values: dict[str, Any] = {}
    name = record.models[0].name
    if not facts.licenses:
        values.update(_license(desk, record, name, interpretation))
    bases = [each for each in record.relations if each.child == name and not each.parent.startswith("dataset:") and each.evidence == "detected"]
    if not facts.bases and bases:
        parents = list(dict.fromkeys(each.parent for each in bases))
        values["base_model"] = parents[0] if len(parents) == 1 else parents
        if bases[0].relation in ("adapter", "merge", "quantized", "finetune"):
            values["base_model_relation"] = bases[0].relation
    datasets = [each.parent.removeprefix("dataset:") for each in record.relations if each.child == name and each.relation == "trained-on"]
    if datasets and not facts.datasets:
        values["datasets"] = list(dict.fromkeys(datasets))
    if facts.library_name is None and "adapter_config.json" in files.files and values:
        values["library_name"] = "peft"
    return values


def _license(desk: Desk, record: Record, name: str, interpretation: str) -> dict[str, str]:
    """The licence: that of its own files, else the one under which nothing of its ancestors' is lost."""
    from registry.desk.folder_question import folder_question
    from registry.desk.run.plan_license import choose_license

    shown = next((each.license for each in record.statements if each.license is not None and each.basis == "detected"), None)
    graph = folder_question(desk, record, {}, interpretation).graph
    # What the card does not say yet must not stand in the way of what its lineage says.
    graph = Graph({**graph.nodes, name: replace(graph.nodes[name], licenses=())}, graph.parents)
    chosen = shown or choose_license(desk.knowledge, graph, name, interpretation).license
    known = desk.knowledge.license_of(chosen) if chosen is not None else None
    return _license_keys(known) if known is not None and known.placeholder is None else {}


def _license_keys(license: License) -> dict[str, str]:
    """A licence as the Hub's cards state one: by its tag, or as `other` with its name and where it stands."""
    from registry.knowledge.text_links import links_in

    if license.type == "open-source" or (license.spdx is not None and not license.spdx.startswith("LicenseRef-")):
        return {"license": license.id}
    link = next((link for text in license.texts for link in links_in(text.source or "")), None)
    return {"license": "other", "license_name": license.id, **({"license_link": link} if link else {})}


def _with_front_matter(before: str | None, values: Mapping[str, Any], name: str) -> str | None:
    """A card with keys added to its front matter; None where that cannot be read."""
    import yaml

    from registry.sources.card.front_matter import read_front_matter

    added: str = yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True, default_flow_style=False, width=1_000)
    if before is None:
        return f"---\n{added}---\n\n# {name}\n"
    front = read_front_matter(before.replace("\r\n", "\n"))
    if front.notes or "\r" in before:
        return None
    if not front.present:
        return f"---\n{added}---\n\n{before}"
    if set(values) & set(front.values):
        return None
    head = len("\n".join(front.rows)) + 1
    after = before[:head] + added + before[head:]
    found = read_front_matter(after)
    return after if not found.notes and dict(found.values) == {**front.values, **values} else None
