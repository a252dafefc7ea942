"""History as a chain of change sets, one a transaction: each carries the digest of its rows and of the set before it.

A writer takes the head of the chain as it begins and moves it as it ends, so writers queue there. (Taking it only at the
end would let two writers each add half of a cycle that neither sees.) Rows name actors by id, so that erasing a person's
name breaks nothing. Triggers refuse to change or remove what was recorded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby

from sqlalchemy import Connection, insert, select, update

from registry.catalogue.tables.columns import canonical_json
from registry.catalogue.tables.history import actor, chain_head, change, change_set
from registry.errors import UsageError

ZERO_HASH = "0" * 64
"""What the first change set follows."""

CHUNK = 5000
"""Rows written at a time."""


@dataclass(frozen=True, slots=True)
class Change:
    """One recorded change of one thing."""

    subject: str
    """What changed: a model's name, `dataset:NAME`, `app:NAME`, `developer:NAME` or `host:NAME`."""

    what: str
    """Which kind of row: `model`, `statement`, `relation`, `acceptance`, ..."""

    before: str | None
    """The row before, as canonical JSON; none if it is new."""

    after: str | None
    """The row after, as canonical JSON; none if it is no longer held."""


@dataclass
class ChangeLog:
    """The change set being written."""

    seq: int
    """Its number in the chain."""

    prev_hash: str
    """Hash of the set before it."""

    at: str
    """When it is written, in UTC."""

    actor_id: int
    """Who writes it."""

    kind: str
    """Why: `seed`, `register`, `accept`, ..."""

    rows: list[Change] = field(default_factory=list)
    """What has changed so far."""

    def add(self, subject: str, what: str, before: dict[str, object] | None, after: dict[str, object] | None) -> None:
        """Note one change."""
        self.rows.append(Change(subject, what, None if before is None else canonical_json(before), None if after is None else canonical_json(after)))


def actor_id(connection: Connection, name: str) -> int:
    """The id of an actor, new if need be."""
    found = connection.execute(select(actor.c.id).where(actor.c.name == name)).scalar()
    if found is None:
        found = connection.execute(insert(actor).values(name=name).returning(actor.c.id)).scalar_one()
    return int(found)


def erase_actor(connection: Connection, name: str) -> bool:
    """Forget the name of an actor; the history stays whole. Says whether there was one."""
    stamp = _stamp(datetime.now(UTC))
    return connection.execute(update(actor).where(actor.c.name == name).values(name=None, erased_at=stamp)).rowcount > 0


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def begin_change_set(connection: Connection, *, by: str, kind: str, at: datetime | None = None) -> ChangeLog:
    """Take the head of the chain and start a change set after it.

    Args:
        connection: A writing connection.
        by: The actor's name.
        kind: Why it is written.
        at: When; now, if not given. Time never runs backwards along the chain.
    """
    head = connection.execute(select(chain_head.c.seq, chain_head.c.hash).where(chain_head.c.id == 1).with_for_update()).one()
    last = connection.execute(select(change_set.c.at).where(change_set.c.seq == head.seq)).scalar()
    stamp = _stamp(at or datetime.now(UTC))
    return ChangeLog(head.seq + 1, head.hash, max(stamp, last or ""), actor_id(connection, by), kind)


def end_change_set(connection: Connection, log: ChangeLog, *, keep_rows: bool = True) -> str | None:
    """Write the change set and move the head; nothing is written if nothing changed.

    Args:
        connection: The same writing connection.
        log: What changed.
        keep_rows: False for a first bulk load, of which only the digest is kept.

    Returns:
        The set's hash, or none.
    """
    if not log.rows:
        return None
    root = _root(log.rows)
    digest = _hash(log.seq, log.at, log.actor_id, log.kind, log.prev_hash, root, len(log.rows))
    connection.execute(
        insert(change_set).values(
            seq=log.seq,
            at=log.at,
            actor_id=log.actor_id,
            kind=log.kind,
            prev_hash=log.prev_hash,
            root_hash=root,
            hash=digest,
            n_rows=len(log.rows),
            rows_kept=keep_rows,
        )
    )
    if keep_rows:
        rows = [
            {"set_seq": log.seq, "n": n, "subject": row.subject, "what": row.what, "before": row.before, "after": row.after}
            for n, row in enumerate(log.rows, 1)
        ]
        for start in range(0, len(rows), CHUNK):
            connection.execute(insert(change), rows[start : start + CHUNK])
    connection.execute(update(chain_head).where(chain_head.c.id == 1).values(seq=log.seq, hash=digest))
    return digest


