"""Gathers what goes into a bill of materials: targets, all they come from, their licences, hosts and records of runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from registry import __version__
from registry.desk.bom_folder import ReadFolder, check_folder, read_folder
from registry.desk.bom_licenses import license_infos, licensing_of
from registry.desk.facts import read_use, resolve_named_licenses
from registry.desk.license_record import inherited_licenses, license_of
from registry.desk.session import is_folder
from registry.errors import UnknownModelError, UsageError
from registry.reports.bom_subject import (
    BomDataset,
    BomHosting,
    BomLink,
    BomModel,
    BomSubject,
    Energy,
    Party,
    RunMaterial,
    VerdictNote,
)
from registry.supplychain.application import Application
from registry.supplychain.names import split_reference
from registry.supplychain.source import Source
from registry.supplychain.words import DATASET_RELATIONS, MODEL_RELATIONS
from registry.terms.facts import use_to_data

if TYPE_CHECKING:
    from registry.catalogue.engine import Connection
    from registry.catalogue.queries.find_model import FoundModel
    from registry.catalogue.queries.lineage import Link
    from registry.catalogue.queries.model_detail import ModelDetail
    from registry.desk.session import Desk

MOST_MODELS = 5_000
"""A bill of more models is refused."""

_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Gathering:
    """What a bill is made from, with the answers about all that was asked about, as items of `licet.check/1`."""

    subject: BomSubject
    items: tuple[Mapping[str, Any], ...]
    folders: Mapping[str, ReadFolder]


def gather_subject(
    desk: Desk, targets: Sequence[str], raw: Mapping[str, Any], interpretation: str | None = None, folders: Mapping[str, str] | None = None
) -> BomSubject:
    """What a bill on some targets is made from; the arguments and errors are those of `gather`."""
    return gather(desk, targets, raw, interpretation, folders).subject


def gather(
    desk: Desk,
    targets: Sequence[str],
    raw: Mapping[str, Any],
    interpretation: str | None = None,
    folders: Mapping[str, str] | None = None,
    *,
    digest: bool = True,
) -> Gathering:
    """What a bill on some targets is made from, and what their licences make of the use.

    Args:
        desk: The desk.
        targets: Models, `app:NAME` and folders (`./path`).
        raw: The facts of the use, as given.
        interpretation: How unsettled points are taken.
        folders: Folders of models that are named, by the model's name.
        digest: Whether the files of folders are digested.

    Raises:
        UnknownModelError: A name leads to nothing, or to several.
        UsageError: A target is none of these, or there are too many models.
        SourceError: A folder cannot be read.
        FactError: A fact cannot be read.
    """
    from registry.catalogue.history import head_hash
    from registry.settings import read_source_date

    if not targets:
        raise UsageError("a bill of materials needs something to be about", "name a model, `app:NAME` or `./folder`")
    use = resolve_named_licenses(desk.knowledge, read_use(desk.knowledge, raw, desk.settings.facts))
    reading = desk.interpretation(interpretation or raw.get("interpretation"))
    gathered = _Gathered(desk)
    for name, path in (folders or {}).items():
        gathered.folder(read_folder(desk, path, name, digest=digest))
    asked = [gathered.folder(read_folder(desk, target, digest=digest)) if is_folder(target) else gathered.target(target) for target in targets]
    gathered.close()
    items = _answers(desk, gathered, asked, raw, interpretation)
    verdicts = {str(item["model"]): _verdict_note(item) for item in items}
    reaching = {str(item["model"]): _inherited(item) for item in items}
    models = tuple(replace(each, verdict=verdicts.get(each.name), inherited=reaching.get(each.name, ())) for each in gathered.ordered(asked))
    datasets = tuple(gathered.datasets[name] for name in sorted(gathered.datasets))
    with desk.catalogue.reading() as connection:
        head = head_hash(connection)
    moment = read_source_date() or datetime.now(UTC)
    subject = BomSubject(
        targets=tuple(dict.fromkeys(asked)),
        models=models,
        datasets=datasets,
        applications=tuple(gathered.applications.values()),
        hosts=tuple(gathered.hosts.values()),
        licenses=license_infos(desk.knowledge, [*(each.licensing for each in models), *(each.licensing for each in datasets)]),
        links=tuple(sorted(gathered.links.values(), key=lambda link: (link.child, link.parent, link.relation))),
        runs=tuple(read.run for read in gathered.folders.values() if read.run is not None),
        use=use_to_data(use.stated),
        interpretation=reading,
        date=use.on,
        created=moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        knowledge={"version": desk.knowledge.version, "digest": desk.knowledge.digest},
        catalogue=head,
        tool=__version__,
        notes=tuple(gathered.notes),
    )
    return Gathering(subject, tuple(items), gathered.folders)


@dataclass
class _Gathered:
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
                self.models[detail.model.name] = self._model(connection, detail, number in asked)
            for link in links:
                self._link(link)
            for read in self.folders.values():
                self._merge(read)
            for parent in dict.fromkeys(link.parent for link in self.links.values() if link.parent.startswith("dataset:")):
                self._dataset(connection, parent.removeprefix("dataset:"))
            for name in list(self.hosts):
                self._host(connection, name)

    def ordered(self, asked: Sequence[str]) -> list[BomModel]:
        """The models: those asked about first, as they were asked, then those that applications use, then all others by name."""
        first = [name for name in asked if name in self.models]
        first += [use.model for application in self.applications.values() for use in application.models if use.model in self.models]
        names = dict.fromkeys([*first, *sorted(self.models)])
        return [self.models[name] for name in names]

    def _model(self, connection: Connection, detail: ModelDetail, asked: bool) -> BomModel:
        from registry.catalogue.queries.profile_graph import profile_graph

        model = detail.model
        knowledge = self.desk.knowledge
        # Where something is said of its licence, the answer about it tells what is inherited.
        silent = asked and not detail.statements
        inherited = inherited_licenses(knowledge, profile_graph(connection, [detail.id]), model.name) if silent else []
        said = license_of(knowledge, model.name, detail.statements, model.released_on, recorded=model.recorded, inherited=inherited)
        commit, digest = self._state(detail)
        openness = model.openness
        parts = {"weights": openness.weights, "training code": openness.training_code, "inference code": openness.inference_code, "data": openness.data}
        return BomModel(
            name=model.name,
            title=model.title,
            developer=Party(detail.developer.name, detail.developer.title, detail.developer.kind, detail.developer.country) if detail.developer else None,
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

    def _state(self, detail: ModelDetail) -> tuple[str | None, str | None]:
        """Commit and digest of the revision that was asked for, else of the newest on record."""
        asked = self.revisions.get(detail.model.name)
        newest = detail.revisions[-1] if detail.revisions else None
        chosen = next((each for each in detail.revisions if each.commit.startswith(asked)), None) if asked and asked != "main" else newest
        if chosen is None:
            if asked and asked != "main":
                self.notes.append(f"{detail.model.name}: the revision {asked} is not on record; what is said is of the model as such")
            return (asked if asked and _COMMIT.fullmatch(asked) else None), None
        commit = chosen.commit if _COMMIT.fullmatch(chosen.commit) else None
        return commit, chosen.digest or (chosen.commit if chosen.commit.startswith("sha256:") else None)

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

    def _dataset(self, connection: Connection, name: str) -> None:
        from registry.catalogue.queries.datasets import find_dataset

        try:
            row = find_dataset(connection, name)
        except UsageError:
            self.datasets[name] = BomDataset(name, recorded=False)
            return
        if row.dataset.name != name:  # a near spelling is another thing
            self.datasets[name] = BomDataset(name, recorded=False)
            return
        dataset = row.dataset
        said = license_of(self.desk.knowledge, f"dataset:{name}", row.statements, None, recorded=dataset.recorded)
        self.datasets[name] = BomDataset(
            name=name,
            title=dataset.title,
            recorded=dataset.recorded,
            size_tokens=dataset.size_tokens,
            size_rows=dataset.size_rows,
            collection=dataset.collection,
            personal_data=dataset.personal_data,
            languages=dataset.languages,
            licensing=licensing_of(self.desk.knowledge, said),
            on_hub=_cites_hub(dataset.source, f"datasets/{name}"),
            origin=dataset.source,
        )

    def _host(self, connection: Connection, name: str) -> None:
        from registry.catalogue.queries.hosts import read_host

        host = read_host(connection, name)
        if host is not None:
            self.hosts[name] = Party(host.name, host.title, host.kind, host.country)


def _found(connection: Connection, name: str) -> FoundModel | None:
    from registry.catalogue.queries.find_model import find_model

    try:
        return find_model(connection, name)
    except UnknownModelError:
        return None


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


def _answers(desk: Desk, gathered: _Gathered, asked: Iterable[str], raw: Mapping[str, Any], interpretation: str | None) -> list[Mapping[str, Any]]:
    """What the use comes to for everything that was asked about: by the catalogue where it knows the model, else by its folder."""
    from registry.desk.check import check_models

    found: list[Mapping[str, Any]] = []
    for name in dict.fromkeys(asked):
        read = gathered.folders.get(name)
        if read is not None and name not in gathered.numbers:
            found.append(check_folder(desk, read, raw, interpretation))
        else:
            found += check_models(desk, [name], raw, interpretation)
    return found


def _inherited(item: Mapping[str, Any]) -> tuple[Mapping[str, str], ...]:
    """What reaches a model from others: licence, whose, and in which capacity."""
    reached = [license for license in item["licenses"] if license["from"] not in (None, item["model"])]
    return tuple({"license": each["id"], "from": each["from"], "reach": each["reach"]} for each in reached)


def _verdict_note(item: Mapping[str, Any]) -> VerdictNote:
    from registry.reports.markdown import VERDICTS

    deciding = [reason for reason in item["reasons"] if reason["outcome"] == "decides"]
    return VerdictNote(
        verdict=item["verdict"],
        sentence=VERDICTS[item["verdict"]],
        deciding=tuple(f"{reason['license']} s. {reason['section']}: {reason['summary']}" for reason in deciding),
        obligations=tuple(f"{duty['license']} s. {duty['section']}: {duty['summary']}" for duty in item["obligations"]),
    )
