"""The compiled knowledge: made once, made anew when a file changes, and never needed."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from registry.errors import KnowledgeError
from registry.knowledge.compile import compile_knowledge
from registry.knowledge.compiled import FORMAT, load_compiled
from tests.knowledge.build import DATA, license_text, make_data, write_licenses


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one licence."""
    return make_data(tmp_path)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache folder that is not there yet."""
    return tmp_path / "deep" / "cache"


def only_file(cache: Path) -> Path:
    """The one compiled file."""
    (path,) = cache.iterdir()
    return path


def mark(path: Path) -> None:
    """Change the compiled file, so that a later reading shows whether it was used."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    document["version"] = "from the cache"
    path.write_text(json.dumps(document), encoding="utf-8")


def later(path: Path) -> None:
    """Give a file another time without changing it."""
    seen = path.stat()
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns + 1_000_000))


def test_the_first_reading_writes_one_file_that_the_second_uses(data: Path, cache: Path) -> None:
    first = load_compiled(data, cache)
    mark(only_file(cache))
    second = load_compiled(data, cache)
    assert second["version"] == "from the cache"
    assert {**second, "version": first["version"]} == first


def test_a_reading_from_the_cache_is_the_same_as_one_from_the_files(data: Path, cache: Path) -> None:
    load_compiled(data, cache)
    assert load_compiled(data, cache) == load_compiled(data, None) == {"format": FORMAT, **compile_knowledge(data)}


def test_nothing_is_written_without_a_cache_folder(data: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    load_compiled(data, None)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["licenses/test-license.yaml", "vocabulary.yaml", "relations.yaml", "interpretations/strict.yaml", "uses/ordinary.yaml"])
def test_a_changed_file_is_read_anew_and_the_old_cache_goes(data: Path, cache: Path, name: str) -> None:
    load_compiled(data, cache)
    old = only_file(cache)
    mark(old)
    later(data / name)
    assert load_compiled(data, cache)["version"] != "from the cache"
    assert only_file(cache) != old


def test_a_file_more_and_a_file_less_are_seen(data: Path, cache: Path) -> None:
    load_compiled(data, cache)
    write_licenses(data, {"another": license_text(id="another", name="Another")})
    assert set(load_compiled(data, cache)["licenses"]) == {"test-license", "another"}
    (data / "licenses" / "another.yaml").unlink()
    assert set(load_compiled(data, cache)["licenses"]) == {"test-license"}


def test_what_is_no_yaml_file_changes_nothing(data: Path, cache: Path) -> None:
    load_compiled(data, cache)
    mark(only_file(cache))
    (data / "licenses" / "notes.txt").write_text("not ours", encoding="utf-8")
    assert load_compiled(data, cache)["version"] == "from the cache"


@pytest.mark.parametrize("content", [b"", b"{", b"not json", b"\xff\xfe", b"{}", b'{"format": 0}', b"null", b"[]", b'"text"', b"5"])
def test_a_corrupt_cache_is_made_anew(data: Path, cache: Path, content: bytes) -> None:
    expected = load_compiled(data, cache)
    path = only_file(cache)
    path.write_bytes(content)
    assert load_compiled(data, cache) == expected
    assert json.loads(path.read_text(encoding="utf-8")) == expected


def test_a_cache_folder_that_cannot_be_written_is_no_error(data: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")
    assert load_compiled(data, blocked / "cache") == load_compiled(data, None)
    assert load_compiled(data, blocked) == load_compiled(data, None)
    assert blocked.read_text(encoding="utf-8") == "in the way"


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="whoever runs this may write everywhere")
def test_a_cache_folder_without_the_right_to_write_is_no_error(data: Path, cache: Path) -> None:
    cache.mkdir(parents=True)
    cache.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert load_compiled(data, cache) == load_compiled(data, None)
    finally:
        cache.chmod(stat.S_IRWXU)


def test_a_folder_in_the_place_of_the_compiled_file_is_no_error(data: Path, cache: Path) -> None:
    load_compiled(data, cache)
    path = only_file(cache)
    path.unlink()
    path.mkdir()
    assert load_compiled(data, cache) == load_compiled(data, None)


def test_half_written_files_are_not_left_behind(data: Path, cache: Path) -> None:
    load_compiled(data, cache)
    later(data / "relations.yaml")
    load_compiled(data, cache)
    assert [path.suffix for path in cache.iterdir()] == [".json"]


