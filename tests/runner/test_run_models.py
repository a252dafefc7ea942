"""Which model a name or a folder stands for."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.desk.run.record import MadeModel, UsedModel, record_model
from registry.desk.session import Desk
from registry.errors import RefusedError, SourceError, UnknownModelError, UsageError
from registry.provenance.digests import digest_folder
from registry.runner.run_models import find_file, find_model
from registry.sources.folder.files import MAX_FILES
from tests.desk.conftest import Open

BERT = "google-bert/bert-base-uncased"


@pytest.fixture
def offline(desk_over: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    """A desk that may not reach for the network, on a machine without a cache of the Hub."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "no-cache"))
    desk: Desk = desk_over(offline=True)
    return desk


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "tuned"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    return folder


def recorded(desk: Desk, folder: Path, name: str = "acme/made") -> None:
    state = f"sha256:{digest_folder(folder).sha256}"
    record_model(desk, MadeModel(name, state, state, "mit", None, None, None, (UsedModel(BERT, "finetune", f"sha256:{'0' * 64}"),)))


def test_a_folder_that_nobody_knows_goes_by_its_own_name_and_what_it_says(offline: Desk, folder: Path) -> None:
    (folder / "README.md").write_text("---\nlicense: mit\n---\n")
    found = find_model(offline, str(folder))
    assert found.name == "tuned"
    assert found.known is None
    assert found.record is not None
    assert [each.raw_name for each in found.record.statements] == ["mit"]


def test_a_folder_is_known_by_its_digest(offline: Desk, folder: Path) -> None:
    recorded(offline, folder)
    found = find_model(offline, str(folder))
    assert (found.name, found.record) == ("acme/made", None)
    assert found.known is not None


def test_a_folder_that_an_import_recorded_is_known_too(offline: Desk, folder: Path) -> None:
    from registry.desk.imports import import_folder

    import_folder(offline, folder, "acme/imported")
    assert find_model(offline, str(folder)).name == "acme/imported"


def test_the_user_can_say_which_model_a_folder_holds(offline: Desk, folder: Path) -> None:
    found = find_model(offline, str(folder), base_name="bert-base-uncased")
    assert found.name == BERT
    assert found.record is None


def test_files_that_are_not_those_on_record_are_refused_unless_allowed(offline: Desk, folder: Path) -> None:
    recorded(offline, folder)
    (folder / "config.json").write_text('{"changed": true}')
    with pytest.raises(RefusedError, match="LIC502: the files of `acme/made`"):
        find_model(offline, str(folder), base_name="acme/made")
    assert find_model(offline, str(folder), base_name="acme/made", allow_changed=True).changed


def test_a_model_without_files_here_says_how_to_get_them(offline: Desk) -> None:
    with pytest.raises(SourceError, match=f"no files of `{BERT}`") as caught:
        find_model(offline, BERT)
    assert caught.value.hint is not None
    assert f"--base-name {BERT}" in caught.value.hint


def test_a_name_that_leads_nowhere_offers_the_nearest(offline: Desk) -> None:
    with pytest.raises(UnknownModelError) as caught:
        find_model(offline, "google-bert/bert-base-uncasd")
    assert BERT in caught.value.nearest


@pytest.mark.parametrize("reference", ["./nowhere", "dataset:allenai/c4", "app:kiosk", f"{BERT}@sha256:{'0' * 64}"])
def test_what_is_no_model_with_files_is_refused(offline: Desk, reference: str) -> None:
    with pytest.raises((UsageError, SourceError)):
        find_model(offline, reference)


def test_a_file_is_no_folder_of_a_model(offline: Desk, folder: Path) -> None:
    with pytest.raises(UsageError, match="is no folder"):
        find_model(offline, str(folder / "config.json"))


def test_a_link_out_of_the_folder_is_refused(offline: Desk, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    (folder / "model.safetensors").symlink_to(tmp_path / "secret")
    with pytest.raises(SourceError, match="link"):
        find_model(offline, str(folder))


def test_the_name_of_a_folder_needs_a_folder(offline: Desk) -> None:
    with pytest.raises(UsageError, match="--base-name"):
        find_model(offline, BERT, base_name="acme/other")


def test_of_a_file_among_others_the_file_alone_counts(offline: Desk, folder: Path) -> None:
    (folder / "one.gguf").write_bytes(b"GGUF one")
    (folder / "two.gguf").write_bytes(b"GGUF two")
    found = find_file(offline, folder / "one.gguf")
    assert (found.name, found.folder) == ("one", folder)
    assert [file.name for file in found.digest.files] == ["one.gguf"]
    (folder / "two.gguf").unlink()
    assert find_file(offline, folder / "one.gguf").state == found.state


def test_a_file_is_known_by_its_digest(offline: Desk, folder: Path) -> None:
    (folder / "one.gguf").write_bytes(b"GGUF one")
    state = find_file(offline, folder / "one.gguf").state
    record_model(offline, MadeModel("acme/made", state, state, "mit", None, None, None, ()))
    moved = (folder / "one.gguf").rename(folder / "other.gguf")
    assert find_file(offline, moved).name == "acme/made"


def test_a_folder_of_everything_says_nothing_of_one_file(offline: Desk, folder: Path) -> None:
    (folder / "one.gguf").write_bytes(b"GGUF")
    (folder / "pictures").mkdir()
    for number in range(MAX_FILES):
        (folder / "pictures" / str(number)).touch()
    found = find_file(offline, folder / "one.gguf")
    assert found.record is not None
    assert [each.name for each in found.record.models] == ["one"]
    assert found.record.statements == ()


def test_a_model_that_a_run_left_here_is_found_by_its_name(offline: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(offline, folder, "tuned")
    monkeypatch.chdir(folder.parent)
    assert find_model(offline, "tuned").folder == Path("tuned")
    (folder / "config.json").write_text('{"other": 1}')
    with pytest.raises(RefusedError, match="LIC502"):
        find_model(offline, "tuned")


def test_a_folder_here_that_holds_another_model_is_not_taken_for_it(offline: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    other = folder.parent / "acme" / "made"
    other.mkdir(parents=True)
    (other / "config.json").write_text('{"other": 1}')
    recorded(offline, folder)
    with pytest.raises((SourceError, RefusedError), match="acme/made"):
        find_model(offline, "acme/made")
