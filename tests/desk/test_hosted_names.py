from __future__ import annotations

import pytest

from registry.desk.hosted_names import candidates
from registry.scanner.reference import Reference


def named(name: str, provider: str, about: str = "model", revision: str | None = None) -> list[str]:
    return candidates(Reference(name, name, about, "load", "a.py", 1, provider=provider, revision=revision))


@pytest.mark.parametrize(
    ("name", "provider", "first"),
    [
        ("bert-base-uncased", "hub", "google-bert/bert-base-uncased"),
        ("BERT-base-uncased", "hub", "google-bert/bert-base-uncased"),
        ("acme/model-7b", "hub", "acme/model-7b"),
        ("anthropic.claude-3-5-sonnet-20240620-v1:0", "bedrock", "anthropic/claude-3-5-sonnet-20240620-v1:0"),
        ("llama3.1:8b", "ollama", "meta-llama/Llama-3.1-8B-Instruct"),
        ("gpt-4o-2024-08-06", "openai", "openai/gpt-4o-2024-08-06"),
    ],
)
def test_the_likeliest_name_comes_first(name: str, provider: str, first: str) -> None:
    assert named(name, provider)[0] == first


def test_a_name_of_old_is_still_tried_as_written_and_keeps_its_revision() -> None:
    assert named("gpt2", "hub", revision="abc") == ["openai-community/gpt2@abc", "gpt2@abc"]


def test_a_dated_name_leads_to_the_one_without_a_date() -> None:
    assert "openai/gpt-4o" in named("gpt-4o-2024-08-06", "openai")


def test_an_old_name_of_a_model_is_none_of_a_dataset() -> None:
    assert named("gpt2", "hub", about="dataset") == ["dataset:gpt2"]
