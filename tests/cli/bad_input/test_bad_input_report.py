"""A report that cannot be made or written: what is wrong is said, nothing half-made is left, and the catalogue is as it was."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.bad_input.refusal import Licet, refused

MODEL = "acme/base-7b"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], ["--all"]),
        ([MODEL, "--all"], ["--all"]),
        ([MODEL, "--out", "report.docx"], ["report.docx", ".html"]),
        ([MODEL, "--out", "report"], ["report", "--format"]),
        ([MODEL, "--format", "docx"], ["docx"]),
        ([MODEL, "--format", "pdf"], ["--out"]),
        ([MODEL, "--out", "nowhere/report.md"], ["nowhere/report.md"]),
        ([MODEL, "--out", "taken"], ["taken"]),
        ([MODEL, "--annex", "iso-42001"], ["iso-42001", "eu-ai-act"]),
        ([MODEL, "--use", "nothing.yaml"], ["nothing.yaml", "research"]),
        ([MODEL, "--since", "nothing.json"], ["nothing.json"]),
        ([MODEL, "--since", "text.json"], ["text.json", "JSON"]),
        ([MODEL, "--since", "other.json"], ["other.json", "report"]),
        ([MODEL, "--format", "html", "--template", "nothing.j2"], ["nothing.j2"]),
        ([MODEL, "--format", "html", "--template", "broken.j2"], ["template", "line 2"]),
        ([MODEL, "--format", "md", "--template", "broken.j2"], ["takes no template"]),
        (["./nowhere"], ["./nowhere"]),
        (["app:nothing"], ["nothing"]),
        (["--all", "--annex", "g7"], ["annex"]),
        (["--all", "--rows", "0"], ["--rows"]),
    ],
)
def test_what_is_wrong_is_said(here: Licet, tmp_path: Path, arguments: list[str], said: list[str]) -> None:
    (tmp_path / "text.json").write_text("{", encoding="utf-8")
    (tmp_path / "other.json").write_text('{"schema": "licet.check/1"}', encoding="utf-8")
    (tmp_path / "broken.j2").write_text("<p>\n{% for x in %}\n", encoding="utf-8")
    (tmp_path / "taken").mkdir()
    before = sorted(path.name for path in tmp_path.iterdir())
    refused(here("report", *arguments), 2, *said)
    assert {path.name for path in tmp_path.iterdir()} - set(before) <= {"catalogue.db-wal", "catalogue.db-shm"}


def test_a_device_is_not_replaced_by_a_file(here: Licet, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.md"
    os.mkfifo(pipe)
    refused(here("report", MODEL, "--out", pipe.name, "--force"), 2, pipe.name, "stdout")
    assert pipe.is_fifo()


@pytest.mark.parametrize("form", ["html", "md", "json"])
def test_an_existing_file_is_refused_without_force(here: Licet, tmp_path: Path, form: str) -> None:
    file = tmp_path / f"report.{form}"
    file.write_text("keep me", encoding="utf-8")
    refused(here("report", MODEL, "--out", file.name), 2, file.name, "--force")
    assert file.read_text(encoding="utf-8") == "keep me"
    done = here("report", MODEL, "--out", file.name, "--force")
    assert done.returncode == 0, done.stderr
    assert MODEL in file.read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to(here: Licet, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    refused(here("report", MODEL, "--out", "closed/report.md"), 2, "closed/report.md")


@pytest.mark.parametrize(("form", "library"), [("html", "jinja2"), ("pdf", "weasyprint"), ("pdf", "jinja2")])
def test_a_missing_extra_is_named(licet: Licet, root: Path, tmp_path: Path, form: str, library: str) -> None:
    shadow = tmp_path / "shadow"
    shadow.mkdir()
    (shadow / f"{library}.py").write_text(f"raise ImportError('no module named {library}')\n", encoding="utf-8")
    done = licet("report", MODEL, "--out", f"report.{form}", environment={"PYTHONPATH": f"{shadow}{os.pathsep}{root}"})
    refused(done, 4, "report", "licet[report]")
    assert not (tmp_path / f"report.{form}").exists()
    plain = licet("report", MODEL, "--out", "report.md", environment={"PYTHONPATH": f"{shadow}{os.pathsep}{root}"})
    assert plain.returncode == 0, plain.stderr


def test_a_report_is_read_again_as_the_earlier_one(here: Licet, tmp_path: Path) -> None:
    assert here("report", MODEL, "--commercial", "--out", "one.json").returncode == 0
    done = here("report", MODEL, "--non-commercial", "--since", "one.json", "--out", "two.json")
    assert done.returncode == 0, done.stderr
    changes = json.loads((tmp_path / "two.json").read_text(encoding="utf-8"))["changes"]["changes"]
    assert {"subject": "the use", "what": "commercial", "before": "yes", "after": "no"} in changes


@pytest.mark.parametrize("form", ["html", "json", "md", "pdf"])
def test_the_same_inputs_and_source_date_give_the_same_bytes(licet: Licet, tmp_path: Path, form: str) -> None:
    if form in ("html", "pdf"):
        pytest.importorskip("jinja2")
    if form == "pdf":
        pytest.importorskip("weasyprint")
    made = []
    for name in ("one", "two"):
        done = licet("report", MODEL, "--commercial", "--annex", "g7", "--out", f"{name}.{form}", environment={"SOURCE_DATE_EPOCH": "1767225600"})
        assert done.returncode == 0, done.stderr
        made.append((tmp_path / f"{name}.{form}").read_bytes())
    assert made[0] == made[1]
    if form != "pdf":
        assert b"2026-01-01" in made[0]
