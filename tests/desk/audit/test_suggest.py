"""What could be written after an audit: a patch that git applies, after which less is found; and models with better terms."""

from __future__ import annotations

import ast
import dataclasses
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from registry.desk.audit.alternatives import kind_of
from registry.desk.audit.suggest import suggest
from registry.desk.audit.suggest_config import config_with_facts
from registry.desk.audit.suggest_revisions import with_revisions
from registry.desk.audit.used import recorded_state
from registry.desk.session import Desk
from registry.yaml12 import read_yaml
from tests.desk.audit.applications import LLAMA, LLAMA3, LOADS, app, audit, codes, with_policy
from tests.sources.model_folders import safetensors, write_folder

SHIPPED = {"commercial": True, "distribution": ["product"], "monthly_active_users": 1000}
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def repository(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True, capture_output=True)
    return folder


def suggested(desk: Desk, folder: Path, raw: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:
    return suggest(desk, audit(desk, folder, SHIPPED if raw is None else raw, **given))


def apply(folder: Path, patch: str) -> None:
    for command in (["--check", "-"], ["-"]):
        done = subprocess.run(["git", "apply", *command], cwd=folder, input=patch.encode(), capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode() + patch


def test_the_patch_applies_and_the_audit_finds_less_afterwards(reader: Desk, tmp_path: Path) -> None:
    folder = app(repository(tmp_path / "app"), LLAMA, LLAMA3)
    before = audit(reader, folder, SHIPPED)
    found = suggested(reader, folder)
    assert not (folder / "NOTICE").exists()
    apply(folder, found["patch"])
    after = audit(reader, folder, SHIPPED)
    assert {"LIC202", "LIC203"} <= codes(before)
    assert not {"LIC202", "LIC203"} & codes(after)
    assert len(after.told) < len(before.told)
    assert "Copyright (c) Meta Platforms" in (folder / "NOTICE").read_text(encoding="utf-8")
    assert "Built with Meta Llama 3" in (folder / "README.md").read_text(encoding="utf-8")
    assert read_yaml((folder / "licet.yaml").read_text(encoding="utf-8"), "licet.yaml")["facts"] == SHIPPED


def test_a_second_time_there_is_nothing_left_to_write(reader: Desk, tmp_path: Path) -> None:
    folder = app(repository(tmp_path / "app"), LLAMA, LLAMA3)
    apply(folder, suggested(reader, folder)["patch"])
    desk = Desk(dataclasses.replace(reader.settings, config_file=folder / "licet.yaml", facts=SHIPPED), reader.progress, reader.knowledge, reader.catalogue)
    again = suggest(desk, audit(desk, folder, {}))
    assert (again["changes"], again["patch"]) == ([], "")


def test_what_is_there_already_is_kept(reader: Desk, tmp_path: Path) -> None:
    folder = app(repository(tmp_path / "app"), LLAMA, LLAMA3)
    (folder / "NOTICE").write_text("Ours.\n", encoding="utf-8")
    (folder / "README.md").write_text("# App\n\nWords without an end", encoding="utf-8")
    (folder / "licet.yaml").write_text("# house\nfacts:\n    country: DE # here\npolicy: startup\n", encoding="utf-8")
    desk = Desk(
        dataclasses.replace(reader.settings, config_file=folder / "licet.yaml", facts={"country": "DE"}), reader.progress, reader.knowledge, reader.catalogue
    )
    apply(folder, suggest(desk, audit(desk, folder, {"commercial": True, "distribution": ["product"]}))["patch"])
    assert (folder / "NOTICE").read_text(encoding="utf-8").startswith("Ours.\n\nNOTICE for")
    assert (folder / "README.md").read_text(encoding="utf-8").startswith("# App\n\nWords without an end\n\n## Models\n\nBuilt with")
    text = (folder / "licet.yaml").read_text(encoding="utf-8")
    assert "# house\nfacts:\n    commercial: true\n" in text
    assert "    # monthly_active_users: 10k\n    country: DE # here\npolicy: startup\n" in text


def test_an_application_in_a_folder_of_a_repository_is_patched_from_its_top(reader: Desk, tmp_path: Path) -> None:
    top = repository(tmp_path / "repo")
    folder = app(top / "services" / "web", LLAMA)
    found = suggested(reader, folder)
    assert found["apply_in"] == str(top)
    assert "services/web/NOTICE" in {each["file"] for each in found["changes"]}
    apply(top, found["patch"])
    assert "LIC203" not in codes(audit(reader, folder, SHIPPED))


def test_pol007_goes_with_the_patch(reader: Desk, tmp_path: Path) -> None:
    desk = with_policy(reader, tmp_path, "duties_shown: [notice-file]")
    folder = app(repository(tmp_path / "app"), LLAMA)
    assert "POL007" in codes(audit(desk, folder, SHIPPED))
    apply(folder, suggest(desk, audit(desk, folder, SHIPPED))["patch"])
    assert "POL007" not in codes(audit(desk, folder, SHIPPED))


def test_the_card_of_an_adapter_gets_what_its_files_show(reader: Desk, tmp_path: Path) -> None:
    folder = repository(tmp_path / "app")
    files = {"adapter/adapter_config.json": {"base_model_name_or_path": "meta-llama/Llama-2-7b-hf", "peft_type": "LORA"}}
    write_folder(folder, {**files, "adapter/adapter_model.safetensors": safetensors(shape=(30, 30)), "adapter/README.md": "---\ntags: [x]\n---\n# Mine\n"})
    before = audit(reader, folder, SHIPPED)
    assert "LIC001" in codes(before)
    found = suggested(reader, folder)
    apply(folder, found["patch"])
    text = (folder / "adapter" / "README.md").read_text(encoding="utf-8")
    front = read_yaml(text.split("---")[1], "card")
    assert {key: front[key] for key in ("tags", "license", "license_name", "base_model", "base_model_relation", "library_name")} == {
        "tags": ["x"],
        "license": "other",
        "license_name": "llama2",
        "base_model": "meta-llama/Llama-2-7b-hf",
        "base_model_relation": "adapter",
        "library_name": "peft",
    }
    assert text.endswith("---\n# Mine\n")
    assert "LIC001" not in codes(audit(reader, folder, SHIPPED))


def test_the_licence_of_the_application_does_not_get_into_a_card(reader: Desk, tmp_path: Path, root: Path) -> None:
    folder = write_folder(repository(tmp_path / "app"), {"model.safetensors": safetensors(shape=(30, 30)), "README.md": "# App\n"})
    (folder / "LICENSE").write_text((root / "LICENSE").read_text(encoding="utf-8"), encoding="utf-8")
    (thing,) = audit(reader, folder).things
    assert not thing.recorded
    assert "README.md" not in {each["file"] for each in suggested(reader, folder)["changes"]}


def test_revisions_that_the_catalogue_knows_are_pinned(reader: Desk, tmp_path: Path) -> None:
    with reader.catalogue.reading() as connection:
        from sqlalchemy import text

        name = (
            connection.execute(
                text(
                    "SELECT m.name FROM revision r JOIN model m ON m.id = r.model_id WHERE length(r.commit_id) = 40 AND m.name LIKE '%/%' AND m.recorded ORDER BY m.name"
                )
            )
            .scalars()
            .first()
        )
    assert name is not None
    folder = app(repository(tmp_path / "app"), name)
    assert "LIC006" in codes(audit(reader, folder, {}))
    apply(folder, suggested(reader, folder, {})["patch"])
    assert f'from_pretrained("{name}", revision="{recorded_state(reader, name)[0]}")' in (folder / "app.py").read_text(encoding="utf-8")
    assert "LIC006" not in codes(audit(reader, folder, {}))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('A.from_pretrained("a/b")', 'A.from_pretrained("a/b", revision="{}")'),
        ("A.from_pretrained('a/b',\n  device_map='auto')", "A.from_pretrained('a/b', revision=\"{}\",\n  device_map='auto')"),
        ('x = "ä"; pipeline("fill-mask", model="a/b")', 'x = "ä"; pipeline("fill-mask", model="a/b", revision="{}")'),
        ('snapshot_download(repo_id="a/b")', 'snapshot_download(repo_id="a/b", revision="{}")'),
        ('A.from_pretrained("a/b", revision="main")', None),
        ('A.from_pretrained("a/b", **more)', None),
        ('A.from_pretrained(*many, "a/b")', None),
        ('A.from_pretrained("c/d")', None),
        ("A.from_pretrained(NAME)", None),
        ('print("a/b")', None),
        ('A.from_pretrained("a/b"', None),
    ],
)
def test_only_plain_loads_get_a_revision(source: str, expected: str | None) -> None:
    after = with_revisions(source, {"a/b": COMMIT})
    assert after == (expected.format(COMMIT) if expected is not None else None)
    if after is not None:
        ast.parse(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("policy: startup", "policy: startup\nfacts:\n  commercial: true\n  # country: DE\n"),
        ("facts:\npolicy: startup\n", "facts:\n  commercial: true\n  # country: DE\npolicy: startup\n"),
        ("facts: {commercial: true}\n", "# country: DE\nfacts: {commercial: true}\n"),
        ("facts:\n  commercial: false\n  # country: FR\n", None),
        ("facts: [1]\n", None),
        ("a: [\n", None),
        ("[]\n", None),
    ],
)
def test_a_config_gets_only_what_it_lacks_and_states_nothing_else(reader: Desk, before: str, after: str | None) -> None:
    assert config_with_facts(reader.knowledge.vocabulary, before, {"commercial": True}, ["country"]) == after


