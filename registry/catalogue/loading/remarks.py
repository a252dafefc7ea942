"""What listings could not be understood in, kept with the models and datasets it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from registry.catalogue.ingest.remarks import remark_digest
from registry.catalogue.loading.state import LoadState
from registry.catalogue.stream import change, stream, write
from registry.catalogue.tables.remark import remark
from registry.supplychain.remark import Remark

_COLUMNS = ("model_id", "dataset_id", "origin", "code", "finding", "message", "line", "source_id", "digest", "added_set")


class Remarks:
    """The remarks of a load: those that an audit makes a finding of.

    Args:
        state: The load.
        kind: `model` or `dataset`.
    """

    def __init__(self, state: LoadState, kind: str) -> None:
        self._state = state
        self._kind = kind
        subject = remark.c.model_id if kind == "model" else remark.c.dataset_id
        query = select(remark.c.digest, remark.c.id, subject).where(remark.c.origin == state.origin, remark.c.retired_set.is_(None), subject.is_not(None))
        self._held: dict[str, tuple[int, int]] = {digest: (number, of) for digest, number, of in stream(state.connection, query)}
        self._said: set[str] = set()

    def take(self, remarks: Iterable[Remark], numbers: Mapping[str, int]) -> None:
        """Keep remarks on things whose numbers are known; each is kept once."""
        state = self._state
        rows: list[tuple[Any, ...]] = []
        for each in remarks:
            name = each.subject.removeprefix("dataset:") if self._kind == "dataset" else each.subject
            number = numbers.get(name)
            digest = remark_digest(each, state.origin)
            if number is None or digest in self._said:
                continue
            self._said.add(digest)
            if self._held.pop(digest, None) is not None:
                continue
            ends = (number, None) if self._kind == "model" else (None, number)
            rows.append((*ends, state.origin, each.code, each.finding, each.message, each.line, state.source_id, digest, state.log.seq))
            state.note(each.subject, "remark", None, {"code": each.code, "message": each.message, "origin": state.origin})
        write(state.connection, remark, _COLUMNS, rows)
        state.added["remark"] += len(rows)

    def finish(self, is_listed: Any) -> None:
        """Retire what was remarked before and is not again, of the things that the load described."""
        stale = [number for number, of in self._held.values() if is_listed(of)]
        change(self._state.connection, remark, ("retired_set",), [(self._state.log.seq, number) for number in stale])
        self._state.retired["remark"] += len(stale)
