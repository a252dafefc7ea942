"""Gathers who goes into a bill of materials: targets and all they come from, out of the catalogue and out of model folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from registry.desk.bom.catalogue import held_dataset, held_host, held_model
from registry.desk.bom.folder import ReadFolder
from registry.desk.bom.licenses import licensing_of
from registry.desk.license_record import license_of
from registry.errors import UnknownModelError, UsageError
from registry.reports.bom.subject import BomDataset, BomLink, BomModel, Energy, Party, RunMaterial
from registry.supplychain.application import Application
from registry.supplychain.names import split_reference
from registry.supplychain.source import Source
from registry.supplychain.words import DATASET_RELATIONS, MODEL_RELATIONS

if TYPE_CHECKING:
    from registry.catalogue.engine import Connection
    from registry.catalogue.queries.find_model import FoundModel
    from registry.catalogue.queries.lineage import Link
    from registry.desk.session import Desk

MOST_MODELS = 5_000
"""A bill of more models is refused."""


@dataclass
class Gathered:
    """What was gathered so far."""

    desk: Desk
    models: dict[str, BomModel] = field(default_factory=dict)
    datasets: dict[str, BomDataset] = field(default_factory=dict)
    applications: dict[str, Application] = field(default_factory=dict)
    hosts: dict[str, Party] = field(default_factory=dict)
    links: dict[tuple[str, str, str], BomLink] = field(default_factory=dict)
    folders: dict[str, ReadFolder] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    revisions: dict[str, str] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def target(self, reference: str) -> str:
        """Take in what a reference names; gives its own name."""
        from registry.catalogue.queries.find_model import find_model

        kind, name, _ = split_reference(reference)
        if kind == "dataset":
            raise UsageError(f"`{reference}` is a dataset; a bill is about models and applications", "name a model that was trained on it")
        if kind == "application":
            return self._application(reference)
        if name in self.folders:
            return name
        with self.desk.catalogue.reading() as connection:
            found = find_model(connection, reference)
        self.numbers[found.name] = found.id
        if found.revision is not None:
            self.revisions[found.name] = found.revision
        return found.name

    def _application(self, reference: str) -> str:
        from registry.catalogue.queries.applications import find_application

        with self.desk.catalogue.reading() as connection:
            row = find_application(connection, reference)
        application = row.application
        self.applications[application.name] = application
        for used in row.used:
            self.numbers[used.use.model] = used.model_id
            if used.use.host is not None:
                self.hosts.setdefault(used.use.host, Party(used.use.host))
        return f"app:{application.name}"

    def folder(self, read: ReadFolder) -> str:
        """Take in a model folder; its bases are looked up in the catalogue."""
        self.folders[read.name] = read
        self.notes += [f"{read.name}: {note}" for note in read.notes[:50]]
        with self.desk.catalogue.reading() as connection:
            own = _found(connection, read.name)
            if own is not None and own.name == read.name:
                self.numbers[own.name] = own.id
            if read.run is not None:
                for material in read.run.materials:
                    base = _found(connection, material.name) if material.notes.get("kind") == "model" else None
                    if base is not None:
                        self.bases[material.name] = base.name
                        self.numbers.setdefault(base.name, base.id)
            for relation in read.record.relations:
                base = None if relation.parent.startswith("dataset:") else _found(connection, relation.parent)
                if base is not None:
                    self.bases[relation.parent] = base.name
                    self.numbers.setdefault(base.name, base.id)
        return read.name

    def close(self) -> None:
        """Look up all that the targets come from."""
        from registry.catalogue.queries.lineage import ancestor_ids, links_of_children
        from registry.catalogue.queries.model_detail import read_model

        asked = set(self.numbers.values())
        with self.desk.catalogue.reading() as connection:
            wanted = ancestor_ids(connection, asked) | asked if asked else set()
            if len(wanted) > MOST_MODELS:
                raise UsageError(f"a bill of {len(wanted):,} models is too large", f"ask about fewer; {MOST_MODELS:,} fit")
            links = links_of_children(connection, wanted, evidence=True) if wanted else ()
            for number in sorted(wanted):
                detail = read_model(connection, number)
                asked_for = self.revisions.get(detail.model.name)
                self.models[detail.model.name], note = held_model(self.desk.knowledge, connection, detail, asked=number in asked, revision=asked_for)
                self.notes += [note] if note else []
            for link in links:
                self._link(link)
            for read in self.folders.values():
                self._merge(read)
            for name in dict.fromkeys(link.parent.removeprefix("dataset:") for link in self.links.values() if link.parent.startswith("dataset:")):
                self.datasets[name] = held_dataset(self.desk.knowledge, connection, name)
            self.hosts = {name: held_host(connection, name) or host for name, host in self.hosts.items()}

    def ask_hub(self, asked: Sequence[str]) -> None:
        """Ask the Hub about the models that were asked about, and those that applications use; a folder that was given says more."""
        from registry.desk.bom.hub import ask_hub

        wanted = [model for model in self._chosen(asked) if model.name not in self.folders]
        told, notes = ask_hub(self.desk, wanted, self.revisions)
        self.models.update(told)
        self.notes += notes

    def note_addresses(self, asked: Sequence[str]) -> None:
        """Note which of the models that can be downloaded have no address by which other tools know them."""
        without = [model.name for model in self._chosen(asked) if not model.on_hub and model.access in ("open", "gated") and model.name not in self.folders]
        if without:
            shown = f"{', '.join(without[:5])}{' and more' if len(without) > 5 else ''}"
            self.notes.append(f"no package URL: nothing on record says that {shown} can be had from the Hub; `--hub` asks it")

    def _chosen(self, asked: Sequence[str]) -> list[BomModel]:
        """The models that were asked about, and those that applications use."""
        used = [use.model for application in self.applications.values() for use in application.models]
        return [self.models[name] for name in dict.fromkeys([*asked, *used]) if name in self.models]

    def ordered(self, asked: Sequence[str]) -> list[BomModel]:
        """The models: those asked about first, as they were asked, then those that applications use, then all others by name."""
        first = [name for name in asked if name in self.models]
        first += [use.model for application in self.applications.values() for use in application.models if use.model in self.models]
        names = dict.fromkeys([*first, *sorted(self.models)])
        return [self.models[name] for name in names]

    def _link(self, link: Link) -> None:
        if link.child == link.parent:
            return
        cited = tuple(dict.fromkeys(each.source for each in link.evidence if each.source is not None and not each.against))
        self.links[link.child, link.parent, link.relation] = BomLink(link.child, link.parent, link.relation, link.grade, cited)

    def _merge(self, read: ReadFolder) -> None:
        """What a folder shows of a model, over what the catalogue holds of it."""
        knowledge = self.desk.knowledge
        told = read.record.models[0]
        held = self.models.get(read.name, BomModel(read.name, origin=told.source))
        for each in read.record.models[1:]:
            base = self.bases.get(each.name, each.name)
            self.models.setdefault(base, BomModel(base, recorded=False))
        for relation in read.record.relations:
            parent = self.bases.get(relation.parent, relation.parent)
            if parent != read.name:
                cited = relation.source
                link = BomLink(read.name, parent, relation.relation, relation.evidence, (cited,) if cited else ())
                self.links.setdefault((link.child, link.parent, link.relation), link)
        for material in read.run.materials if read.run is not None else ():
            self._material(read.name, material)
        said = license_of(knowledge, read.name, read.record.statements, told.released_on)
        owner = read.name.partition("/")[0] if read.name.count("/") == 1 else read.card.developer
        energies = (Energy("training", read.energy_kwh, None, "its card", read.card.co2_kg),) if read.energy_kwh else ()
        self.models[read.name] = replace(
            held,
            title=held.title or told.title,
            developer=held.developer or (Party(owner) if owner else None),
            recorded=True,
            digest=read.digest,
            files=read.files,
            modality=told.modality or held.modality,
            architecture=told.architecture or held.architecture,
            access=held.access or told.access,
            parameters=told.parameters or held.parameters,
            licensing=held.licensing if held.licensing.claims else licensing_of(knowledge, said),
            energies=held.energies or energies,
            card=read.card,
        )

    def _material(self, name: str, material: RunMaterial) -> None:
        """A link that the record of a run tells of."""
        relation = material.notes.get("relation")
        is_set = material.notes.get("kind") == "dataset"
        if relation not in (DATASET_RELATIONS if is_set else MODEL_RELATIONS):
            return
        parent = f"dataset:{material.name.removeprefix('dataset:')}" if is_set else self.bases.get(material.name, material.name)
        if parent == name or any(link.child == name and link.parent == parent for link in self.links.values()):
            return
        if not is_set:
            self.models.setdefault(parent, BomModel(parent, recorded=False))
        cited = Source(f"the record of the run ({material.name})")
        self.links[name, parent, str(relation)] = BomLink(name, parent, str(relation), "declared", (cited,))


def _found(connection: Connection, name: str) -> FoundModel | None:
    from registry.catalogue.queries.find_model import find_model

    try:
        return find_model(connection, name)
    except UnknownModelError:
        return None
