"""The models, data and application of an SPDX 3 document with the AI and dataset profiles, as JSON-LD.

The document is a graph of elements; they are read by their compact names, which the published context fixes. Relationships of SPDX 3.1 on
training are understood too.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Mapping
from typing import Any

from registry.sources.bom.names import Named, joined_parts, license_name, own_name, read_link, read_purl, sha256_of
from registry.sources.bom.own import evidence_in, relation_in, statement_of
from registry.sources.hub.words import plain_text, shown
from registry.sources.layers.bundle import Bundle
from registry.sources.layers.names import usable_title
from registry.sources.layers.values import date_of
from registry.sources.relation_rules import Signs, infer_relation
from registry.supplychain.application import Application, ModelUse
from registry.supplychain.compute import TrainingRun
from registry.supplychain.data import Dataset
from registry.supplychain.developer import Developer
from registry.supplychain.model import Model, Revision

MOST_ELEMENTS = 500_000
"""A document with more elements is read so far."""

STATED = "LicenseRef-stated-"
"""What we call licences that are named by their source and known to nobody."""

MODEL, DATA, PACKAGE = "ai_AIPackage", "dataset_DatasetPackage", "software_Package"

_TYPES = {word.casefold(): kind for kind in (MODEL, DATA, PACKAGE) for word in (kind, kind.partition("_")[2])}
"""The types as some write them: in other letter case, without the prefix, or as the whole address."""

_TRAINED = {"trainedOn": "trained-on", "finetunedOn": "trained-on", "pretrainedOn": "trained-on", "testedOn": "tested-on", "evaluatedOn": "tested-on"}
_LICENSES = {"hasDeclaredLicense": "", "hasConcludedLicense": "concluded by its author"}
_SETS = {"expandedlicensing_ConjunctiveLicenseSet": " AND ", "expandedlicensing_DisjunctiveLicenseSet": " OR "}
_LISTED = ("https://spdx.org/licenses/", "http://spdx.org/licenses/")
_TO_KWH = {"kilowattHour": 1.0, "megajoule": 1 / 3.6}
_DEEPEST = 20


class SpdxReader:
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
        self._elements: dict[str, Mapping[str, Any]] = {}
        self._names: dict[str, Named] = {}
        self._stated: dict[str, dict[str, Any]] = {}

    @property
    def format(self) -> str:
        """The format and its version."""
        versions = [each.get("specVersion") for each in self._elements.values() if _type_of(each) == "CreationInfo"]
        return f"SPDX {shown(versions[0], 10)}" if versions else "SPDX 3"

    def read(self) -> None:
        """Gather what the document says."""
        graph = self._document.get("@graph")
        roots = graph if isinstance(graph, list) else [graph if isinstance(graph, Mapping) else self._document]
        self._index(roots)
        for each in self._elements.values():
            about = each.get("subject")
            said = statement_of(each) if _type_of(each) == "Annotation" and isinstance(about, str) else None
            if said is not None:
                self._stated.setdefault(str(about), {}).update(said)
        packages = {id: each for id, each in self._elements.items() if _kind_of(each) in (MODEL, DATA)}
        for id, each in packages.items():
            named = self._name(each)
            if named is None:
                self._note("no-name", f"the {'model' if _kind_of(each) == MODEL else 'data set'} `{shown(id)}` has no name that can be one")
            else:
                self._names[id] = named
                self._describe(id, each, named.name)
        links = [each for each in self._elements.values() if str(_type_of(each)).endswith("Relationship")]
        bases: dict[str, list[str]] = {}
        told: set[tuple[str, str]] = set()
        for each in links:
            stated = relation_in(self._stated.get(_id_of(each) or "", {}))
            for child, parent in self._descents(each):
                if stated is not None and child != parent:
                    told.add((child, parent))
                    self.bundle.relate(child, parent, *stated, str(each.get("relationshipType")))
                else:
                    bases.setdefault(child, []).append(parent)
        for child, parents in bases.items():
            for parent in dict.fromkeys(parents):
                if (child, parent) not in told:
                    self._base(child, parent, len(set(parents)))
        for each in sorted(links, key=lambda each: each.get("relationshipType") == "dependsOn"):  # what is said plainly comes first
            self._relate(each)

    def _note(self, code: str, message: str, finding: str | None = None) -> None:
        self.bundle.note(code, message, file=self._file, finding=finding)

    def _index(self, roots: list[Any]) -> None:
        """Every element by its id, those within others too."""
        waiting = deque(roots)
        at = 0
        while waiting:
            each = waiting.popleft()
            if isinstance(each, list):
                waiting.extend(each)
            elif isinstance(each, Mapping):
                at += 1
                if at > MOST_ELEMENTS:
                    self._note("excess", f"only {MOST_ELEMENTS:,} elements were read")
                    return
                if _type_of(each) is not None:
                    self._elements.setdefault(_id_of(each) or f"_:within-{at}", each)
                waiting.extend(value for value in each.values() if isinstance(value, Mapping | list))

    def _element(self, value: object) -> Mapping[str, Any] | None:
        """What a reference leads to, or the element that stands in its place."""
        return value if isinstance(value, Mapping) else self._elements.get(value) if isinstance(value, str) else None

    def _name(self, each: Mapping[str, Any]) -> Named | None:
        found = read_purl(each.get("software_packageUrl"))
        for identifier in _list(each.get("externalIdentifier")):
            if found is None and isinstance(identifier, Mapping):
                found = read_purl(identifier.get("identifier"))
        title = each.get("name")
        if found is None and isinstance(title, str):
            for key in ("software_downloadLocation", "software_homePage"):
                found = found or read_link(each.get(key), title)
        if found is not None:
            return found
        name = own_name(None, title)
        return Named(name) if name is not None else None

    def _describe(self, id: str, each: Mapping[str, Any], name: str) -> None:
        """The model or dataset itself."""
        own = self._stated.get(id, {})
        title = usable_title(plain_text(own.get("title"))) or usable_title(plain_text(each.get("name")))
        title = title if title != name else None
        recorded = own.get("recorded") is not False
        if _kind_of(each) == DATA:
            personal = "yes" if each.get("dataset_hasSensitivePersonalInformation") == "yes" else None
            collection = plain_text(each.get("dataset_dataCollectionProcess"))
            self.bundle.datasets.setdefault(
                name, Dataset(name, title, collection=collection, personal_data=personal, source=self.bundle.source, recorded=recorded)
            )
            return
        released = each.get("releaseTime")
        day = date_of(released) if isinstance(released, str) else None
        if released is not None and day is None:
            self._note("bad-value", f"`releaseTime` of `{shown(id)}` is no date: `{shown(released)}`")
        kinds = [text for text in (plain_text(kind) for kind in _list(each.get("ai_typeOfModel"))) if text]
        model = Model(
            name, title, self._developer(each, name), architecture=", ".join(kinds)[:400] or None, released_on=day, source=self.bundle.source, recorded=recorded
        )
        self.bundle.models.setdefault(name, model)
        digest = sha256_of(_list(each.get("verifiedUsing")), "algorithm", "hashValue")
        named = self._names[id]
        commit = named.revision or (f"sha256:{digest}" if digest else None)
        if commit is not None:
            self.bundle.revisions.setdefault((name, commit), Revision(name, commit, digest if named.revision else None, source=self.bundle.source))
        energy = self._energy(each)
        if energy is not None:
            self.bundle.training_runs.append(TrainingRun(name, energy_kwh=energy, source=self.bundle.source))

    def _developer(self, each: Mapping[str, Any], name: str) -> str | None:
        """Who made the model: the owner in its name, else who is said to have."""
        owner = name.rpartition("/")[0]
        if owner and "/" not in owner:
            return owner
        for key in ("originatedBy", "suppliedBy"):
            for reference in _list(each.get(key)):
                agent = self._element(reference)
                found = usable_title(plain_text(agent.get("name"))) if agent is not None else None
                if found is not None:
                    self.bundle.developers.setdefault(found, Developer(found, source=self.bundle.source))
                    return found
        return None

    def _energy(self, each: Mapping[str, Any]) -> float | None:
        """The energy of its training, in kilowatt-hours."""
        total, found = 0.0, False
        for held in map(self._element, _list(each.get("ai_energyConsumption"))):
            parts = [*_list(held.get("ai_trainingEnergyConsumption")), *_list(held.get("ai_finetuningEnergyConsumption"))] if held else []
            for part in map(self._element, parts):
                quantity = part.get("ai_energyQuantity") if part else None
                factor = _TO_KWH.get(str(part.get("ai_energyUnit"))) if part else None
                try:
                    value = float(quantity) if isinstance(quantity, int | float | str) and not isinstance(quantity, bool) else -1.0
                except ValueError:
                    value = -1.0
                if factor is None or not 0 <= value < 1e15:
                    self._note(
                        "bad-value", f"`ai_energyQuantity` is not understood: `{shown(quantity)}` {shown(part.get('ai_energyUnit')) if part else ''}".strip()
                    )
                    continue
                total, found = total + value * factor, True
        return total if found else None

    def _descents(self, each: Mapping[str, Any]) -> list[tuple[str, str]]:
        """The pairs of a model and the one it descends from that a relationship states."""
        kind = each.get("relationshipType")
        if kind not in ("descendantOf", "ancestorOf"):
            return []
        pairs = []
        for end in _list(each.get("to")):
            names = [self._model_at(each.get("from"), kind), self._model_at(end, kind)]
            if names[0] is not None and names[1] is not None:
                pairs.append((names[0], names[1]) if kind == "descendantOf" else (names[1], names[0]))
        return pairs

    def _model_at(self, reference: object, kind: str) -> str | None:
        """The model that one end of a relationship is."""
        element = self._element(reference)
        id = _id_of(element) if element is not None else reference if isinstance(reference, str) else None
        if element is not None and _kind_of(element) == MODEL and id in self._names:
            return self._names[id].name
        if element is None:
            named = read_purl(id)
            if named is not None and not named.is_dataset:
                self.bundle.models.setdefault(named.name, Model(named.name, recorded=False))
                return named.name
            self._note("dangling", f"`{kind}` leads to what is not in the document: `{shown(id)}`")
        return None

    def _base(self, child: str, parent: str, bases: int) -> None:
        if child == parent:
            self._note("self-base", f"`{shown(child)}` descends from itself", "LIC108")
            return
        told = infer_relation(Signs(child, bases, None), parent)
        self.bundle.relate(child, parent, told.relation, told.evidence, told.says)

    def _relate(self, each: Mapping[str, Any]) -> None:
        """What a relationship says of licences, of data, and of what uses a model."""
        kind = str(each.get("relationshipType"))
        start = self._element(each.get("from"))
        id = _id_of(start) if start is not None else None
        if start is None or not (kind in _TRAINED or kind in _LICENSES or kind in ("dependsOn", "contains", "usesModel")):
            return
        named = self._names.get(id or "")
        for end in _list(each.get("to")):
            if kind in _LICENSES and named is not None:
                self._license(named, _kind_of(start) == DATA, end, _LICENSES[kind])
            elif kind in _TRAINED and named is not None:
                self._trained(named.name, end, kind, evidence_in(self._stated.get(_id_of(each) or "", {}).get("evidence")))
            elif named is not None and kind == "dependsOn":
                self._depends(named.name, _kind_of(start) == MODEL, end)
            elif _kind_of(start) == PACKAGE and kind in ("dependsOn", "contains", "usesModel"):
                self._uses(start, end)

    def _depends(self, name: str, is_model: bool, end: object) -> None:
        """What a model depends on: another model that no relationship calls its ancestor, or data."""
        element = self._element(end)
        other = self._names.get(_id_of(element) or "") if element is not None else None
        if element is None or other is None or not is_model or other.name == name:
            return
        known = self.bundle.parents_of(name)
        if _kind_of(element) == DATA and f"dataset:{other.name}" not in known:
            self.bundle.relate(name, f"dataset:{other.name}", "trained-on", "inferred", "dependsOn")
        elif _kind_of(element) == MODEL and other.name not in known:
            told = infer_relation(Signs(name, 1, None), other.name)
            self.bundle.relate(name, other.name, told.relation, "inferred", f"dependsOn; {told.says}")

    def _trained(self, name: str, end: object, kind: str, evidence: str) -> None:
        element = self._element(end)
        id = _id_of(element) if element is not None else None
        if element is not None and _kind_of(element) == DATA and id in self._names:
            self.bundle.relate(name, f"dataset:{self._names[id].name}", _TRAINED[kind], evidence, kind)
        else:
            self._note("dangling", f"`{kind}` of `{shown(name)}` leads to no data set of the document: `{shown(id or end)}`")

    def _uses(self, start: Mapping[str, Any], end: object) -> None:
        """An application that depends on a model."""
        element = self._element(end)
        if element is None or _kind_of(element) != MODEL or _id_of(element) not in self._names:
            return
        name = own_name(None, start.get("name"))
        if name is None:
            self._note("no-name", "a package that uses a model has no name that can be one")
            return
        used = self._names[_id_of(element) or ""].name
        held = self.bundle.applications.get(name)
        uses = {use.model: use for use in (*(held.models if held else ()), ModelUse(used))}
        self.bundle.applications[name] = Application(
            name, usable_title(plain_text(self._stated.get(_id_of(start) or "", {}).get("title"))), models=tuple(uses.values()), source=self.bundle.source
        )

    def _license(self, named: Named, is_data: bool, end: object, by: str) -> None:
        subject = f"dataset:{named.name}" if is_data else named.name
        several = self._stated_apart(end)
        for name, link in several:
            self.bundle.state(subject, name, link, by=by)
        if several:
            return
        name, link, text = self._license_at(end, 0)
        if name is None and link is None:
            if "NoAssertion" not in str(end) and not self._asserts_nothing(end):
                self._note("bad-value", f"the licence of `{shown(subject)}` is not understood: `{shown(_id_of(end) if isinstance(end, Mapping) else end)}`")
            return
        self.bundle.state(subject, name, link, text=text, by=by)

    def _asserts_nothing(self, end: object) -> bool:
        element = self._element(end)
        written = element.get("simplelicensing_licenseExpression") if element is not None else None
        return isinstance(written, str) and license_name(written) is None

    def _license_at(self, reference: object, depth: int) -> tuple[str | None, str | None, str | None]:
        """The name, link and text digest of a licence element."""
        element = self._element(reference)
        if element is None:
            written = str(reference)
            if written.startswith(_LISTED):
                return written.rpartition("/")[2] or None, None, None
            if written.rpartition("/")[2] in ("None", "NoneLicense", "expandedlicensing_NoneLicense"):
                return "NONE", None, None
            return None, None, None
        kind = str(_type_of(element))
        if kind in _SETS and depth < _DEEPEST:
            parts = [self._license_at(each, depth + 1)[0] for each in _list(element.get("expandedlicensing_member"))]
            if not parts or not all(parts):
                return None, None, None
            joined = _SETS[kind].join(str(part) for part in parts)
            return (f"({joined})" if depth and len(parts) > 1 else joined), None, None
        expression = plain_text(element.get("simplelicensing_licenseExpression"))
        if expression is not None:
            return license_name(expression), None, None
        id = _id_of(element) or ""
        if id.startswith(_LISTED):
            return id.rpartition("/")[2], None, None
        seen = [link for link in _list(element.get("expandedlicensing_seeAlso")) if isinstance(link, str)]
        text = element.get("simplelicensing_licenseText")
        digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest() if isinstance(text, str) and text else None
        name = plain_text(element.get("name")) or (id.rpartition("#")[2] if "LicenseRef-" in id else None)
        return name, seen[0] if seen else None, digest

    def _stated_apart(self, reference: object) -> list[tuple[str | None, str | None]]:
        """Names and links of what an expression of ours joins, where it points to licences that nobody but their source knows."""
        element = self._element(reference)
        expression = plain_text(element.get("simplelicensing_licenseExpression")) if element is not None else None
        if element is None or expression is None or STATED not in expression:
            return []
        texts = {
            str(entry.get("key")): self._element(entry.get("value"))
            for entry in _list(element.get("simplelicensing_customIdToUri"))
            if isinstance(entry, Mapping)
        }
        found: list[tuple[str | None, str | None]] = []
        for part in joined_parts(expression):
            text = texts.get(part) if part.startswith(STATED) else None
            if text is None:
                found.append((license_name(part), None))
                continue
            references = [each for each in _list(text.get("externalRef")) if isinstance(each, Mapping)]
            places = [link for each in references for link in _list(each.get("locator")) if isinstance(link, str)]
            found.append((plain_text(text.get("name")), places[0] if places else None))
        return found


def _type_of(each: Mapping[str, Any]) -> str | None:
    found = each.get("type", each.get("@type"))
    found = found[0] if isinstance(found, list) and found else found
    return _TYPES.get(found.rpartition("/")[2].casefold(), found) if isinstance(found, str) else None


def _kind_of(each: Mapping[str, Any]) -> str | None:
    """The type of an element; a package whose purpose is a model or data is one."""
    kind = _type_of(each)
    return {"model": MODEL, "data": DATA}.get(str(each.get("software_primaryPurpose")), kind) if kind == PACKAGE else kind


def _id_of(each: Mapping[str, Any]) -> str | None:
    found = each.get("spdxId", each.get("@id"))
    return found if isinstance(found, str) else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
