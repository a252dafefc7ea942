from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from registry.errors import RegistryError
from registry.resources import resource_dir


@pytest.mark.parametrize(("name", "inside"), [("data", "vocabulary.yaml"), ("migrations", "versions")])
def test_both_folders_are_found(name: str, inside: str) -> None:
    assert (resource_dir(name) / inside).exists()


def test_a_folder_that_is_not_there_is_an_error_with_a_hint() -> None:
    with pytest.raises(RegistryError, match="without its `nothing` folder") as caught:
        resource_dir("nothing")
    assert caught.value.hint


def test_a_foreign_data_folder_beside_the_package_is_not_ours(root: Path, tmp_path: Path) -> None:
    package = tmp_path / "registry"
    package.mkdir()
    for name in ("__init__.py", "errors.py", "resources.py"):
        shutil.copy(root / "registry" / name, package / name)
    (tmp_path / "data").mkdir()
    program = "from registry.resources import resource_dir\ntry:\n    print(resource_dir('data'))\nexcept Exception as error:\n    print(type(error).__name__)"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(tmp_path)})
    assert done.stdout.strip() == "RegistryError"
