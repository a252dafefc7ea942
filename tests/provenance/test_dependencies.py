"""What went into a run, held against its record where it is at hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from registry.findings.finding import Finding
from registry.provenance.dependencies import Place, check_dependencies
from registry.provenance.digests import digest_file, digest_folder
from registry.provenance.run import Material
from tests.provenance.build import model_folder, run

pytest.importorskip("securesystemslib")


def depends(tmp_path: Path) -> tuple[Path, Path, Any]:
    base = model_folder(tmp_path / "base", b"base")
    data = tmp_path / "tickets.csv"
    data.write_text("text,label\nhi,a\n", encoding="utf-8")
    whole, one = digest_folder(base), digest_file(data)
    materials = (
        Material("model", "acme/base-7b", "finetune", None, None, whole.sha256, whole.files),
        Material("dataset", "tickets", "trained-on", None, None, one.sha256, (one,)),
        Material("model", "acme/other", "trained-on-outputs"),
    )
    return base, data, run(materials=materials)


def results(done: Any, places: dict[str, Place]) -> list[tuple[str, str]]:
    return [(each.name, each.result) for each in check_dependencies(done, places)]


def test_what_went_in_is_the_same_where_it_is_at_hand(tmp_path: Path) -> None:
    base, data, done = depends(tmp_path)
    assert results(done, {}) == [("acme/base-7b", "not at hand"), ("tickets", "not at hand"), ("acme/other", "no digest")]
    assert results(done, {"acme/base-7b": Place(base), "tickets": Place(data)}) == [("acme/base-7b", "same"), ("tickets", "same"), ("acme/other", "no digest")]


def test_a_file_that_went_in_may_have_another_name_since(tmp_path: Path) -> None:
    _, data, done = depends(tmp_path)
    assert results(done, {"tickets": Place(data.rename(tmp_path / "renamed.csv"))})[1] == ("tickets", "same")


@pytest.mark.parametrize("change", ["edit", "remove"])
def test_lic502_what_went_in_and_is_another_now_is_named(tmp_path: Path, change: str) -> None:
    base, _, done = depends(tmp_path)
    if change == "edit":
        (base / "model.safetensors").write_bytes(b"other")
    else:
        (base / "model.safetensors").unlink()
    (found, *_) = check_dependencies(done, {"acme/base-7b": Place(base)})
    (finding,) = found.findings
    assert isinstance(finding, Finding)
    assert (found.result, finding.code) == ("differs", "LIC502")
    assert "`model.safetensors`" in finding.summary


def test_files_that_were_added_to_what_went_in_do_not_matter(tmp_path: Path) -> None:
    base, _, done = depends(tmp_path)
    (base / "notes.txt").write_text("x", encoding="utf-8")
    assert results(done, {"acme/base-7b": Place(base)})[0] == ("acme/base-7b", "same")


def test_a_place_that_is_not_there_is_no_crash(tmp_path: Path) -> None:
    _, _, done = depends(tmp_path)
    assert results(done, {"acme/base-7b": Place(tmp_path / "gone")})[0] == ("acme/base-7b", "differs")
