"""The licences, read once for all tests of reports."""

from __future__ import annotations

import pytest

from registry.knowledge.store import Knowledge
from registry.resources import resource_dir


@pytest.fixture(scope="session")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    return Knowledge.load(resource_dir("data"), tmp_path_factory.mktemp("cache"))
