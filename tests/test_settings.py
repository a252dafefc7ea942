from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from registry.errors import UsageError
from registry.settings import CATALOGUE_FILE, Settings, find_config, read_settings, wants_color


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    deep = tmp_path / "work" / "project" / "src"
    deep.mkdir(parents=True)
    return deep


def write(folder: Path, text: str) -> Path:
    file = folder / "licet.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_anything_the_catalogue_is_the_file_in_the_data_folder(folder: Path, own_home: Path) -> None:
    settings = read_settings(folder=folder, environment={})
    assert settings.catalogue == str(settings.data_folder / CATALOGUE_FILE)
    assert settings.data_folder.is_relative_to(own_home)
    assert settings.catalogue_is_default
    assert (settings.offline, dict(settings.facts), settings.interpretation, settings.config_file) == (False, {}, "mainstream", None)
    assert not settings.data_folder.exists(), "reading settings makes nothing"


def test_the_flag_overrules_the_environment(folder: Path) -> None:
    assert read_settings("flag.db", folder=folder, environment={"LICET_DB": "env.db"}).catalogue == "flag.db"
    named = read_settings(folder=folder, environment={"LICET_DB": "env.db"})
    assert (named.catalogue, named.catalogue_is_default) == ("env.db", False)
    assert read_settings(folder=folder, environment={"LICET_DB": ""}).catalogue_is_default


@pytest.mark.parametrize(
    ("variables", "offline"), [({}, False), ({"LICET_OFFLINE": "1"}, True), ({"LICET_OFFLINE": "0"}, False), ({"HF_HUB_OFFLINE": "TRUE"}, True)]
)
def test_offline_is_read_from_the_environment(folder: Path, variables: dict[str, str], offline: bool) -> None:
    assert read_settings(folder=folder, environment=variables).offline is offline


def test_offline_as_a_flag(folder: Path) -> None:
    assert read_settings(offline=True, folder=folder, environment={}).offline


def test_facts_are_found_upward_and_norway_is_a_country(folder: Path) -> None:
    file = write(folder.parent.parent, "facts:\n  country: NO\n  commercial: true\n  founded: 2020-01\n  monthly_active_users: 1.2M\ninterpretation: strict\n")
    settings = read_settings(folder=folder, environment={})
    assert dict(settings.facts) == {"country": "NO", "commercial": True, "founded": "2020-01", "monthly_active_users": "1.2M"}
    assert settings.interpretation == "strict"
    assert settings.config_file == file


def test_the_nearest_file_wins_over_the_user_s_own(folder: Path, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    own = write(config, "facts: {country: DE}\n")
    assert find_config(folder, config) == own
    near = write(folder.parent, "facts: {country: FR}\n")
    assert find_config(folder, config) == near
    assert find_config(None, config) == own


def test_the_user_s_own_file_is_read(folder: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = own_home / "config" / "licet"
    config.mkdir(parents=True)
    write(config, "facts: {country: DE}\n")
    settings = read_settings(folder=folder, environment={})
    if settings.config_file is None:
        pytest.skip("this platform keeps configuration elsewhere")
    assert dict(settings.facts) == {"country": "DE"}


def test_an_empty_file_states_nothing(folder: Path) -> None:
    write(folder, "# nothing yet\n")
    assert dict(read_settings(folder=folder, environment={}).facts) == {}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("facts:\n  country: DE\ncountry: FR\n", "line 3", "`country` is not a setting"),
        ("facts: {}\napp: [web]\n", "line 2", "`app` is not the name of an application"),
        ("- country\n", "line 1", "not a mapping"),
        ("facts:\n  - country\n", "line 1", "`facts` is not a mapping"),
        ("facts: {}\ninterpretation: kind\n", "line 2", "`kind` is not an interpretation"),
        ("facts: {country: DE\n", "line", "licet.yaml"),
        ("facts:\n  country: DE\n  country: FR\n", "line 3", "stands twice"),
    ],
)
def test_a_broken_file_is_wrong_usage_and_names_file_and_line(folder: Path, text: str, line: str, message: str) -> None:
    file = write(folder, text)
    with pytest.raises(UsageError) as caught:
        read_settings(folder=folder, environment={})
    assert str(file) in caught.value.message
    assert line in caught.value.message
    assert message in caught.value.message
    assert caught.value.hint


def test_a_file_that_is_not_text_is_refused(folder: Path) -> None:
    (folder / "licet.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="cannot be read"):
        read_settings(folder=folder, environment={})


def test_a_huge_file_is_refused_before_it_is_read(folder: Path) -> None:
    write(folder, "# " + "x" * 1_100_000)
    with pytest.raises(UsageError, match="larger than"):
        read_settings(folder=folder, environment={})


def test_settings_cannot_be_changed(folder: Path) -> None:
    settings = read_settings(folder=folder, environment={})
    assert isinstance(settings, Settings)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.offline = True  # type: ignore[misc]


def test_color_can_be_declined() -> None:
    assert wants_color({})
    assert not wants_color({"NO_COLOR": "1"})
    assert not wants_color({"TERM": "dumb"})


def test_the_signing_key_is_named_by_the_environment_else_by_the_settings_else_it_is_ones_own(folder: Path, own_home: Path) -> None:
    plain = read_settings(folder=folder, environment={})
    assert plain.signing_key is not None
    assert plain.signing_key.is_relative_to(own_home)
    assert plain.signing_key.name == "signing-key.pem"
    file = write(folder.parent.parent, "signing_key: keys/release.pem\n")
    assert read_settings(folder=folder, environment={}).signing_key == file.parent / "keys" / "release.pem"
    assert read_settings(folder=folder, environment={"LICET_SIGNING_KEY": "~/own.pem"}).signing_key == Path("~/own.pem").expanduser()


def test_trusted_keys_stand_in_the_users_own_folder_whatever_a_file_says(folder: Path, own_home: Path) -> None:
    settings = read_settings(folder=folder, environment={})
    assert settings.trusted_keys is not None
    assert settings.trusted_keys.is_relative_to(own_home)
    write(folder, "trusted_keys: .\n")
    with pytest.raises(UsageError, match="not a setting"):
        read_settings(folder=folder, environment={})


@pytest.mark.parametrize("value", ["5", "[a]", "''"])
def test_a_signing_key_must_be_a_path(folder: Path, value: str) -> None:
    write(folder, f"signing_key: {value}\n")
    with pytest.raises(UsageError, match="`signing_key` is not a path"):
        read_settings(folder=folder, environment={})


def test_a_passphrase_is_never_shown(folder: Path) -> None:
    words = "correct horse"
    settings = read_settings(folder=folder, environment={"LICET_SIGNING_PASSPHRASE": words})
    assert settings.signing_passphrase == words
    assert words not in repr(settings)
