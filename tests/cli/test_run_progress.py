"""What a run shows while it goes on, where nobody watches a terminal; and what it tells at its end."""

from __future__ import annotations

import io
from typing import Any

import pytest

from registry.cli import run_progress
from registry.cli.output import Output
from registry.cli.run_options import facts_of, pairs, parameter_values
from registry.cli.run_progress import RunProgress
from registry.cli.run_summary import print_run
from registry.runner.events import Metrics, Noted, Progress, Stage, Started


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    monkeypatch.setattr("sys.stderr", io.StringIO())
    return io.StringIO()


def test_events_become_lines(talk: io.StringIO) -> None:
    with RunProgress(Output(io.StringIO(), talk)) as progress:
        progress.event(Started(device="cpu", device_name="A processor", threads=1, packages={}, determinism={}))
        progress.event(Stage(name="training"))
        progress.event(Metrics(phase="before", values={"accuracy": 0.25}))
        progress.event(Metrics(phase="during", values={"accuracy": 0.5}))
        progress.event(Noted(text="weights were \x1b[31mmade anew"))
    assert talk.getvalue().splitlines() == [
        "computing on cpu (A processor, 1 thread)",
        "training",
        "before: accuracy 0.25",
        "note: weights were \\x1b[31mmade anew",
    ]


def test_progress_is_told_from_time_to_time_with_loss_and_time_left(talk: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(run_progress.time, "monotonic", lambda: now)
    with RunProgress(Output(io.StringIO(), talk)) as progress:
        progress.event(Stage(name="training"))
        progress.event(Progress(done=70, total=100, loss=0.5))
        now += 5
        progress.event(Progress(done=75, total=100, loss=0.4))
        now += 15
        progress.event(Progress(done=80, total=100, loss=0.3))
    assert talk.getvalue().splitlines() == ["training", "training: 80 of 100 steps, loss 0.3, about 40 s left"]


def test_only_large_digests_are_told(talk: io.StringIO) -> None:
    with RunProgress(Output(io.StringIO(), talk)) as progress:
        progress.digested("acme/small", 1, 1_000)
        progress.digested("acme/large", 1, 2_000_000_000)
    assert talk.getvalue().splitlines() == ["digesting acme/large"]


def result(**values: Any) -> dict[str, Any]:
    return {
        "schema": "licet.run/1",
        "task": "finetune/text-classification",
        "model": "acme/made",
        "out": "my out",
        "license": "apache-2.0",
        "digest": "sha256:0",
        "inputs": [{"name": "acme/base", "kind": "model", "relation": "finetune", "digest": "sha256:1"}, {"name": "licet", "kind": "code", "relation": None, "digest": None}],
        "check": {"verdict": "permitted", "reasons": [], "obligations": [], "licenses": []},
        "override": None,
        "metrics": {"before": {"accuracy": 0.25, "examples/x": 3}, "after": {"accuracy": 0.75}},
        "counts": {"parameters_total": 1000, "parameters_trained": 10},
        "seconds": {"all": 2.0, "training": 1.0},
        "flop": 1e9,
        "findings": [],
        "duties": [],
        "name_warning": None,
        "one_third_rule": None,
        "record": "my out/provenance.json",
        "key": "ab" * 32,
        **values,
    }  # fmt: skip


def told(**values: Any) -> str:
    data = io.StringIO()
    print_run(Output(data, io.StringIO()), result(**values))
    return data.getvalue()


def test_the_end_tells_what_was_made_what_it_took_and_what_comes_next() -> None:
    text = told()
    assert text.startswith("Made acme/made in `my out` (finetune/text-classification).\n")
    assert "  accuracy    0.25   0.75\n" in text
    assert "examples/x" not in text
    assert "10 of them trained (1.00%)" in text
    assert "licet provenance verify 'my out'" in text
    assert text.rstrip().endswith("Information, not legal advice.")


def test_an_approval_and_an_open_licence_are_told() -> None:
    text = told(override="LEGAL-42", license=None)
    assert "LEGAL-42" in text
    assert "no single licence keeps all" in text


def test_the_share_of_the_computation_is_told_only_with_what_it_rests_on() -> None:
    share = {"own_flop": 2e24, "original": "acme/base", "original_flop": 4e24, "share": 0.5, "above_one_third": True, "assumed": None, "rule": "r"}
    assert "0.5 of the computation of the training of acme/base: above one third" in told(one_third_rule=share)
    assert "its provider" in " ".join(told(one_third_rule=share).split())
    small = " ".join(told(one_third_rule={**share, "general_purpose": False}).split())
    assert "fewer operations than the EU's indicative criterion" in small
    assert "its provider" not in small
    tiny = {**share, "original_flop": None, "share": 1e-12, "above_one_third": False, "assumed": "it is not on record"}
    assert "Far below a third of the threshold" in told(one_third_rule=tiny)


def test_pairs_are_read_and_wrong_ones_named() -> None:
    from click import UsageError

    assert pairs(("text = body", "label=stars=5"), "--column") == {"text": "body", "label": "stars=5"}
    assert parameter_values(("max_new_tokens=64", "do_sample=true", "prefix=hello: ")) == {"max_new_tokens": 64, "do_sample": True, "prefix": "hello: "}
    for wrong in (("text",), ("=x",), ("a=1", "a=2")):
        with pytest.raises(UsageError, match="--column"):
            pairs(wrong, "--column")


def test_facts_of_a_file_give_way_to_flags(tmp_path: Any) -> None:
    file = tmp_path / "use.yaml"
    file.write_text("commercial: true\ncountry: DE\n")
    assert facts_of(str(file), {"country": "FR"}) == {"commercial": True, "country": "FR"}
    file.write_text("facts: {commercial: false}\ninterpretation: strict\n")
    assert facts_of(str(file), {}) == {"commercial": False}
    assert facts_of(None, {"country": "FR"}) == {"country": "FR"}
