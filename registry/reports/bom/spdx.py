"""A bill of materials as SPDX 3.0.1 in JSON-LD, with the AI and dataset profiles.

Every model and dataset has exactly one declared and one concluded licence; where nobody says one, SPDX's own word for that stands. What a
profile demands and nobody on record says is never made up: it is missing, the bill says so in its comment, and does not claim the profile.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from registry.errors import MissingExtraError
from registry.reports.bom.cyclonedx_card import energies_of, hyperparameters_of, metrics_of, run_of, task_of
from registry.reports.bom.names import dataset_page, dataset_purl, local_purl, model_page, model_purl, model_version
from registry.reports.bom.spdx_check import missing_fields
from registry.reports.bom.spdx_licenses import LicenseWriter
from registry.reports.bom.subject import MOST_FILES, BomDataset, BomModel, BomRun, BomSubject, Energy, Party
from registry.reports.bom.text import cleaned, one_line, plain

VERSION = "3.0.1"
"""The version that is written."""

_VARIANTS = frozenset({"quantized", "converted"})
"""The relations whose child holds the same weights in another form."""

_KINDS = {"build": "build", "analysis": "analyzed"}
"""The kinds of bill of SPDX by where what is said comes from."""

_RISKS = ("serious", "high", "medium", "low")


def render_spdx(subject: BomSubject) -> dict[str, Any]:
    """The bill as an SPDX document.

    Raises:
        MissingExtraError: The library is not installed.
    """
    try:
        model: Any = import_module("spdx_python_model").v3_0_1
    except (ImportError, AttributeError) as error:
        raise MissingExtraError("writing SPDX", "bom") from error
    return cleaned(_Writer(subject, model).document())  # type: ignore[no-any-return]


class _Writer:
    """Writes one document."""

    def __init__(self, subject: BomSubject, model: Any) -> None:
        self.subject = subject
        self.model = model
        said = json.dumps(asdict(subject), sort_keys=True, ensure_ascii=True, default=str)
        number = uuid.uuid5(uuid.NAMESPACE_URL, hashlib.sha256(said.encode()).hexdigest())
        self.base = f"urn:uuid:{number}"
        self.elements: list[Any] = []
        self._counts: dict[str, int] = {}
        moment = datetime.fromisoformat(subject.created)
        self.creation = model.CreationInfo(_id="_:creation", specVersion=VERSION, created=moment)
        maker = self.element("SoftwareAgent", "agent", name="licet", summary="a registry of models and their licences")
        tool = self.element("Tool", "tool", name=f"licet {subject.tool}".strip())
        self.agents: dict[str, Any] = {}
        self.creation.createdBy = [self.agent(Party(subject.author)) if subject.author else maker]
        self.creation.createdUsing = [tool]
        self.packages: dict[str, Any] = {}
        self.licenses = LicenseWriter(self, subject)

    def element(self, kind: str, word: str, **values: Any) -> Any:
        """A new element of the document."""
        self._counts[word] = self._counts.get(word, 0) + 1
        made = getattr(self.model, kind)(_id=f"{self.base}#{word}-{self._counts[word]}", creationInfo=self.creation)
        for name, value in values.items():
            if value is not None and value not in ("", []):
                setattr(made, name, value)
        self.elements.append(made)
        return made

    def relate(self, kind: str, start: Any, ends: Iterable[Any], said: Mapping[str, Any] | None = None, comment: str | None = None) -> None:
        """A relationship; what SPDX has no word for is said in an annotation on it."""
        link = self.element(
            "Relationship", "link", from_=start, to=list(ends), relationshipType=getattr(self.model.RelationshipType, kind), comment=comment or None
        )
        if said:
            self.annotate(link, said)

    def annotate(self, about: Any, said: Mapping[str, Any]) -> None:
        """A statement of ours on an element, as JSON."""
        self.element(
            "Annotation",
            "note",
            subject=about,
            annotationType=self.model.AnnotationType.other,
            contentType="application/json",
            statement=json.dumps(said, ensure_ascii=False, sort_keys=True),
        )

    def document(self) -> dict[str, Any]:
        """The whole document."""
        subject = self.subject
        for model in subject.models:
            self.packages[model.name] = self._model(model)
        for dataset in subject.datasets:
            self.packages[f"dataset:{dataset.name}"] = self._dataset(dataset)
        for model in subject.models:
            self.licenses.put(self.packages[model.name], model.licensing)
            self._say(model)
        for dataset in subject.datasets:
            self.licenses.put(self.packages[f"dataset:{dataset.name}"], dataset.licensing)
            self._state(
                self.packages[f"dataset:{dataset.name}"],
                {"title": one_line(dataset.title, 300) if dataset.title else None, "recorded": None if dataset.recorded else False},
            )
        self._links()
        self._applications()
        for run in subject.runs:
            self._build(run)
        missing = missing_fields(self.elements)
        profiles = ["core", "software", "simpleLicensing", "expandedLicensing"]
        profiles += [name for name in ("ai", "dataset") if not missing[name] and any(self._is_of(each, name) for each in self.elements)]
        profiles += ["build"] if subject.runs else []
        roots = [self.packages[target] for target in subject.targets if target in self.packages] or [self.elements[0]]
        kinds = [getattr(self.model.software_SbomType, _KINDS[word]) for word in subject.contexts if word in _KINDS]
        bill = self.element("software_Sbom", "bill", rootElement=roots, element=list(self.elements), software_sbomType=kinds)
        self.element(
            "SpdxDocument",
            "document",
            name=one_line(f"Bill of materials of {', '.join(subject.targets)}", 500),
            comment=self._comment([*missing["ai"], *missing["dataset"]]),
            rootElement=[bill],
            element=list(self.elements),
            profileConformance=[getattr(self.model.ProfileIdentifierType, name) for name in profiles],
        )
        objects = self.model.SHACLObjectSet()
        for each in (self.creation, *self.elements):
            objects.add(each)
        document: dict[str, Any] = self.model.JSONLDSerializer().serialize_data(objects, True)
        return document

    def _is_of(self, element: Any, profile: str) -> bool:
        return isinstance(element, self.model.ai_AIPackage if profile == "ai" else self.model.dataset_DatasetPackage)

    def _comment(self, missing: list[str]) -> str:
        subject = self.subject
        facts = json.dumps(subject.use, ensure_ascii=False, sort_keys=True, default=str) if subject.use else "none stated"
        said = [
            f"Made from licence knowledge {subject.knowledge.get('version')} ({subject.knowledge.get('digest')}) and the catalogue at {subject.catalogue}.",
            f"Facts of the use: {facts}; date {subject.date}; interpretation {subject.interpretation}.",
            "Information, not legal advice.",
        ]
        if missing:
            said.append(f"What a profile asks for and nobody on record says: {'; '.join(missing[:50])}{' and more' if len(missing) > 50 else ''}.")
        return plain(" ".join(said), 8_000)

    def agent(self, party: Party) -> Any:
        """Who made or serves something, each once."""
        if party.name not in self.agents:
            kind = "Person" if party.kind == "individual" else "Organization"
            country = f"in {party.country}" if party.country else ""
            self.agents[party.name] = self.element(
                kind, "agent", name=one_line(party.shown, 300), comment=" ".join(word for word in (party.kind, country) if word) or None
            )
        return self.agents[party.name]

    def _model(self, model: BomModel) -> Any:
        from_card = model.card.texts if model.card is not None else {}
        run = run_of(self.subject, model.name)
        release, precision = _moment(model.released_on)
        made_by = self.agent(model.developer) if model.developer is not None else None
        links = model.card.links if model.card is not None else {}
        kinds = [model.architecture, f"modality: {model.modality}" if model.modality else None, f"stage: {model.stage}" if model.stage else None]
        task = task_of(model, run)
        package = self.element(
            "ai_AIPackage",
            "model",
            name=model.name,
            summary=one_line(model.title or "", 300) or None,
            description=plain(from_card.get("description", ""), 2_000) or None,
            comment=precision,
            software_primaryPurpose=self.model.software_SoftwarePurpose.model,
            software_packageUrl=model_purl(model) or local_purl(model),
            software_packageVersion=model_version(model),
            software_downloadLocation=model_page(model),
            software_homePage=links.get("website") or (model_page(model) or "").partition("/tree/")[0] or None,
            releaseTime=release,
            suppliedBy=made_by,
            originatedBy=[made_by] if made_by is not None else None,
            verifiedUsing=self._hashes(model.digest),
            ai_typeOfModel=[one_line(kind, 400) for kind in kinds if kind],
            ai_domain=[one_line(from_card["domain"], 500)] if "domain" in from_card else None,
            ai_limitation=plain(from_card.get("limitations", ""), 2_000) or None,
            ai_informationAboutApplication=plain(from_card.get("intended-use") or (f"task: {task}" if task else ""), 2_000) or None,
            ai_informationAboutTraining=plain(from_card.get("training", ""), 2_000) or None,
            ai_modelDataPreprocessing=[plain(from_card["preprocessing"], 2_000)] if "preprocessing" in from_card else None,
            ai_modelExplainability=[plain(from_card["explainability"], 2_000)] if "explainability" in from_card else None,
            ai_standardCompliance=[one_line(from_card["standards"], 500)] if "standards" in from_card else None,
            ai_autonomyType=self._answer(from_card.get("autonomy")),
            ai_useSensitivePersonalInformation=self._answer(from_card.get("personal-data")),
            ai_safetyRiskAssessment=self._risk(from_card.get("risk")),
            ai_hyperparameter=self._entries(hyperparameters_of(model, run)),
            ai_metric=self._entries({f"{each.type}{f' on {each.data}' if each.data else ''}": each.value for each in metrics_of(model, run)}),
            ai_metricDecisionThreshold=self._entries({"decision threshold": from_card["threshold"]} if "threshold" in from_card else {}),
            ai_energyConsumption=self._energy(energies_of(model, run)),
        )
        files = [
            self.element("software_File", "file", name=one_line(each.name, 500), verifiedUsing=self._hashes(each.sha256)) for each in model.files[:MOST_FILES]
        ]
        if files:
            self.relate("contains", package, files)
        for hosting in model.hostings:
            host = Party(hosting.host, hosting.title)
            said = {"region": hosting.region, "access": hosting.access, "terms": hosting.terms}
            self.relate("availableFrom", package, [self.agent(host)], {name: value for name, value in said.items() if value})
        return package

    def _dataset(self, dataset: BomDataset) -> Any:
        owner = dataset.name.partition("/")[0] if dataset.name.count("/") == 1 else None
        languages = f"languages: {', '.join(dataset.languages)}" if dataset.languages else None
        rows = f"{dataset.size_rows:,} rows" if dataset.size_rows else None  # `datasetSize` counts bytes, which nobody records
        tokens = f"{dataset.size_tokens:,} tokens" if dataset.size_tokens else None
        presence = {"yes": "yes", "no": "no"}.get(dataset.personal_data or "")
        kinds = self.model.dataset_DatasetType
        return self.element(
            "dataset_DatasetPackage",
            "dataset",
            name=dataset.name,
            summary=one_line(dataset.title or "", 300) or None,
            description="; ".join(part for part in (rows, tokens, languages) if part) or None,
            software_primaryPurpose=self.model.software_SoftwarePurpose.data,
            software_packageUrl=dataset_purl(dataset),
            software_downloadLocation=dataset_page(dataset),
            originatedBy=[self.agent(Party(owner))] if owner else None,
            dataset_datasetType=[kinds.noAssertion],
            dataset_dataCollectionProcess=plain(dataset.collection or "", 1_000) or None,
            dataset_hasSensitivePersonalInformation=getattr(self.model.PresenceType, presence) if presence else None,
        )

    def _say(self, model: BomModel) -> None:
        """What the recorded licences make of the use, and what SPDX has no place for."""
        verdict = model.verdict
        said = {
            "title": one_line(model.title, 300) if model.title else None,
            "verdict": verdict.verdict if verdict is not None else None,
            "decided_by": [one_line(each, 500) for each in verdict.deciding[:50]] if verdict is not None else None,
            "obligations": [one_line(each, 500) for each in verdict.obligations[:100]] if verdict is not None else None,
            "recorded": None if model.recorded else False,
            "parameters": model.parameters,
            "training_flop": model.training_flop,
            "openness": dict(model.openness) or None,
            "detected_licenses": [one_line(claim.exported or claim.written, 300) for claim in model.licensing.of("detected")] or None,
            "concluded_because": one_line(model.licensing.reason, 1_000) or None,
        }
        self._state(self.packages[model.name], said)

    def _state(self, package: Any, said: Mapping[str, Any]) -> None:
        """An annotation with what is known of some facts, if anything is."""
        known = {name: value for name, value in said.items() if value is not None}
        if known:
            self.annotate(package, known)

    def _links(self) -> None:
        for link in self.subject.links:
            child, parent = self.packages.get(link.child), self.packages.get(link.parent)
            if child is None or parent is None:
                continue
            said = {"relation": link.relation, "evidence": link.evidence}
            comment = "; ".join(one_line(cited.reference, 500) for cited in link.cited[:5])
            if link.parent.startswith("dataset:"):
                self.relate("testedOn" if link.relation == "tested-on" else "trainedOn", child, [parent], said, comment)
                continue
            self.relate("descendantOf", child, [parent], said, comment)
            self.relate("ancestorOf", parent, [child])
            if link.relation in _VARIANTS:
                self.relate("hasVariant", parent, [child])

    def _applications(self) -> None:
        for application in self.subject.applications:
            owner = self.agent(Party(application.owner)) if application.owner else None
            package = self.element(
                "software_Package",
                "application",
                name=application.name,
                summary=one_line(application.title or "", 300) or None,
                comment="an invented example" if application.example else None,
                software_primaryPurpose=self.model.software_SoftwarePurpose.application,
                suppliedBy=owner,
            )
            self.packages[f"app:{application.name}"] = package
            used = [self.packages[use.model] for use in application.models if use.model in self.packages]
            if used:
                self.relate("dependsOn", package, used)
            self._state(package, {"title": one_line(application.title, 300) if application.title else None})
            for use in application.models:
                if use.purpose or use.host:
                    self.annotate(package, {key: value for key, value in {"uses": use.model, "host": use.host, "purpose": use.purpose}.items() if value})

    def _build(self, run: BomRun) -> None:
        build = self.element(
            "build_Build",
            "build",
            build_buildType="urn:licet:run:1",
            build_buildId=run.invocation,
            build_buildStartTime=_instant(run.started),
            build_buildEndTime=_instant(run.ended),
            build_parameter=self._entries({"task": run.kind, **run.parameters}),
            build_environment=self._entries(run.internals),
            comment=f"by the record {run.record}, {run.verified}" if run.record else None,
        )
        ins = [self.packages[key] for material in run.materials for key in (material.name, f"dataset:{material.name}") if key in self.packages]
        if ins:
            self.relate("hasInput", build, ins)
        if run.model in self.packages:
            self.relate("hasOutput", build, [self.packages[run.model]])

    def _entries(self, values: Mapping[str, str]) -> list[Any]:
        return [self.model.DictionaryEntry(key=one_line(name, 300), value=one_line(value, 1_000)) for name, value in values.items() if str(name).strip()]

    def _hashes(self, digest: str | None) -> list[Any]:
        hexadecimal = (digest or "").removeprefix("sha256:")
        return [self.model.Hash(algorithm=self.model.HashAlgorithm.sha256, hashValue=hexadecimal)] if len(hexadecimal) == 64 else []

    def _energy(self, energies: list[Energy]) -> Any:
        known = [each for each in energies if each.kwh is not None]
        if not known:
            return None
        unit = self.model.ai_EnergyUnitType.kilowattHour
        by_kind: dict[str, list[Any]] = {}
        for each in known:
            described = self.model.ai_EnergyConsumptionDescription(ai_energyQuantity=float(each.kwh or 0), ai_energyUnit=unit)
            by_kind.setdefault("ai_finetuningEnergyConsumption" if each.activity == "fine-tuning" else "ai_trainingEnergyConsumption", []).append(described)
        made = self.model.ai_EnergyConsumption()
        for name, values in by_kind.items():
            setattr(made, name, values)
        return made

    def _answer(self, text: str | None) -> Any:
        word = (text or "").split(maxsplit=1)[0].strip(".,;:").casefold() if (text or "").strip() else ""
        return getattr(self.model.PresenceType, word) if word in ("yes", "no") else None

    def _risk(self, text: str | None) -> Any:
        word = (text or "").split(maxsplit=1)[0].strip(".,;:").casefold() if (text or "").strip() else ""
        return getattr(self.model.ai_SafetyRiskAssessmentType, word) if word in _RISKS else None


def _moment(day: str | None) -> tuple[datetime | None, str | None]:
    """The start of a day, month or year, and what has to be said of how well it is known."""
    if day is None:
        return None, None
    padded = f"{day}-01-01"[:10] if len(day) == 4 else f"{day}-01"[:10] if len(day) == 7 else day[:10]
    try:
        found = datetime.fromisoformat(padded).replace(tzinfo=UTC)
    except ValueError:
        return None, None
    known = {4: "year", 7: "month"}.get(len(day))
    return found, f"The release is known to the {known}: {day}." if known else None


def _instant(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found.astimezone(UTC).replace(microsecond=0) if found is not None and found.tzinfo is not None else None
