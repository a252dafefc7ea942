"""What we and our settings say of models is no use of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.scanner.scan import scan

NAME = "meta-llama/Llama-2-7b-hf"


@pytest.mark.parametrize("file", ["licet.yaml", "services/web/licet.yaml", "licet.lock"])
def test_settings_and_lock_name_models_and_use_none(tmp_path: Path, file: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"policy:\n  waivers:\n    - {{finding: LIC302, model: {NAME}, owner: a, reason: b, expires: 2027-01-01}}\n", encoding="utf-8")
    assert scan(tmp_path).references == ()


@pytest.mark.parametrize("start", ['{\n"schema": "licet.audit/1",', '{"schema":"licet.lock/1",', '[{"schema": "licet.check/1",'])
def test_an_earlier_answer_of_ours_in_the_tree_uses_nothing(tmp_path: Path, start: str) -> None:
    (tmp_path / "base.json").write_text(f'{start}\n"models": [{{"model": "{NAME}", "model_name": "{NAME}"}}]}}\n', encoding="utf-8")
    assert scan(tmp_path).references == ()


def test_a_configuration_of_others_is_read_although_it_speaks_of_us(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(f'{{"model": "{NAME}", "note": "see licet.audit/1", "schema": "licet"}}\n', encoding="utf-8")
    assert [each.name for each in scan(tmp_path).references] == [NAME]
