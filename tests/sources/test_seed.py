"""The seed files: read, checked, and written into a catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.errors import KnowledgeError, SourceError
from registry.sources.interface import Source
from registry.sources.seed import SeedSource

MODELS = """\
developer: acme
models:
  - id: acme/base-7b
    name: Base 7B
    modality: text
    access: open
    openness: {weights: open}
    parameters: 7_000_000_000
    training_flop: 3.8e+25
    released_on: 2024
    revision: abc123
    licenses:
      - {license: yi-2.1, source: the card, valid_to: 2024-05-30}
      - {license: apache-2.0, valid_from: 2024-05-30}
    bases:
      - {model: acme/older, relation: finetune}
    datasets:
      - {dataset: heap}
    training:
      - {hardware: H100, count: 8, hours: 2.5}
    hostings:
      - {host: cloud, price_input_usd_per_million: 0.5}
    source: https://example.org
    read_on: 2026-11-21
  - id: acme/older
    developer: elders
"""
APPLICATIONS = """\
applications:
  - id: helpdesk
    owner: Acme
    distribution: [saas]
    countries: [NO]
    commercial: true
    models: [{model: acme/base-7b, host: cloud}]
    example: true
    source: invented
    user_groups:
      - {id: callers, segment: individual, countries: ["NO", SE], monthly_users: {2026-05: 900}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small seed."""
    seed = tmp_path / "data" / "seed"
    (seed / "models").mkdir(parents=True)
    (seed / "models" / "acme.yaml").write_text(MODELS, encoding="utf-8")
    (seed / "applications.yaml").write_text(APPLICATIONS, encoding="utf-8")
    (seed / "datasets.yaml").write_text("datasets:\n  - {id: heap, license: cc-by-4.0, languages: [en, no]}\n  - {id: pile, license: null}\n", encoding="utf-8")
    (seed / "hosts.yaml").write_text("hosts:\n  - {id: cloud, kind: cloud, country: NO, terms: cloud-terms}\n", encoding="utf-8")
    (seed / "developers.yaml").write_text("developers:\n  - {id: acme, name: Acme, kind: company, country: NO}\n", encoding="utf-8")
    return seed


def test_every_layer_is_read(folder: Path) -> None:
    source = SeedSource(folder)
    assert isinstance(source, Source)
    (found,) = source.records()
    assert (found.origin, found.replaces) == ("seed", True)
    base, older = found.models
    assert (base.developer, older.developer, base.released_on, base.parameters, base.training_flop) == ("acme", "elders", "2024", 7_000_000_000, 3.8e25)
    assert [(each.subject, each.license, each.valid_from, each.valid_to) for each in found.statements] == [
        ("dataset:heap", "cc-by-4.0", None, None),
        ("acme/base-7b", "yi-2.1", None, "2024-05-30"),
        ("acme/base-7b", "apache-2.0", "2024-05-30", None),
    ]
    assert [each.source.reference for each in found.statements if each.source] == ["the card", "https://example.org"]
    assert [(each.child, each.parent, each.relation) for each in found.relations] == [
        ("acme/base-7b", "acme/older", "finetune"),
        ("acme/base-7b", "dataset:heap", "trained-on"),
    ]
    assert [each.commit for each in found.revisions] == ["abc123"]
    assert found.training_runs[0].hours == 2.5
    assert found.hostings[0].price_input_usd_per_million == 0.5
    assert found.applications[0].countries == ("NO",)
    assert found.user_groups[0].monthly_users == {"2026-05": 900}
    assert found.datasets[0].languages == ("en", "no")


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("models/acme.yaml", "    name: Base 7B", "    nmae: Base 7B", ["`data/seed/models/acme.yaml` line 4", "`models.0.nmae`", "no such key"]),
        ("models/acme.yaml", "modality: text", "modality: smell", ["line 5", "`models.0.modality`"]),
        ("models/acme.yaml", "relation: finetune", "relation: cousin", ["line 16", "`models.0.bases.0.relation`"]),
        ("models/acme.yaml", "released_on: 2024", "released_on: last May", ["line 10", "`models.0.released_on`"]),
        ("models/acme.yaml", "7_000_000_000", "-7", ["line 8", "`models.0.parameters`"]),
        ("models/acme.yaml", "developer: acme\n", "", ["`developer`", "missing"]),
        ("models/acme.yaml", "    access: open", "    access: [open", ["`data/seed/models/acme.yaml` line"]),
        ("models/acme.yaml", "  - id: acme/older", "  - id: acme/base-7b", ["two entries for the model `acme/base-7b`"]),
        ("hosts.yaml", "kind: cloud", "kind: fog", ["`data/seed/hosts.yaml` line 2", "`hosts.0.kind`"]),
        ("hosts.yaml", "country: NO", "country: Norway", ["`hosts.0.country`"]),
        (
            "applications.yaml",
            "2026-05: 900",
            "2026-13: 900",
            ["`data/seed/applications.yaml` line 11", "`applications.0.user_groups.0.monthly_users.2026-13`", "`2026-13` has not the form"],
        ),
        ("datasets.yaml", "datasets:", "datasets: nothing\nother:", ["`data/seed/datasets.yaml`"]),
    ],
)
def test_a_broken_file_is_named_with_line_and_field(folder: Path, file: str, old: str, new: str, words: list[str]) -> None:
    path = folder / file
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new), encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        list(SeedSource(folder).records())
    for word in words:
        assert word in caught.value.message
    assert "\n" not in caught.value.message


def test_a_file_that_is_not_utf8_is_named(folder: Path) -> None:
    (folder / "hosts.yaml").write_bytes(b"hosts: [{id: caf\xe9}]")
    with pytest.raises(KnowledgeError, match=r"hosts\.yaml.* is not UTF-8"):
        list(SeedSource(folder).records())


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        list(SeedSource(tmp_path / "none").records())


def test_the_seed_that_travels_with_the_program_has_sources_for_everything() -> None:
    (found,) = SeedSource().records()
    assert found.models
    for layer in (found.developers, found.datasets, found.hosts, found.models):
        assert [each.name for each in layer if each.source is None or each.source.read_on is None] == []
    assert [each.subject for each in found.statements if each.source is None] == []
    assert [(each.child, each.parent) for each in found.relations if each.source is None] == []
