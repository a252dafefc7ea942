"""Duties that a policy wants shown: what shows them, and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.desk.session import Desk
from tests.desk.audit.applications import LOADS, SAAS, audit, with_policy

LLAMA3 = "meta-llama/Llama-3.1-8B-Instruct"
LLAMA2 = "meta-llama/Llama-2-7b-chat-hf"
FACTS = {**SAAS, "monthly_active_users": "10k"}
SHIPPED = {"commercial": True, "distribution": ["product"], "monthly_active_users": "10k"}
NOTICE = "Llama 2 is licensed under the LLAMA 2 Community License, Copyright (c) Meta Platforms, Inc. All Rights Reserved."


def lacking(desk: Desk, folder: Path, duty: str, files: dict[str, str], facts: dict[str, object] | None = None, model: str = LLAMA3) -> list[str]:
    app = folder / "app"
    for name, text in {"app.py": LOADS.format(model), **files}.items():
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_text(text, encoding="utf-8")
    found = audit(with_policy(desk, folder, f"duties_shown: [{duty}]"), app, dict(FACTS if facts is None else facts))
    return [each.finding.summary for each in found.told if each.finding.code == "POL007"]


def test_a_line_that_nothing_shows_is_told_with_its_words(reader: Desk, tmp_path: Path) -> None:
    (summary,) = lacking(reader, tmp_path, "display", {})
    assert summary.startswith(f"The policy asks that the duty display of {LLAMA3} be shown: ")
    assert "nothing shows “Built with Llama”" in summary


@pytest.mark.parametrize(
    ("files", "shown"),
    [
        ({"web/footer.tsx": "<footer>Built  with Llama</footer>"}, True),
        ({"ui.py": 'st.caption("Built with Llama")'}, True),
        ({"README.md": "**Built with Llama** by us"}, True),
        ({"README.md": "made with other things"}, False),
        ({"tests/test_footer.py": 'assert "Built with Llama" in page'}, False),
        ({"licet.yaml": "# Built with Llama\n"}, False),
        ({"report.md": "Show “Built with Llama”.\n\nInformation, not legal advice.\n"}, False),
        ({"audit.json": '{"schema": "licet.audit/1", "wording": "Built with Llama"}'}, False),
        ({"footer.png": "Built with Llama"}, False),
    ],
)
def test_a_line_is_shown_where_people_or_programs_read_it(reader: Desk, tmp_path: Path, files: dict[str, str], shown: bool) -> None:
    assert (lacking(reader, tmp_path, "display", files) == []) is shown


@pytest.mark.parametrize(("files", "shown"), [({"NOTICE": NOTICE}, True), ({"docs/legal.md": NOTICE}, False), ({"NOTICE.md": "We thank all."}, False)])
def test_a_notice_stands_in_a_notice_file(reader: Desk, tmp_path: Path, files: dict[str, str], shown: bool) -> None:
    assert (lacking(reader, tmp_path, "notice-file", files, SHIPPED, LLAMA2) == []) is shown


MIT = (
    "MIT License\n\nCopyright (c) 2026 Us\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of this software and associated "
    'documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, '
    "publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the "
    "following conditions:\n\nThe above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.\n\n"
    'THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS '
    "FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER "
    "IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.\n"
)


@pytest.mark.parametrize(("file", "shown"), [("LICENSE", False), ("licenses/bge-m3/LICENSE", True)])
def test_the_applications_own_licence_is_not_that_of_a_model(reader: Desk, tmp_path: Path, file: str, shown: bool) -> None:
    assert (lacking(reader, tmp_path, "license-copy", {file: MIT}, SHIPPED, "BAAI/bge-m3") == []) is shown


def test_what_only_may_be_due_is_not_asked_for(reader: Desk, tmp_path: Path) -> None:
    assert lacking(reader, tmp_path, "display", {}, {"commercial": True}) == []


def test_what_only_tests_use_has_nothing_to_show(reader: Desk, tmp_path: Path) -> None:
    app = tmp_path / "app" / "tests"
    app.mkdir(parents=True)
    (app / "test_app.py").write_text(LOADS.format(LLAMA3), encoding="utf-8")
    found = audit(with_policy(reader, tmp_path, "duties_shown: [display]"), tmp_path / "app", FACTS)
    assert not [each for each in found.told if each.finding.code == "POL007"]


def test_the_credit_of_a_dataset_is_looked_for_too(reader: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "train.py").write_text('from datasets import load_dataset\nload_dataset("tatsu-lab/alpaca")\n', encoding="utf-8")
    facts = {"commercial": False, "distribution": ["weights"]}
    desk = with_policy(reader, tmp_path, "duties_shown: [display]")
    assert [each.finding.subject for each in audit(desk, folder, facts).told if each.finding.code == "POL007"] == ["tatsu-lab/alpaca"]
    (folder / "README.md").write_text("Trained on Alpaca by tatsu-lab.\n", encoding="utf-8")
    assert not [each for each in audit(desk, folder, facts).told if each.finding.code == "POL007"]


def test_what_a_policy_asks_to_be_shown_is_told_once(reader: Desk, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "app.py").write_text(LOADS.format(LLAMA3), encoding="utf-8")
    told = audit(with_policy(reader, tmp_path, "duties_shown: [display]"), tmp_path / "app", FACTS).told
    assert {each.finding.code for each in told} & {"LIC202", "POL007", "LIC206"} == {"POL007", "LIC206"}
