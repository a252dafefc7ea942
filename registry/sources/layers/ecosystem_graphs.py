"""Ecosystem Graphs: datasets, models and applications as cards, and what each was built on. A folder of YAML files, one of them, or the table as CSV.

A card says that an asset depends on others, not how. On a dataset a model is trained; a model that depends on a model is taken for a fine-tune
and marked as inferred. Licences are kept as they are named there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from registry.errors import SourceError
from registry.sources.hub.words import texts_of
from registry.sources.layers.bundle import MOST_ROWS, Bundle, BundledSource
from registry.sources.layers.ecosystem_graphs_cards import Asset, read_cards
from registry.sources.layers.names import Known, NothingKnown, own_name, said, slug, usable_title
from registry.sources.layers.values import country_of, date_of, flop_in, hardware_in, hours_in, modality_of, parameters_in, rows_in, tokens_in
from registry.sources.notes import shown
from registry.sources.references import read_reference
from registry.supplychain.application import Application, ModelUse
from registry.supplychain.compute import TrainingRun
from registry.supplychain.data import Dataset
from registry.supplychain.developer import Developer
from registry.supplychain.model import Model, Openness
from registry.supplychain.names import name_key
from registry.supplychain.record import Record
from registry.supplychain.source import Source

ORIGIN = "ecosystem-graphs"
"""The origin of its claims."""

REFERENCE = "Ecosystem Graphs (stanford-crfm/ecosystem-graphs)"
"""What its claims are said to be read from."""

TYPES = ("application", "dataset", "model")
"""What an asset can be."""

_MARKDOWN = re.compile(r"\[+([^\[\]]*)\]+\s*\((https?://[^)\s]+)\)")
_ACCESS = {"open": "open", "closed": "unreleased"}
_WEIGHTS = {"open": "open", "closed": "closed"}


class EcosystemGraphsSource(BundledSource):
    """Reads one copy of Ecosystem Graphs.

    Args:
        path: A folder with YAML files (or with an `assets` folder that has them), one such file, or the table as CSV.
        known: What the catalogue knows already.
        read_on: The day on which it is read.
    """

    def __init__(self, path: Path, *, known: Known | None = None, read_on: str | None = None) -> None:
        self._path = path
        self._known = known or NothingKnown()
        super().__init__(Bundle(ORIGIN, Source(REFERENCE, read_on)))
        self._names: dict[tuple[str, str], str] = {}
        self._folded: dict[tuple[str, str], set[str]] = {}

    def records(self) -> Iterator[Record]:
        """A few records with all of it.

        Raises:
            SourceError: It cannot be read, or no asset is in it.
        """
        assets = self._assets()
        if not assets:
            why = f": {self.notes[0].message}" if self.notes else ""
            raise SourceError(f"`{self._path.name}` has no asset of Ecosystem Graphs{why}", "name the folder `assets` of its repository, or its table as CSV")
        links = self._hub_links(assets)
        for asset in assets:
            self._name(asset, links)
        for asset in assets:
            name = self._names.get((asset.kind, asset.title))
            if name is None or not self._is_first(asset):
                continue
            self._developer(asset)
            {"model": self._model, "dataset": self._dataset, "application": self._application}[asset.kind](asset, name)
        yield from self._bundle.records()

    def _is_first(self, asset: Asset) -> bool:
        """Whether an asset is the first of its kind and title; another is noted."""
        if self._firsts.setdefault((asset.kind, asset.title), asset) is asset:
            return True
        self._bundle.note("twice", f"another {asset.kind} has the same name and stands before it: `{shown(asset.title)}`", **asset.at("name"))
        return False

    def _assets(self) -> list[Asset]:
        """Every asset that has a kind and a name."""
        self._firsts: dict[tuple[str, str], Asset] = {}
        found: list[Asset] = []
        for values, place in read_cards(self._path, self._bundle):
            kind, title = str(values.get("type") or "").strip().lower(), usable_title(said(values.get("name")))
            if kind not in TYPES:
                self._bundle.note(
                    "bad-type", f"`type` cannot be `{shown(values.get('type'))}`: it is one of {', '.join(TYPES)}", **Asset(values, kind, "", place).at("type")
                )
            elif title is None:
                self._bundle.note("no-name", f"the {kind} has no name that can be one", **Asset(values, kind, "", place).at("name"))
            elif len(found) >= MOST_ROWS:
                raise SourceError(f"`{self._path.name}` has more than {MOST_ROWS:,} assets", "check that it is the folder you mean")
            else:
                found.append(Asset(values, kind, title, place))
        return found

    def _hub_links(self, assets: list[Asset]) -> dict[str, set[str]]:
        """Which assets name a repository of the Hub as their card or page."""
        found: dict[str, set[str]] = {}
        for asset in assets:
            repository = self._repository(asset)
            if repository is not None:
                found.setdefault(repository.casefold(), set()).add(asset.title)
        return found

    def _repository(self, asset: Asset) -> str | None:
        """The Hub's repository that an asset names as its own; one of another name is a member of its family or its base."""
        for key in ("model_card", "url") if asset.kind == "model" else ("datasheet", "url"):
            text = asset.text(key)
            if text is None or "://" not in text or len(text) > 1_000:
                continue
            found = read_reference(text)
            fits = found.id is not None and found.kind == "id" and name_key(found.id) == name_key(asset.title)
            if fits and found.kind_of_repository == ("model" if asset.kind == "model" else "dataset"):
                return found.id
        return None

    def _name(self, asset: Asset, links: Mapping[str, set[str]]) -> None:
        """The registry's name of an asset."""
        key = (asset.kind, asset.title)
        if key in self._names:
            return
        owner = asset.text("organization")
        repository = self._repository(asset) if asset.kind != "application" else None
        if repository is not None and len(links[repository.casefold()]) == 1:
            name: str | None = repository
        elif asset.kind == "model":
            name = self._known.model(asset.title, owner) or own_name(owner, asset.title)
        elif asset.kind == "dataset":
            name = self._known.dataset(asset.title) or own_name(owner, asset.title)
        else:
            name = own_name(owner, asset.title)
        if name is None:
            self._bundle.note("bad-name", f"`{shown(asset.title)}` cannot be the name of a {asset.kind}", **asset.at("name"))
            return
        self._names[key] = name
        self._folded.setdefault((asset.kind, asset.title.casefold()), set()).add(name)

    def _developer(self, asset: Asset) -> str | None:
        """The organisation behind an asset, recorded with its country."""
        owner = usable_title(asset.text("organization"))
        name = (self._known.developer(owner) or slug(owner)) if owner else ""
        if not owner or not name:
            return None
        nation = asset.text("nationality")
        country = country_of(nation) if nation else None
        if nation and country is None and nation.casefold() not in ("international", "multinational"):
            self._bundle.note("bad-value", f"`nationality` is no one country: `{shown(nation)}`", **asset.at("nationality"))
        held = self._bundle.developers.get(name)
        if held is None or (held.country is None and country):
            self._bundle.developers[name] = Developer(name, owner, country=country, source=self._bundle.source)
        return name

    def _read(self, asset: Asset, key: str, read: Any) -> Any:
        """What a key says, read; noted where it is not understood."""
        text = asset.text(key)
        value = read(text) if text is not None else None
        if text is not None and value is None:
            self._bundle.note("bad-value", f"`{key}` is not understood: `{shown(text)}`", **asset.at(key))
        return value

    def _model(self, asset: Asset, name: str) -> None:
        access = (asset.text("access") or "").lower()
        if access == "limited":
            self._bundle.note("bad-value", "`access` is `limited`, which does not say how the model is reached", **asset.at("access"))
        elif access and access not in _ACCESS:
            self._bundle.note("bad-value", f"`access` is not understood: `{shown(access)}`", **asset.at("access"))
        self._bundle.models[name] = Model(
            name,
            title=asset.title,
            developer=self._developer_name(asset),
            modality=self._read(asset, "modality", _modality),
            access=_ACCESS.get(access),
            openness=Openness(weights=_WEIGHTS.get(access)),
            parameters=self._read(asset, "size", parameters_in),
            released_on=self._read(asset, "created_date", date_of),
            source=self._bundle.source,
        )
        self._license(asset, name)
        self._training(asset, name)
        for title in self._dependencies(asset):
            for kind in ("model", "dataset"):
                parent = self._found(kind, title)
                if parent is not None:
                    break
            else:
                self._unresolved(asset, title)
                continue
            if parent == name:
                self._bundle.note("self-base", "it names itself among its dependencies", **asset.at("dependencies"), finding="LIC108")
            elif kind == "dataset":
                self._bundle.relate(name, f"dataset:{parent}", "trained-on", says="dependency")
            else:
                self._bundle.relate(name, parent, "finetune", "inferred", "dependency")

    def _developer_name(self, asset: Asset) -> str | None:
        owner = usable_title(asset.text("organization"))
        return (self._known.developer(owner) or slug(owner) or None) if owner else None

    def _dataset(self, asset: Asset, name: str) -> None:
        size = asset.text("size")
        tokens, rows = (tokens_in(size), rows_in(size)) if size else (None, None)
        if size and tokens is None and rows is None:
            self._bundle.note("bad-value", f"`size` is not understood: `{shown(size)}`", **asset.at("size"))
        self._bundle.datasets[name] = Dataset(name, asset.title, tokens, rows, source=self._bundle.source)
        self._license(asset, f"dataset:{name}")
        if self._dependencies(asset):
            self._bundle.note("not-kept", "what a dataset was made from is not kept", **asset.at("dependencies"))

    def _application(self, asset: Asset, name: str) -> None:
        uses: dict[str, ModelUse] = {}
        for title in self._dependencies(asset):
            model = self._found("model", title)
            if model is not None:
                uses[model] = ModelUse(model)
            elif self._found("application", title) or self._found("dataset", title):
                self._bundle.note("not-kept", "an application's dependency that is no model is not kept", **asset.at("dependencies"))
            else:
                self._unresolved(asset, title)
        owner = usable_title(asset.text("organization"))
        self._bundle.applications[name] = Application(name, asset.title, owner, models=tuple(uses.values()), source=self._bundle.source)
        users = asset.text("monthly_active_users")
        if users:
            self._bundle.note("not-kept", f"`monthly_active_users` names no month and is not kept: `{shown(users)}`", **asset.at("monthly_active_users"))

    def _license(self, asset: Asset, subject: str) -> None:
        """The licence as it is named; `none` is what it says, `unknown` says nothing."""
        value = asset.values.get("license")
        written = value.get("value") if isinstance(value, Mapping) else value
        plain = " ".join(written.split()) if isinstance(written, str) else ""
        if plain.casefold() == "none":
            self._bundle.state(subject, "none")
            return
        text = said(plain)
        if text is None:
            return
        link = _MARKDOWN.search(text)
        without = " ".join(_MARKDOWN.sub("", text).split()).strip(" .") if link else text
        self._bundle.state(subject, without or (link[1] if link else text), link[2] if link else None)

    def _training(self, asset: Asset, name: str) -> None:
        """The training run, from what is written of machines and time."""
        machines, time = asset.text("training_hardware"), asset.text("training_time")
        hours, flop = (hours_in(time), flop_in(time)) if time else (None, None)
        if time and hours is None and flop is None:
            self._bundle.note("bad-value", f"`training_time` is no plain time: `{shown(time)}`", **asset.at("training_time"))
        if machines or hours is not None or flop is not None:
            hardware = hardware_in(machines) if machines else None
            run = TrainingRun(name, hardware.name if hardware else None, hardware.number if hardware else None, hours, flop, source=self._bundle.source)
            self._bundle.training_runs.append(run)

    def _dependencies(self, asset: Asset) -> list[str]:
        """The names of what an asset was built on."""
        value = asset.values.get("dependencies")
        if isinstance(value, Mapping):
            value = value.get("value")
        found = texts_of(value)
        if found is None:
            self._bundle.note("bad-value", f"`dependencies` is no list: `{shown(value)}`", **asset.at("dependencies"))
            return []
        return [text for each in dict.fromkeys(found) if (text := said(each)) is not None]

    def _found(self, kind: str, title: str) -> str | None:
        """The asset of a kind that bears a name; letter case is overlooked where that leaves one."""
        name = self._names.get((kind, title))
        if name is not None:
            return name
        close = self._folded.get((kind, title.casefold()), set())
        return next(iter(close)) if len(close) == 1 else None

    def _unresolved(self, asset: Asset, title: str) -> None:
        self._bundle.note("dependency-unknown", f"no asset is called `{shown(title)}`", **asset.at("dependencies"))


def _modality(text: str) -> str | None:
    """`text; image, text`: what is taken, then what is made."""
    takes, _, makes = text.partition(";")
    taken = [part.strip().lower() for part in takes.split(",") if part.strip()]
    made = [part.strip().lower() for part in makes.split(",") if part.strip()]
    return modality_of(taken, made or taken)
