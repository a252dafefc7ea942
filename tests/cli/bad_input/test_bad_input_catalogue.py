"""A catalogue, disk, cache or server the command cannot use: it says what and where, what to do, and loses nothing."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.cli.bad_input.refusal import Licet, refused

SMALL = 64 * 1024
"""A limit on the size of files that a catalogue runs into and the interpreter does not."""

WRITE = ("register", "acme/new", "--base", "acme/base-7b", "--license", "mit")


def test_a_catalogue_that_another_process_writes_to_can_be_read_and_not_written(licet: Licet, catalogue: Path) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import sqlite3, sys; c = sqlite3.connect({str(catalogue)!r}, isolation_level=None); c.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert licet("show", "acme/base-7b").returncode == 0
        began = time.monotonic()
        done = licet(*WRITE)
        assert time.monotonic() - began < 30
        refused(done, 4, str(catalogue), "another process", "wait")
        holder.kill()
    assert licet("show", "acme/new").returncode == 2


def test_a_catalogue_that_may_only_be_read(licet: Licet, catalogue: Path, tmp_path: Path) -> None:
    """Reading goes on; writing is refused. A superuser may write where modes forbid it, so its folder is mounted read-only instead."""
    place = tmp_path / "kept"
    place.mkdir()
    file = Path(shutil.copy(catalogue, place / "catalogue.db"))
    within: tuple[str, ...] = ()
    if os.geteuid() == 0:
        within = ("unshare", "-m", "sh", "-c", 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"', str(place))
        if shutil.which("unshare") is None or subprocess.run([*within, "true"], capture_output=True, check=False).returncode:
            pytest.skip("a superuser that cannot mount has nothing that it may not write to")
    else:
        file.chmod(0o444)
        place.chmod(0o555)
    before = file.read_bytes()
    named: dict[str, Any] = {"within": within, "environment": {"LICET_DB": str(file)}}
    try:
        assert licet("show", "acme/base-7b", **named).returncode == 0
        refused(licet(*WRITE, **named), 4, str(file), "read-only", "writable")
        refused(licet("db", "backup", str(place / "copy.db"), **named), 4, "copy.db")
        refused(licet("models", **{**named, "environment": {"LICET_DB": str(place / "new.db")}}), 4, "new.db")
        assert file.read_bytes() == before
        assert [path.name for path in place.iterdir()] == ["catalogue.db"]
    finally:
        place.chmod(0o755)


def full(size: int) -> Callable[[], None]:
    """Lets the child write files of so many bytes and no larger ones, as on a disk with no more room."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_a_full_disk_while_the_catalogue_is_made(licet: Licet, tmp_path: Path) -> None:
    place = tmp_path / "new"
    done = licet("models", "--limit", "1", environment={"LICET_DB": str(place / "catalogue.db")}, preexec_fn=full(SMALL))
    refused(done, 4, str(place / "catalogue.db"), "disk")
    assert list(place.iterdir()) == [], "nothing half-made is left"


def test_a_full_disk_while_something_is_recorded(licet: Licet, catalogue: Path) -> None:
    done = licet(*WRITE, preexec_fn=full(1024))
    refused(done, 4, str(catalogue))
    assert licet("show", "acme/new").returncode == 2
    assert licet("db", "check").returncode == 0


def test_a_full_disk_while_a_copy_is_made(licet: Licet, tmp_path: Path) -> None:
    refused(licet("db", "backup", "copy.db", preexec_fn=full(SMALL)), 4, "copy.db")
    assert not [path.name for path in tmp_path.iterdir() if "copy" in path.name]


