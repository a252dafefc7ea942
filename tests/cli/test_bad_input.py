"""The installed command given what it cannot use: it says what and where, what to do, and loses nothing."""

from __future__ import annotations

import io
import json
import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
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
from registry.errors import KnowledgeError, SourceError
from registry.knowledge.store import Knowledge
from registry.sources.seed import SeedSource
from tests.factories import chain, model, record, six_layers, statement

Done = subprocess.CompletedProcess[str]
Licet = Callable[..., Done]

SMALL = 64 * 1024
"""A limit on the size of files that a catalogue runs into and the interpreter does not."""


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


def refused(done: Done, code: int, *said: str) -> list[str]:
    """Assert that a call was refused as it should be, and give back what was said on stderr."""
    assert done.returncode == code, done.stderr
    lines = done.stderr.splitlines()
    errors = [line for line in lines if line.startswith("error: ")]
    hints = [line for line in lines if line.startswith("hint: ")]
    assert len(errors) == 1, done.stderr
    assert len(hints) == 1, done.stderr
    assert lines.index(errors[0]) + 1 == lines.index(hints[0])
    assert len(hints[0]) > len("hint: ")
    for words in said:
        assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "unexpected" not in done.stderr
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", done.stderr + (done.stdout or ""))
    return lines


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "acme/base-7b", "--mau", "lots"], ["monthly_active_users", "lots"]),
        (["check", "acme/base-7b", "--mau", "2023-13=5"], ["monthly_active_users", "2023-13"]),
        (["check", "acme/base-7b", "--mau=-5"], ["monthly_active_users", "-5"]),
        (["check", "acme/base-7b", "--mau", "5M", "--mau", "2023-06=1"], ["monthly_active_users", "5M"]),
        (["check", "acme/base-7b", "--mau", "2023-06=1", "--mau", "2023-06=2"], ["monthly_active_users", "2023-06"]),
        (["check", "acme/base-7b", "--revenue", "2M FISH"], ["annual_revenue_usd", "FISH"]),
        (["check", "acme/base-7b", "--country", "Norway"], ["country", "Norway"]),
        (["check", "acme/base-7b", "--country", "XX"], ["country", "XX"]),
        (["check", "acme/base-7b", "--audience", "DE,Mars"], ["audience", "Mars"]),
        (["check", "acme/base-7b", "--purpose", "fun"], ["purpose", "fun"]),
        (["check", "acme/base-7b", "--distribution", "pigeon"], ["distribution", "pigeon"]),
        (["check", "acme/base-7b", "--field", "gardening-war"], ["fields_of_use", "gardening-war"]),
        (["check", "acme/base-7b", "--on", "31.12.2026"], ["date", "31.12.2026"]),
        (["check", "acme/base-7b", "--on", "2026-02-30"], ["date", "2026-02-30"]),
        (["check", "acme/base-7b", "--founded", "long ago"], ["founded", "long ago"]),
        (["check", "acme/base-7b", "--actor", "robot"], ["actor_kind", "robot"]),
        (["check", "acme/base-7b", "--unmet", "dance"], ["duties_unmet", "dance"]),
        (["check", "acme/base-7b", "--fact", "shoe_size=5"], ["shoe_size"]),
        (["check", "acme/base-7b", "--fact", "edge_devices=many"], ["edge_devices", "many"]),
        (["check", "acme/base-7b", "--fact", "monthly_active_user=5"], ["monthly_active_user", "monthly_active_users"]),
        (["models", "--mau", "lots"], ["monthly_active_users", "lots"]),
        (["register", "acme/new", "--base", "acme/base-7b", "--commercial", "--mau", "lots"], ["monthly_active_users", "lots"]),
        (["report", "acme/base-7b", "--country", "Norway"], ["country", "Norway"]),
        (["models", "--verdict", "fine"], ["fine", "permitted"]),
        (["models", "--after", "nonsense"], ["key"]),
        (["license", "show", "mit", "--on", "soon"], ["soon"]),
        (["catalog", "accept", "acme/base-7b", "--by", "Kim", "--on", "soon"], ["soon"]),
        (["show", "acme/base-7b", "--as-known", "soon"], ["soon"]),
    ],
)
def test_a_wrong_value_is_wrong_usage_and_its_fact_named(here: Licet, arguments: list[str], said: list[str]) -> None:
    refused(here(*arguments), 2, *said)


