"""What every test shares: the options of the test run, and which marked tests it leaves out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("licet")
    group.addoption("--online", action="store_true", help="also run the tests that need the network")
    group.addoption("--gpu", action="store_true", help="also run the tests that need an accelerator")
    group.addoption("--update-golden", action="store_true", help="write the golden files anew; read the difference before committing")
    group.addoption("--update-docs", action="store_true", help="write the help texts and outputs in README.md anew")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    reasons = {
        "online": None if config.getoption("--online") else "needs the network: --online",
        "gpu": None if config.getoption("--gpu") else "needs an accelerator: --gpu",
        "postgres": None if os.environ.get("LICET_TEST_POSTGRES") else "needs a PostgreSQL server: set LICET_TEST_POSTGRES",
    }
    for item in items:
        for mark, reason in reasons.items():
            if reason and item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are written instead of compared."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture
def update_docs(request: pytest.FixtureRequest) -> bool:
    """Whether the README is written instead of compared."""
    return bool(request.config.getoption("--update-docs"))


@pytest.fixture
def root() -> Path:
    """The checkout, or the unpacked source distribution."""
    return ROOT


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for every test: no test sees the catalogue, facts or settings of whoever runs it."""
    home = tmp_path_factory.mktemp("home")
    for name in ("LICET_DB", "LICET_OFFLINE", "HF_HUB_OFFLINE", "_LICET_COMPLETE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    for name, folder in (("XDG_DATA_HOME", "data"), ("XDG_CACHE_HOME", "cache"), ("XDG_CONFIG_HOME", "config")):
        monkeypatch.setenv(name, str(home / folder))
    return home
