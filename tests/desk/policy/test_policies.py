"""Policies by file, by name and from `licet.yaml`, and what builds on what."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from registry.desk.policy.policies import MAX_BYTES, explain_code, find_policy, new_config, read_policy_file, sample_policies
from registry.desk.session import Desk
from registry.errors import UsageError
from registry.settings import read_settings

SAMPLES = {"startup", "enterprise", "research-lab", "eu-public-body"}


def desk_in(desk: Desk, folder: Path, text: str) -> Desk:
    (folder / "licet.yaml").write_text(text, encoding="utf-8")
    return Desk(read_settings(folder=folder), desk.progress, desk.knowledge, desk.catalogue)


def test_the_policies_that_travel_with_the_program_can_be_read(reader: Desk) -> None:
    assert set(sample_policies()) == SAMPLES
    for name in SAMPLES:
        assert find_policy(reader, name).name == name


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_begun_config_is_read_whole(reader: Desk, tmp_path: Path, name: str) -> None:
    desk = desk_in(reader, tmp_path, new_config(name))
    assert find_policy(desk, None).name == name
    assert desk.settings.facts


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_what_a_sample_only_suggests_can_be_read_too(reader: Desk, tmp_path: Path, name: str) -> None:
    text = new_config(name)
    lines = [line.replace("# ", "", 1) if line.lstrip().startswith("# ") and line.startswith("  ") else line for line in text.splitlines()]
    desk = desk_in(reader, tmp_path, "\n".join(lines))
    policy = find_policy(desk, None)
    assert policy.waivers
    from registry.desk.facts import read_use

    assert read_use(desk.knowledge, {}, desk.settings.facts).stated.keys() >= {"actor_kind", "country", "distribution"}


def test_a_policy_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no-such") as caught:
        read_policy_file("no-such", tmp_path)
    assert "startup" in (caught.value.hint or "")
    with pytest.raises(UsageError) as caught:
        read_policy_file("start-up", tmp_path)
    assert caught.value.hint == "did you mean `startup`?"


def test_what_is_no_policy_is_refused(tmp_path: Path) -> None:
    (tmp_path / "large.yaml").write_bytes(b"# " + b"x" * 10 * MAX_BYTES)
    (tmp_path / "latin.yaml").write_bytes(b"name: caf\xe9")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    for name, word in (
        ("large.yaml", "larger than 1,000,000 bytes"),
        ("latin.yaml", "not UTF-8"),
        ("folder", "is a folder"),
        ("pipe.yaml", "no file"),
        ("a\0b", "cannot be read"),
    ):
        with pytest.raises(UsageError, match=word):
            read_policy_file(name, tmp_path)


def test_a_policy_builds_on_a_file_beside_it_and_that_on_a_sample(reader: Desk, tmp_path: Path) -> None:
    (tmp_path / "company").mkdir()
    (tmp_path / "company" / "base.yaml").write_text("extends: startup\nname: company\nseverity: {LIC006: error}\n", encoding="utf-8")
    desk = desk_in(reader, tmp_path, "policy:\n  extends: company/base.yaml\n  hosts: {allow: [azure]}\n")
    policy = find_policy(desk, None)
    assert (policy.name, policy.severity["LIC006"], policy.severity["LIC106"], policy.choice("hosts").allow) == ("company", "error", "ignore", ("azure",))


def test_policies_that_build_on_each_other_in_a_circle_are_refused(reader: Desk, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: b.yaml\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("name: b\nextends: a.yaml\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"`a\.yaml` line 1: policies build on each other"):
        find_policy(reader, str(tmp_path / "a.yaml"))


def test_what_a_policy_builds_on_has_to_be_there(reader: Desk, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"line 3: policy `base\.yaml` cannot be read"):
        find_policy(desk_in(reader, tmp_path, "policy:\n  name: x\n  extends: base.yaml\n"), None)


def test_a_code_that_is_none_is_told_with_the_nearest() -> None:
    assert explain_code("lic101")["code"] == "LIC101"
    with pytest.raises(UsageError) as caught:
        explain_code("LIC311")
    assert "did you mean" in (caught.value.hint or "")