def test_the_installed_command_says_the_same(here: Licet, licet: Licet) -> None:
    for arguments in (["check", "acme/base-7b", "--mau", "lots"], ["models", "--verdict", "fine"], ["show", "acme/base-7"]):
        done, within = licet(*arguments), here(*arguments)
        assert (done.returncode, done.stdout, done.stderr) == (within.returncode, within.stdout, within.stderr)
        refused(done, 2)


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "acme/base-7"],
        ["check", "acme/two", "acme/base-7"],
        ["show", "acme/base-7"],
        ["lineage", "acme/base-7"],
        ["report", "acme/base-7"],
        ["register", "acme/new", "--base", "acme/base-7"],
        ["catalog", "accept", "acme/base-7", "--by", "Kim"],
        ["catalog", "add", "compute", "--set", "model=acme/base-7", "--set", "count=5"],
    ],
)
def test_an_unknown_model_offers_the_three_nearest(here: Licet, arguments: list[str]) -> None:
    done = here(*arguments)
    lines = refused(done, 2, "acme/base-7")
    assert len(set(re.findall(r"`(acme/[\w-]+)`", lines[-1]))) == 3
    assert done.stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [["check", "--license", "lama2"], ["license", "show", "lama2"], ["license", "compare", "mit", "lama2"], ["models", "--license", "lama2"]],
)
def test_an_unknown_licence_offers_the_three_nearest(here: Licet, arguments: list[str]) -> None:
    lines = refused(here(*arguments), 2, "lama2", "llama2")
    assert len(re.findall(r"llama", lines[-1])) == 3


@pytest.mark.parametrize("name", ["acme/\x1b[31mred\x1b[0m", "acme/bell\x07", "acme/\u202egnp.exe", "acme/line\nbreak", "\x9b31m", "acme/\u200bhidden", ""])
@pytest.mark.parametrize("command", [["check"], ["register", "--base", "acme/base-7b"]], ids=["check", "register"])
def test_a_name_with_control_characters_never_reaches_the_terminal(here: Licet, command: list[str], name: str) -> None:
    refused(here(command[0], name, *command[1:]), 2)


def test_a_debugged_error_shows_no_raw_control_characters_either(licet: Licet) -> None:
    refused(licet("check", "acme/\x1b[31mred"), 2)
    done = licet("check", "acme/\x1b[31mred", "--debug")
    assert done.returncode == 2
    assert "Traceback" in done.stderr
    assert "\x1b" not in done.stderr


def test_a_hostile_name_in_a_batch_is_spelt_out(licet: Licet) -> None:
    done = licet("check", "--batch", "-", stdin='{"model": "acme/\\u001b[31mred"}\n{"id": "\\u001b]0;x\\u0007", "license": "mit"}\n')
    assert done.returncode == 4
    assert "\x1b" not in done.stdout
    assert json.loads(done.stdout.splitlines()[1])["id"] == "\x1b]0;x\x07"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("facts:\n  commercial: [true\n", ["line 3"]),
        ("facts:\n  country: DE\n  country: FR\n", ["line 3", "country"]),
        ("- commercial\n", ["line 1"]),
        ("facts:\n  country: DE\nfact:\n  x: 1\n", ["line 3", "fact"]),
        ("\nfacts: commercial\n", ["line 2", "facts"]),
        ("facts:\n  country: DE\ninterpretation: kind\n", ["line 3", "kind"]),
        ("facts:\n\tcountry: DE\n", ["line 2"]),
        ("a: &a [x]\nfacts: {b: *c}\n", ["line 2"]),
        ("facts: !!python/object/apply:os.system [true]\n", ["line 1"]),
    ],
)
def test_a_broken_licet_yaml_is_named_with_its_line(here: Licet, catalogue: Path, content: str, said: list[str]) -> None:
    file = catalogue.parent / "licet.yaml"
    file.write_text(content, encoding="utf-8")
    refused(here("check", "acme/base-7b"), 2, str(file), *said)


