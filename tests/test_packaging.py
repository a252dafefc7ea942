"""The program as others get it: a wheel and a source distribution, installed somewhere else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SHIPPED = ("data", "migrations")
SUFFIXES = {".csv", ".yaml", ".json", ".jsonl", ".md", ".py", ".mako"}


def execute(*command: str | Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as somebody else would: nothing of this process's Python path or settings reaches it."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LICET_"))}
    return subprocess.run(
        [str(part) for part in command], cwd=folder, env={**variables, **environment}, capture_output=True, text=True, timeout=600, check=False
    )


def succeed(*command: str | Path, folder: Path, **environment: str) -> str:
    done = execute(*command, folder=folder, **environment)
    if done.returncode and "Retrying (" in done.stderr + done.stdout:
        pytest.skip("no package index can be reached")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel, made from the source distribution, and the source distribution."""
    pytest.importorskip("build")
    root = Path(__file__).resolve().parent.parent
    folder = tmp_path_factory.mktemp("dist")
    succeed(sys.executable, "-m", "build", "--outdir", folder, root, folder=folder)
    return next(folder.glob("*.whl")), next(folder.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def elsewhere(built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean virtual environment in which the wheel is installed; the folder of its programs."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "venv", with_pip=True)
    programs = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    succeed(programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", built[0], folder=folder)
    return programs


def tracked(root: Path) -> set[str]:
    """The shipped files that are in version control, or that nobody has told git to ignore."""
    done = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", *SHIPPED], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a checkout")
    return {name for name in done.stdout.splitlines() if (root / name).is_file()}


def test_the_wheel_carries_the_data_of_the_checkout_and_nothing_else(root: Path, built: tuple[Path, Path]) -> None:
    expected = tracked(root)
    with zipfile.ZipFile(built[0]) as wheel:
        names = wheel.namelist()
    shipped = {name.removeprefix("registry/") for name in names if name.startswith(tuple(f"registry/{folder}/" for folder in SHIPPED))}
    assert shipped == expected
    assert "data/vocabulary.yaml" in shipped
    assert {Path(name).suffix for name in shipped} <= SUFFIXES, "a file of a kind that does not belong there"


def test_the_wheel_holds_the_package_and_no_tests(built: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(built[0]) as wheel:
        tops = {name.split("/")[0] for name in wheel.namelist()}
        scripts = next(wheel.read(name).decode() for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert {top for top in tops if not top.endswith(".dist-info")} == {"registry"}
    assert "licet = registry.cli.main:main" in scripts


def test_the_source_distribution_can_be_tested(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "data/vocabulary.yaml", "tests/conftest.py", "registry/cli/main.py"} <= names


def test_the_installed_command_does_the_main_job_from_any_folder(elsewhere: Path, tmp_path: Path, own_home: Path) -> None:
    first = execute(elsewhere / "licet", "models", "--commercial", "--limit", "5", folder=tmp_path)
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines()[0].startswith("VERDICT")
    assert len(first.stdout.splitlines()) >= 6
    again = execute(elsewhere / "licet", "models", "--commercial", "--limit", "5", "--format", "json", folder=tmp_path)
    answer = json.loads(again.stdout)
    assert answer["schema"] == "licet.models/1"
    assert len(answer["items"]) == 5
    assert len(again.stderr.splitlines()) < len(first.stderr.splitlines()), "only the first use makes the catalogue"
    module = execute(elsewhere / "python", "-m", "registry", "--version", folder=tmp_path)
    assert module.stdout.startswith("licet ")


def test_an_editable_install_finds_the_data_too(root: Path, elsewhere: Path, tmp_path: Path) -> None:
    succeed(elsewhere / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--editable", root, folder=tmp_path)
    program = "from registry.resources import resource_dir; print(resource_dir('data'), resource_dir('migrations'), sep='\\n')"
    assert succeed(elsewhere / "python", "-c", program, folder=tmp_path).split() == [str(root / "data"), str(root / "migrations")]
