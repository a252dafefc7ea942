"""Recording what was made elsewhere from its signed record: verified first, then taken in with its lineage, its state and what it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.desk.facts import read_use, resolve_named_licenses, today
from registry.desk.provenance.keys import known_keys
from registry.desk.provenance.verify import now, signer_to_data
from registry.desk.register import base_name, is_recorded, modality_of_bases, registered
from registry.desk.run.plan_names import dataset_is_known
from registry.desk.run.record import ORIGIN, OVERRIDDEN, MadeModel, UsedData, UsedModel, record_model, record_outputs, refuse_taken_name
from registry.errors import UntrustedError, UsageError
from registry.provenance.layout import RECORD_FILE, RECORD_FILES, subject_of_record
from registry.provenance.verification import Verification, documents_of, read_documents, verify
from registry.supplychain.model import Model
from registry.supplychain.names import check_name
from registry.supplychain.record import Record
from registry.supplychain.relation import Relation
from registry.supplychain.source import Source
from registry.supplychain.statement import LicenseStatement
from registry.supplychain.words import DATASET_RELATIONS, MODEL_RELATIONS

if TYPE_CHECKING:
    from registry.catalogue.engine import Connection
    from registry.desk.session import Desk
    from registry.provenance.digests import Progress
    from registry.provenance.run import Material, Run
    from registry.provenance.terms import Link

_CURABLE = frozenset({"LIC501", "LIC504"})
"""What only says that nobody known has signed; everything else says that something is wrong."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked beside the record itself.

    Attributes:
        name: The name it must have; None where the record's own is taken.
        public: The public keys to hold signatures against; the trusted ones, if none is given.
        allow_unknown_key: Take it in although nobody known has signed it; what it says then counts as declared, not as attested.
        allow_unknown_base: Take in a base that the catalogue does not know.
        license: The licence it carries; the one it was checked with by default.
        modality: Its modality; that of its base by default.
    """

    name: str | None = None
    public: Sequence[Path] = ()
    allow_unknown_key: bool = False
    allow_unknown_base: bool = False
    license: str | None = None
    modality: str | None = None


def register_from_record(desk: Desk, target: Path, wishes: Wishes, raw: Mapping[str, Any], progress: Progress | None = None) -> dict[str, Any]:
    """Record what a signed record tells of, and answer for it at once; the answer is `licet.register/1`.

    Args:
        desk: The desk.
        target: The record, the model folder that holds it, or the file of answers that has it beside.
        wishes: What is asked beside.
        raw: The facts of the use to answer for.
        progress: Told how many bytes are digested.

    Raises:
        UntrustedError: It was changed, is about something else, or nobody known has signed it.
        UsageError: It tells of no finished run, or its name is taken.
    """
    use = resolve_named_licenses(desk.knowledge, read_use(desk.knowledge, raw, desk.settings.facts))
    reading = desk.interpretation(raw.get("interpretation"))
    subject = subject_of_record(target)
    found, at_hand = _verified(desk, subject, wishes, progress)
    run = found.run
    if run is None:
        raise UsageError(f"`{target}` has no record of a run", f"name a `{RECORD_FILE}`, or a folder that holds one")
    if run.outcome != "completed" or not run.files:
        raise UsageError(f"`{target}` tells of a run that was not completed: {run.reason or run.outcome}", "only what came to be can be recorded")
    if wishes.name is not None and wishes.name != run.name:
        raise UsageError(f"`{target}` is the record of `{run.name}`, not of `{wishes.name}`", "leave the name out; it stands in the record")
    attested = found.trusted and not found.findings
    about: dict[str, Any] = {
        "file": str(documents_of(subject).record),
        "sha256": f"sha256:{_digest(documents_of(subject).record)}",
        "signatures": [signer_to_data(signer) for signer in found.signers],
        "evidence": "attested" if attested else "declared",
        "files": "verified" if at_hand else "not at hand",
    }
    if run.task.startswith("infer/"):
        return _outputs(desk, run, about)
    name = check_name(run.name, "model")
    refuse_taken_name(desk, name)
    models, data = _inputs(desk, found, run, wishes.allow_unknown_base)
    bases = [(model.name, model.relation) for model in models if model.relation]
    with desk.catalogue.reading() as connection:
        created = not is_recorded(connection, name)
        modality = wishes.modality or modality_of_bases(connection, [(model, relation) for model, relation in bases if relation])
    made = MadeModel(
        name=name,
        state=f"sha256:{found.tree}",
        record=about["sha256"],
        license=wishes.license or (found.terms.license if found.terms else None),
        stage=run.stage,
        modality=modality,
        parameters=run.compute.parameters_total,
        models=models,
        data=data,
        run=_training(run),
        remarks=_remarks(run),
        evidence=about["evidence"],
    )
    done = record_model(desk, made)
    told = [
        *({"model": model, "relation": relation} for model, relation in bases),
        *({"model": f"dataset:{each.name}", "relation": each.relation} for each in data),
    ]
    return {**registered(desk, name, told, created, done, use, reading), "record": about}


def _verified(desk: Desk, subject: Path, wishes: Wishes, progress: Progress | None) -> tuple[Verification, bool]:
    """The record, held against its signature, and against the files where they are at hand."""
    keys = known_keys(desk.settings, wishes.public)
    at_hand = subject.is_file() or (subject.is_dir() and any(entry.name not in RECORD_FILES for entry in subject.iterdir()))
    found = verify(subject, keys, at=now(), progress=progress) if at_hand else read_documents(subject, keys, at=now())
    wrong = [finding for finding in found.findings if finding.code not in _CURABLE]
    if wrong:
        raise UntrustedError(
            f"the record of `{found.name}` cannot be believed: {wrong[0].summary}", f"`licet provenance verify {subject}` says all that is wrong"
        )
    doubts = [finding for finding in found.findings if finding.code in _CURABLE]
    if doubts and not wishes.allow_unknown_key:
        raise UntrustedError(
            f"the record of `{found.name}` is not attested: {doubts[0].summary}",
            "get the public key by a way you trust and run `licet provenance trust`; or add `--allow-unknown-key` to take it for what somebody says",
        )
    if not at_hand and found.run is not None:
        from registry.provenance.digests import tree_digest

        found.tree = tree_digest(found.run.files)
    return found, at_hand


def _digest(path: Path) -> str:
    from registry.provenance.digests import digest_file

    return digest_file(path).sha256


def _inputs(desk: Desk, found: Verification, run: Run, allow_unknown_base: bool) -> tuple[tuple[UsedModel, ...], tuple[UsedData, ...]]:
    """What went in, by the names that the catalogue has for it; what it does not know is taken in as the record describes it."""
    outputs_of = tuple(check_name(each.name, "model") for each in run.materials if each.relation == "trained-on-outputs")
    models, data = [], []
    for material in run.materials:
        if material.kind == "dataset" and material.relation:
            rows = material.notes.get("rows")
            made_by = outputs_of if material.relation == "trained-on" else ()
            name = check_name(material.name.removeprefix("dataset:"), "dataset")
            license = None if dataset_is_known(desk, name) else _held(desk, material)
            data.append(UsedData(name, material.relation, rows if isinstance(rows, int) else None, license, made_by))
        elif material.kind in ("model", "adapter") and material.relation and material.sha256:
            with desk.catalogue.reading() as connection:
                name = base_name(connection, material.name, allow_unknown_base)
                known = _is_known(connection, name)
            record = None if known else _described(desk, name, material, found)
            models.append(UsedModel(name, material.relation, f"sha256:{material.sha256}", material.revision, record))
    return tuple(models), tuple(data)


def _is_known(connection: Connection, name: str) -> bool:
    from registry.catalogue.queries.find_model import find_model

    try:
        return find_model(connection, name).name == name
    except UsageError:
        return False


def _described(desk: Desk, name: str, material: Material, found: Verification) -> Record:
    """A base that the catalogue does not know, as the record describes it: its licence, and what it comes from, both as declared."""
    source = Source(f"the record of {found.name}", today())
    license = _held(desk, material)
    above = reachable(name, found.terms.lineage) if found.terms else ()
    return Record(
        ORIGIN,
        models=tuple(Model(each, source=source, recorded=False) for each in dict.fromkeys((name, *(link.child for link in above)))),
        statements=(LicenseStatement(name, license=license, source=source, stated_on=today()),) if license else (),
        relations=tuple(Relation(link.child, link.parent, link.relation, "declared", source) for link in above),
        replaces=False,
    )


def reachable(name: str, links: Sequence[Link]) -> tuple[Link, ...]:
    """The links that lead up from a model, nearest first; names that cannot be are left out."""
    found: dict[Link, None] = {}
    pending, seen = [name], {name}
    while pending:
        child = pending.pop(0)
        for link in links:
            if link.child == child and _may_be(link):
                found[link] = None
                if link.parent not in seen:
                    seen.add(link.parent)
                    pending.append(link.parent)
    return tuple(found)


def _may_be(link: Link) -> bool:
    data = link.parent.startswith("dataset:")
    try:
        check_name(link.parent.removeprefix("dataset:"), "dataset" if data else "model")
    except UsageError:
        return False
    return link.relation in (DATASET_RELATIONS if data else MODEL_RELATIONS)


def _held(desk: Desk, material: Material) -> str | None:
    """The licence that a record holds for what went in, where we know it, too."""
    licenses = [desk.knowledge.license_of(each) for each in material.licenses]
    known = [license.id for license in licenses if license is not None and not license.placeholder]
    return known[0] if len(known) == 1 == len(material.licenses) else None


def _remarks(run: Run) -> tuple[tuple[str, str], ...]:
    """What is to be kept with a model that was made against what the licences said."""
    if run.gate is None or not run.gate.override:
        return ()
    return ((OVERRIDDEN, f"the licence check said {run.gate.check.get('verdict')}; passed over under the approval {run.gate.override}"),)


def _training(run: Run) -> dict[str, Any] | None:
    """What a training took, for the compute layer."""
    if not run.task.startswith("finetune/"):
        return None
    compute = run.compute
    return {
        "hardware": run.environment.device_name or None,
        "count": compute.devices,
        "hours": compute.wall_seconds / 3600,
        "flop": compute.flop,
        "energy_kwh": compute.energy_kwh,
    }


def _outputs(desk: Desk, run: Run, about: Mapping[str, Any]) -> dict[str, Any]:
    """Take in a file of answers: a dataset that models made."""
    models = [
        UsedModel(check_name(each.name, "model"), None, f"sha256:{each.sha256}", each.revision)
        for each in run.materials
        if each.kind in ("model", "adapter") and each.sha256
    ]
    file = run.files[0]
    name = check_name(run.name, "dataset")
    done = record_outputs(desk, name, f"sha256:{file.sha256}", about["sha256"], run.compute.examples, models)
    return {
        "schema": "licet.register/1",
        "model": f"dataset:{name}",
        "created": bool(done.get("change_set")),
        "changed": {},
        "retired": {},
        "bases": [{"model": model.name, "relation": "outputs of"} for model in models],
        "inherits": [],
        "conflicts": [],
        "check": None,
        "record": dict(about),
    }