def test_a_licet_yaml_that_cannot_be_read_is_named(here: Licet, catalogue: Path) -> None:
    file = catalogue.parent / "licet.yaml"
    file.write_bytes(b"facts: \xff\xfe\n")
    refused(here("models"), 2, str(file))
    file.write_bytes(b"#" * 1_100_000)
    refused(here("models"), 2, str(file))


@pytest.mark.parametrize(("fact", "said"), [("countryy: NO", "countryy"), ("country: Norway", "Norway"), ("commercial: perhaps", "perhaps")])
def test_a_wrong_fact_in_licet_yaml_names_the_fact_and_the_file(here: Licet, catalogue: Path, fact: str, said: str) -> None:
    file = catalogue.parent / "licet.yaml"
    file.write_text(f"facts:\n  {fact}\n", encoding="utf-8")
    refused(here("check", "acme/base-7b"), 2, fact.partition(":")[0], said, str(file))


BATCH = [
    '{"id": 1, "license": "mit", "use": {"commercial": true}}',
    "{broken",
    '["a", "list"]',
    '{"id": 4, "license": "no-such-licence-anywhere"}',
    '{"id": 5, "license": "mit", "use": {"shoe_size": 5}}',
    '{"id": 6, "license": 7}',
    '{"id": 7}',
    '{"id": 8, "model": "acme/no-such"}',
    "",
    '{"id": 9, "model": "acme/base-7b", "use": {"commercial": true}}',
    "[" * 100_000,
    '{"id": 11, "license": "mit", "use": {"monthly_active_users": NaN}}',
    '{"id": 12, "what_if": {"models": [{"name": "a", "bases": ["b"]}, {"name": "b", "bases": ["a"]}]}}',
    '{"id": 13, "license": "llama2", "use": {"commercial": true, "monthly_active_users": 5}}',
]


def test_broken_lines_of_a_batch_are_told_and_the_rest_answered(licet: Licet, catalogue: Path) -> None:
    (catalogue.parent / "questions.jsonl").write_text("\n".join(BATCH) + "\n", encoding="utf-8")
    done = licet("check", "--batch", "questions.jsonl")
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len([line for line in BATCH if line])
    assert [answer["id"] for answer in answers if "verdict" in answer] == [1, 4, 9, 13]
    assert answers[3]["verdict"] == "undetermined", "a name that leads to no text is no permission"
    for answer in answers:
        if "verdict" not in answer:
            assert set(answer) == {"id", "error"}
            assert answer["error"]["message"]
            assert answer["error"]["hint"]
    assert answers[1]["error"]["message"].startswith("line 2 ")
    assert "line 6" in answers[5]["error"]["message"]
    assert "license" in answers[5]["error"]["message"]
    assert "shoe_size" in answers[4]["error"]["message"]


def test_a_batch_that_cannot_be_read_is_named(here: Licet, catalogue: Path) -> None:
    refused(here("check", "--batch", "none.jsonl"), 2, "none.jsonl")
    refused(here("check", "--batch", "."), 2, "`.`")
    (catalogue.parent / "latin.jsonl").write_bytes(b'{"license": "mit"}\n{"license": "\xe9"}\n')
    refused(here("check", "--batch", "latin.jsonl"), 2, "latin.jsonl")


def test_a_record_that_cannot_be_read_is_named(here: Licet, catalogue: Path) -> None:
    file = catalogue.parent / "host.yaml"
    file.write_text("id: x\nkind: [api\n", encoding="utf-8")
    refused(here("catalog", "add", "host", "--from", "host.yaml"), 2, "host.yaml", "line 3")
    file.write_text("id: x\nkind: garage\n", encoding="utf-8")
    refused(here("catalog", "add", "host", "--from", "host.yaml"), 2, "kind")
    refused(here("catalog", "add", "host", "--from", "none.yaml"), 2, "none.yaml")


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


