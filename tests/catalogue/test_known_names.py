"""What bears a name already, for sources that name things by their titles: one of that name or none, and where it was read."""

from __future__ import annotations

from registry.catalogue.engine import Catalogue
from registry.catalogue.queries.known_names import held_hostings, held_models, held_sources, named, named_model
from registry.supplychain.data import Dataset
from registry.supplychain.developer import Developer
from registry.supplychain.host import Host, Hosting
from registry.supplychain.model import Model
from registry.supplychain.record import Record
from registry.supplychain.source import Source
from tests.catalogue.conftest import Write

BOOK, TABLE = Source("a book", "2026-01-01"), Source("a table", "2026-01-01")
RECORD = Record(
    "test",
    developers=(Developer("acme", "Acme Labs", source=BOOK), Developer("zeta", "Zeta", source=TABLE)),
    datasets=(Dataset("acme/words", "Words", source=BOOK), Dataset("zeta/words", "Words", source=TABLE)),
    hosts=(Host("cloud", "The Cloud", source=BOOK),),
    models=(
        Model("acme/talker-7b", "Talker", "acme", parameters=7, source=BOOK),
        Model("zeta/talker", "Talker", "zeta", source=TABLE),
        Model("acme/only-named", recorded=False),
    ),
    hostings=(Hosting("acme/talker-7b", "cloud", price_usd=1.0, source=BOOK),),
)


def test_a_title_leads_to_the_one_model_of_its_developer(catalogue: Catalogue, write: Write) -> None:
    write(RECORD)
    with catalogue.reading() as connection:
        assert named_model(connection, "talker", "Acme Labs") == "acme/talker-7b"
        assert named_model(connection, "TALKER", "zeta") == "zeta/talker"
        assert named_model(connection, "Talker", None) is None, "there are two"
        assert named_model(connection, "Talker", "Nobody") is None
        assert named_model(connection, "acme/only-named", None) is None, "of which only the name is known"


def test_what_was_read_from_a_table_is_left_out_where_that_is_asked(catalogue: Catalogue, write: Write) -> None:
    write(RECORD)
    with catalogue.reading() as connection:
        assert named_model(connection, "Talker", None, ("a table",)) == "acme/talker-7b"
        assert named_model(connection, "Talker", "Zeta", ("a table",)) is None
        assert (named(connection, "dataset", "Words"), named(connection, "dataset", "Words", ("a table",))) == (None, "acme/words")
        assert (named(connection, "developer", "Acme Labs"), named(connection, "host", "cloud"), named(connection, "host", "x")) == ("acme", "cloud", None)


def test_what_is_held_is_told_with_its_source(catalogue: Catalogue, write: Write) -> None:
    write(RECORD)
    with catalogue.reading() as connection:
        held = held_models(connection, ["acme/talker-7b", "acme/only-named", "none/such"])
        assert list(held) == ["acme/talker-7b"]
        assert (held["acme/talker-7b"].parameters, held["acme/talker-7b"].developer, held["acme/talker-7b"].source) == (7, "acme", Source("a book"))
        assert held_sources(connection, "developer", ["zeta", "nobody"]) == {"zeta": "a table"}
        assert held_hostings(connection, ["acme/talker-7b", "zeta/talker"]) == {("acme/talker-7b", "cloud", ""): "a book"}
