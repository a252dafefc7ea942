"""models.dev: which provider serves which model at which price. Its entries as JSON lines, its `api.json`, or a folder with its TOML files.

A provider's entry names the model of the common list that it serves, or stands for itself: then the model is the one that the catalogue or the
list knows by exactly that id or title, and else one of its own.
"""

from __future__ import annotations

import json
import posixpath
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.errors import SourceError
from registry.sources.dump.lines import json_rows, open_lines
from registry.sources.hub.words import name_problem, shown
from registry.sources.layers.bundle import MAX_TABLE, MOST_ROWS, Bundle, BundledSource
from registry.sources.layers.names import Known, NothingKnown, own_name, said, usable_title
from registry.sources.layers.values import date_of, modality_of
from registry.sources.references import read_reference
from registry.supplychain.developer import Developer
from registry.supplychain.host import Host, Hosting
from registry.supplychain.model import Model, Openness
from registry.supplychain.record import Record
from registry.supplychain.source import Source

ORIGIN = "models-dev"
"""The origin of its claims."""

REFERENCE = "models.dev"
"""What its claims are said to be read from."""

HOSTS = {
    "alibaba": "alibaba-model-studio",
    "anthropic": "anthropic-api",
    "azure": "azure-openai",
    "cohere": "cohere-api",
    "deepseek": "deepseek-api",
    "fireworks-ai": "fireworks",
    "google": "google-gemini-api",
    "minimax": "minimax-api",
    "mistral": "mistral-api",
    "moonshotai": "moonshot-api",
    "openai": "openai-api",
    "perplexity": "perplexity-api",
    "togetherai": "together",
    "xai": "xai-api",
    "zai": "zai-api",
}
"""Providers that the catalogue's own list of hosts has under another name."""

