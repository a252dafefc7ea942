"""The policies that travel with the program, over applications such as the organisations they are for have: who is stopped by what."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.desk.audit.gate import refusals, words_to_fail_on
from registry.desk.session import Desk
from tests.desk.audit.applications import LOADS, audit

OPEN = LOADS.format("mistralai/Mistral-7B-v0.1")
LLAMA = LOADS.format("meta-llama/Llama-3.1-8B-Instruct")
FLUX = 'from diffusers import FluxPipeline\nFluxPipeline.from_pretrained("black-forest-labs/FLUX.1-dev")\n'
HOSTED = 'from openai import OpenAI\nOpenAI().chat.completions.create(model="gpt-4o", messages=[])\n'
OURS = 'from openai import OpenAI\nOpenAI(base_url="http://llm.internal/v1").chat.completions.create(model="mistralai/Mistral-7B-v0.1", messages=[])\n'
DATA = 'from datasets import load_dataset\nload_dataset("tatsu-lab/alpaca")\n'
UNKNOWN = LOADS.format("acme/unheard-of-7b")

COMPANY = {"commercial": True, "actor_kind": "company", "distribution": ["saas"], "country": "DE", "audience": ["EU"], "monthly_active_users": "20k"}
LAB = {"commercial": False, "purpose": "research", "actor_kind": "academic", "distribution": ["internal"], "country": "DE", "monthly_active_users": "10"}
BODY = {"commercial": False, "actor_kind": "government", "distribution": ["saas"], "country": "DE", "audience": ["EU"], "monthly_active_users": "20k"}


@pytest.mark.parametrize(
    ("sample", "facts", "source", "stopped_by"),
    [
        ("startup", COMPANY, OPEN, set()),
        ("startup", COMPANY, LLAMA, set()),
        ("startup", COMPANY, HOSTED, set()),
        ("startup", COMPANY, UNKNOWN, set()),
        ("startup", COMPANY, FLUX, {"needs-permission", "policy"}),
        ("startup", COMPANY, DATA, {"prohibited", "policy"}),
        ("enterprise", COMPANY, OPEN, set()),
        ("enterprise", COMPANY, HOSTED, set()),
        ("enterprise", COMPANY, LLAMA, {"policy", "error"}),
        ("enterprise", COMPANY, UNKNOWN, {"error"}),
        ("enterprise", COMPANY, FLUX, {"needs-permission", "policy", "error"}),
        ("research-lab", LAB, OPEN, set()),
        ("research-lab", LAB, LLAMA, set()),
        ("research-lab", LAB, FLUX, set()),
        ("research-lab", LAB, DATA, set()),
        ("research-lab", LAB, HOSTED, set()),
        ("research-lab", LAB, UNKNOWN, set()),
        ("eu-public-body", BODY, OPEN, set()),
        ("eu-public-body", BODY, OURS, set()),
        ("eu-public-body", BODY, LLAMA, {"policy"}),
        ("eu-public-body", BODY, HOSTED, {"policy"}),
        ("eu-public-body", BODY, UNKNOWN, {"LIC309"}),
    ],
)
def test_a_sample_stops_what_such_an_organisation_would_stop(
    reader: Desk, tmp_path: Path, sample: str, facts: dict[str, object], source: str, stopped_by: set[str]
) -> None:
    (tmp_path / "app.py").write_text(source, encoding="utf-8")
    found = audit(reader, tmp_path, dict(facts), policy=sample)
    met = {each.partition(":")[0] for each in refusals(found, words_to_fail_on(found.policy.fail_on, None))}
    assert met == stopped_by, [(each.finding.code, each.severity, each.finding.summary) for each in found.told]