def _root(rows: list[Change]) -> str:
    """The digest of rows in their order, one line of canonical JSON each."""
    state = hashlib.sha256()
    for n, row in enumerate(rows, 1):
        state.update(canonical_json([n, row.subject, row.what, row.before, row.after]).encode())
        state.update(b"\n")
    return state.hexdigest()


def _hash(seq: int, at: str, by: int, kind: str, prev: str, root: str, n_rows: int) -> str:
    return hashlib.sha256(canonical_json({"seq": seq, "at": at, "actor": by, "kind": kind, "prev": prev, "root": root, "rows": n_rows}).encode()).hexdigest()


def seq_known(connection: Connection, as_known: str) -> int:
    """The last change set written by the end of a day (or month, or instant): what was known then.

    Raises:
        UsageError: Nothing had been recorded by then.
    """
    # `~` sorts after every character of a time stamp, so a day takes in all its hours.
    found = connection.execute(select(change_set.c.seq).where(change_set.c.at <= as_known + "~").order_by(change_set.c.seq.desc()).limit(1)).scalar()
    if found is None:
        first = connection.execute(select(change_set.c.at).order_by(change_set.c.seq).limit(1)).scalar()
        hint = f"its history begins on {first[:10]}" if first else "it has no history yet"
        raise UsageError(f"the catalogue knew nothing on {as_known}", hint)
    return int(found)


def head_hash(connection: Connection) -> str:
    """The hash of the last change set: it stands for the whole history, and can be signed."""
    return str(connection.execute(select(chain_head.c.hash).where(chain_head.c.id == 1)).scalar_one())


def verify_chain(connection: Connection) -> list[str]:
    """What is wrong with the chain, a line each; empty if it is whole."""
    problems: list[str] = []
    prev, expected = ZERO_HASH, 1
    rows_of = _rows_by_set(connection)
    kept = next(rows_of, None)
    for found in connection.execute(select(change_set).order_by(change_set.c.seq)).all():
        if found.seq != expected:
            problems.append(f"change set {expected} is missing")
        if found.prev_hash != prev:
            problems.append(f"change set {found.seq} does not follow the one before it")
        if _hash(found.seq, found.at, found.actor_id, found.kind, found.prev_hash, found.root_hash, found.n_rows) != found.hash:
            problems.append(f"change set {found.seq} was altered")
        while kept is not None and kept[0] < found.seq:
            problems.append(f"rows of change set {kept[0]} stand without it")
            kept = next(rows_of, None)
        rows: list[Change] = []
        if kept is not None and kept[0] == found.seq:
            rows = kept[1]
            kept = next(rows_of, None)
        if found.rows_kept and (len(rows) != found.n_rows or _root(rows) != found.root_hash):
            problems.append(f"the rows of change set {found.seq} were altered")
        prev, expected = found.hash, found.seq + 1
    head = connection.execute(select(chain_head.c.seq, chain_head.c.hash).where(chain_head.c.id == 1)).first()
    if head is None or (head.seq, head.hash) != (expected - 1, prev):
        problems.append("the head of the chain is not its last change set")
    return problems


def _rows_by_set(connection: Connection) -> Iterator[tuple[int, list[Change]]]:
    """The kept rows, set by set."""
    found = connection.execute(select(change).order_by(change.c.set_seq, change.c.n))
    for seq, rows in groupby(found, key=lambda row: int(row.set_seq)):
        yield seq, [Change(row.subject, row.what, row.before, row.after) for row in rows]