_MAX_TOML = 1_000_000
_PRICES = ("input", "output")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One file of models.dev, by its path there."""

    path: str
    values: Mapping[str, Any]
    line: int | None = None

    @property
    def provider(self) -> str | None:
        """The provider that it belongs to; none for a model of the common list."""
        parts = self.path.split("/")
        return parts[1] if parts[0] == "providers" and len(parts) > 2 else None

    @property
    def id(self) -> str | None:
        """The id of the model in the common list or at its provider; none for the provider itself."""
        head, mark, rest = self.path.removesuffix(".toml").partition("models/")
        return rest if mark and (head == "" or head.startswith("providers/")) else None


class ModelsDevSource(BundledSource):
    """Reads one copy of models.dev.

    Args:
        path: JSON lines with a `path` each (also gzipped), `api.json`, or a folder with `models` and `providers` in it.
        known: What the catalogue knows already.
        read_on: The day on which it is read.
    """

    def __init__(self, path: Path, *, known: Known | None = None, read_on: str | None = None) -> None:
        self._path = path
        self._known = known or NothingKnown()
        super().__init__(Bundle(ORIGIN, Source(REFERENCE, read_on)))
        self._listed: dict[str, str] = {}
        self._by_title: dict[str, set[str]] = {}
        self._by_fold: dict[str, set[str]] = {}
        self._by_tail: dict[str, set[str]] = {}

    def records(self) -> Iterator[Record]:
        """A few records with all of it.

        Raises:
            SourceError: It cannot be read, or is something else.
        """
        entries: dict[str, _Entry] = {}
        for entry in self._entries():
            if len(entries) >= MOST_ROWS:
                raise SourceError(f"`{self._path.name}` has more than {MOST_ROWS:,} entries", "check that it is the file you mean")
            entries[entry.path] = entry
        read = [self._followed(entry, entries) for entry in entries.values()]
        models = [entry for entry in read if entry is not None and entry.provider is None and entry.id]
        served = [entry for entry in read if entry is not None and entry.provider is not None]
        if not models and not served:
            raise SourceError(f"`{self._path.name}` has nothing of models.dev", "give its entries as JSON lines, its api.json, or a folder with its TOML files")
        for entry in models:
            self._list_model(entry)
        for entry in served:
            if entry.id is None:
                self._host(entry.provider or "", said(entry.values.get("name")))
        for entry in served:
            if entry.id is not None:
                self._serve(entry, entry.id, entry.provider or "")
        yield from self._bundle.records()

    def _note(self, entry: _Entry, code: str, message: str) -> None:
        self._bundle.note(code, message, file=shown(entry.path, 200), line=entry.line)

    def _entries(self) -> Iterator[_Entry]:
        if self._path.is_dir():
            yield from self._files()
            return
        raw, stream = open_lines(self._path)
        with raw, stream:
            try:
                first = stream.readline(65_536)
            except (OSError, EOFError) as error:
                raise SourceError(f"`{self._path.name}` cannot be read: {shown(error, 100)}", "fetch the file anew") from error
        if not _is_entry(first):
            yield from self._document()
            return
        for row in json_rows(self._path):
            path = row.values.get("path") if row.values is not None else None
            if row.values is None or not isinstance(path, str) or len(path) > 400:
                self._bundle.note("unreadable", row.problem or "the line has no `path`", file=self._path.name, line=row.number)
            else:
                yield _Entry(path, row.values, row.number)

    def _document(self) -> Iterator[_Entry]:
        """The entries of `api.json`: providers with their models by id."""
        raw, stream = open_lines(self._path)
        with raw, stream:
            try:
                data = stream.read(MAX_TABLE + 1)
                if len(data) > MAX_TABLE:
                    raise SourceError(f"`{self._path.name}` has more than {MAX_TABLE:,} bytes", "check that it is the file you mean")
                value = json.loads(data)
            except (OSError, EOFError) as error:
                raise SourceError(f"`{self._path.name}` cannot be read: {shown(error, 100)}", "fetch the file anew") from error
            except (ValueError, RecursionError) as error:
                why = (
                    f"line {error.lineno}, column {error.colno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else "it nests too deep or is no UTF-8"
                )
                raise SourceError(f"`{self._path.name}` is no JSON: {why}", "fetch the file anew") from error
        for provider, held in value.items() if isinstance(value, dict) else ():
            if not isinstance(held, dict) or not isinstance(held.get("models"), dict):
                self._bundle.note("unreadable", f"`{shown(provider)}` is no provider with models", file=self._path.name)
                continue
            yield _Entry(f"providers/{provider}/provider.toml", held)
            for id, model in held["models"].items():
                if isinstance(model, dict):
                    yield _Entry(f"providers/{provider}/models/{id}.toml", model)
                else:
                    self._bundle.note("unreadable", f"`{shown(id)}` of `{shown(provider)}` is no object", file=self._path.name)

    def _files(self) -> Iterator[_Entry]:
        """The TOML files of a folder; links are followed only within it."""
        root = self._path.resolve()
        for at, file in enumerate(sorted(root.glob("**/*.toml"))):
            path = file.relative_to(root).as_posix()
            entry = _Entry(path, {})
            if at >= MOST_ROWS:
                raise SourceError(f"`{self._path.name}` holds more than {MOST_ROWS:,} files", "name the folder of models.dev")
            try:
                place = file.resolve(strict=True)
                if root not in place.parents:
                    self._note(entry, "link-out", "the file is a link out of the folder, which is not followed")
                    continue
                if not place.is_file() or place.stat().st_size > _MAX_TOML:
                    self._note(entry, "unreadable", f"the file has more than {_MAX_TOML:,} bytes, or is none")
                    continue
                text = place.read_bytes()
                yield _Entry(path, tomllib.loads(text.decode("utf-8")))
            except (OSError, RuntimeError) as error:
                self._note(entry, "unreadable", f"the file cannot be read: {getattr(error, 'strerror', None) or 'it leads to itself'}")
            except (ValueError, RecursionError) as error:
                raw = text[:400].decode("utf-8", "replace")
                yield _Entry(path, {"_error": shown(error, 120), "_raw": raw})

    def _followed(self, entry: _Entry, entries: Mapping[str, _Entry]) -> _Entry | None:
        """An entry; where it is the text of a link to another, with what stands there."""
        if "_error" not in entry.values:
            return entry
        raw = entry.values.get("_raw")
        if isinstance(raw, str) and raw.strip().endswith(".toml"):
            target = entries.get(posixpath.normpath(posixpath.join(posixpath.dirname(entry.path), raw.strip())))
            if target is not None and "_error" not in target.values:
                return _Entry(entry.path, target.values, entry.line)
        self._note(entry, "unreadable", f"the file is no TOML: {shown(entry.values['_error'], 120)}")
        return None

    def _list_model(self, entry: _Entry) -> None:
        """A model of the common list."""
        id = entry.id or ""
        title = usable_title(said(entry.values.get("name")))
        repository = self._repository(entry)
        owner = id.partition("/")[0] if "/" in id else None
        name = repository or (self._known.model(id, None) if "/" in id else None) or (self._known.model(title, owner) if title else None) or id
        if name_problem(name, "model") is not None:
            self._note(entry, "bad-name", f"`{shown(name)}` cannot be the name of a model")
            return
        self._listed[id] = name
        self._by_fold.setdefault(id.casefold(), set()).add(id)
        self._by_tail.setdefault(id.rpartition("/")[2], set()).add(id)
        if title:
            self._by_title.setdefault(title, set()).add(id)
        aliases = (id,) if name != id and name_problem(id, "model") is None else ()
        self._describe(entry, name, title, aliases)

    def _repository(self, entry: _Entry) -> str | None:
        """The one repository of the Hub that an entry names for its weights."""
        weights = entry.values.get("weights")
        found = set()
        for each in weights if isinstance(weights, list) else ():
            address = each.get("url") if isinstance(each, Mapping) else each
            reference = read_reference(address) if isinstance(address, str) and len(address) <= 1_000 else None
            if reference is not None and reference.kind == "id" and reference.kind_of_repository == "model" and reference.id:
                found.add(reference.id)
        return found.pop() if len(found) == 1 else None

    def _describe(self, entry: _Entry, name: str, title: str | None, aliases: tuple[str, ...] = ()) -> None:
        """The model of an entry, unless one before it told of it."""
        if name in self._bundle.models:
            return
        values = entry.values
        owner = name.rpartition("/")[0]
        developer = (self._known.developer(owner) or owner) if owner and "/" not in owner else None
        if developer is not None:
            self._bundle.developers.setdefault(developer, Developer(developer, source=self._bundle.source))
        opened = values.get("open_weights")
        released = said(values.get("release_date"))
        day = date_of(released) if released else None
        if released and day is None:
            self._note(entry, "bad-value", f"`release_date` is no date: `{shown(released)}`")
        self._bundle.models[name] = Model(
            name,
            title=title,
            developer=developer,
            aliases=aliases,
            modality=self._modality(entry),
            access="api" if opened is False else None,
            openness=Openness(weights={True: "open", False: "closed"}.get(opened) if isinstance(opened, bool) else None),
            released_on=day,
            source=self._bundle.source,
        )
        self._bundle.state(name, said(values.get("license")), said(values.get("license_url")))

    def _modality(self, entry: _Entry) -> str | None:
        held = entry.values.get("modalities")
        if not isinstance(held, Mapping):
            return None
        media = []
        for key in _PRICES:
            each = held.get(key)
            # A document is read as text or as the image of its pages, which the list has beside it.
            media.append({str(word) for word in each if word != "pdf"} if isinstance(each, list) else set())
        if not media[1]:
            return None
        found = modality_of(media[0], media[1])
        if found is None:
            self._note(entry, "bad-value", f"`modalities` are not understood: `{shown(held)}`")
        return found

    def _host(self, provider: str, title: str | None) -> str | None:
        """The host that a provider is."""
        named = HOSTS.get(provider)
        name = (self._known.host(named) if named else None) or self._known.host(provider) or provider
        if name_problem(name, "model") is not None:
            return None
        if name not in self._bundle.hosts or (title and self._bundle.hosts[name].title is None):
            self._bundle.hosts[name] = Host(name, usable_title(title), source=self._bundle.source)
        return name

    def _serve(self, entry: _Entry, id: str, provider: str) -> None:
        """What a provider serves, at its price."""
        host = self._host(provider, None)
        name = self._served(entry, id, provider)
        if host is None or name is None:
            self._note(entry, "bad-name", "the provider or model has a name that can be none")
            return
        self._describe(entry, name, usable_title(said(entry.values.get("name"))))
        cost = entry.values.get("cost")
        prices = [self._price(entry, cost.get(key)) if isinstance(cost, Mapping) else None for key in _PRICES]
        hosting = Hosting(name, host, price_input_usd_per_million=prices[0], price_output_usd_per_million=prices[1], access="api", source=self._bundle.source)
        held = self._bundle.hostings.setdefault((name, host), hosting)
        if held != hosting:
            self._note(entry, "twice", "the provider serves the same model under another id at another price; the first is kept")

    def _served(self, entry: _Entry, id: str, provider: str) -> str | None:
        """The model that a provider's entry is about."""
        base = entry.values.get("base_model")
        if isinstance(base, str):
            if base in self._listed:
                return self._listed[base]
            self._note(entry, "base-unknown", f"`base_model` is in no list: `{shown(base)}`")
        if id in self._listed:
            return self._listed[id]
        same = self._by_fold.get(id.casefold(), set())
        found = self._known.model(id, None) if "/" in id and not same else None
        if found is not None:
            return found
        title = said(entry.values.get("name"))
        for ids in (same, self._by_tail.get(id, set()), self._by_title.get(title or "", set())):
            if len(ids) == 1:
                return self._listed[next(iter(ids))]
        if id.count("/") == 1 and name_problem(id, "model") is None:
            return id
        return own_name(provider, id)

    def _price(self, entry: _Entry, value: object) -> float | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
            self._note(entry, "bad-value", f"`cost` is no price: `{shown(value)}`")
            return None
        return float(value)


def _is_entry(line: bytes) -> bool:
    """Whether the first line of a file is an entry of its own."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return line.lstrip().startswith(b'{"path"')
    return isinstance(value, dict) and "path" in value and not isinstance(value["path"], dict)
