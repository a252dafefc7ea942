"""References to models: ids, links, old ids, paths and placeholders; and the keys under which cards write them."""

from __future__ import annotations

import csv

import pytest

from registry.sources.card.lineage_keys import base_key, dataset_key, fold_key, is_relation_key, license_key, looks_like_lineage, read_relation
from registry.sources.references import legacy_models, read_reference
from tests.sources.real_data import real


@pytest.mark.parametrize(
    ("written", "kind", "id"),
    [
        ("acme/base-7b", "id", "acme/base-7b"),
        (" `acme/base-7b` ", "id", "acme/base-7b"),
        ("https://huggingface.co/acme/base-7b", "id", "acme/base-7b"),
        ("huggingface.co/acme/base-7b/tree/main", "id", "acme/base-7b"),
        ("[Base](https://hf.co/acme/base-7b/blob/main/README.md)", "id", "acme/base-7b"),
        ("hf://acme/base-7b", "id", "acme/base-7b"),
        ("acme/base-7b.git", "id", "acme/base-7b"),
        ("models--acme--base-7b", "id", "acme/base-7b"),
        ("gpt2", "legacy", "openai-community/gpt2"),
        ("GPT2", "legacy", "openai-community/gpt2"),
        ("https://huggingface.co/gpt2", "legacy", "openai-community/gpt2"),
        ("somebodys-model", "bare", "somebodys-model"),
        ("https://civitai.com/models/1", "link", None),
        ("https://huggingface.co/docs/peft", "link", None),
        ("./model", "local", None),
        ("/content/drive/x", "local", None),
        ("C:\\models\\x", "local", None),
        ("[More Information Needed]", "placeholder", None),
        ("<your-model-id>", "placeholder", None),
        ("N/A", "placeholder", None),
        ("", "empty", None),
        ("Mistral 7B v0.1", "unreadable", None),
        ("a/b/c", "unreadable", None),
        ("https://[broken", "unreadable", None),
    ],
)
def test_reference_is_told_for_what_it_is(written: str, kind: str, id: str | None) -> None:
    found = read_reference(written)
    assert (found.kind, found.id) == (kind, id)


def test_reference_keeps_its_revision() -> None:
    assert read_reference("acme/base@v2").revision == "v2"
    assert read_reference("https://huggingface.co/acme/base/tree/v2").revision == "v2"
    assert read_reference("https://huggingface.co/acme/base/tree/main").revision is None
    assert read_reference("https://huggingface.co/datasets/acme/heap").kind_of_repository == "dataset"


def test_old_ids_lead_to_ids_with_owners() -> None:
    table = legacy_models()
    assert len(table) > 40
    assert all("/" not in old and new.count("/") == 1 for old, new in table.items())


@pytest.mark.parametrize("key", ["base_models", "basemodel", "base-model", "Base Model", "derived_from", "parent_model"])
def test_key_of_bases_is_known_in_its_spellings(key: str) -> None:
    assert base_key(key) == (True, None)


@pytest.mark.parametrize(
    ("key", "relation"),
    [("finetuned_from", "finetune"), ("adapter_for", "adapter"), ("merged_models", "merge"), ("quantized_from", "quantized"), ("teacher_model", "distilled")],
)
def test_key_can_state_the_relation(key: str, relation: str) -> None:
    assert base_key(key) == (True, relation)


def test_other_keys_are_told_apart() -> None:
    assert is_relation_key("base_model_ralation")
    assert not is_relation_key("base_model_config")
    assert license_key("licence") == "license"
    assert license_key("License-Name") == "license_name"
    assert license_key("-license") is None, "in a pasted diff, that line was taken out"
    assert dataset_key("dataset") == "trained-on"
    assert looks_like_lineage("base_model_of_sorts")
    assert not looks_like_lineage("base_model_config")
    assert fold_key("Base_Model") == "basemodel"


@pytest.mark.parametrize(
    ("word", "relation"), [("Fine-tuned", "finetune"), ("LoRA", "adapter"), ("quantised", "quantized"), ("MERGE", "merge"), ("cousin", None)]
)
def test_relation_words(word: str, relation: str | None) -> None:
    assert read_relation(word) == relation


def test_every_old_id_of_the_real_hub_leads_to_its_present_one() -> None:
    with real("hub_2024-07", "legacy_alias.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 47
    assert {row["legacy_id"]: read_reference(row["legacy_id"]).id for row in rows} == {row["legacy_id"]: row["current_id"] for row in rows}
