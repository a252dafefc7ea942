"""The migrations make the schema that the tables describe, and can be taken back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from registry.catalogue.engine import Catalogue
from registry.catalogue.tables.schema import METADATA
from registry.catalogue.upgrade import head_revision, migrate, migration_files
from registry.resources import resource_dir


@pytest.fixture
def config() -> Config:
    found = Config()
    found.set_main_option("script_location", str(resource_dir("migrations")).replace("%", "%%"))
    return found


def test_there_is_one_head_and_the_file_names_tell_it(config: Config) -> None:
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [head_revision()]
    assert [path.name[:4] for path in migration_files()] == [f"{n:04}" for n in range(1, len(migration_files()) + 1)]


def test_no_migration_imports_from_the_package() -> None:
    for path in migration_files():
        assert not re.search(r"^\s*(from|import) registry", path.read_text(encoding="utf-8"), re.MULTILINE), path.name


@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
def test_the_migrated_schema_is_that_of_the_tables(catalogue: Catalogue) -> None:
    with catalogue.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": METADATA})
        assert compare_metadata(context, METADATA) == []


def test_every_constraint_has_a_name(catalogue: Catalogue) -> None:
    with catalogue.reading() as connection:
        inspector = inspect(connection)
        for table in METADATA.tables:
            assert inspector.get_pk_constraint(table)["name"], table
            found = [*inspector.get_unique_constraints(table), *inspector.get_foreign_keys(table), *inspector.get_check_constraints(table)]
            assert all(each["name"] for each in found), table


def test_names_of_constraints_are_the_same_in_tables_and_migrations(catalogue: Catalogue) -> None:
    with catalogue.reading() as connection:
        inspector = inspect(connection)
        for table in METADATA.tables.values():
            here = {str(each.name) for each in table.constraints if each.name}
            there = {inspector.get_pk_constraint(table.name)["name"]}
            for each in (inspector.get_unique_constraints, inspector.get_foreign_keys, inspector.get_check_constraints):
                there |= {found["name"] for found in each(table.name)}
            assert {name if name.startswith(("pk", "uq", "fk", "ck")) else f"ck_{table.name}_{name}" for name in here} <= there, table.name


def _downgrade_and_back(connection: Connection) -> None:
    migrate(connection, "base")
    assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    inspect(connection).clear_cache()
    migrate(connection)


def test_empty_to_head_to_base_to_head(catalogue: Catalogue) -> None:
    with catalogue.writing() as connection:
        _downgrade_and_back(connection)
    with catalogue.reading() as connection:
        assert connection.execute(text("SELECT seq FROM chain_head")).scalar_one() == 0
        assert set(METADATA.tables) <= set(inspect(connection).get_table_names())


def test_alembic_reads_its_settings_from_the_project_file(root: Path, tmp_path: Path) -> None:
    config = Config(toml_file=str(root / "pyproject.toml"))
    config.cmd_opts = type("Options", (), {"x": [f"url=sqlite:///{tmp_path / 'c.db'}"]})()
    command.upgrade(config, "head")
    command.downgrade(config, "base")
