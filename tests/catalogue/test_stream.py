"""Many rows at once, on both engines."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from registry.catalogue.engine import Catalogue
from registry.catalogue.stream import FEW, among, change, next_number, settle_numbers, stream, write
from registry.catalogue.tables.developer import developer
from registry.supplychain.developer import Developer
from tests.catalogue.conftest import Write
from tests.factories import record


@pytest.mark.parametrize("count", [3, FEW + 5])
def test_rows_are_written_changed_and_read_back(catalogue: Catalogue, count: int) -> None:
    with catalogue.writing() as connection:
        write(connection, developer, ("id", "name", "country"), ((number, f"d{number}", None) for number in range(1, count + 1)))
        change(connection, developer, ("country", "title"), (("NO" if number % 2 else None, f"No. {number}", number) for number in range(1, count + 1)))
    with catalogue.reading() as connection:
        rows = list(stream(connection, select(developer.c.id, developer.c.name, developer.c.country, developer.c.title).order_by(developer.c.id)))
        assert rows == [(number, f"d{number}", "NO" if number % 2 else None, f"No. {number}") for number in range(1, count + 1)]
        wanted = select(developer.c.id).where(among(connection, developer.c.id, [3, 1, 10**9])).order_by(developer.c.id)
        assert list(connection.execute(wanted).scalars()) == [1, 3]


def test_numbers_given_out_by_hand_are_not_given_out_again(catalogue: Catalogue, write: Write) -> None:
    from registry.catalogue.stream import write as write_rows

    with catalogue.writing() as connection:
        assert next_number(connection, developer) == 1
        write_rows(connection, developer, ("id", "name"), [(7, "seven")])
        settle_numbers(connection, [developer])
    write(record(Developer("eight")))
    with catalogue.reading() as connection:
        assert next_number(connection, developer) == 9
