"""Remarks are kept with what they are about, and go when their origin no longer makes them."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from registry.catalogue.engine import Catalogue
from registry.catalogue.queries.remarks_of import remarks_of
from registry.catalogue.tables.remark import remark as remark_table
from registry.supplychain.data import Dataset
from registry.supplychain.remark import Remark
from tests.catalogue.conftest import Write
from tests.factories import SOURCE, model, record

SELF = Remark("acme/a", "base-itself", "the card names the model as its own base", "LIC108", "README.md", 4, SOURCE)


def _held(catalogue: Catalogue) -> list[tuple[str, str | None, int | None]]:
    query = select(remark_table).where(remark_table.c.retired_set.is_(None)).order_by(remark_table.c.id)
    with catalogue.reading() as connection:
        return [(row.code, row.finding, row.line) for row in connection.execute(query)]


def test_a_remark_is_kept_once_with_its_finding_and_line(catalogue: Catalogue, write: Write) -> None:
    given = record(model("acme/a"), SELF)
    assert write(given).added["remark"] == 1
    assert _held(catalogue) == [("base-itself", "LIC108", 4)]
    again = write(given)
    assert again.change_set is None


def test_a_remark_that_its_origin_no_longer_makes_is_retired(catalogue: Catalogue, write: Write) -> None:
    write(record(model("acme/a"), SELF))
    write(record(model("acme/b"), replace(SELF, subject="acme/b")))
    write(record(model("acme/a"), origin="other"))
    assert len(_held(catalogue)) == 2
    assert write(record(model("acme/a"))).retired["remark"] == 1
    assert len(_held(catalogue)) == 1


def test_remarks_are_found_by_their_code_and_what_they_are_about(catalogue: Catalogue, write: Write) -> None:
    write(
        record(
            model("acme/a"), Dataset("answers"), SELF, replace(SELF, code="other"), replace(SELF, subject="dataset:answers", finding=None, message="of the set")
        )
    )
    with catalogue.reading() as connection:
        assert remarks_of(connection, "acme/a", "base-itself") == (SELF.message,)
        assert remarks_of(connection, "dataset:answers", "base-itself") == ("of the set",)
        assert remarks_of(connection, "acme/b", "base-itself") == remarks_of(connection, "acme/a", "unheard-of") == ()
    write(record(model("acme/a"), Dataset("answers")))
    with catalogue.reading() as connection:
        assert remarks_of(connection, "acme/a", "base-itself") == ()