def test_two_data_folders_do_not_share_a_cache_entry(data: Path, cache: Path, tmp_path: Path) -> None:
    other = make_data(tmp_path / "second", {"another": license_text(id="another", name="Another")})
    assert set(load_compiled(data, cache)["licenses"]) == {"test-license"}
    assert set(load_compiled(other, cache)["licenses"]) == {"another"}
    assert set(load_compiled(data, cache)["licenses"]) == {"test-license"}


def test_a_wrong_file_leaves_no_cache_behind(data: Path, cache: Path) -> None:
    write_licenses(data, {"wrong": "id: wrong\n"})
    with pytest.raises(KnowledgeError, match=r"wrong\.yaml"):
        load_compiled(data, cache)
    assert not cache.exists() or not list(cache.iterdir())


def test_the_digest_follows_the_content_and_not_the_time(data: Path, tmp_path: Path) -> None:
    before = compile_knowledge(data)["digest"]
    later(data / "licenses" / "test-license.yaml")
    assert compile_knowledge(data)["digest"] == before
    assert compile_knowledge(make_data(tmp_path / "copy"))["digest"] == before
    write_licenses(data, {"test-license": license_text("summary: Another sentence.")})
    assert compile_knowledge(data)["digest"] != before


@pytest.mark.parametrize("folder", ["licenses", "interpretations", "uses", "."])
def test_a_missing_folder_is_an_error_with_a_hint(data: Path, cache: Path, folder: str) -> None:
    (data / folder).rename(data.parent / "elsewhere")
    with pytest.raises(KnowledgeError) as caught:
        load_compiled(data, cache)
    assert caught.value.hint


@pytest.mark.parametrize("name", ["vocabulary.yaml", "relations.yaml", "uses/ordinary.yaml"])
@pytest.mark.parametrize("content", [None, b"\xff", b"a: [", b"", b"[]", b"a: 1\n"])
def test_a_missing_or_broken_file_is_an_error_that_names_it(data: Path, name: str, content: bytes | None) -> None:
    path = data / name
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    if name.endswith("ordinary.yaml") and content == b"a: 1\n":
        return  # whether `a` is a fact is seen where a use is read
    with pytest.raises(KnowledgeError, match=path.name):
        compile_knowledge(data)


@pytest.mark.parametrize("content", ["", "[]", "points: {}", "summary: A reading.", "summary: A reading.\npoints: []"])
def test_a_broken_interpretation_is_an_error_that_names_it(data: Path, content: str) -> None:
    (data / "interpretations" / "mainstream.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"mainstream\.yaml"):
        compile_knowledge(data)


def test_an_interpretation_settles_points_of_the_vocabulary_only(data: Path) -> None:
    (data / "interpretations" / "mainstream.yaml").write_text("name: mainstream\nsummary: A reading.\npoints: {whatever: free}\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"`mainstream\.yaml` settles `whatever`"):
        compile_knowledge(data)


@pytest.mark.parametrize("line", ["default: perhaps", "points: {data-to-weights: perhaps}"])
def test_an_interpretation_settles_in_the_four_words_only(data: Path, line: str) -> None:
    text = f"name: mainstream\nsummary: A reading.\n{line}\n" + ("points: {}\n" if line.startswith("default") else "")
    (data / "interpretations" / "mainstream.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"mainstream\.yaml"):
        compile_knowledge(data)


def test_every_relation_of_the_vocabulary_has_a_reach(data: Path) -> None:
    path = data / "relations.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("  merge: derivative\n", ""), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"`relations\.yaml` says nothing of `merge`"):
        compile_knowledge(data)


@pytest.mark.parametrize(
    ("old", "new"),
    [("merge: derivative", "merge: cousin"), ("data-to-weights, else", "whatever, else"), ("merge: derivative", "merge: derivative\n  uncle: copy")],
)
def test_a_reach_outside_the_vocabulary_is_refused(data: Path, old: str, new: str) -> None:
    path = data / "relations.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"relations\.yaml"):
        compile_knowledge(data)


def test_groups_of_acts_are_written_out(data: Path) -> None:
    acts = json.loads(compile_knowledge(data)["licenses"]["test-license"])["terms"][0]["acts"]
    assert acts == ["run", "change", "give", "ship", "serve-app", "serve-model", "teach", "exploit-outputs"]


def test_the_shipped_knowledge_is_plain_data() -> None:
    document = compile_knowledge(DATA)
    assert json.loads(json.dumps(document)) == document
