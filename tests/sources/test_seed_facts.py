"""The facts of the seed: how many there are, what they hang on, and whether their sources still say so."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from registry.knowledge.store import Knowledge
from registry.sources.seed import SeedSource
from registry.supplychain.model import Model
from registry.supplychain.names import name_key
from registry.supplychain.record import Record

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = Path(os.environ.get("LICET_SOURCE_DATA") or ROOT.parent / "shared" / "data")
SHARE = 0.02
"""The share of the rows that is read again."""

NAMED = [
    *("GPT-3", "GPT-4", "Command", "Claude", "Claude 2", "PaLM 2", "Falcon 40B", "T5 11B", "Dolly V2 12B", "Llama 2 7B", "BERT base uncased"),
    *("RoBERTa base", "Amazon Titan Text Express", "Jurassic-2 Ultra", "Imagen", "Chirp", "Bark", "DALL-E", "DALL-E 2", "GLIDE", "Midjourney"),
]
"""Systems that a user may ask for by these names; each must be found, whatever else the name has behind it."""
FAMILIES = [
    *("Llama 1", "Llama 2", "Llama 3", "Llama 4", "Qwen", "DeepSeek", "Gemma", "Mistral", "Phi", "Falcon", "GLM", "Yi", "Kimi", "MiniMax"),
    *("Hunyuan", "Nemotron", "Command", "Jamba", "OLMo", "gpt-oss", "CLIP", "Stable Diffusion", "SDXL", "FLUX", "Whisper", "SAM"),
]
"""Families of which the seed has at least one model."""
MODALITIES = {"text", "image", "audio", "video", "multimodal", "code", "embedding", "other"}
EPOCH = "Epoch AI, notable models, 2025-04: "
HUB = re.compile(r"huggingface\.co/([\w.-]+/[\w.-]+) \(Hub API, 2024-07\)")


@pytest.fixture(scope="module")
def seed() -> Record:
    """The seed as it ships."""
    return next(iter(SeedSource(ROOT / "data" / "seed").records()))


def known_as(model: Model) -> set[str]:
    """All that a model is called, in the form in which names are compared."""
    return {name_key(name) for name in (model.name, model.name.split("/")[-1], model.title or model.name, *model.aliases)}


def test_seed_has_enough_models_of_enough_developers_in_every_modality(seed: Record) -> None:
    assert len(seed.models) >= 250
    assert len({model.developer for model in seed.models}) >= 60
    assert {model.modality for model in seed.models} == MODALITIES


def test_every_model_has_developer_access_modality_release_and_a_sourced_license_statement(seed: Record) -> None:
    developers = {developer.name for developer in seed.developers}
    stated = {statement.subject for statement in seed.statements if statement.source is not None and (statement.license or statement.raw_name)}
    for model in seed.models:
        assert model.developer in developers, model.name
        assert all((model.access, model.modality, model.released_on, model.source)), model.name
        assert model.name in stated, model.name


def test_seed_covers_the_three_license_types(seed: Record, tmp_path: Path) -> None:
    knowledge = Knowledge.load(ROOT / "data", tmp_path)
    models = {model.name for model in seed.models}
    found = {statement.license for statement in seed.statements if statement.subject in models and statement.license}
    types = {license.type for license in map(knowledge.license_of, found) if license is not None}
    assert {str(getattr(each, "value", each)) for each in types} >= {"open-source", "custom", "commercial"}
    assert [each for each in sorted(found) if knowledge.license_of(each) is None] == []


def test_nine_tenths_of_the_models_have_parameters(seed: Record) -> None:
    assert sum(model.parameters is not None for model in seed.models) >= 0.9 * len(seed.models)


def test_enough_models_have_lineage_compute_and_hosts(seed: Record) -> None:
    assert len({relation.child for relation in seed.relations}) >= 120
    computed = {run.model for run in seed.training_runs} | {model.name for model in seed.models if model.training_flop is not None}
    assert len(computed) >= 60
    assert sum(hosting.terms is not None for hosting in seed.hostings) >= 100


def test_every_reference_resolves(seed: Record) -> None:
    known = {model.name for model in seed.models} | {f"dataset:{dataset.name}" for dataset in seed.datasets}
    hosts = {host.name for host in seed.hosts}
    assert [relation for relation in seed.relations if relation.parent not in known] == []
    assert [hosting for hosting in seed.hostings if hosting.host not in hosts] == []
    assert [use for each in seed.applications for use in each.models if use.model not in known or (use.host is not None and use.host not in hosts)] == []


def test_example_applications_have_users_and_use_many_models(seed: Record) -> None:
    examples = {each.name: each for each in seed.applications if each.example}
    series = {group.application: len(group.monthly_users) for group in seed.user_groups}
    long = [name for name in examples if series.get(name, 0) >= 6]
    assert len(long) >= 12
    assert len({use.model for name in long for use in examples[name].models}) >= 20


@pytest.mark.parametrize("name", NAMED)
def test_named_system_is_in_the_seed(seed: Record, name: str) -> None:
    assert any(key.startswith(name_key(name)) for model in seed.models for key in known_as(model)), name


@pytest.mark.parametrize("family", FAMILIES)
def test_family_is_in_the_seed(seed: Record, family: str) -> None:
    assert any(name_key(family) in key for model in seed.models for key in known_as(model)), family


def test_two_sizes_that_textbooks_give_are_as_given(seed: Record) -> None:
    sizes = {model.name: model.parameters for model in seed.models}
    assert sizes["openai/gpt-3"] == 175_000_000_000
    assert sizes["google-bert/bert-base-uncased"] == 110_000_000


def test_sources_name_what_was_read(seed: Record) -> None:
    sources = [
        *(model.source for model in seed.models),
        *(statement.source for statement in seed.statements),
        *(relation.source for relation in seed.relations),
        *(run.source for run in seed.training_runs),
    ]
    assert [source for source in sources if source is None or not 0 < len(source.reference) <= 200] == []


# Reading again ---------------------------------------------------------------------------------------------------------


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a compressed table with one JSON object a line."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


@lru_cache(maxsize=1)
def epoch_rows() -> Mapping[str, Mapping[str, str]]:
    """Epoch's table of models, by name."""
    csv.field_size_limit(10**8)
    with gzip.open(SOURCES / "layers" / "epoch" / "all_ai_models_2025-04.csv.gz") as file:
        return {row["Model"].strip(): row for row in csv.DictReader(io.TextIOWrapper(file, encoding="utf-8"))}


