"""Every licence file is a test case: valid, in the vocabulary, and each of its example uses answered as it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.knowledge.files import read_license, read_vocabulary

DATA = Path(__file__).parents[2] / "data"
VOCABULARY = read_vocabulary(DATA)


@pytest.mark.parametrize("path", sorted((DATA / "licenses").glob("*.yaml")), ids=lambda path: path.stem)
def test_license_file_keeps_to_schema_and_vocabulary(path: Path) -> None:
    license = read_license(path, VOCABULARY)
    assert license.placeholder or license.extends or license.terms
