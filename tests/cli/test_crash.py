"""An import that is killed, meets another, or fills the disk leaves the catalogue as it was or complete, and can be run again."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

pytest.importorskip("numpy")
pytest.importorskip("pyarrow.parquet")

from registry.catalogue.opening import open_catalogue
from registry.catalogue.queries.catalogue_digest import catalogue_digest
from tests.bench.synthetic_hub import write_hub
from tests.cli.bad_input.refusal import refused

pytestmark = pytest.mark.slow

MODELS = 30_000
KILLS = 20

CONTENT = (
    "SELECT m.name, m.sort_key, d.name, m.modality, m.parameters, m.released_on, m.downloads, m.recorded, p.digest, m.evidence_floor, m.name_ok"
    " FROM model m LEFT JOIN developer d ON d.id = m.developer_id LEFT JOIN profile p ON p.id = m.profile_id ORDER BY m.name",
    "SELECT m.name, n.label, n.key FROM model_name n JOIN model m ON m.id = n.model_id ORDER BY 1, 2, 3",
    "SELECT name, recorded FROM dataset ORDER BY name",
    "SELECT digest, origin, basis, license, raw_name FROM statement WHERE retired_set IS NULL ORDER BY digest",
    "SELECT c.name, p.name, s.name, e.relation, e.grade FROM edge e JOIN model c ON c.id = e.child_id LEFT JOIN model p ON p.id = e.parent_id"
    " LEFT JOIN dataset s ON s.id = e.dataset_id WHERE e.grade IS NOT NULL ORDER BY 1, 2, 3, 4",
    "SELECT digest, model_count FROM profile WHERE model_count > 0 ORDER BY digest",
    "SELECT digest, origin, grade, says FROM edge_evidence WHERE retired_set IS NULL ORDER BY digest",
)
"""What an import writes, by names: numbers and the time of writing differ from run to run."""


def content(file: Path) -> list[list[tuple[object, ...]]]:
    """What a catalogue holds."""
    with closing(sqlite3.connect(file)) as connection:
        return [connection.execute(query).fetchall() for query in CONTENT]


def digest(file: Path) -> str:
    """What stands for every row of a catalogue; opening it is part of the test."""
    with closing(open_catalogue(file, create=False)) as opened, opened.reading() as connection:
        return catalogue_digest(connection)


@dataclass
class Site:
    """A seeded catalogue, a dump to take in, and what came of an undisturbed import."""

    folder: Path
    root: Path
    seeded: Path
    dump: Path
    before: str = ""
    seconds: float = 0.0
    complete: list[list[tuple[object, ...]]] = field(default_factory=list)

    def copy(self, name: str, folder: Path | None = None) -> Path:
        """A copy of the seeded catalogue."""
        file = (folder or self.folder) / f"{name}.db"
        shutil.copy(self.seeded, file)
        return file

    def start(self, file: Path, *arguments: str, limit: Callable[[], None] | None = None) -> subprocess.Popen[str]:
        """Start the command over a catalogue."""
        variables = {**os.environ, "PYTHONPATH": str(self.root), "XDG_CACHE_HOME": str(self.folder / "cache")}
        command = [sys.executable, "-m", "registry", "--db", str(file), *arguments]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=limit,
        )

    def call(self, file: Path, *arguments: str, limit: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
        """Run the command over a catalogue to its end."""
        with self.start(file, *arguments, limit=limit) as process:
            out, err = process.communicate(timeout=400)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def take_in(self, file: Path, limit: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
        """Import the dump to the end."""
        return self.call(file, "import", "dump", str(self.dump), limit=limit)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("crash")
    made = Site(folder, Path(__file__).resolve().parents[2], folder / "seeded.db", folder / "hub.parquet")
    write_hub(made.dump, MODELS, seed=9)
    assert made.call(made.seeded, "catalog", "stats").returncode == 0
    made.before = digest(made.seeded)
    file = made.copy("undisturbed")
    started = time.monotonic()
    done = made.take_in(file)
    made.seconds = time.monotonic() - started
    assert done.returncode == 0, done.stderr
    made.complete = content(file)
    assert len(made.complete[0]) > MODELS
    return made


def assert_sound(site: Site, file: Path) -> bool:
    """Assert that a catalogue is as it was before the import or complete, and passes its own check; whether it is complete."""
    assert site.call(file, "db", "check").returncode == 0
    if digest(file) == site.before:
        return False
    assert content(file) == site.complete
    return True


def test_an_import_that_is_killed_leaves_all_or_nothing_and_runs_again(site: Site) -> None:
    draw = random.Random(23)  # noqa: S311
    killed = 0
    for number in range(KILLS):
        file = site.copy(f"killed-{number}")
        with site.start(file, "import", "dump", str(site.dump)) as process:
            try:
                # Evenly over the whole run, and a little beyond; the last ones near the end, where it is written down.
                process.wait(timeout=site.seconds * (draw.uniform(0.05, 1.05) if number < KILLS - 5 else draw.uniform(0.8, 1.05)))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
            process.communicate()
        killed += process.returncode == -signal.SIGKILL
        complete = assert_sound(site, file)
        if number % 4 == 0 or complete:
            again = site.take_in(file)
            assert again.returncode == 0, again.stderr
            assert content(file) == site.complete
        for left in (file, file.with_name(file.name + "-wal"), file.with_name(file.name + "-shm")):
            left.unlink(missing_ok=True)
    assert killed >= KILLS // 2


def test_two_imports_at_once_are_both_done_or_one_says_that_the_catalogue_is_locked(site: Site) -> None:
    file = site.copy("both")
    processes = [site.start(file, "import", "dump", str(site.dump)) for _ in range(2)]
    done = []
    for process in processes:
        with process:
            out, err = process.communicate(timeout=400)
        done.append(subprocess.CompletedProcess((), process.returncode, out, err))
    assert 0 in {each.returncode for each in done}
    for each in done:
        if each.returncode:
            refused(each, 4, "another process")
    assert assert_sound(site, file)
    assert site.take_in(file).returncode == 0
    assert content(file) == site.complete


@pytest.mark.parametrize("room", [100_000, 4_000_000, 12_000_000])
def test_a_file_that_may_not_grow_is_an_error_and_leaves_the_catalogue_as_it_was(site: Site, room: int) -> None:
    file = site.copy(f"limited-{room}")
    most = file.stat().st_size + room
    refused(site.take_in(file, limit=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))), 4)
    assert not assert_sound(site, file)
    assert site.take_in(file).returncode == 0
    assert content(file) == site.complete


def test_a_full_disk_is_an_error_and_leaves_the_catalogue_as_it_was(site: Site, tmp_path: Path) -> None:
    size = site.seeded.stat().st_size // 1_000 + 6_000
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("only root can make a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run([mount, "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(disk)], capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be made here")
    try:
        file = site.copy("full", disk)
        refused(site.take_in(file), 4)
        assert not assert_sound(site, file)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)