@lru_cache(maxsize=1)
def hub_rows() -> Mapping[str, Mapping[str, Any]]:
    """What the Hub's API said of models in July 2024, by lower-case id; full records stand over list rows."""
    folder = SOURCES / "hub_2024-07"
    files = [folder / "hub_list_sample_20k.jsonl.gz", folder / "hub_api_model_records.jsonl.gz"]
    return {str(row.get("id") or row["modelId"]).lower(): row for file in files if file.is_file() for row in lines(file)}


@lru_cache(maxsize=1)
def mteb_rows() -> Mapping[str, Mapping[str, Any]]:
    """MTEB's records of embedding models, by name."""
    return {row["name"]: row for row in lines(SOURCES / "layers" / "mteb" / "model_meta_2.26.24.jsonl.gz")}


def close(one: float, other: float, share: float) -> bool:
    """Whether two figures differ by no more than a share."""
    return abs(one - other) <= share * abs(other)


def differences(model: Model, seed: Record) -> Iterator[str]:
    """What the sources that a row names say otherwise."""
    source = model.source.reference if model.source else ""
    for part in source.split("; "):
        row = epoch_rows().get(part.removeprefix(EPOCH)) if part.startswith(EPOCH) else None
        if row is None:
            continue
        own = part == next((text for text in source.split("; ") if text.startswith(EPOCH)), "")
        flop = row["Training compute (FLOP)"] or row["Finetune compute (FLOP)"]
        if own and model.training_flop is not None and flop and not close(model.training_flop, float(flop), 0.03):
            yield f"{model.name}: FLOP {model.training_flop}, {part} says {flop}"
    for run in (run for run in seed.training_runs if run.model == model.name and run.source is not None):
        row = epoch_rows().get(run.source.reference.removeprefix(EPOCH)) if run.source is not None else None
        if row is not None and run.count is not None and float(row["Hardware quantity"] or run.count) != run.count:
            yield f"{model.name}: {run.count} accelerators, Epoch says {row['Hardware quantity']}"
    hub = hub_rows().get(model.name.lower()) if model.name in HUB.findall(source) else None
    if hub is not None:
        tags = {tag.removeprefix("license:") for tag in hub.get("tags", []) if tag.startswith("license:")}
        for statement in (each for each in seed.statements if each.subject == model.name and each.basis == "declared" and each.source is not None):
            if statement.source is not None and statement.source.reference == f"huggingface.co/{model.name} (Hub API, 2024-07)":
                said = tags or {"unstated"}
                if statement.license not in said and not (said == {"other"} or statement.license in {f"{tag}-codellama" for tag in said}):
                    yield f"{model.name}: licence {statement.license}, the Hub says {sorted(said)}"
        size = (hub.get("safetensors") or {}).get("total")
        if size and model.parameters and not close(model.parameters, size, 0.03):
            yield f"{model.name}: {model.parameters} parameters, the Hub says {size}"
    mteb = mteb_rows().get(model.name) if "mteb 2.26.24" in source else None
    if mteb is not None and isinstance(mteb.get("n_parameters"), int) and model.parameters and not close(model.parameters, mteb["n_parameters"], 0.03):
        yield f"{model.name}: {model.parameters} parameters, MTEB says {mteb['n_parameters']}"


def readable(model: Model) -> bool:
    """Whether a row names a source that is at hand as a table."""
    source = model.source.reference if model.source else ""
    return EPOCH in source or HUB.search(source) is not None or "mteb 2.26.24" in source


@pytest.mark.skipif(not (SOURCES / "layers" / "epoch").is_dir(), reason="the source tables are not at hand: LICET_SOURCE_DATA")
@pytest.mark.parametrize("draw", [20260101, 20261121])
def test_drawn_rows_say_what_their_sources_say(seed: Record, draw: int) -> None:
    rows = sorted((model for model in seed.models if readable(model)), key=lambda model: model.name)
    drawn = random.Random(draw).sample(rows, max(8, round(SHARE * len(seed.models))))  # noqa: S311 - a drawn sample, no secret
    assert [each for model in drawn for each in differences(model, seed)] == []
