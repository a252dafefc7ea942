"""What listings declare about licences: a claim that is held already is left alone, a new one written, one that is no longer made retired."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from json.encoder import encode_basestring
from typing import Any

from sqlalchemy import select

from registry.catalogue.loading.state import LoadState
from registry.catalogue.stream import among, change, stream, write
from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.license import statement
from registry.catalogue.tables.model import model
from registry.supplychain.listing import Listing

_COLUMNS = ("model_id", "dataset_id", "origin", "basis", "raw_name", "raw_link", "source_id", "digest", "added_set")


class Statements:
    """The statements of a load.

    Args:
        state: The load.
        kind: `model` or `dataset`.
        known_before: The first number that nothing had before this load: what is new cannot have made a claim before.
    """

    def __init__(self, state: LoadState, kind: str, known_before: int) -> None:
        self._state = state
        self._kind = kind
        self._known_before = known_before
        self._subject = statement.c.model_id if kind == "model" else statement.c.dataset_id
        self._prefix = "" if kind == "model" else "dataset:"
        query = select(statement.c.digest, statement.c.id).where(
            statement.c.origin == state.origin, statement.c.retired_set.is_(None), self._subject.is_not(None)
        )
        # Digests by their first 64 bits, which tell millions apart: a hundred bytes a claim are what can be afforded.
        self._held: dict[int, int] = {int(digest[:16], 16): number for digest, number in stream(state.connection, query)}

    def take(self, listing: Listing, numbers: Sequence[int | None]) -> None:
        """Write what a listing declares."""
        state, held = self._state, self._held
        digest_of = _digests(state.origin, state.reference, self._prefix)
        rows: list[tuple[Any, ...]] = []
        at_model = self._kind == "model"
        for at, name, link in _declared(listing):
            number = numbers[at]
            if number is None:
                continue
            subject = listing.names[at]
            for written in (name, link):
                if written is not None:
                    state.check(written, "license", subject)
            digest = digest_of(subject, name, link)
            if number < self._known_before and held.pop(int(digest[:16], 16), None) is not None:
                continue
            rows.append(
                (number if at_model else None, None if at_model else number, state.origin, "declared", name, link, state.source_id, digest, state.log.seq)
            )
            if not state.first or number < self._known_before:
                state.log.add(self._prefix + subject, "statement", None, _shown(state, name, link))
                (state.touched if at_model else state.touched_datasets).add(number)
        write(state.connection, statement, _COLUMNS, rows)
        state.added["statement"] += len(rows)
        state.take_in(row[7] for row in rows)

    def finish(self, is_listed: Any) -> None:
        """Retire what is held of this origin and was not said again, of the things that the load described."""
        state = self._state
        if not self._held:
            return
        table = model if self._kind == "model" else dataset
        query = (
            select(statement.c.id, self._subject.label("subject"), table.c.name, statement.c.raw_name, statement.c.raw_link)
            .join(table, table.c.id == self._subject)
            .where(among(state.connection, statement.c.id, list(self._held.values())))
            .order_by(statement.c.id)
        )
        stale = [row for row in state.connection.execute(query) if is_listed(row.subject)]
        for row in stale:
            state.log.add(self._prefix + row.name, "statement", _shown(state, row.raw_name, row.raw_link), None)
            (state.touched if self._kind == "model" else state.touched_datasets).add(row.subject)
        change(state.connection, statement, ("retired_set",), [(state.log.seq, row.id) for row in stale])
        state.retired["statement"] += len(stale)


def _declared(listing: Listing) -> Iterator[tuple[int, str | None, str | None]]:
    """Position, name and link of each statement: a link belongs to the first licence of its row, or stands alone."""
    links = dict(listing.license_links)
    seen: set[tuple[int, str]] = set()
    for at, name in listing.licenses:
        if (at, name) not in seen:
            seen.add((at, name))
            yield at, name, links.pop(at, None)
    for at, link in links.items():
        yield at, None, link


def _shown(state: LoadState, name: str | None, link: str | None) -> dict[str, object]:
    values = {"raw_name": name, "raw_link": link, "basis": "declared", "source": state.reference, "origin": state.origin}
    return {key: value for key, value in values.items() if value is not None}


def _digests(origin: str, reference: str, prefix: str) -> Any:
    """What makes the digest of a statement: the same bytes as the ordinary door takes it from, put together by hand for their number."""
    start = f'{{"basis":"declared","origin":{encode_basestring(origin)}'
    middle = f',"source":{encode_basestring(reference)},"subject":'
    names: dict[str, str] = {}

    def digest_of(subject: str, name: str | None, link: str | None) -> str:
        said = ""
        if link is not None:
            said += f',"raw_link":{encode_basestring(link)}'
        if name is not None:
            if name not in names:
                names[name] = f',"raw_name":{encode_basestring(name)}'
            said += names[name]
        return hashlib.sha256(f"{start}{said}{middle}{encode_basestring(prefix + subject)}}}".encode()).hexdigest()

    return digest_of
