"""The models, data and application of a CycloneDX document.

CycloneDX names the ancestors of a model but not how it comes from them, and the data that it was trained *or evaluated* on in one list: such
links are kept as inferred, with the rule that told them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from registry.sources.bom.cyclonedx_values import (
    DATA,
    FILE,
    MODEL,
    MOST_COMPONENTS,
    entries_of,
    modality_in,
    named_in,
    parameters_in,
    refs_of_data,
    text_digest_in,
)
from registry.sources.bom.names import Named, license_name, own_name, read_link, read_purl, sha256_of
from registry.sources.bom.own import data_in, name_in, properties_of, relation_in
from registry.sources.hub.words import plain_text, shown
from registry.sources.layers.bundle import Bundle
from registry.sources.layers.names import usable_title
from registry.sources.relation_rules import Signs, infer_relation
from registry.supplychain.application import Application, ModelUse
from registry.supplychain.data import Dataset
from registry.supplychain.developer import Developer
from registry.supplychain.model import Model, Revision
from registry.supplychain.names import name_key

_TOP = "metadata.component"
_APPLICATIONS = ("application", "platform", "container", "firmware")


@dataclass(slots=True)
class _Component:
    """A component with its place and the name it is recorded under."""

    values: Mapping[str, Any]
    place: str
    kind: str
    title: str
    named: Named


class CycloneDxReader:
    """Reads one document.

    Args:
        document: The document.
        bundle: What it says is gathered in.
        file: The file's name, for notes.
    """

    def __init__(self, document: Mapping[str, Any], bundle: Bundle, file: str) -> None:
        self._document = document
        self.bundle = bundle
        """What it says."""
        self._file = file
        self._by_ref: dict[str, _Component] = {}
        self._applications: dict[str, Mapping[str, Any]] = {}
        self._named_as_data = refs_of_data(document)
        self._depending = {
            str(each.get("ref")) for each in entries_of(document.get("dependencies")) if isinstance(each, Mapping) and entries_of(each.get("dependsOn"))
        }

    @property
    def format(self) -> str:
        """The format and its version."""
        return f"CycloneDX {shown(self._document.get('specVersion'), 10)}"

    def read(self) -> None:
        """Gather what the document says."""
        components: list[_Component] = []
        others = untold = 0
        for values, place in self._components():
            kind = {MODEL: "model", DATA: "dataset"}.get(str(values.get("type")))
            if kind == "dataset" and not self._is_dataset(values):
                untold += 1
                continue
            if kind is None:
                reference = values.get("bom-ref")
                if str(values.get("type")) in _APPLICATIONS and isinstance(reference, str) and reference in self._depending:
                    self._applications.setdefault(reference, values)
                elif str(values.get("type")) != FILE:
                    others += 1
                continue
            component = self._component(values, place, kind)
            if component is not None:
                components.append(component)
        if others:
            self._note("not-kept", f"{others:,} component{' is' if others == 1 else 's are'} neither model nor data, and not kept")
        if untold:
            self._note("not-kept", f"{untold:,} component{' is' if untold == 1 else 's are'} data of which nothing says that it is a data set, and not kept")
        services = len(entries_of(self._document.get("services")))
        if services:
            self._note("not-kept", f"{services:,} service{' is' if services == 1 else 's are'} not kept")
        # What a document is about may stand once more among its parts, where more is said of it.
        twice = {component.named.name for component in components if component.place != _TOP}
        components.sort(key=lambda component: component.place == _TOP and component.named.name in twice)
        for component in components:
            self._describe(component)
        for component in components:
            if component.kind == "model":
                self._lineage(component)
        self._dependencies()

    def _note(self, code: str, message: str, finding: str | None = None) -> None:
        self.bundle.note(code, message, file=self._file, finding=finding)

    def _components(self) -> Iterator[tuple[Mapping[str, Any], str]]:
        """Every component, those within others too; that of the metadata is the first."""
        metadata = self._document.get("metadata")
        top = metadata.get("component") if isinstance(metadata, Mapping) else None
        waiting: list[tuple[Any, str]] = [(self._document.get("components"), "components")]
        count = 0
        if isinstance(top, Mapping):
            if str(top.get("type")) in (MODEL, DATA):
                yield top, _TOP
            waiting.insert(0, (top.get("components"), "metadata.component.components"))
        while waiting:
            held, place = waiting.pop(0)
            if held is None:
                continue
            if not isinstance(held, list):
                self._note("bad-value", f"`{shown(place, 120)}` is no list")
                continue
            for at, each in enumerate(held):
                count += 1
                if count > MOST_COMPONENTS:
                    self._note("excess", f"only the first {MOST_COMPONENTS:,} components were read")
                    return
                if not isinstance(each, Mapping):
                    self._note("bad-value", f"`{shown(f'{place}[{at}]', 120)}` is no component")
                    continue
                yield each, f"{place}[{at}]"
                if "components" in each:
                    waiting.append((each.get("components"), f"{place}[{at}].components"))

    def _is_dataset(self, values: Mapping[str, Any]) -> bool:
        """Whether something says that data is a data set: its own words, its address, or a model that was made with it."""
        told = [each.get("type") for each in entries_of(values.get("data")) if isinstance(each, Mapping)]
        if told:
            return "dataset" in told
        named = named_in(values)
        return (named is not None and named.is_dataset) or str(values.get("bom-ref")) in self._named_as_data

    def _component(self, values: Mapping[str, Any], place: str, kind: str) -> _Component | None:
        """A component that bears a name; one whose reference stands twice keeps the first."""
        named = named_in(values)
        if named is None:
            self._note("no-name", f"`{shown(place, 120)}` has no name that can be one: `{shown(values.get('name'))}`")
            return None
        component = _Component(values, place, "dataset" if kind == "dataset" or named.is_dataset else kind, str(values.get("name") or named.name), named)
        reference = values.get("bom-ref")
        if isinstance(reference, str):
            if reference in self._by_ref:
                self._note("twice", f"`{shown(place, 120)}` has the `bom-ref` of another component: `{shown(reference)}`")
            else:
                self._by_ref[reference] = component
        return component

    def _describe(self, component: _Component) -> None:
        """The model or dataset itself, with its licences and revision."""
        name, values = component.named.name, component.values
        own = properties_of(values)
        title = usable_title(plain_text(own.get("title") or component.title))
        recorded = "recorded" not in own
        if component.kind == "dataset":
            self.bundle.datasets.setdefault(name, Dataset(name, title if title != name else None, source=self.bundle.source, recorded=recorded))
            self._licenses(component, f"dataset:{name}")
            return
        parameters = parameters_in(values)
        model = Model(
            name,
            title=title if title != name else None,
            developer=self._developer(component),
            modality=modality_in(parameters),
            architecture=plain_text(parameters.get("modelArchitecture")) or plain_text(parameters.get("architectureFamily")),
            source=self.bundle.source,
            recorded=recorded,
        )
        self.bundle.models.setdefault(name, model)
        self._licenses(component, name)
        digest = sha256_of(entries_of(values.get("hashes")), "alg", "content")
        commit = component.named.revision or (f"sha256:{digest}" if digest else None)
        if commit is not None:
            held = Revision(name, commit, digest if component.named.revision else None, source=self.bundle.source)
            self.bundle.revisions.setdefault((name, commit), held)

    def _developer(self, component: _Component) -> str | None:
        """Who made the model: the owner in its name, else who is said to."""
        owner = component.named.name.rpartition("/")[0]
        if owner and "/" not in owner:
            return owner
        for key in ("manufacturer", "supplier", "publisher", "author"):
            held = component.values.get(key)
            name = usable_title(plain_text(held.get("name") if isinstance(held, Mapping) else held))
            if name is not None:
                self.bundle.developers.setdefault(name, Developer(name, source=self.bundle.source))
                return name
        return None

    def _licenses(self, component: _Component, subject: str) -> None:
        """What is declared and what its author concludes; what was found in files is detected."""
        evidence = component.values.get("evidence")
        places = [("licenses", component.values.get("licenses"), "declared")]
        if isinstance(evidence, Mapping):
            places.append(("evidence.licenses", evidence.get("licenses"), "detected"))
        for key, held, basis in places:
            for at, each in enumerate(entries_of(held)):
                place = f"{component.place}.{key}[{at}]"
                if not isinstance(each, Mapping):
                    self._note("bad-value", f"`{shown(place, 120)}` is no licence: `{shown(each)}`")
                    continue
                license = each["license"] if isinstance(each.get("license"), Mapping) else {}
                expression = each.get("expression") if isinstance(each.get("expression"), str) else None
                written = plain_text(properties_of(license).get("as-written"))  # `unknown` is an answer where we wrote it down ourselves
                name = license_name(expression or license.get("id") or license.get("name")) or written
                link = license.get("url") if isinstance(license.get("url"), str) else None
                if name is None and plain_text(link) is None:
                    self._note("bad-value", f"`{shown(place, 120)}` names no licence")
                    continue
                concluded = (each.get("acknowledgement") or license.get("acknowledgement")) == "concluded"
                by = "concluded by its author" if concluded and basis == "declared" else ""
                self.bundle.state(subject, name, link, basis=basis, text=text_digest_in(license), by=by)

    def _lineage(self, component: _Component) -> None:
        """The ancestors and descendants of a model, and the data that it was trained or evaluated on."""
        name = component.named.name
        pedigree = component.values.get("pedigree")
        if isinstance(pedigree, Mapping):
            ancestors = []
            for each in entries_of(pedigree.get("ancestors")):
                base = self._other(each, component, "ancestors")
                stated = relation_in(properties_of(each)) if base is not None else None
                if base is not None and stated is not None and base != name:
                    self.bundle.relate(name, base, *stated, "pedigree")
                elif base is not None:
                    ancestors.append(base)
            for base in ancestors:
                self._base(component, name, base, len(set(ancestors)))
            for each in entries_of(pedigree.get("descendants")):
                descendant = self._other(each, component, "descendants")
                if descendant is not None:
                    self._base(_Component({}, component.place, "model", descendant, Named(descendant)), descendant, name, 1)
        for relation, reference, evidence in data_in(properties_of(component.values)):
            data = self._by_ref.get(reference)
            if data is not None and data.kind == "dataset":
                self.bundle.relate(name, f"dataset:{data.named.name}", relation, evidence, f"property licet:{relation}")
        told = self.bundle.parents_of(name).copy()
        for at, each in enumerate(entries_of(parameters_in(component.values).get("datasets"))):
            dataset = self._dataset(each)
            if dataset is not None and f"dataset:{dataset}" in told:
                continue
            if dataset is None:
                self._note("bad-value", f"`{shown(f'{component.place}.modelCard.modelParameters.datasets[{at}]', 160)}` names no data")
                continue
            self.bundle.relate(name, f"dataset:{dataset}", "trained-on", "inferred", "modelCard datasets: trained or evaluated on")

    def _other(self, each: object, component: _Component, what: str) -> str | None:
        """The model that a pedigree names, noted by its name."""
        held = self._by_ref.get(str(each.get("bom-ref"))) if isinstance(each, Mapping) else None
        named = held.named if held is not None else named_in(each) if isinstance(each, Mapping) else None
        if named is None:
            self._note("bad-value", f"`{shown(f'{component.place}.pedigree.{what}', 120)}` has an entry without a name that can be one")
            return None
        if named.name not in self.bundle.models:
            self.bundle.models[named.name] = Model(named.name, recorded=False)
            if isinstance(each, Mapping) and each.get("licenses"):
                self._describe(_Component(each, f"{component.place}.pedigree.{what}", "model", str(each.get("name")), named))
                self.bundle.models[named.name] = Model(named.name, source=self.bundle.source)
        return named.name

    def _base(self, component: _Component, child: str, parent: str, bases: int) -> None:
        if child == parent:
            self._note("self-base", f"`{shown(component.place, 120)}` names itself as its ancestor", "LIC108")
            return
        tags = tuple(tag for tag in entries_of(component.values.get("tags")) if isinstance(tag, str))
        told = infer_relation(Signs(child, bases, None, tags), parent)
        self.bundle.relate(child, parent, told.relation, told.evidence, told.says)

    def _dataset(self, each: object) -> str | None:
        """The data that a model card names: by reference, by address, or by name."""
        if not isinstance(each, Mapping):
            return None
        held = self._by_ref.get(str(each.get("ref"))) if "ref" in each else None
        if held is not None:
            return held.named.name if held.kind == "dataset" else None
        if "ref" in each:
            named = read_purl(each["ref"])
            return named.name if named is not None and named.is_dataset else None
        contents = each.get("contents")
        address = contents.get("url") if isinstance(contents, Mapping) else None
        linked = read_link(address, str(each.get("name") or address))
        name = linked.name if linked is not None and linked.is_dataset else own_name(None, each.get("name"))
        if name is not None:
            self.bundle.datasets.setdefault(name, Dataset(name, source=self.bundle.source))
        return name

    def _dependencies(self) -> None:
        """What depends on what: an application on models, a model on data or on another model that its pedigree does not name."""
        metadata = self._document.get("metadata")
        top = metadata.get("component") if isinstance(metadata, Mapping) else None
        uses: dict[str, dict[str, ModelUse]] = {}
        if isinstance(top, Mapping) and str(top.get("type")) in _APPLICATIONS:
            self._applications.setdefault(str(top.get("bom-ref")), top)
        for each in entries_of(self._document.get("dependencies")):
            if not isinstance(each, Mapping) or not isinstance(each.get("ref"), str):
                continue
            targets = [self._by_ref[ref] for ref in entries_of(each.get("dependsOn")) if isinstance(ref, str) and ref in self._by_ref]
            owner = self._by_ref.get(each["ref"])
            if owner is None and each["ref"] in self._applications:
                own = uses.setdefault(each["ref"], {})
                own.update((target.named.name, ModelUse(target.named.name)) for target in targets if target.kind == "model")
            elif owner is not None and owner.kind == "model":
                self._depends(owner, targets)
        for reference, values in self._applications.items():
            if self._document.get("dependencies"):
                self._application(values, uses.get(reference, {}))

    def _application(self, values: Mapping[str, Any], uses: Mapping[str, ModelUse]) -> None:
        """An application that depends on models; some tools call the model itself the application."""
        own = properties_of(values)
        stated = name_in(own)
        name = stated or own_name(values.get("group"), values.get("name"))
        if name is None:
            self._note("no-name", "an application has no name that can be one")
        elif uses and (stated is not None or name_key(name) not in {name_key(model) for model in uses}):
            title = usable_title(plain_text(own.get("title") or values.get("name")))
            self.bundle.applications[name] = Application(name, title, models=tuple(uses.values()), source=self.bundle.source)

    def _depends(self, owner: _Component, targets: list[_Component]) -> None:
        """What a model depends on."""
        name = owner.named.name
        known = self.bundle.parents_of(name)
        for target in targets:
            if target.kind == "dataset":
                if f"dataset:{target.named.name}" not in known:
                    self.bundle.relate(name, f"dataset:{target.named.name}", "trained-on", "inferred", "dependsOn")
            elif target.named.name not in known and target.named.name != name:
                told = infer_relation(Signs(name, 1, None), target.named.name)
                self.bundle.relate(name, target.named.name, told.relation, "inferred", f"dependsOn; {told.says}")
