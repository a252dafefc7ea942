"""Epoch AI's table of models: developers, compute, hardware, bases and data, with a note on all that is not understood."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from registry.errors import SourceError
from registry.sources.layers.epoch import EpochSource
from registry.supplychain.record import Record
from tests.sources.real_data import real

HEADER = (
    "Model",
    "Domain",
    "Organization",
    "Organization categorization",
    "Country (from Organization)",
    "Publication date",
    "Parameters",
    "Training compute (FLOP)",
    "Finetune compute (FLOP)",
    "Training dataset",
    "Training time (hours)",
    "Training hardware",
    "Hardware quantity",
    "Model accessibility",
    "Base model",
    "Training cloud compute vendor",
)
ROWS = [
    (
        "Big 1",
        "Language",
        "Acme",
        "Industry",
        "Germany",
        "2024-02-03",
        "7e9",
        "3e25",
        "",
        "Pile,Unspecified unreleased",
        "24",
        "NVIDIA A100",
        "512",
        "Open weights (restricted use)",
        "",
        "Azure",
    ),
    (
        "Big 1 Chat",
        "Language,Vision",
        "Acme,Uni Y",
        "Industry,Academia",
        "Germany,Japan",
        "soon",
        "7e9",
        "3.1e25",
        "1e24",
        "",
        "x",
        "",
        "",
        "API access",
        "Big 1,Eye",
        "",
    ),
    ("Big 1", "", "Acme", "", "", "", "", "", "", "", "", "", "", "", "", ""),
    ("", "", "", "", "", "", "", "", "", "", "", "", "", "", "", ""),
    ("Loop", "Biology", "Acme", "Industry", "Atlantis", "2020", "-4", "", "", "", "", "", "", "On a stick", "Loop", ""),
]


def table(path: Path, rows: list[tuple[str, ...]] = ROWS, header: tuple[str, ...] = HEADER) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


def read(path: Path) -> tuple[list[Record], EpochSource]:
    source = EpochSource(path)
    return list(source.records()), source


def test_a_row_becomes_a_model_its_developers_and_its_training(tmp_path: Path) -> None:
    (who, models, rest), _ = read(table(tmp_path / "all.csv"))
    assert [(each.name, each.kind, each.country) for each in who.developers] == [
        ("acme", "company", "DE"),
        ("uni-y", "academic", "JP"),
        ("acme-and-others", None, None),
    ]
    big, chat, loop = models.models
    assert (big.name, big.access, big.openness.weights, big.parameters, big.training_flop, big.released_on) == (
        "acme/Big-1",
        "open",
        "open",
        7 * 10**9,
        3e25,
        "2024-02-03",
    )
    assert (chat.name, chat.developer, chat.modality, chat.access, chat.released_on) == (
        "acme-and-others/Big-1-Chat",
        "acme-and-others",
        "multimodal",
        "api",
        None,
    )
    assert loop.modality == "other"
    assert {(each.child, each.parent, each.relation) for each in models.relations} == {
        ("acme-and-others/Big-1-Chat", "acme/Big-1", "finetune"),
        ("acme-and-others/Big-1-Chat", "Eye", "finetune"),
        ("acme/Big-1", "dataset:Pile", "trained-on"),
    }
    runs = {run.model: run for run in rest.training_runs}
    run = runs["acme/Big-1"]
    assert (run.flop, run.hardware, run.count, run.hours, run.provider) == (3e25, "NVIDIA A100", 512, 24.0, "Azure")
    assert runs["acme-and-others/Big-1-Chat"].flop == 1e24, "the base's compute is not the fine-tune's"
    assert models.statements == (), "the table names no licence"


def test_what_is_not_understood_is_noted_with_its_row(tmp_path: Path) -> None:
    _, source = read(table(tmp_path / "all.csv"))
    assert {(note.row, note.code) for note in source.notes} == {
        (2, "bad-value"),  # the date, and the hours
        (3, "twice"),
        (4, "no-name"),
        (5, "bad-value"),  # the country, the parameters and the access
        (5, "self-base"),
    }
    assert len(source.notes) == 8
    assert {note.file for note in source.notes} == {"all.csv"}


def test_another_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="Training compute"):
        read(table(tmp_path / "other.csv", [("x", "y")], ("id", "tags")))


def test_the_real_table_is_read() -> None:
    (who, models, rest), source = read(real("layers", "epoch", "all_ai_models_2025-04.csv.gz"))
    assert len(models.models) == 2_224
    assert sum(each.training_flop is not None for each in models.models) == 970
    assert sum(run.hardware is not None for run in rest.training_runs) == 609
    assert sum(run.provider is not None for run in rest.training_runs) == 26
    assert len({each.child for each in models.relations if each.relation == "finetune"}) == 271
    assert sum(each.access is not None or each.openness.weights is not None for each in models.models) == 1_219
    assert not [note for note in source.notes if note.code == "unreadable"]
    assert len(who.developers) > 1_000
