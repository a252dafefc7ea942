"""Which lines a change adds, in repositories as people have them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from registry.desk.audit.changed_lines import added_lines, is_added
from registry.errors import UsageError


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main")
    return subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def commit(folder: Path, message: str = "one", **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    commit(folder, a="".join(f"line {number} of a\n" for number in range(1, 21)))
    return folder


def test_a_line_that_went_adds_nothing(repository: Path) -> None:
    lines = (repository / "a.py").read_text(encoding="utf-8").splitlines(keepends=True)
    (repository / "a.py").write_text("".join(lines[:4] + lines[5:]), encoding="utf-8")
    added = added_lines(repository, "HEAD")
    assert not any(is_added(added, "a.py", line) for line in range(1, 21))


def test_a_file_that_was_renamed_adds_only_what_it_changes(repository: Path) -> None:
    git(repository, "mv", "a.py", "b.py")
    with (repository / "b.py").open("a", encoding="utf-8") as stream:
        stream.write("one more\n")
    added = added_lines(repository, "HEAD")
    assert [line for line in range(1, 25) if is_added(added, "b.py", line)] == [21]


def test_what_the_other_side_did_meanwhile_is_no_change_of_ours(repository: Path) -> None:
    git(repository, "checkout", "-q", "-b", "ours")
    commit(repository, "ours", ours="mine\n")
    git(repository, "checkout", "-q", "main")
    text = (repository / "a.py").read_text(encoding="utf-8")
    commit(repository, "theirs", a=text.replace("line 3 of a\n", ""), theirs="theirs\n")
    git(repository, "checkout", "-q", "ours")
    added = added_lines(repository, "main")
    assert is_added(added, "ours.py", 1)
    assert not is_added(added, "a.py", 3)


def test_after_a_merge_only_the_lines_of_this_side_are_added(repository: Path) -> None:
    git(repository, "checkout", "-q", "-b", "ours")
    commit(repository, "ours", ours="mine\n")
    git(repository, "checkout", "-q", "main")
    commit(repository, "theirs", theirs="theirs\n")
    git(repository, "checkout", "-q", "ours")
    git(repository, "merge", "-q", "--no-edit", "main")
    added = added_lines(repository, "main")
    assert (is_added(added, "ours.py", 1), is_added(added, "theirs.py", 1)) == (True, False)


def test_a_shallow_clone_compares_with_what_it_has_and_says_what_it_lacks(repository: Path, tmp_path: Path) -> None:
    first = git(repository, "rev-parse", "HEAD").strip()
    commit(repository, "two", b="two\n")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth", "1", repository.as_uri(), str(clone))
    (clone / "c.py").write_text("three\n", encoding="utf-8")
    assert is_added(added_lines(clone, "HEAD"), "c.py", 1)
    with pytest.raises(UsageError, match="git cannot compare") as caught:
        added_lines(clone, first)
    assert "shallow" in (caught.value.hint or "")


def test_a_file_that_git_does_not_know_is_new_and_one_that_it_ignores_is_not(repository: Path) -> None:
    (repository / ".gitignore").write_text("out.py\n", encoding="utf-8")
    (repository / "out.py").write_text("x\n", encoding="utf-8")
    (repository / "new.py").write_text("x\n", encoding="utf-8")
    added = added_lines(repository, "HEAD")
    assert (is_added(added, "new.py", 1), is_added(added, "out.py", 1)) == (True, False)


@pytest.mark.parametrize("staged", [False, True])
def test_weights_that_are_new_or_changed_count_as_a_whole(repository: Path, staged: bool) -> None:
    (repository / "old.gguf").write_bytes(b"GGUF\0" * 9)
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "weights")
    (repository / "old.gguf").write_bytes(b"GGUF\0" * 10)
    (repository / "new.gguf").write_bytes(b"GGUF\0\1" * 9)
    if staged:
        git(repository, "add", "-A")
    added = added_lines(repository, "HEAD")
    assert (is_added(added, "old.gguf", 1), is_added(added, "new.gguf", 1)) == (True, True)


@pytest.mark.parametrize("name", ["ä b.py", 'quote".py', "tab\t.py", "back\\slash.py"])
def test_names_that_git_writes_in_quotes_are_found(repository: Path, name: str) -> None:
    (repository / name).write_text("one\n", encoding="utf-8")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "odd")
    (repository / name).write_text("one\ntwo\n", encoding="utf-8")
    added = added_lines(repository, "HEAD")
    assert (is_added(added, name, 1), is_added(added, name, 2)) == (False, True)


def test_paths_are_those_of_the_folder_that_is_audited(repository: Path) -> None:
    (repository / "web").mkdir()
    (repository / "web" / "x.py").write_text("one\n", encoding="utf-8")
    git(repository, "add", "-A")
    assert is_added(added_lines(repository / "web", "HEAD"), "x.py", 1)


def test_settings_of_the_user_do_not_change_what_is_read(repository: Path) -> None:
    for key, value in (("diff.noprefix", "true"), ("diff.mnemonicPrefix", "true"), ("color.ui", "always"), ("diff.renames", "false")):
        git(repository, "config", key, value)
    (repository / "b").mkdir()
    (repository / "b" / "x.py").write_text("one\n", encoding="utf-8")
    git(repository, "add", "-A")
    assert is_added(added_lines(repository, "HEAD"), "b/x.py", 1)


def test_lines_that_look_like_the_head_of_another_file_hide_nothing(repository: Path) -> None:
    (repository / "a.py").write_text("++ b/other.py\nx\x0c\u2028y\n" + (repository / "a.py").read_text(encoding="utf-8") + "last\n", encoding="utf-8")
    added = added_lines(repository, "HEAD")
    assert set(added) == {"a.py"}
    assert added["a.py"] == {1, 2, 23}
