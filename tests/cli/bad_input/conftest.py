"""A small catalogue for each test of bad input, the command over it, and the check that a refusal leaves it as it was."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from registry.catalogue.ingest.writer import ingest
from registry.catalogue.opening import open_catalogue
from registry.catalogue.queries.catalogue_digest import catalogue_digest
from registry.cli.main import run
from registry.cli.output import Output
from registry.cli.state import State
from registry.desk.profiles import refresh_profiles
from registry.knowledge.store import Knowledge
from tests.cli.bad_input.refusal import Done, Licet
from tests.factories import chain, model, record, six_layers, statement


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """A folder with a small catalogue and a cache that holds the compiled knowledge."""
    folder = tmp_path_factory.mktemp("shelf")
    knowledge = Knowledge.load(pytestconfig.rootpath / "data", folder / "cache" / "licet")
    names = ("acme/base-7b-a", "acme/base-7b-b", "acme/base-13b")
    others = record(*(model(name) for name in names), *(statement(name) for name in names), origin="more")
    with closing(open_catalogue(folder / "catalogue.db")) as catalogue, catalogue.writing() as connection:
        ingest(connection, [six_layers(), others, chain("acme/one", "acme/two")], actor="tester", kind="test")
        refresh_profiles(connection, knowledge, None)
    return folder


@pytest.fixture
def catalogue(shelf: Path, tmp_path: Path) -> Path:
    """A copy of the small catalogue."""
    shutil.copy(shelf / "catalogue.db", tmp_path / "catalogue.db")
    return tmp_path / "catalogue.db"


@pytest.fixture
def licet(root: Path, shelf: Path, catalogue: Path) -> Licet:
    """Runs the command over the copy, with a home of its own; the knowledge is compiled already."""

    def call(*arguments: str, stdin: str | None = None, **named: Any) -> Done:
        variables = {**os.environ, "PYTHONPATH": str(root), "LICET_DB": str(catalogue), "XDG_CACHE_HOME": str(shelf / "cache"), **named.pop("environment", {})}
        variables = {name: value for name, value in variables.items() if value}
        named.setdefault("cwd", catalogue.parent)
        stdout = named.pop("stdout", subprocess.PIPE)
        if stdin is None:
            named["stdin"] = subprocess.DEVNULL
        command = [*named.pop("within", ()), sys.executable, "-m", "registry", *arguments]
        return subprocess.run(command, input=stdin, env=variables, stdout=stdout, stderr=subprocess.PIPE, text=True, timeout=120, check=False, **named)

    return call


@pytest.fixture
def here(catalogue: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> Licet:
    """Runs the command within this process, for the many cases that differ in a word only."""

    def call(*arguments: str) -> Done:
        monkeypatch.setenv("LICET_DB", str(catalogue))
        monkeypatch.setenv("XDG_CACHE_HOME", str(shelf / "cache"))
        monkeypatch.chdir(catalogue.parent)
        data, talk = io.StringIO(), io.StringIO()
        code = run(arguments, State(output=Output(data, talk)))
        return subprocess.CompletedProcess(arguments, code, data.getvalue(), talk.getvalue())

    return call


@pytest.fixture(autouse=True)
def unchanged(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test asked for and was refused has left the catalogue as it was; a test that spoils it itself is marked."""
    if "catalogue" not in request.fixturenames:
        yield
        return
    file = request.getfixturevalue("catalogue")
    before = digest(file)
    yield
    if request.node.get_closest_marker("usefixtures") is None:
        assert digest(file) == before


@pytest.fixture
def spoils() -> None:
    """Marks a test that puts something else in the place of its catalogue."""


def digest(file: Path) -> str:
    with closing(open_catalogue(file, create=False)) as opened, opened.reading() as connection:
        return catalogue_digest(connection)
