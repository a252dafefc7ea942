"""The Hub itself: single models and datasets by name, or lists of them, with all that the Hub tells of each but the files."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from registry.errors import SourceError, UsageError
from registry.sources.hub.client import HubClient
from registry.sources.hub.query import HubQuery, Position, PositionFile, fields_of
from registry.sources.hub.rows import RowReader
from registry.sources.hub.words import shown
from registry.sources.listing import NoteBook, record_of
from registry.supplychain.listing import Listing, RowNote
from registry.supplychain.names import split_reference
from registry.supplychain.record import Record
from registry.supplychain.source import Source

ORIGIN = "hub"
"""The origin of what the Hub says."""

Progress = Callable[[int, int | None], None]
"""Told how many rows are done, and of how many, where that is known."""


class HubSource:
    """Reads the Hub.

    A list that was interrupted goes on where it stopped: after what was yielded is safely written, call `keep_position`; the next source
    for the same list and file begins there.

    Args:
        names: Models (`org/name`, `org/name@revision`) and datasets (`dataset:org/name`).
        query: A list of them, beside or instead of names.
        endpoint: Another Hub than the one the Hub's client is set to.
        offline: Never ask; every request is an error.
        position_file: Where the position of an interrupted list is kept.
        progress: Told after every page.
        wait: Waits for some seconds, when the Hub asks for it; may tell somebody.
        timeout: Seconds without a byte, after which a request is tried again.
    """

    def __init__(
        self,
        names: Sequence[str] = (),
        query: HubQuery | None = None,
        *,
        endpoint: str | None = None,
        offline: bool = False,
        position_file: Path | None = None,
        progress: Progress | None = None,
        wait: Callable[[float], None] = time.sleep,
        timeout: float = 60.0,
    ) -> None:
        if not names and query is None:
            raise UsageError("nothing was asked of the Hub", "name a model, or give `--author`, `--search`, `--filter` or `--all`")
        self._client = HubClient(endpoint, offline=offline, wait=wait, timeout=timeout)
        self._names = [_asked(name) for name in names]
        self._query = query
        self._file = PositionFile(position_file, self._client.shown_endpoint, query) if position_file is not None and query is not None else None
        self._progress = progress
        self._today = datetime.now(UTC).date().isoformat()
        self.position: Position | None = None
        """Where the list goes on after what was yielded so far; none before its first page and after its last."""
        self.resumed = 0
        """How many rows of the list an earlier run had taken in."""
        self.notes = NoteBook()
        """What could not be understood, so far."""
        self.rows = 0
        """How many rows were taken in, so far."""

    @property
    def name(self) -> str:
        """The origin of its records."""
        return ORIGIN

    @property
    def as_of(self) -> str:
        """The day on which the Hub was asked, in UTC."""
        return self._today

    def source_of(self, listing: Listing) -> Source:
        """What the claims of a listing are said to be read from."""
        return Source(f"{self._client.shown_endpoint}/api/{listing.kind}s", self._today)

    def records(self) -> Iterator[Record]:
        """One record a name or page.

        Raises:
            SourceError: The Hub cannot be read; the message says what it was asked for, the hint what to do.
        """
        for listing in self.listings():
            yield record_of(listing, ORIGIN, self.source_of(listing))

    def listings(self) -> Iterator[Listing]:
        """The names one by one, then the list page by page, lean. Raises what `records` raises."""
        yield from self._taken(self._named())
        yield from self._taken(self._listed())

    def keep_position(self) -> None:
        """Note that what was yielded so far is safely written: a later run goes on behind it. After the end, forget the position.

        Raises:
            SourceError: The position cannot be kept.
        """
        if self._file is not None and self.position is not None:
            self._file.write(self.position)
        elif self._file is not None:
            self._file.remove()

    def _taken(self, listings: Iterator[Listing]) -> Iterator[Listing]:
        for listing in listings:
            self.notes.add(listing.notes)
            self.rows += len(listing)
            yield listing

    def _named(self) -> Iterator[Listing]:
        for number, (kind, name, revision) in enumerate(self._names, 1):
            what = f"the {kind} `{name}`" if revision is None else f"the {kind} `{name}@{revision}`"
            path = f"/api/{kind}s/{name}"
            if revision is not None:
                path += f"/revision/{quote(revision, safe='')}"
            answer = self._client.ask(path, [("expand", field) for field in fields_of(kind)], what=what)
            if not isinstance(answer.data, dict):
                raise SourceError(f"{what}: the Hub's answer is no object", "check `HF_ENDPOINT`")
            listing = Listing(kind)
            if not RowReader(kind).add(listing, number, answer.data, set(), asked=name):
                raise SourceError(f"{what}: {listing.notes[-1].message}", "check `HF_ENDPOINT`")
            yield listing
            self._tell(number, len(self._names))

    def _listed(self) -> Iterator[Listing]:
        if self._query is None:
            return
        query, reader = self._query, RowReader(self._query.kind)
        kept = self._file.read() if self._file is not None else None
        done, total = (kept.done, kept.total) if kept is not None else (0, query.limit)
        self.resumed = done
        asked: str | Sequence[tuple[str, str]] | None = kept.next_query if kept is not None else query.parameters
        what = f"the list of {query.kind}s"
        while asked is not None:
            try:
                answer = self._client.ask(query.path, asked, what=what)
            except SourceError as error:
                if kept is not None and "(400)" in error.message and self._file is not None:
                    self._file.remove()
                    raise SourceError(f"{what} cannot go on where it stopped: its cursor has expired", "run the same import again, from the start") from error
                raise
            kept = None
            if not isinstance(answer.data, list):
                raise SourceError(f"{what}: the Hub's answer is no list", "check `HF_ENDPOINT`")
            rows = answer.data if query.limit is None else answer.data[: max(query.limit - done, 0)]
            listing, seen = Listing(query.kind), set[str]()
            for number, row in enumerate(rows, done + 1):
                if isinstance(row, dict):
                    reader.add(listing, number, row, seen)
                else:
                    listing.notes.append(RowNote("unreadable", "the row is no object", number, lost=True))
            done += len(rows)
            total = query.limit if query.limit is not None else answer.total or total
            asked = None if query.limit is not None and done >= query.limit else answer.next_query
            if asked is not None and not rows:
                raise SourceError(f"{what}: the Hub leads from an empty page to a next one", "try again later")
            self.position = Position(asked, done, total) if asked is not None else None
            yield listing
            self._tell(done, total)

    def _tell(self, done: int, total: int | None) -> None:
        if self._progress is not None:
            self._progress(done, total)


def _asked(text: str) -> tuple[str, str, str | None]:
    """A reference as kind, name and revision.

    Raises:
        UsageError: It can be none on the Hub.
    """
    from huggingface_hub.errors import HFValidationError

    kind, name, revision = split_reference(text)
    try:
        if kind == "application":
            raise UsageError(f"`{shown(text)}` is an application, which the Hub does not have", "name a model or `dataset:NAME`")
        importlib.import_module("huggingface_hub.utils").validate_repo_id(name)
    except HFValidationError as error:
        raise UsageError(f"`{shown(text)}` cannot be a name on the Hub", "write it as on its page: `org/name`") from error
    if revision is not None and (not revision or not revision.isprintable() or len(revision) > 200 or ".." in revision):
        raise UsageError(f"`{shown(text)}` names no revision that can be", "write a branch, tag or commit after `@`")
    return kind, name, revision