def test_a_full_disk_while_a_report_is_written(licet: Licet, tmp_path: Path) -> None:
    (tmp_path / "report.md").write_text("old", encoding="utf-8")
    refused(licet("report", "acme/base-7b", "--out", "report.md", "--yes", preexec_fn=full(100)), 4)
    assert (tmp_path / "report.md").read_text(encoding="utf-8") == "old"
    assert not list(tmp_path.glob(".report*"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("arguments", [["models"], ["--help"]], ids=["models", "help"])
def test_a_full_disk_behind_stdout(licet: Licet, arguments: list[str]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as sink:
        refused(licet(*arguments, stdout=sink), 4, "no space left")


@pytest.mark.usefixtures("spoils")
@pytest.mark.parametrize("content", [os.urandom(20_000), b"SQLite format 3\x00" + bytes(range(256)) * 40, b"models: []\n"], ids=["noise", "head", "text"])
@pytest.mark.parametrize("arguments", [["models"], ["db", "upgrade"]], ids=["models", "upgrade"])
def test_a_file_that_is_no_catalogue_is_refused_and_kept(here: Licet, catalogue: Path, content: bytes, arguments: list[str]) -> None:
    catalogue.write_bytes(content)
    refused(here(*arguments), 4, str(catalogue), "backup")
    assert catalogue.read_bytes() == content


@pytest.mark.usefixtures("spoils")
def test_a_truncated_catalogue_is_found_out(licet: Licet, catalogue: Path) -> None:
    size = catalogue.stat().st_size
    os.truncate(catalogue, size // 2)
    done = licet("db", "check")
    assert done.returncode in {1, 4}
    assert "damaged" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    os.truncate(catalogue, 5000)
    refused(licet("models"), 4, str(catalogue), "damaged")


@pytest.mark.usefixtures("spoils")
def test_another_program_s_database_is_refused(here: Licet, catalogue: Path) -> None:
    catalogue.unlink()
    with closing(sqlite3.connect(catalogue)) as raw:
        raw.execute("CREATE TABLE recipe (name)")
        raw.commit()
    before = catalogue.read_bytes()
    for arguments in (["models"], ["db", "upgrade"], WRITE):
        refused(here(*arguments), 4, str(catalogue), "not a catalogue")
    assert catalogue.read_bytes() == before


@pytest.mark.parametrize("arguments", [["models"], ["db", "status"], ["db", "upgrade"]], ids=["models", "status", "upgrade"])
def test_a_folder_is_no_catalogue(here: Licet, tmp_path: Path, arguments: list[str]) -> None:
    refused(here(*arguments, "--db", str(tmp_path)), 4, str(tmp_path), "folder")


def test_a_catalogue_below_a_file_cannot_be_made(licet: Licet, catalogue: Path) -> None:
    refused(licet("models", "--db", str(catalogue / "below.db")), 4, "below.db")
    refused(licet("models", environment={"LICET_DB": "", "XDG_DATA_HOME": str(catalogue)}), 4, str(catalogue))


@pytest.mark.usefixtures("spoils")
def test_a_catalogue_of_a_newer_licet_is_refused(here: Licet, catalogue: Path) -> None:
    with closing(sqlite3.connect(catalogue)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
        raw.commit()
    for arguments in (["models"], WRITE, ["db", "upgrade"]):
        refused(here(*arguments), 4, str(catalogue), "newer", "9999", "upgrade licet")
    assert here("db", "status").returncode == 0


@pytest.mark.usefixtures("spoils")
def test_tampering_is_told_with_exit_code_1(here: Licet, catalogue: Path) -> None:
    with closing(sqlite3.connect(catalogue)) as raw:
        raw.execute("DROP TRIGGER tr_change_update")
        raw.execute("UPDATE change SET after = '{}' WHERE set_seq = 1 AND n = 1")
        raw.commit()
    done = here("db", "check")
    assert done.returncode == 1
    assert "change set 1" in done.stdout


def test_an_existing_file_is_kept_where_nobody_can_be_asked(licet: Licet, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("keep me", encoding="utf-8")
    done = licet("db", "backup", "kept")
    assert (tmp_path / "kept").read_text(encoding="utf-8") == "keep me"
    assert done.returncode == 4
    assert "hint: " in done.stderr
    assert "--yes" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["db", "backup", "kept", "--yes"], ["report", "acme/base-7b", "--out", "kept", "--format", "md", "--force"]],
    ids=["backup", "report"],
)
def test_an_existing_file_is_written_over_where_the_user_says_so(here: Licet, tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "kept").write_text("keep me", encoding="utf-8")
    done = here(*arguments)
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "kept").read_bytes()) > 100


def test_a_first_seeding_that_is_killed_leaves_nothing_in_the_way(licet: Licet, root: Path, shelf: Path, tmp_path: Path) -> None:
    place = tmp_path / "home"
    file = place / "licet" / "catalogue.db"
    environment = {"LICET_DB": "", "XDG_DATA_HOME": str(place)}
    variables = {name: value for name, value in {**os.environ, "PYTHONPATH": str(root), "XDG_CACHE_HOME": str(shelf / "cache"), **environment}.items() if value}
    child = subprocess.Popen(
        [sys.executable, "-m", "registry", "models"], env=variables, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    with child:
        assert child.stderr is not None
        said = ""
        while "seeding" not in said:
            line = child.stderr.readline()
            assert line, said
            said += line
        time.sleep(0.3)
        assert child.poll() is None, "it was not killed in time"
        child.kill()
    assert not file.exists()
    assert [path.name for path in file.parent.iterdir()] != []
    done = licet("models", "--limit", "1", environment=environment)
    assert done.returncode == 0, done.stderr
    assert "seeding" in done.stderr
    assert licet("db", "check", environment=environment).returncode == 0
    again = licet("models", "--limit", "1", environment=environment)
    assert again.stdout == done.stdout
    assert "seeding" not in again.stderr


def test_a_cache_that_cannot_be_written_is_no_error(licet: Licet, catalogue: Path) -> None:
    done = licet("check", "acme/two", "--commercial", environment={"XDG_CACHE_HOME": str(catalogue)})
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


@pytest.mark.parametrize("content", [b"{", b'{"format": 1}', b"\xff\xfe"])
def test_a_damaged_cache_is_made_anew(licet: Licet, shelf: Path, tmp_path: Path, content: bytes) -> None:
    (kept,) = (shelf / "cache" / "licet").glob("knowledge-*.json")
    (tmp_path / "cache" / "licet").mkdir(parents=True)
    (tmp_path / "cache" / "licet" / kept.name).write_bytes(content)
    done = licet("check", "acme/two", "--commercial", environment={"XDG_CACHE_HOME": str(tmp_path / "cache")})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "cache" / "licet" / kept.name).read_bytes() == kept.read_bytes()


def test_a_server_that_is_not_there_is_told_without_its_password(here: Licet) -> None:
    done = here("models", "--db", "postgresql://kim:hunter2@127.0.0.1:1/licet")
    refused(done, 4, "127.0.0.1", "server")
    assert "hunter2" not in done.stderr


def test_a_missing_driver_names_the_extra(root: Path, licet: Licet) -> None:
    program = "import sys; sys.modules['psycopg'] = None; from registry.cli.main import main; sys.exit(main(['models', '--db', 'postgresql://kim:hunter2@localhost/x']))"
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)
    refused(done, 4, "postgres", "licet[postgres]")
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize("url", ["mysql://kim:hunter2@localhost/x", "sqlite://", "sqlite:///:memory:", "postgresql://[broken"])
def test_a_url_that_is_no_catalogue_is_told_without_its_password(here: Licet, url: str) -> None:
    done = here("models", "--db", url)
    refused(done, 4)
    assert "hunter2" not in done.stderr
