"""Revenue of applications and of their owners, written by month or year; a period that is given anew is corrected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import insert, select, update

from registry.catalogue.ingest.ledger import Ledger
from registry.catalogue.ingest.rows import chunks, read_rows
from registry.catalogue.tables.application import application
from registry.catalogue.tables.revenue import revenue
from registry.errors import UsageError
from registry.supplychain.revenue import Revenue

Key = tuple[Any, ...]
OF_PRODUCT, OF_OWNER = ("application_id", "period"), ("owner", "scope", "period")
"""What tells one row from another: the revenue of a product stands with its application, any other with the application's owner."""


def write_revenues(ledger: Ledger, revenues: Iterable[Revenue]) -> None:
    """Write revenue.

    Raises:
        UsageError: No application is called that, or it names no owner whose revenue it could be.
    """
    given = list(revenues)
    owners = _owners(ledger, {each.application for each in given})
    rows: dict[tuple[str, ...], dict[Key, Revenue]] = {OF_PRODUCT: {}, OF_OWNER: {}}
    for each in given:
        number, owner = owners[each.application]
        if each.scope != "product" and owner is None:
            raise UsageError(
                f"`app:{each.application}` names no owner whose revenue this could be",
                f"name one with `licet catalog add application --set id={each.application} --set owner=NAME`",
            )
        if each.scope == "product":
            rows[OF_PRODUCT][number, each.period] = each
        else:
            rows[OF_OWNER][owner, each.scope, each.period] = each
    for key, own in rows.items():
        _write(ledger, key, own)


def _owners(ledger: Ledger, names: set[str]) -> dict[str, tuple[int, str | None]]:
    """Number and owner of applications, by name."""
    found: dict[str, tuple[int, str | None]] = {}
    for part in chunks(sorted(names)):
        query = select(application.c.id, application.c.name, application.c.owner).where(application.c.name.in_(part)).order_by(application.c.id)
        found.update({row.name: (row.id, row.owner) for row in ledger.connection.execute(query)})
    if names - found.keys():
        raise UsageError(f"no application is called `{min(names - found.keys())}`", "record the application first")
    return found


def _write(ledger: Ledger, key: tuple[str, ...], rows: Mapping[Key, Revenue]) -> None:
    known = read_rows(ledger.connection, revenue, key, rows)
    for own, each in rows.items():
        before = known.get(own)
        values = {"amount": float(each.amount), "currency": each.currency}
        source = {"source_id": ledger.source_id(each.source)} if each.source is not None else {}
        if before is None:
            named = {"scope": each.scope, **dict(zip(key, own, strict=True))}
            ledger.connection.execute(insert(revenue).values(**named, **values, **source))
            ledger.added["revenue"] += 1
        elif all(before[name] == value for name, value in values.items()):
            continue
        else:
            ledger.connection.execute(update(revenue).where(revenue.c.id == before["id"]).values(**values, **source))
            ledger.changed["revenue"] += 1
        about = {"scope": each.scope, "period": each.period} | ({} if key == OF_PRODUCT else {"owner": own[0]})
        shown = None if before is None else {**about, "amount": before["amount"], "currency": before["currency"]}
        ledger.log.add(f"app:{each.application}", "revenue", shown, {**about, **values})
