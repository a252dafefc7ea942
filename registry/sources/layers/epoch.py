"""Epoch AI's table of models as CSV, plain or gzipped: who trained what, when, with which compute, on which base, and how it can be reached.

The table says nothing of licences. Its `Base model` is the one that a model was fine-tuned from; where several stand there, each is recorded.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from registry.errors import SourceError
from registry.sources.dump.lines import csv_header, csv_rows
from registry.sources.hub.words import shown
from registry.sources.layers.bundle import MOST_ROWS, Bundle, BundledSource
from registry.sources.layers.names import Known, NothingKnown, own_name, said, slug, usable_title
from registry.sources.layers.values import country_of, date_of
from registry.supplychain.compute import TrainingRun
from registry.supplychain.data import Dataset
from registry.supplychain.developer import Developer
from registry.supplychain.model import Model, Openness
from registry.supplychain.record import Record
from registry.supplychain.source import Source

ORIGIN = "epoch"
"""The origin of its claims."""

REFERENCE = "Epoch AI, data on AI models"
"""What its claims are said to be read from."""

COLUMNS = {
    "model": ("Model", "System"),
    "organization": ("Organization",),
    "organization_kind": ("Organization categorization", "Organization categorization (from Organization)"),
    "country": ("Country (from Organization)", "Country (of organization)", "Country"),
    "domain": ("Domain",),
    "published": ("Publication date",),
    "parameters": ("Parameters",),
    "flop": ("Training compute (FLOP)",),
    "finetune_flop": ("Finetune compute (FLOP)",),
    "dataset": ("Training dataset",),
    "hours": ("Training time (hours)",),
    "hardware": ("Training hardware",),
    "quantity": ("Hardware quantity",),
    "accessibility": ("Model accessibility",),
    "base": ("Base model",),
    "vendor": ("Training cloud compute vendor",),
    "center": ("Training data center",),
}
"""The columns that are read, under every name that the table has given them."""

_KINDS = {"industry": "company", "academia": "academic", "government": "government", "research collective": "community"}
_ACCESSES = {
    "api access": ("api", "closed"),
    "hosted access (no api)": (None, "closed"),
    "open weights (non-commercial)": ("open", "open"),
    "open weights (restricted use)": ("open", "open"),
    "open weights (unrestricted)": ("open", "open"),
    "unreleased": ("unreleased", "closed"),
}
_MEDIA = {"language": "text", "vision": "image", "image generation": "image", "speech": "audio", "audio": "audio", "video": "video"}
_NO_DATA = frozenset({"unspecified unreleased", "unspecified", "unknown"})
_REMARK = re.compile(r"\b(?:check|hardware|information|mention|paper|reference)", re.IGNORECASE)


class EpochSource(BundledSource):
    """Reads one copy of the table.

    Args:
        path: The file.
        known: What the catalogue knows already.
        read_on: The day on which it is read.
    """

    def __init__(self, path: Path, *, known: Known | None = None, read_on: str | None = None) -> None:
        self._path = path
        self._known = known or NothingKnown()
        super().__init__(Bundle(ORIGIN, Source(REFERENCE, read_on)))
        self._columns: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def records(self) -> Iterator[Record]:
        """A few records with all of it.

        Raises:
            SourceError: It cannot be read, or is another table.
        """
        header = csv_header(self._path)[0]
        self._columns = {field: name for field, names in COLUMNS.items() for name in names[:1] + tuple(reversed(names)) if name in header}
        if "model" not in self._columns or "flop" not in self._columns:
            raise SourceError(f"`{self._path.name}` has no columns `Model` and `Training compute (FLOP)`", "give the table of models as Epoch AI publishes it")
        rows: list[tuple[int, Mapping[str, Any], str, str]] = []
        for row in csv_rows(self._path):
            if row.values is None:
                self._note(row.number, "unreadable", row.problem or "the row cannot be read")
                continue
            title = usable_title(self._text(row.values, "model"))
            owners = self._list(row.values, "organization")
            label = f"{owners[0]} and others" if len(owners) > 1 else owners[0] if owners else None
            name = None if title is None else self._known.model(title, label) or own_name(label, title)
            if title is None or name is None:
                self._note(row.number, "no-name", "the row has no name of a model that can be one")
            elif name in self._bundle.models:
                self._note(row.number, "twice", "an earlier row has the same name and organisation")
            elif len(rows) >= MOST_ROWS:
                raise SourceError(f"`{self._path.name}` has more than {MOST_ROWS:,} rows", "check that it is the file you mean")
            else:
                self._bundle.models[name] = Model(name)
                self._names.setdefault(title, name)
                rows.append((row.number, row.values, name, title))
        if not rows:
            raise SourceError(f"`{self._path.name}` has no rows", "check that it is the file you mean")
        for number, values, name, title in rows:
            self._take(number, values, name, title)
        yield from self._bundle.records()

    def _note(self, row: int, code: str, message: str, finding: str | None = None) -> None:
        self._bundle.note(code, message, file=self._path.name, row=row, finding=finding)

    def _text(self, values: Mapping[str, Any], field: str) -> str | None:
        return said(values.get(self._columns.get(field, "")))

    def _list(self, values: Mapping[str, Any], field: str) -> list[str]:
        return [text for part in (self._text(values, field) or "").split(",") if (text := said(part)) is not None]

    def _number(self, number: int, values: Mapping[str, Any], field: str) -> float | None:
        text = self._text(values, field)
        if text is None:
            return None
        try:
            found = float(text) if len(text) < 60 else math.nan
        except ValueError:
            found = math.nan
        if not math.isfinite(found) or found < 0:
            self._note(number, "bad-value", f"`{self._columns[field]}` is no number: `{shown(text)}`")
            return None
        return found

    def _count(self, number: int, values: Mapping[str, Any], field: str) -> int | None:
        found = self._number(number, values, field)
        return round(found) if found is not None and 0 < found < 2**63 else None

    def _take(self, number: int, values: Mapping[str, Any], name: str, title: str) -> None:
        reached = self._text(values, "accessibility")
        access, weights = _ACCESSES.get((reached or "").casefold(), (None, None))
        if reached and reached.casefold() not in _ACCESSES:
            self._note(number, "bad-value", f"`Model accessibility` is not understood: `{shown(reached)}`")
        published = self._text(values, "published")
        day = date_of(published) if published else None
        if published and day is None:
            self._note(number, "bad-value", f"`Publication date` is no date: `{shown(published)}`")
        flop = self._number(number, values, "flop")
        self._bundle.models[name] = Model(
            name,
            title=title,
            developer=self._developers(number, values),
            modality=_modality(self._list(values, "domain")),
            access=access,
            openness=Openness(weights=weights),
            parameters=self._count(number, values, "parameters"),
            training_flop=flop,
            released_on=day,
            source=self._bundle.source,
        )
        self._training(number, values, name, flop)
        for base in self._bases(values):
            parent = self._names.get(base) or self._known.model(base, None) or own_name(None, base)
            if parent == name:
                self._note(number, "self-base", "it names itself as its base", "LIC108")
            elif parent is None:
                self._note(number, "bad-value", f"`{shown(base)}` cannot be the name of a base model")
            else:
                self._bundle.relate(name, parent, "finetune", says="Base model")
        for label in self._list(values, "dataset"):
            if label.casefold() in _NO_DATA:
                continue
            parent = self._known.dataset(label) or own_name(None, label)
            if parent is None:
                self._note(number, "bad-value", f"`{shown(label)}` cannot be the name of a dataset")
                continue
            self._bundle.datasets.setdefault(parent, Dataset(parent, usable_title(label), source=self._bundle.source))
            self._bundle.relate(name, f"dataset:{parent}", "trained-on", says="Training dataset")

    def _bases(self, values: Mapping[str, Any]) -> list[str]:
        """The bases: the whole cell where a model of the table is called so, else its parts."""
        text = self._text(values, "base")
        return [] if text is None else [text] if text in self._names else self._list(values, "base")

    def _developers(self, number: int, values: Mapping[str, Any]) -> str | None:
        """The developer of a row; several together are one of its own beside each of them."""
        owners, kinds, countries = (self._list(values, field) for field in ("organization", "organization_kind", "country"))
        names = []
        for at, owner in enumerate(owners):
            name = (self._known.developer(owner) or slug(owner)) if usable_title(owner) else ""
            if not name:
                continue
            names.append(name)
            kind = _KINDS.get(kinds[at].casefold()) if len(kinds) == len(owners) else None
            country = country_of(countries[at]) if len(countries) == len(owners) else None
            if len(countries) == len(owners) and country is None and countries[at].casefold() != "multinational":
                self._note(number, "bad-value", f"`Country` is none that is known: `{shown(countries[at])}`")
            self._bundle.developers.setdefault(name, Developer(name, owner, kind, country, self._bundle.source))
        if len(names) < 2:
            return names[0] if names else None
        joint = slug(f"{owners[0]} and others")
        self._bundle.developers.setdefault(joint, Developer(joint, usable_title(f"{owners[0]} and others"), source=self._bundle.source))
        return joint

    def _training(self, number: int, values: Mapping[str, Any], name: str, flop: float | None) -> None:
        """The training run. Of a fine-tune the table gives the compute of the base and its own together; its own is the run's."""
        own = self._number(number, values, "finetune_flop")
        hardware, vendor, center = (self._text(values, field) for field in ("hardware", "vendor", "center"))
        if center and (len(center) > 80 or _REMARK.search(center)):
            self._note(number, "bad-value", f"`Training data center` is a remark: `{shown(center)}`")
            center = None
        hours, count = self._number(number, values, "hours"), self._count(number, values, "quantity")
        spent = own if own is not None else flop if not self._text(values, "base") else None
        if any(value is not None for value in (hardware, vendor, center, hours, count, spent)):
            run = TrainingRun(name, hardware, count, hours, spent, None, vendor, center, self._bundle.source)
            self._bundle.training_runs.append(run)


def _modality(domains: list[str]) -> str | None:
    """What the fields of work come to; none where there are none."""
    if not domains:
        return None
    words = {domain.casefold() for domain in domains}
    media = {_MEDIA[word] for word in words if word in _MEDIA}
    if "multimodal" in words or ("text" in media and len(media) > 1) or len(media) > 2:
        return "multimodal"
    if media == {"image", "video"}:
        return "video"
    return next(iter(media)) if len(media) == 1 else "other" if not media else "multimodal"
