from __future__ import annotations

import os
from pathlib import Path

import pytest

from registry.scanner.tree import MAX_NOTEBOOK, Tree


def test_what_git_ignores_is_left_out_and_what_it_takes_back_is_not(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.log\nbuild/\n!kept.log\n", encoding="utf-8")
    for name in ("a.py", "a.log", "kept.log", "build/b.py", "pkg/c.py", "pkg/d.tmp"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / "pkg" / ".gitignore").write_text("*.tmp\n", encoding="utf-8")
    assert Tree(tmp_path).paths == (".gitignore", "a.py", "kept.log", "pkg/.gitignore", "pkg/c.py")
    assert "a.log" in Tree(tmp_path, honour_ignores=False).paths


def test_patterns_of_the_caller_leave_files_out(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x", encoding="utf-8")
    (tmp_path / "vendored").mkdir()
    (tmp_path / "vendored" / "b.py").write_text("x", encoding="utf-8")
    assert Tree(tmp_path, ["vendored/"]).paths == ("a.py",)


def test_a_link_is_not_followed_so_that_a_loop_ends_and_nothing_outside_is_read(tmp_path: Path) -> None:
    inside = tmp_path / "app"
    inside.mkdir()
    (tmp_path / "secret.py").write_text("x", encoding="utf-8")
    (inside / "a.py").write_text("x", encoding="utf-8")
    (inside / "loop").symlink_to(inside, target_is_directory=True)
    (inside / "out.py").symlink_to(tmp_path / "secret.py")
    assert Tree(inside).paths == ("a.py",)


def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.py")
    assert Tree(tmp_path).paths == ()


def test_a_large_file_is_not_read_and_said_to_be_left_out(tmp_path: Path) -> None:
    with (tmp_path / "big.ipynb").open("wb") as stream:
        stream.truncate(MAX_NOTEBOOK + 1)
    tree = Tree(tmp_path)
    assert tree.read("big.ipynb") is None
    assert [(note.code, note.file) for note in tree.notes] == [("too-large", "big.ipynb")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_folder_is_noted(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    assert [note.code for note in Tree(tmp_path).notes] == ["unreadable"]


def test_a_file_that_went_away_is_noted(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x", encoding="utf-8")
    tree = Tree(tmp_path)
    (tmp_path / "a.py").unlink()
    assert tree.read("a.py") is None
    assert [note.code for note in tree.notes] == ["unreadable"]


def test_one_file_is_a_tree_too(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x", encoding="utf-8")
    (tmp_path / "b.py").write_text("x", encoding="utf-8")
    assert Tree(tmp_path / "a.py").paths == ("a.py",)
