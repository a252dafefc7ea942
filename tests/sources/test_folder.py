"""Model folders: what card and files say stands side by side, and nothing leads out of the folder or runs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from registry.errors import SourceError, UsageError
from registry.sources.folder.files import MAX_JSON_BYTES
from registry.sources.folder.license_files import role_of
from registry.sources.folder.source import FolderSource
from registry.sources.interface import Source
from registry.sources.notes import Note
from registry.supplychain.record import Record
from tests.sources.model_folders import gguf, safetensors, write_folder

CARD = "---\nlicense: apache-2.0\nbase_model: acme/base-7b\ndatasets: [acme/heap]\npipeline_tag: text-generation\n---\nText.\n"


@dataclass(frozen=True)
class Answer:
    """What a stand-in identifier says."""

    license: str | None
    part: str = "license"
    score: float = 0.99
    method: str = "similar"
    rivals: tuple[tuple[str, float], ...] = ()
    link: str | None = None


def identify(text: str) -> Answer:
    """Takes the first word of a text for its licence."""
    word = text.split(maxsplit=1)[0]
    if word == "policy":
        return Answer("llama3", part="use-policy")
    if word == "pointer":
        return Answer(None, method="pointer", link=text.split()[1])
    return Answer(None if word == "unknown" else word, rivals=(("mit", 0.5),))


def read(folder: Path, **options: object) -> tuple[Record, tuple[Note, ...]]:
    source = FolderSource(folder, **{"model": "acme/child", "identify": identify, **options})  # type: ignore[arg-type]
    assert isinstance(source, Source)
    (record,) = source.records()
    return record, source.notes


def codes(notes: tuple[Note, ...]) -> list[tuple[str, str | None]]:
    return [(note.code, note.file) for note in notes]


def test_adapter_folder_keeps_what_the_card_says_and_what_the_files_show(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path / "m",
        {
            "README.md": CARD,
            "adapter_config.json": {"base_model_name_or_path": "acme/other-7b", "peft_type": "LORA"},
            "LICENSE": "mit text",
            "tokenizer.json": {},
        },
    )
    record, notes = read(folder, resolve=lambda name: name)
    held = {(each.parent, each.relation, each.evidence) for each in record.relations}
    assert held == {("acme/base-7b", "adapter", "declared"), ("acme/other-7b", "adapter", "detected"), ("dataset:acme/heap", "trained-on", "declared")}
    assert {(each.basis, each.license or each.raw_name) for each in record.statements} == {("declared", "apache-2.0"), ("detected", "mit")}
    assert ("lineage-differs", "adapter_config.json") in codes(notes)
    assert next(note.finding for note in notes if note.code == "license-differs") == "LIC004"
    (revision,) = record.revisions
    assert revision.commit == revision.digest
    assert {model.name: model.recorded for model in record.models} == {"acme/child": True, "acme/base-7b": False, "acme/other-7b": False}
    assert record.models[0].modality == "text"


def test_adapter_config_confirms_the_card(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "m", {"README.md": CARD, "adapter_config.json": {"base_model_name_or_path": "acme/base-7b"}})
    record, notes = read(folder)
    assert [(each.relation, each.evidence, each.says) for each in record.relations if each.parent == "acme/base-7b"] == [
        ("adapter", "declared", "rule adapter: adapter_config.json"),
        ("adapter", "detected", None),
    ]
    assert not any(note.code == "lineage-differs" for note in notes)


def test_gguf_and_safetensors_headers_speak(tmp_path: Path) -> None:
    pairs: dict[str, str | int | list[str]] = {
        "general.license": "other",
        "general.license.name": "acme-terms",
        "general.license.link": "https://example.org/t",
        "general.base_model.count": 1,
        "general.base_model.0.repo_url": "https://huggingface.co/acme/base-7b",
        "general.file_type": 7,
        "general.architecture": "llama",
    }
    folder = write_folder(tmp_path / "m", {"x.Q8_0.gguf": gguf(pairs), "model.safetensors": safetensors({"modelspec.license": "CC0-1.0"})})
    record, notes = read(folder)
    assert [(each.parent, each.relation, each.evidence) for each in record.relations] == [("acme/base-7b", "quantized", "detected")]
    assert [(each.basis, each.raw_name, each.raw_link) for each in record.statements] == [
        ("declared", "acme-terms", "https://example.org/t"),
        ("declared", "CC0-1.0", None),
    ]
    assert record.models[0].architecture == "llama"
    assert ("card-missing", None) in codes(notes)


def test_parameters_are_counted_from_headers(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path / "m", {"a.safetensors": safetensors(shape=(10, 10)), "b.safetensors": safetensors(shape=(5,)), "config.json": {"architectures": ["XForY"]}}
    )
    model = read(folder)[0].models[0]
    assert (model.parameters, model.architecture) == (105, "XForY")
    write_folder(folder, {"config.json": {"quantization_config": {"quant_method": "awq"}}})
    assert read(folder)[0].models[0].parameters is None


def test_merge_configuration_names_what_was_merged(tmp_path: Path) -> None:
    config = "merge_method: slerp\nbase_model: acme/one\nslices:\n- sources:\n  - {model: acme/one, layer_range: [0, 8]}\n  - model: acme/two+acme/lora\nmodels:\n- model: /home/me/three\n"
    record, notes = read(write_folder(tmp_path / "m", {"mergekit_config.yml": config}))
    assert [(each.parent, each.relation, each.evidence) for each in record.relations] == [
        ("acme/one", "merge", "detected"),
        ("acme/two", "merge", "detected"),
        ("acme/lora", "merge", "detected"),
    ]
    assert ("base-unnamed", "mergekit_config.yml") in codes(notes)
    assert not any("/home" in note.message for note in notes)


def test_checkpoint_of_a_configuration_is_only_inferred(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "m", {"config.json": {"_name_or_path": "gpt2"}})
    assert [(each.parent, each.evidence, each.says) for each in read(folder)[0].relations] == [("openai-community/gpt2", "inferred", "_name_or_path")]
    write_folder(folder, {"README.md": CARD})
    record, notes = read(folder)
    assert "openai-community/gpt2" not in {each.parent for each in record.relations}
    assert ("config-names-other", "config.json") in codes(notes)


def test_licence_files_are_told_apart(tmp_path: Path) -> None:
    files = {
        "LICENSE": "apache-2.0 for the code",
        "LICENSE-MODEL": "deepseek-1.0 for the weights",
        "USE_POLICY.md": "policy",
        "NOTICE": "n",
        "LICENSE.pdf": b"%PDF",
    }
    record, notes = read(write_folder(tmp_path / "m", files))
    assert [(each.license, each.basis, each.raw_name) for each in record.statements] == [("deepseek-1.0", "detected", "LICENSE-MODEL")]
    assert record.statements[0].text_digest
    assert record.statements[0].revision == record.revisions[0].commit
    noted = codes(notes)
    for wanted in (("terms-code", "LICENSE"), ("terms-use-policy", "USE_POLICY.md"), ("terms-notice", "NOTICE"), ("terms-unread", "LICENSE.pdf")):
        assert wanted in noted


def test_text_that_nobody_knows_is_no_permission(tmp_path: Path) -> None:
    record, notes = read(write_folder(tmp_path / "m", {"README.md": CARD, "LICENSE": "unknown words"}))
    assert [(each.license, each.raw_name) for each in record.statements if each.basis == "detected"] == [(None, "LICENSE")]
    assert next(note.finding for note in notes if note.code == "terms-unknown") == "LIC002"
    record, _ = read(write_folder(tmp_path / "p", {"LICENSE": "pointer https://example.org/terms"}))
    assert [(each.license, each.raw_link) for each in record.statements] == [(None, "https://example.org/terms")]


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("LICENSE", "license"),
        ("LICENSE.FLUX-1.1", "license"),
        ("Tongyi Qianwen LICENSE AGREEMENT", "license"),
        ("MODEL_LICENSE", "license"),
        ("LICENSE-CODE", "code"),
        ("USE_POLICY.md", "use-policy"),
        ("NOTICE.txt", "notice"),
        ("third_party_licenses.txt", "other"),
        ("license.py", None),
        ("config.json", None),
    ],
)
def test_role_is_told_by_the_name(name: str, role: str | None) -> None:
    assert role_of(name) == role


def test_pickles_and_remote_code_are_noted_and_never_opened(tmp_path: Path) -> None:
    bomb = b"\x80\x04\x95cos\nsystem\n(S'touch ran'\ntR."
    folder = write_folder(
        tmp_path / "m",
        {"model.pt": bomb, "pytorch_model.bin": bomb, "openvino.bin": b"\0\0\0\0", "config.json": {"auto_map": {"AutoModel": "x.X"}}, "x.py": "raise"},
    )
    _, notes = read(folder)
    assert [(note.file, note.finding) for note in notes if note.finding and note.finding.startswith("SEC")] == [
        ("model.pt", "SEC001"),
        ("pytorch_model.bin", "SEC001"),
        ("config.json", "SEC002"),
    ]
    assert not Path("ran").exists()


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("---\nlicense: mit\n---\n")
    folder = write_folder(tmp_path / "m", {"config.json": {}, "real.md": CARD})
    (folder / "README.md").symlink_to(secret)
    (folder / "LICENSE").symlink_to("/etc/passwd")
    (folder / "loop").symlink_to("loop")
    (folder / "up").symlink_to("..")
    os.mkfifo(folder / "adapter_config.json")
    record, notes = read(folder)
    assert record.statements == ()
    noted = codes(notes)
    for wanted in (
        ("link-outside", "README.md"),
        ("link-outside", "LICENSE"),
        ("file-unreadable", "loop"),
        ("link-outside", "up"),
        ("file-special", "adapter_config.json"),
    ):
        assert wanted in noted
    (folder / "README.md").unlink()
    (folder / "README.md").symlink_to("real.md")
    assert read(folder)[0].statements[0].raw_name == "apache-2.0"


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"config.json": "{" * 10_000}, "json-unreadable"),
        ({"config.json": "[" * 200_000}, "json-unreadable"),
        ({"config.json": "[]"}, "json-unreadable"),
        ({"config.json": b"\xff{}"}, "json-unreadable"),
        ({"config.json": b"{" + b" " * MAX_JSON_BYTES + b"}"}, "file-large"),
        ({"config.json": '{"n": ' + "9" * 5_000 + "}"}, "json-unreadable"),
        ({"adapter_config.json": {"base_model_name_or_path": "/home/me/x"}}, "base-unnamed"),
        ({"adapter_config.json": {}}, "base-unnamed"),
        ({"mergekit_config.yml": "a: [" * 100_000}, "merge-config"),
        ({"mergekit_config.yml": "a: b: c"}, "merge-config"),
        ({"model.safetensors": safetensors(length=2**62)}, "safetensors-header"),
        ({"x.gguf": b"GGUF\x03\0\0\0"}, "gguf-header"),
    ],
)
def test_broken_files_are_noted_by_name(tmp_path: Path, files: dict[str, object], code: str) -> None:
    _, notes = read(write_folder(tmp_path / "m", files))
    assert (code, next(iter(files))) in codes(notes)


def test_what_cannot_be_read_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="gone"):
        read(tmp_path / "gone")
    (tmp_path / "file").write_text("x")
    with pytest.raises(SourceError, match="no folder"):
        read(tmp_path / "file")
    with pytest.raises(UsageError):
        read(write_folder(tmp_path / "m", {"a": "b"}), model="bad\nname")


def test_names_that_cannot_be_shown_are_left_out(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "m", {"LICENSE\x1b[31m": "mit", "x\ny.pt": "z"})
    os.close(os.open(os.fsencode(folder) + b"/LICENSE\xff", os.O_CREAT | os.O_WRONLY))
    record, notes = read(folder)
    assert record.statements == ()
    assert [note.code for note in notes].count("name-unreadable") == 3
    assert all(note.file is None or note.file.isprintable() for note in notes)


def test_digest_follows_content_and_names(tmp_path: Path) -> None:
    first = read(write_folder(tmp_path / "a", {"x": "1", "d/y": "2", ".git/HEAD": "z"}))[0].revisions[0].commit
    assert first == read(write_folder(tmp_path / "b", {"d/y": "2", "x": "1"}))[0].revisions[0].commit
    assert first != read(write_folder(tmp_path / "c", {"d/y": "2", "x": "3"}))[0].revisions[0].commit
    assert read(tmp_path / "a", commit="abc")[0].revisions[0].commit == "abc"
    assert read(tmp_path / "a", digest=False)[0].revisions == ()


def test_folder_without_a_given_name_is_called_by_its_own(tmp_path: Path) -> None:
    (record,) = FolderSource(write_folder(tmp_path / "my-model", {"README.md": CARD})).records()
    assert record.models[0].name == "my-model"
