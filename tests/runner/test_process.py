"""The parent's side of the worker: whatever the worker does ends as a result or as one error."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from registry.errors import RunError
from registry.runner.events import Event, Failed, Finished, Noted, Progress, Stage
from registry.runner.job import ConvertJob, ModelInput
from registry.runner.process import processes_asked, run_worker

SCRIPT = ("-m", "tests.runner.script_engine")


def script(what: str) -> ConvertJob:
    return ConvertJob(model=ModelInput(name="acme/base", folder=Path("base")), file=what, out=Path("out"))


def run(what: str, **options: object) -> tuple[Finished, list[Event]]:
    events: list[Event] = []
    return run_worker(script(what), events.append, worker=SCRIPT, **options), events  # type: ignore[arg-type]


def failure(what: str, **options: object) -> RunError:
    with pytest.raises(RunError) as caught:
        run(what, **options)
    return caught.value


def interrupt_once_working(times: int = 1) -> tuple[list[Event], object]:
    """An `on_event` that presses Ctrl-C when the first step is done."""
    events: list[Event] = []

    def on_event(event: Event) -> None:
        events.append(event)
        if isinstance(event, Progress):
            for _ in range(times):
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.2)

    return events, on_event


def test_events_come_in_order_and_the_last_is_the_result() -> None:
    finished, events = run("work")
    assert finished.counts == {"steps": 3}
    assert [type(event) for event in events] == [Stage, Progress, Progress, Progress, Finished]
    assert [event.loss for event in events if isinstance(event, Progress)] == [1.0, 0.5, pytest.approx(1 / 3)]


def test_what_libraries_print_never_gets_among_the_events() -> None:
    finished, events = run("greet")
    assert finished.counts == {"steps": 3}
    assert [type(event) for event in events] == [Stage, Finished]


def test_crash_by_signal_names_the_signal_and_the_checkpoint() -> None:
    error = failure("crash")
    assert error.reason == "internal"
    assert "SIGSEGV" in error.message
    assert error.checkpoint == "checkpoint-7"
    assert error.hint is not None
    assert "--resume" in error.hint


def test_being_killed_is_told_as_want_of_memory() -> None:
    error = failure("starve")
    assert error.reason == "memory"
    assert error.hint


def test_exit_without_a_word_tells_code_and_last_line() -> None:
    error = failure("leave")
    assert (error.reason, error.message) == ("internal", "the worker ended with exit code 3 before it was done: the library gave up")


def test_exit_code_zero_without_a_result_is_a_failure_too() -> None:
    assert "exit code 0" in failure("leave_quietly").message


@pytest.mark.parametrize(
    ("what", "reason", "words"),
    [
        ("memory", "memory", "not enough memory"),
        ("disk", "disk", "the disk is full"),
        ("missing", "missing", "`no_such_library_at_all` is not installed"),
        ("bug", "internal", "ZeroDivisionError: a bug"),
    ],
)
def test_what_the_worker_raises_comes_back_in_words(what: str, reason: str, words: str) -> None:
    error = failure(what)
    assert error.reason == reason
    assert words in error.message
    assert "Traceback" in str(error.__cause__)


def test_engine_error_keeps_hint_and_checkpoint_and_is_one_line() -> None:
    error = failure("fail")
    assert (error.reason, error.message, error.hint, error.checkpoint) == ("data", "column `text` is not there", "the columns are `a`, `b`", "checkpoint-1")


@pytest.mark.parametrize("what", ["babble", "boast"])
def test_nonsense_and_endless_lines_end_the_worker_at_once(what: str) -> None:
    start = time.monotonic()
    error = failure(what)
    assert (error.reason, error.message) == ("internal", "the worker wrote something that is no event")
    assert time.monotonic() - start < 15


@pytest.mark.skipif(sys.platform == "win32", reason="no signals of this kind")
def test_ctrl_c_is_passed_on_and_keeps_the_checkpoint() -> None:
    before = signal.getsignal(signal.SIGINT)  # ignored, where the tests run in the background of a shell
    events, on_event = interrupt_once_working()
    with pytest.raises(RunError) as caught:
        run_worker(script("stop_well"), on_event, worker=SCRIPT)  # type: ignore[arg-type]
    assert (caught.value.reason, caught.value.checkpoint) == ("interrupted", "checkpoint-5")
    assert isinstance(events[-1], Failed)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.skipif(sys.platform == "win32", reason="no signals of this kind")
def test_ctrl_c_ends_an_engine_that_makes_no_checkpoints() -> None:
    _, on_event = interrupt_once_working()
    with pytest.raises(RunError) as caught:
        run_worker(script("stay"), on_event, worker=SCRIPT)  # type: ignore[arg-type]
    assert (caught.value.reason, caught.value.checkpoint) == ("interrupted", None)


@pytest.mark.skipif(sys.platform == "win32", reason="no signals of this kind")
def test_second_ctrl_c_ends_a_worker_that_does_not_listen() -> None:
    _, on_event = interrupt_once_working(times=2)
    start = time.monotonic()
    with pytest.raises(RunError) as caught:
        run_worker(script("stop_never"), on_event, worker=SCRIPT)  # type: ignore[arg-type]
    assert caught.value.reason == "interrupted"
    assert time.monotonic() - start < 15


def test_worker_that_starts_others_does_not_hold_up_the_result() -> None:
    start = time.monotonic()
    finished, _ = run("linger")
    assert finished.counts == {"steps": 3}
    assert time.monotonic() - start < 15


def test_worker_is_ended_when_the_listener_fails() -> None:
    def refuse(event: Event) -> None:
        raise LookupError("no")

    start = time.monotonic()
    with pytest.raises(LookupError):
        run_worker(script("stay"), refuse, worker=SCRIPT)
    assert time.monotonic() - start < 15


@pytest.mark.skipif(sys.platform == "win32", reason="no signals of this kind")
def test_worker_does_not_outlive_whoever_started_it(root: Path) -> None:
    code = "import sys, tests.runner.test_process as own; own.run_worker(own.script('stay'), lambda e: print(getattr(e, 'done', ''), flush=True), worker=own.SCRIPT)"
    with subprocess.Popen([sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(next(line for line in parent.stdout if line.strip()))
        parent.kill()
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{worker}/stat").is_file() and Path(f"/proc/{worker}/stat").read_text().split()[2] == "Z":
            return  # it has ended, and waits to be taken note of
        time.sleep(0.2)
    os.kill(worker, signal.SIGKILL)
    pytest.fail("the worker went on without its parent")


def test_worker_runs_outside_the_main_thread() -> None:
    found: list[Finished] = []
    thread = threading.Thread(target=lambda: found.append(run("work")[0]))
    thread.start()
    thread.join(timeout=30)
    assert found
    assert found[0].counts == {"steps": 3}


def test_worker_sees_no_token_and_no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("WORDS_OF_MY_OWN", "kept")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pydantic.py").write_text("raise SystemExit('taken over')")
    _, events = run("environment")
    texts = [event.text for event in events if isinstance(event, Noted)]
    assert "HF_TOKEN" not in texts[0]
    assert "WORDS_OF_MY_OWN" in texts[0]
    assert texts[1] == f"1 True {tmp_path.name}"


def test_launcher_that_talks_is_listened_past(tmp_path: Path) -> None:
    launcher = tmp_path / "launch"
    launcher.write_text(f'#!/bin/sh\necho "two processes on one machine"\nexec {sys.executable} "$@"\n')
    launcher.chmod(0o755)
    finished, events = run("work", launcher=[str(launcher)])
    assert finished.counts == {"steps": 3}
    assert len(events) == 5


def test_launcher_that_is_not_there_is_named() -> None:
    error = failure("work", launcher=["no-such-launcher"])
    assert error.reason == "missing"
    assert "`no-such-launcher` cannot be started" in error.message
    assert "whole path" in str(error.hint)


@pytest.mark.parametrize(
    ("launcher", "count"),
    [
        ("accelerate launch --cpu --num_processes 2", 2),
        ("accelerate launch --num-processes=8 --multi_gpu", 8),
        ("torchrun --standalone --nproc-per-node 4", 4),
        ("torchrun --nproc_per_node=gpu", None),
        ("accelerate launch", None),
        ("", None),
    ],
)
def test_number_of_processes_is_read_from_the_launcher(launcher: str, count: int | None) -> None:
    assert processes_asked(launcher.split()) == count


def test_launcher_of_this_environment_is_found_without_a_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    for folder, word in ((here, "right"), (elsewhere, "wrong")):
        folder.mkdir()
        (folder / "launch").write_text(f'#!/bin/sh\ntouch "{tmp_path / word}"\nexec {sys.executable} "$@"\n')
        (folder / "launch").chmod(0o755)
    (here / "python").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", f"{elsewhere}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(sys, "executable", str(here / "python"))
    assert run("work", launcher=["launch"])[0].counts == {"steps": 3}
    assert (tmp_path / "right").exists()
    assert not (tmp_path / "wrong").exists()


@pytest.mark.parametrize("text", ["", "nonsense", "[]", '{"kind": "finetune"}', '{"kind": "dance"}', "[" * 100_000, " " * 1_000_001])
def test_job_that_is_none_is_answered_with_an_event(text: str, root: Path) -> None:
    answer = subprocess.run([sys.executable, "-m", "registry.runner.worker"], input=text, capture_output=True, text=True, cwd=root, timeout=60, check=False)
    assert answer.returncode == 1
    assert len(answer.stdout.splitlines()) == 1
    assert Failed.model_validate_json(answer.stdout).message.startswith("the job cannot be read")
    assert "Traceback" not in answer.stderr


def test_only_the_first_of_several_processes_tells(root: Path) -> None:
    for rank, lines in (("0", 5), ("1", 0)):
        answer = subprocess.run(
            [sys.executable, "-m", "tests.runner.script_engine"],
            input=script("work").model_dump_json(),
            env={**os.environ, "RANK": rank},
            capture_output=True,
            text=True,
            cwd=root,
            timeout=60,
            check=False,
        )
        assert (answer.returncode, len(answer.stdout.splitlines())) == (0, lines)