def test_a_stub_states_nothing_that_nobody_said(reader: Desk) -> None:
    text = config_with_facts(reader.knowledge.vocabulary, None, {}, ["country", "annual_revenue_usd"])
    assert text is not None
    assert read_yaml(text, "licet.yaml") == {"facts": None}
    assert "  # country: DE\n  # annual_revenue_usd: 1M\n" in text


def test_models_with_better_terms_are_named_with_these(reader: Desk, tmp_path: Path) -> None:
    found = suggested(reader, app(tmp_path, LLAMA), {**SHIPPED, "monthly_active_users": "900M"})
    (other,) = found["alternatives"]
    assert other["instead_of"]["verdict"] == "needs-permission"
    assert 1 <= len(other["models"]) <= 3
    for each in other["models"]:
        assert each["verdict"] in ("permitted", "permitted-with-obligations", "conditional")
        assert each["decides"]
        assert each["licenses"]
        assert 0.5 <= each["parameters"] / other["instead_of"]["parameters"] <= 2
    downloads = [each["downloads"] or 0 for each in other["models"] if each["verdict"] == "permitted-with-obligations"]
    assert downloads == sorted(downloads, reverse=True)


def test_what_makes_pictures_is_not_replaced_by_what_reads_them(reader: Desk, tmp_path: Path) -> None:
    (other,) = suggested(reader, app(tmp_path, "black-forest-labs/FLUX.1-dev"))["alternatives"]
    assert other["like_in"]["kind"] == "generator of pictures or sound"
    assert "black-forest-labs/FLUX.1-schnell" in {each["model"] for each in other["models"]}
    assert not any("dino" in each["model"] or "InternViT" in each["model"] for each in other["models"])


