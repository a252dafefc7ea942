"""The folder of a run while it is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.errors import RunError, UsageError
from registry.runner.run_folder import clean, discard, find_partial, job_in_short, note_job, partial_of, put_in_place, refuse_existing
from tests.runner.test_run_record import job


def unfinished(place: Path, asked: dict[str, object]) -> Path:
    partial = partial_of(place)
    (partial / "checkpoints" / "5").mkdir(parents=True)
    note_job(partial, asked, 12.5)
    return partial


def test_a_place_that_is_taken_is_refused_whatever_takes_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("file", "folder", "link"):
        with pytest.raises(UsageError, match="is there already"):
            refuse_existing(tmp_path / name)


def test_missing_folders_above_a_place_are_made(tmp_path: Path) -> None:
    place = refuse_existing(tmp_path / "deep" / "er" / "out")
    assert place.parent.is_dir()
    assert list(place.parent.iterdir()) == []


def test_a_place_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="cannot be written to"):
        refuse_existing(tmp_path / "file" / "out")


def test_a_finished_folder_is_put_in_place_without_what_only_an_unfinished_one_needs(tmp_path: Path) -> None:
    place = tmp_path / "out"
    partial = unfinished(place, {"task": "a"})
    (partial / "model.safetensors").write_bytes(b"1")
    (partial / "provenance.json").write_text("of the interrupted run")
    clean(partial)
    put_in_place(partial, place)
    assert sorted(path.name for path in place.iterdir()) == ["model.safetensors"]
    assert list(tmp_path.iterdir()) == [place]


def test_what_came_into_the_place_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    place = tmp_path / "out"
    partial = unfinished(place, {})
    place.mkdir()
    with pytest.raises(RunError, match="came into being"):
        put_in_place(partial, place)
    assert partial.is_dir()


def test_an_unfinished_run_is_found_by_the_job_it_belongs_to(tmp_path: Path) -> None:
    place = tmp_path / "out"
    partial = unfinished(place, {"task": "a", "machine.seed": 1})
    assert find_partial(place, {"task": "a", "machine.seed": 1}) == (partial, 12.5)


def test_going_on_with_another_job_is_refused_and_says_what_differs(tmp_path: Path) -> None:
    place = tmp_path / "out"
    unfinished(place, {"task": "a", "machine.seed": 1})
    with pytest.raises(UsageError, match=r"`machine\.seed` differ"):
        find_partial(place, {"task": "a", "machine.seed": 2})


def test_going_on_where_nothing_was_begun_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no unfinished run"):
        find_partial(tmp_path / "out", {})
    (tmp_path / ".out.partial-00000000").mkdir()
    with pytest.raises(UsageError, match="no unfinished run"):
        find_partial(tmp_path / "out", {})


def test_a_damaged_note_of_the_job_counts_as_another_job(tmp_path: Path) -> None:
    place = tmp_path / "out"
    partial = unfinished(place, {"task": "a"})
    (partial / "run.json").write_text("[" * 100_000)
    with pytest.raises(UsageError, match="`task` differ"):
        find_partial(place, {"task": "a"})


def test_a_job_in_short_does_not_change_with_the_place_but_with_the_inputs(tmp_path: Path) -> None:
    short = job_in_short(job(), {"acme/base": "1"})
    assert short == job_in_short(job().model_copy(update={"out": tmp_path, "resume": True}), {"acme/base": "1"})
    assert short != job_in_short(job(), {"acme/base": "2"})
    assert "/home" not in str(short)


def test_discarding_removes_folders_and_files(tmp_path: Path) -> None:
    partial = unfinished(tmp_path / "out", {})
    discard(partial)
    file = tmp_path / ".answers.partial-1"
    file.write_text("x")
    discard(file)
    discard(tmp_path / "never-there")
    assert list(tmp_path.iterdir()) == []


def test_what_will_stand_beside_must_be_free_too(tmp_path: Path) -> None:
    (tmp_path / "answers.jsonl.provenance.json").write_text("of other answers")
    with pytest.raises(UsageError, match=r"`answers\.jsonl\.provenance\.json` is there already") as caught:
        refuse_existing(tmp_path / "answers.jsonl", "--output", lambda file: (file.with_name(f"{file.name}.provenance.json"),))
    assert caught.value.hint is not None
    assert "--output" in caught.value.hint
