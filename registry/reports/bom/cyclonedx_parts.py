"""The parts of a CycloneDX bill that its library writes: components, pedigrees, hashes, references, services, dependencies."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from registry.reports.bom.cyclonedx_card import about_properties
from registry.reports.bom.cyclonedx_values import hashes_of, model_references, organization_of, properties_of, purl_of, references_of
from registry.reports.bom.names import (
    application_ref,
    dataset_page,
    dataset_purl,
    dataset_ref,
    host_ref,
    local_purl,
    model_purl,
    model_ref,
    model_version,
    split_name,
)
from registry.reports.bom.subject import MOST_FILES, BomDataset, BomLink, BomModel, BomSubject
from registry.reports.bom.text import one_line, plain
from registry.supplychain.application import Application

if TYPE_CHECKING:
    from cyclonedx.model.component import Component

TOOL_REF = "tool:licet"
"""The reference to what wrote the bill."""

SUBJECT_REF = "subject"
"""The reference to the one model that a bill is about, where it stands apart from its parts."""

_RELATIONS = {
    "finetune": "fine-tuned from",
    "adapter": "an adapter of",
    "merge": "merged from",
    "quantized": "quantised from",
    "converted": "converted from",
    "distilled": "distilled from",
    "trained-on-outputs": "trained on outputs of",
}
"""Each relation in a sentence."""

_PHASES = {"build": "build", "analysis": "post-build"}
"""The phases of CycloneDX by where what is said comes from."""

_CATALOGUE = "from a catalogue of what cards, hosts and publications say"


class Parts:
    """The parts of one bill.

    Args:
        subject: All that goes into it.
    """

    def __init__(self, subject: BomSubject) -> None:
        self.subject = subject
        """All that goes into it."""
        self.links: dict[str, list[BomLink]] = {}
        """What each model comes from, by its name."""
        for link in subject.links:
            self.links.setdefault(link.child, []).append(link)
        self.order = [
            *(model_ref(each.name) for each in subject.models),
            *(dataset_ref(each.name) for each in subject.datasets),
            *(application_ref(each.name) for each in self.applications_below()),
        ]
        """The references to the components, in the order in which they stand: what was asked about first."""

    def applications_below(self) -> tuple[Application, ...]:
        """The applications that are no subject of their own: all, where the bill is about several things."""
        return self.subject.applications if len(self.subject.targets) != 1 else ()

    def components(self) -> list[Component]:
        """Models, datasets, and the applications that stand among them."""
        return [
            *(self._model(each) for each in self.subject.models),
            *(self._dataset(each) for each in self.subject.datasets),
            *(self._application(each) for each in self.applications_below()),
        ]

    def metadata(self) -> Any:
        """When the bill was made, by what, and what it is about."""
        from cyclonedx.model.bom import BomMetaData
        from cyclonedx.model.component import Component, ComponentType
        from cyclonedx.model.lifecycle import LifecyclePhase, NamedLifecycle, PredefinedLifecycle
        from cyclonedx.model.tool import ToolRepository

        tool = Component(name="licet", version=self.subject.tool or None, type=ComponentType.APPLICATION, bom_ref=TOOL_REF)
        return BomMetaData(
            tools=ToolRepository(components=[tool]),
            component=self._subject(),
            manufacturer=organization_of(self.subject.author) if self.subject.author else None,
            lifecycles=[
                PredefinedLifecycle(LifecyclePhase(_PHASES[word])) if word in _PHASES else NamedLifecycle(word, description=_CATALOGUE)
                for word in self.subject.contexts
            ],
            timestamp=datetime.fromisoformat(self.subject.created),
            properties=properties_of(self._about()),
        )

    def _about(self) -> dict[str, str]:
        subject = self.subject
        said = {
            "licet:use": json.dumps(subject.use, ensure_ascii=False, sort_keys=True, default=str) if subject.use else None,
            "licet:use-date": subject.date,
            "licet:interpretation": subject.interpretation,
            "licet:knowledge-version": subject.knowledge.get("version"),
            "licet:knowledge-digest": subject.knowledge.get("digest"),
            "licet:catalogue": subject.catalogue,
            "licet:disclaimer": "information, not legal advice",
        }
        model = self._one_model()
        return {**{name: value for name, value in said.items() if value}, **(about_properties(model, subject) if model is not None else {})}

    def _one_model(self) -> BomModel | None:
        """The model that the bill is about, where it is about one and nothing else."""
        return self.subject.model(self.subject.targets[0]) if len(self.subject.targets) == 1 else None

    def _subject(self) -> Component | None:
        """What the bill is about, where that is one thing; a model stands among the components in full."""
        from cyclonedx.model.component import Component, ComponentType

        if len(self.subject.targets) != 1:
            return None
        model = self._one_model()
        if model is None:
            return self._application(self.subject.applications[0]) if self.subject.applications else None
        owner, own = split_name(model.name)
        return Component(
            name=own,
            group=owner,
            version=model_version(model),
            type=ComponentType.MACHINE_LEARNING_MODEL,
            bom_ref=SUBJECT_REF,
            purl=purl_of(model_purl(model) or local_purl(model)),
            supplier=organization_of(model.developer.shown) if model.developer is not None else None,
            properties=properties_of({"licet:name": model.name}),
        )

    def _model(self, model: BomModel) -> Component:
        from cyclonedx.model.component import Component, ComponentType

        owner, own = split_name(model.name)
        return Component(
            name=own,
            group=owner,
            version=model_version(model),
            description=plain(_description(model), 2_000) or None,
            type=ComponentType.MACHINE_LEARNING_MODEL,
            bom_ref=model_ref(model.name),
            purl=purl_of(model_purl(model) or local_purl(model)),
            supplier=organization_of(model.developer.shown) if model.developer is not None else None,
            hashes=hashes_of(model.digest),
            external_references=list(model_references(model, self.subject)),
            pedigree=self._pedigree(model),
            components=[self._file(model.name, each.name, each.sha256) for each in model.files[:MOST_FILES]],
            properties=properties_of(self._model_properties(model)),
            tags=[one_line(tag, 100) for tag in (model.card.tags if model.card is not None else ())[:200] if one_line(tag, 100)],
        )

    def _file(self, model: str, name: str, sha256: str) -> Component:
        from cyclonedx.model.component import Component, ComponentType

        return Component(name=name, type=ComponentType.FILE, bom_ref=f"file:{model}/{name}", hashes=hashes_of(sha256))

    def _pedigree(self, model: BomModel) -> Any:
        from cyclonedx.model.component import Component, ComponentType, Pedigree

        ancestors, notes = [], []
        for link in self.links.get(model.name, ()):
            if link.parent.startswith("dataset:"):
                continue
            parent = self.subject.model(link.parent) or BomModel(link.parent, recorded=False)
            owner, own = split_name(parent.name)
            said = {"licet:relation": link.relation, "licet:evidence": link.evidence, "licet:name": parent.name}
            ancestors.append(
                Component(
                    name=own,
                    group=owner,
                    version=model_version(parent),
                    type=ComponentType.MACHINE_LEARNING_MODEL,
                    bom_ref=f"ancestor:{link.relation}:{parent.name}:of:{model.name}",
                    purl=purl_of(model_purl(parent)),
                    properties=properties_of(said),
                )
            )
            notes.append(f"{_RELATIONS.get(link.relation, link.relation)} {parent.name} ({link.evidence})")
        return Pedigree(ancestors=ancestors, notes="; ".join(notes)) if ancestors else None

    def _model_properties(self, model: BomModel) -> dict[str, str]:
        said = {
            "licet:name": model.name,
            "licet:title": model.title,
            "licet:modality": model.modality,
            "licet:stage": model.stage,
            "licet:access": model.access,
            "licet:released-on": model.released_on,
            "licet:developer-kind": model.developer.kind if model.developer is not None else None,
            "licet:developer-country": model.developer.country if model.developer is not None else None,
            "licet:recorded": None if model.recorded else "no: only the name is known",
            "licet:verdict": model.verdict.verdict if model.verdict is not None else None,
            "licet:verdict-decided-by": " | ".join(model.verdict.deciding) if model.verdict is not None else None,
            "licet:obligations": " | ".join(model.verdict.obligations) if model.verdict is not None else None,
            "licet:license-reason": model.licensing.reason,
        }
        found = {name: plain(value, 2_000) for name, value in said.items() if value}
        for part, value in model.openness.items():
            found[f"licet:openness:{part.replace(' ', '-')}"] = value
        for number, each in enumerate(model.inherited[:100]):
            found[f"licet:inherited:{number:03}"] = f"{each['license']} from {each['from']} as {each['reach']}"
        for link in self.links.get(model.name, ()):
            if link.parent.startswith("dataset:"):
                found[f"licet:{link.relation}:{dataset_ref(link.parent)}"] = link.evidence
        for hosting in model.hostings:
            place = f"licet:hosted-by:{hosting.host}{f':{hosting.region}' if hosting.region else ''}"
            found[place] = f"{hosting.title or hosting.host}{f' under {hosting.terms}' if hosting.terms else ''}"
        return found

    def _dataset(self, dataset: BomDataset) -> Component:
        from cyclonedx.model.component import Component, ComponentType

        owner, own = split_name(dataset.name)
        page = dataset_page(dataset)
        said = {
            "licet:name": dataset.name,
            "licet:title": dataset.title,
            "licet:personal-data": dataset.personal_data,
            "licet:recorded": None if dataset.recorded else "no: only the name is known",
            "licet:license-reason": dataset.licensing.reason,
        }
        return Component(
            name=own,
            group=owner,
            type=ComponentType.DATA,
            bom_ref=dataset_ref(dataset.name),
            purl=purl_of(dataset_purl(dataset)),
            supplier=organization_of(owner) if owner else None,
            external_references=references_of([("distribution", page, None)]),
            properties=properties_of({name: value for name, value in said.items() if value}),
        )

    def _application(self, application: Application) -> Component:
        from cyclonedx.model.component import Component, ComponentType

        said = {
            "licet:name": application.name,
            "licet:title": application.title,
            "licet:distribution": ", ".join(application.distribution),
            "licet:countries": ", ".join(application.countries),
            "licet:commercial": None if application.commercial is None else "yes" if application.commercial else "no",
            "licet:example": "yes: it is invented" if application.example else None,
        }
        found = {name: value for name, value in said.items() if value}
        for number, use in enumerate(application.models):
            how = "; ".join(part for part in (f"through {use.host}" if use.host else None, use.purpose) if part)
            found[f"licet:uses:{number:03}"] = f"{use.model}{f' ({how})' if how else ''}"
        return Component(
            name=application.name,
            type=ComponentType.APPLICATION,
            bom_ref=application_ref(application.name),
            supplier=organization_of(application.owner) if application.owner else None,
            properties=properties_of(found),
        )

    def services(self) -> list[Any]:
        """The hosts between applications and models."""
        from cyclonedx.model.service import Service

        found = []
        for host in self.subject.hosts:
            said = {"licet:kind": host.kind, "licet:country": host.country}
            found.append(
                Service(
                    name=host.shown,
                    bom_ref=host_ref(host.name),
                    provider=organization_of(host.shown),
                    properties=properties_of({name: value for name, value in said.items() if value}),
                )
            )
        return found

    def dependencies(self) -> list[Any]:
        """What depends on what."""
        from cyclonedx.model.bom_ref import BomRef
        from cyclonedx.model.dependency import Dependency

        found: dict[str, dict[str, None]] = {}
        models = {each.name for each in self.subject.models}
        hosts = {each.name for each in self.subject.hosts}
        for model in self.subject.models:
            own = found.setdefault(model_ref(model.name), {})
            for link in self.links.get(model.name, ()):
                own[dataset_ref(link.parent) if link.parent.startswith("dataset:") else model_ref(link.parent)] = None
        for dataset in self.subject.datasets:
            found.setdefault(dataset_ref(dataset.name), {})
        for application in self.subject.applications:
            uses = found.setdefault(application_ref(application.name), {})
            for use in application.models:
                if use.model in models:
                    uses[model_ref(use.model)] = None
                if use.host in hosts:
                    uses[host_ref(use.host)] = None
        for host in self.subject.hosts:
            found.setdefault(host_ref(host.name), {})
        model_alone = self._one_model()
        if model_alone is not None:
            found[SUBJECT_REF] = {model_ref(model_alone.name): None}
        return [Dependency(BomRef(ref), [Dependency(BomRef(other)) for other in others if other in found]) for ref, others in found.items()]


def _description(model: BomModel) -> str:
    """What the model is: as its card says, else the facts on record in one line."""
    if model.card is not None and model.card.texts.get("description"):
        return model.card.texts["description"]
    size = f"{model.parameters:,} parameters" if model.parameters else None
    facts = [f"{model.modality} model" if model.modality else None, model.architecture, model.stage, size]
    known = ", ".join(fact for fact in facts if fact)
    return f"{model.title or model.name}: {known}" if known else ""
