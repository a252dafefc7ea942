"""Taking into the catalogue what a run made: the model with its lineage, its state and what it took, or the answers with whose they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from registry.desk.facts import today
from registry.errors import UnknownModelError, UsageError
from registry.supplychain.compute import TrainingRun
from registry.supplychain.data import Dataset
from registry.supplychain.model import Model, Revision
from registry.supplychain.record import Record
from registry.supplychain.relation import Relation
from registry.supplychain.remark import CONTENT_DIGEST, OUTPUTS_OF, Remark
from registry.supplychain.source import Source
from registry.supplychain.statement import LicenseStatement

if TYPE_CHECKING:
    from registry.desk.session import Desk

ORIGIN = "run"
"""The origin of what runs record."""

OVERRIDDEN = "license-override"
"""The code of the remark on a model that was made against what the licences say."""

CHANGED_BASE = "base-changed"
"""The code of the remark on a model that was made from files that were not those on record."""


@dataclass(frozen=True, slots=True)
class UsedModel:
    """A model that went into a run.

    Attributes:
        name: Its name.
        relation: What the outcome is to it; None where it was only run.
        state: The digest of its files, as `sha256:HEX`.
        commit: The Hub commit, where it has one.
        record: What its own folder says of it, where the catalogue does not know it.
        license: The licence that the user states for it.
    """

    name: str
    relation: str | None
    state: str
    commit: str | None = None
    record: Record | None = field(default=None, repr=False)
    license: str | None = None


@dataclass(frozen=True, slots=True)
class UsedData:
    """A dataset that went into a run."""

    name: str
    relation: str
    rows: int | None = None
    license: str | None = None
    outputs_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MadeModel:
    """A model that a run made.

    Attributes:
        name: Its name.
        state: The digest of its files, as `sha256:HEX`.
        record: What tells its record from any other: the digest of the record's file, as `sha256:HEX`.
        license: The licence it carries.
        stage: `domain-adapted` or `task-tuned`.
        modality: Its modality.
        parameters: How many parameters it has.
        models: The models that went in.
        data: The datasets that went in.
        run: What it took: `hardware`, `count`, `hours`, `flop`, `energy_kwh`; None where nothing was trained.
        remarks: What is to be kept with it, by code.
        evidence: How good what its record says of its lineage is: `attested` where a known key has signed it, else `declared`.
    """

    name: str
    state: str
    record: str
    license: str | None
    stage: str | None
    modality: str | None
    parameters: int | None
    models: tuple[UsedModel, ...]
    data: tuple[UsedData, ...] = ()
    run: Mapping[str, Any] | None = None
    remarks: tuple[tuple[str, str], ...] = ()
    evidence: str = "attested"


def refuse_taken_name(desk: Desk, name: str) -> None:
    """Refuse a name under which something else is recorded already; what a run or a person registered may get a further state.

    Raises:
        UsageError: It is taken.
    """
    from registry.catalogue.queries.find_model import find_model
    from registry.catalogue.queries.history_of import history_of

    with desk.catalogue.reading() as connection:
        try:
            found = find_model(connection, name)
        except UnknownModelError:
            return
        if found.name != name or not found.recorded:
            return
        first = history_of(connection, name, limit=1).items
    if not first or first[0].kind not in ("register", ORIGIN):
        raise UsageError(f"`{name}` is the name of another model of the catalogue", "choose another with `--name`")


def record_model(desk: Desk, made: MadeModel) -> dict[str, Any]:
    """Take in a model, with its bases where the catalogue did not know them.

    Returns:
        Whether it is new, and what changed, by kind.
    """
    source = Source(f"record {made.record}", today())
    run = made.run or {}
    relations = [Relation(made.name, model.name, model.relation, made.evidence, source) for model in made.models if model.relation]
    for data in made.data:
        relations.append(Relation(made.name, f"dataset:{data.name}", data.relation, made.evidence, source))
        if data.relation == "trained-on":
            relations += [Relation(made.name, model, "trained-on-outputs", made.evidence, source) for model in data.outputs_of]
    own = Record(
        ORIGIN,
        models=(Model(made.name, modality=made.modality, stage=made.stage, parameters=made.parameters, source=source),),
        revisions=(Revision(made.name, made.state, made.state, today(), source),),
        statements=(LicenseStatement(made.name, license=made.license, source=source, stated_on=today()),) if made.license else (),
        relations=tuple(dict.fromkeys(relations)),
        training_runs=(TrainingRun(made.name, **run, source=source),) if run else (),
        remarks=tuple(Remark(made.name, code, message, source=source) for code, message in made.remarks),
    )
    return _write(desk, [*_bases(made.models, source), *_data(desk, made.data, source), own])


def record_outputs(
    desk: Desk, name: str, digest: str, record: str, rows: int | None, models: Sequence[UsedModel], override: str | None = None
) -> dict[str, Any]:
    """Take in a file of answers as a dataset, with the models that gave them.

    Args:
        desk: The desk.
        name: The dataset's name.
        digest: Of the file, as `sha256:HEX`.
        record: Digest of the record's file.
        rows: How many answers it holds.
        models: The models that gave them.
        override: What to keep of an approval under which a refusal was passed over.
    """
    source = Source(f"record {record}", today())
    subject = f"dataset:{name}"
    made_by = " and ".join(model.name for model in models)
    remarks = [Remark(subject, CONTENT_DIGEST, digest, source=source), *(Remark(subject, OUTPUTS_OF, model.name, source=source) for model in models)]
    if override:
        remarks.append(Remark(subject, OVERRIDDEN, override, source=source))
    own = Record(ORIGIN, datasets=(Dataset(name, size_rows=rows, collection=f"outputs of {made_by}", source=source),), remarks=tuple(remarks))
    return _write(desk, [*_bases(models, source), own])


def _bases(models: Sequence[UsedModel], source: Source) -> list[Record]:
    """What is new on the models that went in: their own descriptions, the states that were used, and licences that the user states."""
    records = []
    for model in models:
        state = Revision(model.name, model.commit or model.state, model.state, source=source)
        stated = (LicenseStatement(model.name, license=model.license, source=Source("stated for a run", today()), stated_on=today()),) if model.license else ()
        if model.record is not None:
            records.append(replace(model.record, revisions=(state,)))
        # Claims of others stay as they are: this says nothing but that the state was seen.
        records.append(Record(ORIGIN, revisions=(state,), statements=stated, replaces=False))
    return records


def _data(desk: Desk, data: Sequence[UsedData], source: Source) -> list[Record]:
    from registry.desk.run.plan_names import dataset_is_known

    records = []
    for each in data:
        new = not dataset_is_known(desk, each.name)
        said = (LicenseStatement(f"dataset:{each.name}", license=each.license, source=source, stated_on=today()),) if each.license else ()
        if new:
            records.append(Record(ORIGIN, datasets=(Dataset(each.name, size_rows=each.rows, source=source),), statements=said, replaces=False))
        elif said:
            records.append(Record(ORIGIN, statements=said, replaces=False))
    return records


def _write(desk: Desk, records: Sequence[Record]) -> dict[str, Any]:
    from registry.catalogue.ingest.writer import ingest
    from registry.desk.profiles import refresh_profiles
    from registry.settings import read_actor

    with desk.catalogue.writing() as connection:
        done = ingest(connection, records, actor=read_actor(), kind=ORIGIN, allow_unknown_bases=True, allow_circles=True)
        refresh_profiles(connection, desk.knowledge, done.touched_models)
    return {"change_set": done.change_set, "added": dict(done.added), "changed": dict(done.changed), "retired": dict(done.retired)}