@pytest.mark.parametrize("arguments", [["db", "backup", "kept"], ["report", "acme/base-7b", "--out", "kept"]], ids=["backup", "report"])
def test_an_existing_file_is_kept_where_nobody_can_be_asked(licet: Licet, tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "kept").write_text("keep me", encoding="utf-8")
    done = licet(*arguments)
    assert (tmp_path / "kept").read_text(encoding="utf-8") == "keep me"
    assert done.returncode == 4
    assert "hint: " in done.stderr
    assert "--yes" in done.stderr


@pytest.mark.parametrize("arguments", [["db", "backup", "kept"], ["report", "acme/base-7b", "--out", "kept"]], ids=["backup", "report"])
def test_an_existing_file_is_written_over_where_the_user_says_so(here: Licet, tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "kept").write_text("keep me", encoding="utf-8")
    done = here(*arguments, "--yes")
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


@pytest.fixture
def data(root: Path, tmp_path: Path) -> Path:
    """A copy of the data files, to be broken."""
    shutil.copytree(root / "data", tmp_path / "data")
    return tmp_path / "data"


def mend(file: Path, old: str, new: str) -> int:
    """Replace a text that stands once or more in a file; gives back the line of the first."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("type: open-source", "type: free", "type"),
        ("kind: grant", "kind: gift", "terms.0"),
        ("section: ", "sektion: ", "terms.0"),
        ("acts: ", "acts: [fly], was: ", "terms.0"),
        ("id: afl-3.0", "id: other-name", "id"),
        ("steward: ", "steward: [", ""),
        ("texts:", "texts: []\ntexts:", "texts"),
        ("name: ", "planet: mars\nname: ", "planet"),
    ],
)
def test_a_broken_licence_file_is_named_with_line_and_field(data: Path, old: str, new: str, field: str) -> None:
    file = min((data / "licenses").glob("*.yaml"))
    if "afl-3.0" in old:
        old, new = f"id: {file.stem}", "id: other-name"
    line = mend(file, old, new)
    with pytest.raises(KnowledgeError) as caught:
        Knowledge.load(data)
    assert f"`{file.name}`" in caught.value.message
    found = re.search(r"line (\d+)", caught.value.message)
    assert found
    assert line <= int(found[1]) <= line + 3
    assert field in caught.value.message
    assert caught.value.hint


def test_a_broken_vocabulary_is_named(data: Path) -> None:
    (data / "vocabulary.yaml").write_text("facts:\n  - {name: [\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"vocabulary\.yaml.* line 3"):
        Knowledge.load(data)


@pytest.mark.parametrize("content", [b"\xff\xfe", b""])
def test_a_licence_file_of_nothing_or_noise_is_named(data: Path, content: bytes) -> None:
    file = min((data / "licenses").glob("*.yaml"))
    file.write_bytes(content)
    with pytest.raises(KnowledgeError, match=re.escape(file.name)):
        Knowledge.load(data)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("developers.yaml", "kind: company", "kind: moon", "kind"),
        ("datasets.yaml", "size_rows: ", "size_rowz: ", "size_rowz"),
        ("hosts.yaml", "kind: api", "kind: garage", "kind"),
        ("applications.yaml", "commercial: true", "commercial: [", ""),
        ("models/01-ai.yaml", "parameters: ", "parameters: many #", "parameters"),
        ("models/01-ai.yaml", "relation: finetune", "relation: sibling", "relation"),
        ("models/01-ai.yaml", "modality: text", "modality: text\n    modality: image", "modality"),
    ],
)
def test_a_broken_seed_file_is_named_with_line_and_field(data: Path, name: str, old: str, new: str, said: str) -> None:
    line = mend(data / "seed" / name, old, new)
    with pytest.raises(KnowledgeError) as caught:
        list(SeedSource(data / "seed").records())
    assert name in caught.value.message
    found = re.search(r"line (\d+)", caught.value.message)
    assert found
    assert line <= int(found[1]) <= line + 3
    assert said in caught.value.message


def test_a_seed_that_is_not_there_or_noise_is_named(data: Path) -> None:
    with pytest.raises(SourceError, match="no-seed"):
        list(SeedSource(data / "no-seed").records())
    (data / "seed" / "hosts.yaml").write_bytes(b"hosts: \xff\n")
    with pytest.raises(KnowledgeError, match=r"hosts\.yaml"):
        list(SeedSource(data / "seed").records())
