"""What a code host knows a finding by stays when code moves around it, and goes with the file or model that it is about."""

from __future__ import annotations

import io
import json
from pathlib import Path

from registry.desk.audit.application import ApplicationQuestion, audit_application
from registry.desk.session import Desk
from registry.reports.gitlab import GitlabFormat
from registry.reports.sarif import SarifFormat
from tests.desk.audit.applications import LLAMA, LOADS, SAAS, write

RPLUS = "CohereForAI/c4ai-command-r-plus"
FACTS = {**SAAS, "monthly_active_users": "900M"}


def marks(desk: Desk, folder: Path) -> dict[str, list[tuple[str, str, int | None]]]:
    """Rule, place and line of every result of an audit, by its fingerprint; GitLab is told the same ones."""
    streams = io.StringIO(), io.StringIO()
    reports = [form.open(stream) for form, stream in zip((SarifFormat(), GitlabFormat()), streams, strict=True)]
    audit_application(desk, folder, ApplicationQuestion(FACTS), reports)
    found: dict[str, list[tuple[str, str, int | None]]] = {}
    for result in json.loads(streams[0].getvalue())["runs"][0]["results"]:
        place = result["locations"][0]["physicalLocation"]
        told = (result["ruleId"], place["artifactLocation"]["uri"], place.get("region", {}).get("startLine"))
        found.setdefault(result["partialFingerprints"]["licet/1"], []).append(told)
    assert {issue["fingerprint"] for issue in json.loads(streams[1].getvalue())} == set(found)
    return found


def test_a_shift_of_lines_another_order_and_other_files_change_no_fingerprint(reader: Desk, tmp_path: Path) -> None:
    plain = marks(reader, write(tmp_path / "a", app_py=LOADS.format(LLAMA), chat_py=LOADS.format(RPLUS), notes_py="x = 1\n"))
    shifted = marks(reader, write(tmp_path / "b", chat_py="\n" * 40 + LOADS.format(RPLUS), app_py="# moved\n" * 7 + LOADS.format(LLAMA), other_py="y = 2\n"))
    assert len(plain) > 1
    assert {place[2] for told in plain.values() for place in told} != {place[2] for told in shifted.values() for place in told}
    assert set(shifted) == set(plain)
    assert {mark: [place[:2] for place in told] for mark, told in shifted.items()} == {mark: [place[:2] for place in told] for mark, told in plain.items()}


def test_another_file_or_model_is_another_finding(reader: Desk, tmp_path: Path) -> None:
    plain = marks(reader, write(tmp_path / "a", app_py=LOADS.format(LLAMA)))
    moved = marks(reader, write(tmp_path / "b", main_py=LOADS.format(LLAMA)))
    other = marks(reader, write(tmp_path / "c", app_py=LOADS.format("meta-llama/Llama-2-7b-hf")))
    in_files = {mark for mark, told in plain.items() if told[0][1] == "app.py"}
    assert in_files
    assert in_files.isdisjoint(moved)
    assert in_files.isdisjoint(other)


def test_the_folder_that_is_audited_does_not_matter(reader: Desk, tmp_path: Path) -> None:
    assert set(marks(reader, write(tmp_path / "here", app_py=LOADS.format(LLAMA)))) == set(
        marks(reader, write(tmp_path / "there" / "deep", app_py=LOADS.format(LLAMA)))
    )
