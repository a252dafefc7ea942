"""Patches: whatever the files hold and are called, git takes them and makes of one text the other."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.reports.patch import Change, render_patch

lines = st.lists(st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=6), max_size=12)
texts = st.builds(lambda parts, end: "\n".join(parts) + ("\n" if end and parts else ""), lines, st.booleans())


def apply(folder: Path, *changes: Change, remarks: tuple[str, ...] = ()) -> None:
    for change in changes:
        if change.before is not None:
            (folder / change.path).parent.mkdir(parents=True, exist_ok=True)
            (folder / change.path).write_bytes(change.before.encode())
    patch = render_patch(changes, remarks).encode()
    for command in (["--check", "-"], ["--whitespace=nowarn", "-"]):
        done = subprocess.run(["git", "apply", *command], cwd=folder, input=patch, capture_output=True, check=False)
        assert done.returncode == 0, (done.stderr, patch)
    for change in changes:
        assert (folder / change.path).read_bytes() == change.after.encode()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(before=texts, after=texts)
def test_git_makes_of_one_text_the_other(tmp_path_factory: pytest.TempPathFactory, before: str, after: str) -> None:
    if before != after and before:
        apply(tmp_path_factory.mktemp("p"), Change("a.txt", before, after, ""))


@pytest.mark.parametrize("path", ["NOTICE", "sub/deep/x.md", "with space.md", "ä.md", 'quote".md', "tab\t.md", "back\\slash.md"])
def test_files_of_any_name_are_made_and_changed(tmp_path: Path, path: str) -> None:
    apply(tmp_path, Change(path, None, "new\n", ""))
    apply(tmp_path, Change(path, "one\ntwo\n", "one\nthree", ""))


def test_several_files_make_one_patch_and_remarks_stand_before_it(tmp_path: Path) -> None:
    hostile = ("diff --git a/x b/x", "--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+evil", "@@ -1 +1 @@", "\u2028+++ b/evil")
    apply(tmp_path, Change("a", "1\n", "2\n", ""), Change("b", None, "3", ""), remarks=hostile)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a", "b"]


def test_line_ends_of_other_systems_are_kept(tmp_path: Path) -> None:
    apply(tmp_path, Change("a.txt", "one\r\ntwo\r\nthree\r\n", "one\r\n2\r\nthree\r\n", ""))


def test_what_stays_the_same_makes_no_patch() -> None:
    assert render_patch([Change("a", "x\n", "x\n", "")]) == ""
