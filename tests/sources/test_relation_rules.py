"""Relation inference: the order of the rules, and what each goes by."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry.sources.relation_rules import RULES, Signs, indexed_bases, infer_relation

EVERYTHING = Signs("acme/x-GGUF", bases=2, stated="distilled", tags=("base_model:adapter:a/b", "merge", "gguf", "lora"), library="peft", adapter_config=True)


def test_rules_are_asked_in_their_order() -> None:
    stages = [
        (EVERYTHING, "distilled", "stated"),
        (replace(EVERYTHING, stated=None), "adapter", "indexed-tag"),
        (replace(EVERYTHING, stated=None, tags=("merge", "gguf", "lora")), "merge", "merge"),
        (replace(EVERYTHING, stated=None, bases=1, tags=("gguf", "lora")), "quantized", "format"),
        (replace(EVERYTHING, name="acme/x", stated=None, bases=1, tags=("lora",)), "adapter", "adapter"),
        (Signs("acme/x"), "finetune", "default"),
    ]
    found = [infer_relation(signs, "a/b") for signs, _, _ in stages]
    assert [(each.relation, each.rule) for each in found] == [(relation, rule) for _, relation, rule in stages]
    assert tuple(each.rule for each in found) == RULES


@pytest.mark.parametrize(
    ("signs", "relation", "evidence"),
    [
        (Signs("acme/x", files=("x.Q4_K_M.gguf",)), "quantized", "detected"),
        (Signs("acme/x", files=("x-bf16.gguf",)), "converted", "detected"),
        (Signs("acme/x-AWQ"), "quantized", "inferred"),
        (Signs("acme/x-3.5bpw-exl2"), "quantized", "inferred"),
        (Signs("acme/x", quantized_by=True), "quantized", "declared"),
        (Signs("acme/x-onnx"), "converted", "inferred"),
        (Signs("acme/x", library="mlx"), "converted", "declared"),
        (Signs("acme/x", files=("adapter_config.json", "adapter_model.safetensors")), "adapter", "detected"),
        (Signs("acme/x", library="peft"), "adapter", "declared"),
        (Signs("acme/x", tags=("mergekit",)), "merge", "declared"),
        (Signs("acme/x", bases=3), "merge", "inferred"),
        (Signs("acme/x", quantization_config=True), "quantized", "detected"),
    ],
)
def test_signs_decide_relation_and_grade(signs: Signs, relation: str, evidence: str) -> None:
    found = infer_relation(signs, "acme/base")
    assert (found.relation, found.evidence) == (relation, evidence)
    assert found.rule in found.says


def test_words_inherited_from_the_base_say_nothing() -> None:
    assert infer_relation(Signs("me/x-bnb-4bit-tuned"), "unsloth/x-bnb-4bit").relation == "finetune"


def test_indexed_tags_name_bases() -> None:
    tags = ("base_model:a/b", "base_model:quantized:a/b", "base_model:c/d", "license:mit")
    assert indexed_bases(tags) == {"a/b": "quantized", "c/d": None}
