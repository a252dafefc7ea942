"""Taking in tables of the supply chain: what the catalogue holds of another source is filled in, never overwritten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from registry.desk.imports_layers import import_ecosystem_graphs, import_epoch, import_models_dev
from registry.desk.session import Desk
from registry.desk.show import show_model
from tests.desk.conftest import digest

CARDS = """- {name: GPT-4o, type: model, organization: OpenAI, created_date: 1999-01-01, modality: audio; audio, size: 3B parameters, license: unknown, dependencies: []}
- {name: Chatter, type: model, organization: OpenAI, license: Chatter Terms, dependencies: [GPT-4o]}
"""


def shown(desk: Desk, name: str) -> Any:
    return json.loads(json.dumps(show_model(desk, name), default=str))


def test_a_title_of_the_same_developer_is_the_model_that_is_known(desk: Desk, tmp_path: Path) -> None:
    before = shown(desk, "openai/gpt-4o")
    (tmp_path / "a.yaml").write_text(CARDS, encoding="utf-8")
    result = import_ecosystem_graphs(desk, tmp_path / "a.yaml")
    assert result["models"] == ["openai/gpt-4o", "openai/Chatter"]
    after = shown(desk, "openai/gpt-4o")
    assert (after["released_on"], after["modality"], after["developer"], after["source"]) == (
        before["released_on"],
        before["modality"],
        before["developer"],
        before["source"],
    )
    assert (before["parameters"], after["parameters"]) == (None, 3 * 10**9), "what was missing is filled in"


def test_taking_a_table_in_again_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(CARDS, encoding="utf-8")
    (tmp_path / "e.csv").write_text("Model,Organization,Training compute (FLOP),Base model\nGPT-4o,OpenAI,1e25,\nTuned,OpenAI,,GPT-4o\n", encoding="utf-8")
    entry = {"path": "providers/cloud/models/openai/gpt-4o.toml", "name": "GPT-4o", "cost": {"input": 1, "output": 2}}
    (tmp_path / "m.jsonl").write_text(json.dumps(entry) + "\n", encoding="utf-8")
    takes = ((import_ecosystem_graphs, "a.yaml"), (import_epoch, "e.csv"), (import_models_dev, "m.jsonl"))
    for take, file in takes:
        assert take(desk, tmp_path / file)["added"]
    before = digest(desk)
    for take, file in takes:
        again = take(desk, tmp_path / file)
        assert (again["added"], again["changed"], again["retired"]) == ({}, {}, {})
    assert digest(desk) == before


def test_a_price_of_another_source_stays(desk: Desk, tmp_path: Path) -> None:
    entry = {"path": "providers/azure/models/gpt-4o.toml", "name": "GPT-4o", "base_model": "openai/gpt-4o", "cost": {"input": 99, "output": 99}}
    listed = {"path": "models/openai/gpt-4o.toml", "name": "GPT-4o", "open_weights": False}
    (tmp_path / "m.jsonl").write_text(json.dumps(listed) + "\n" + json.dumps(entry) + "\n", encoding="utf-8")
    before = shown(desk, "openai/gpt-4o")
    assert import_models_dev(desk, tmp_path / "m.jsonl")["added"] == {}
    assert shown(desk, "openai/gpt-4o") == before