def test_other_models_keep_the_policy(reader: Desk, tmp_path: Path) -> None:
    desk = with_policy(reader, tmp_path, "developers: {refuse: [mistral*, microsoft]}")
    found = suggest(desk, audit(desk, app(tmp_path / "app", LLAMA), {**SHIPPED, "monthly_active_users": "900M"}))
    (other,) = found["alternatives"]
    assert other["models"]
    assert not any(each["model"].startswith(("mistral", "microsoft")) for each in other["models"])


def test_models_that_are_allowed_are_left_alone(reader: Desk, tmp_path: Path) -> None:
    assert suggested(reader, app(tmp_path, "openai/whisper-tiny"), {"commercial": True, "distribution": ["internal"]})["alternatives"] == []


@pytest.mark.parametrize(
    ("architecture", "kind"),
    [
        ("LlamaForCausalLM", "decoder"),
        ("BertForMaskedLM", "encoder"),
        ("T5ForConditionalGeneration", "encoder-decoder"),
        ("rectified-flow transformer", "generator of pictures or sound"),
        (None, None),
    ],
)
def test_kinds_are_told_by_the_name_of_the_architecture(architecture: str | None, kind: str | None) -> None:
    assert kind_of(architecture) == kind


def test_files_that_cannot_be_changed_are_named_and_left(reader: Desk, tmp_path: Path) -> None:
    folder = app(repository(tmp_path / "app"), LLAMA)
    (folder / "NOTICE").write_bytes(b"\xff\xfe\x00bad")
    found = suggested(reader, folder)
    assert any("`NOTICE` is not changed: it is not UTF-8" in note for note in found["notes"])
    assert "NOTICE" not in {each["file"] for each in found["changes"]}


def test_links_out_of_the_repository_are_not_followed(reader: Desk, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret\n", encoding="utf-8")
    folder = app(repository(tmp_path / "app"), LLAMA)
    (folder / "NOTICE").symlink_to(tmp_path / "secret")
    assert "secret" not in json.dumps(suggested(reader, folder))


def test_hostile_names_break_neither_the_patch_nor_its_remarks(reader: Desk, tmp_path: Path) -> None:
    folder = repository(tmp_path / "a\x1b[31m b")
    source = LOADS.format(LLAMA) + 'AutoModel.from_pretrained("x/y\\ndiff --git a/evil b/evil\\n")\n'
    (folder / "app.py").write_text(source, encoding="utf-8")
    patch = suggested(reader, folder)["patch"]
    apply(folder, patch)
    assert not (folder / "evil").exists()
    assert "\x1b" not in patch
