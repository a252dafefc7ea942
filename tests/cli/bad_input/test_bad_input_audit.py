"""Applications that are broken, huge or hostile: an audit says what it could not read, and judges the rest."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from registry.findings.codes import CODES
from tests.cli.bad_input.refusal import Licet, refused

LOAD = 'from transformers import AutoModel\nAutoModel.from_pretrained("acme/base-7b")\n'


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "main.py").write_text(LOAD, encoding="utf-8")
    return folder


@pytest.fixture
def audited(here: Licet) -> Any:
    """Audits the application and gives the document, after it is sure that all went well."""

    def call(*arguments: str) -> dict[str, Any]:
        done = here("--offline", "audit", "app/", "--format", "json", *arguments)
        assert done.returncode == 0, done.stderr
        data: dict[str, Any] = json.loads(done.stdout)
        assert [each["model"] for each in data["models"]] == ["acme/base-7b"]
        return data

    return call


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("broken.py", b"from transformers import AutoModel\nAutoModel.from_pretrained('a/b'\n", "does-not-parse"),
        ("nested.py", b"from transformers import pipeline\nx = " + b"(" * 5_000 + b")" * 5_000, "does-not-parse"),
        ("binary.py", b"\x7fELF\x00\x00\nfrom transformers import x\nx.from_pretrained('a/b')" + bytes(range(256)) * 20, "binary"),
        ("latin.py", b"# transformers from_pretrained \xff\xfe\x80\nimport transformers\n", None),
        ("broken.ipynb", b'{"cells": [{"cell_type": "code", "source": ["import transformers\\nAutoModel.from_pretrained(x)"', "does-not-parse"),
        ("odd.ipynb", b'{"cells": 3, "x": "transformers from_pretrained"}', None),
        ("huge.ipynb", b'{"cells": ["transformers from_pretrained"]}' + b" " * 50_000_000, "too-large"),
        ("broken.yaml", b"model_name: [acme/base-7b\n  base_model: {", None),
        ("bomb.yaml", b"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b]\nbase_model: [*c,*c,*c,*c]\n", None),
        ("broken.json", b'{"_name_or_path": "acme/base-7b"', None),
        ("broken.toml", b'model = "acme/base-7b\n', None),
        ("empty.py", b"", None),
        ("weights.safetensors", b"\xff" * 2_000, None),
        ("weights.gguf", b"GGUF" + b"\xff" * 2_000, None),
    ],
)
def test_a_file_that_cannot_be_read_is_told_and_the_others_are_judged(here: Licet, app: Path, name: str, data: bytes, code: str | None) -> None:
    (app / name).write_bytes(data)
    done = here("--offline", "audit", "app/", "--format", "json", "--fail-on", "none")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    found = json.loads(done.stdout)
    assert "acme/base-7b" in {each["model"] for each in found["models"]}
    if code is not None:
        assert (code, name) in {(note["code"], note["file"]) for note in found["notes"]}
        assert "could not be read or were cut short" in found["assurance"]


def test_links_that_run_in_a_circle_or_out_are_not_followed(audited: Any, app: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.py").write_text(LOAD.replace("base-7b", "secret"), encoding="utf-8")
    (app / "loop").symlink_to(app)
    (app / "self").symlink_to("self")
    (app / "out.py").symlink_to(tmp_path / "outside.py")
    (app / "up").symlink_to(tmp_path)
    assert [each["file"] for each in audited()["references"]] == ["main.py"]


def test_pipes_and_folders_that_may_not_be_entered_hold_nothing_up(audited: Any, app: Path) -> None:
    os.mkfifo(app / "pipe.py")
    closed = app / "closed"
    closed.mkdir()
    closed.chmod(0)
    try:
        audited()
    finally:
        closed.chmod(0o755)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("policy:\n  licences: {allow: [mit]}\n", ["line 2", "`licences`", "did you mean `licenses`?"]),
        ("policy:\n  waivers:\n    - {finding: LIC302, reason: x, expires: 2026-01-01}\n", ["line 3", "`owner` is missing"]),
        ("policy:\n  waivers:\n    - {finding: LIC302, owner: '', reason: x, expires: 2026-01-01}\n", ["line 3", "owner"]),
        ("policy: nowhere.yaml\n", ["nowhere.yaml", "startup"]),
        ("facts: {mau: 3}\n", ["mau"]),
        ("fact: {}\n", ["line 1", "`fact`"]),
        ("exclude: 3\n", ["exclude"]),
        ("policy: [\n", ["licet.yaml"]),
        ("policy:\n  severity: {LIC302: fatal}\n", ["line 2", "severity"]),
    ],
)
def test_a_config_that_says_what_there_is_not_is_refused_with_its_line(here: Licet, app: Path, config: str, said: list[str]) -> None:
    (app / "licet.yaml").write_text(config, encoding="utf-8")
    refused(here("--offline", "audit", "app/"), 2, *said)


def test_a_path_that_does_not_exist_is_refused(here: Licet) -> None:
    refused(here("--offline", "audit", "./nowhere"), 2, "nowhere", "does not exist")


def test_no_models_at_all_are_said_to_be_none(here: Licet, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "main.py").write_text("print('hello')\n", encoding="utf-8")
    done = here("--offline", "audit", "none/")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "No models or datasets were found in use.")


@pytest.fixture
def roomy(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory, where this machine has one: making very many files on a disk takes minutes."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else tmp_path) as folder:
        yield Path(folder)


@pytest.mark.slow
def test_a_repository_of_a_hundred_thousand_files_is_looked_through(here: Licet, roomy: Path) -> None:
    for number in range(100):
        folder = roomy / f"part{number}"
        folder.mkdir()
        for other in range(1000):
            os.close(os.open(folder / f"{other}.py", os.O_CREAT | os.O_WRONLY))
    (roomy / "main.py").write_text(LOAD, encoding="utf-8")
    done = here("--offline", "audit", str(roomy), "--format", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["summary"]["files"], [each["model"] for each in found["models"]]) == (100_001, ["acme/base-7b"])


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_is_explained(here: Licet, code: str) -> None:
    done = here("audit", "--explain", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{code}: {CODES[code].title}")
    assert CODES[code].fix.split()[0] in done.stdout
    assert json.loads(here("audit", "--explain", code, "--format", "json").stdout)["fix"] == CODES[code].fix


def test_a_code_that_is_none_is_refused_with_the_nearest(here: Licet) -> None:
    refused(here("audit", "--explain", "LIC30"), 2, "`LIC30`", "LIC30")


def test_facts_that_decide_can_be_pasted_as_they_are_printed(here: Licet, app: Path) -> None:
    first = here("--offline", "audit", "app/").stdout
    block = first[first.index("\nfacts:\n") + 1 :]
    assert len(block.splitlines()) > 1
    (app / "licet.yaml").write_text(block, encoding="utf-8")
    done = here("--offline", "audit", "app/")
    assert done.returncode in (0, 1), done.stderr
    stated = {line.split(":")[0].strip() for line in block.splitlines()[1:]}
    later = done.stdout[done.stdout.index("\nfacts:\n") :] if "\nfacts:\n" in done.stdout else ""
    assert not stated & {line.split(":")[0].strip() for line in later.splitlines()}


@pytest.mark.parametrize("old", ["", "{", "[]", '{"schema": "licet.audit/9", "findings": [], "models": []}', "x" * 1000])
def test_an_earlier_audit_that_is_none_is_refused(here: Licet, app: Path, tmp_path: Path, old: str) -> None:
    (tmp_path / "old.json").write_text(old, encoding="utf-8")
    refused(here("--offline", "audit", "app/", "--against", "old.json"), 2, "old.json", "-o json=FILE")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--suggest", "--format", "sarif"], ["--suggest", "--out"]),
        (["--suggest", "-o", "json=x.json"], ["--suggest", "--out"]),
        (["--out", "x.patch"], ["--out", "--suggest"]),
        (["--suggest", "--against", "old.json"], ["--against", "--suggest"]),
        (["--suggest", "--out", "nowhere/x.patch"], ["nowhere/x.patch"]),
        (["--against", "old.json", "-o", "html=x.html"], ["--against", "html"]),
    ],
)
def test_what_does_not_go_together_is_refused(here: Licet, app: Path, tmp_path: Path, arguments: list[str], said: list[str]) -> None:
    refused(here("--offline", "audit", "app/", "--commercial", "--distribution", "product", *arguments), 2, *said)
    assert not (tmp_path / "x.patch").exists()


def test_suggestions_change_nothing_and_their_patch_is_whole(here: Licet, app: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in app.iterdir()}
    done = here("--offline", "audit", "app/", "--suggest", "--commercial", "--distribution", "product", "--out", "x.patch")
    assert done.returncode == 0, done.stderr
    assert {path.name: path.read_bytes() for path in app.iterdir()} == before
    assert "diff --git a/" in (tmp_path / "x.patch").read_text(encoding="utf-8")
    printed = here("--offline", "audit", "app/", "--suggest", "--commercial", "--distribution", "product").stdout
    assert printed == (tmp_path / "x.patch").read_text(encoding="utf-8")
    data = json.loads(here("--offline", "audit", "app/", "--suggest", "--commercial", "--distribution", "product", "--format", "json").stdout)
    assert (data["schema"], data["patch"]) == ("licet.suggestions/1", printed)
