"""An engine that does what the name of a job's file says: every way in which a worker can behave."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from registry.runner.engines.interface import EngineError, Tell, deferred_interrupt
from registry.runner.engines.registered import Registered
from registry.runner.events import Checkpoint, Finished, Noted, Progress, Stage
from registry.runner.job import ConvertJob, Job
from registry.runner.worker import main


class ScriptEngine:
    """Behaves as told."""

    def run(self, job: Job, tell: Tell) -> Finished:
        assert isinstance(job, ConvertJob)
        tell(Stage(name="loading"))
        getattr(self, job.file)(job, tell)
        return Finished(counts={"steps": 3})

    def work(self, job: ConvertJob, tell: Tell) -> None:
        for step in range(3):
            tell(Progress(done=step + 1, total=3, loss=1.0 / (step + 1)))

    def greet(self, job: ConvertJob, tell: Tell) -> None:
        sys.stdout.write("a library that greets its users\n")
        os.write(1, b"and one that does so in C\n")
        subprocess.run([sys.executable, "-c", "print('and a child of it')"], check=True)

    def crash(self, job: ConvertJob, tell: Tell) -> None:
        tell(Checkpoint(path="checkpoint-7", step=7))
        os.kill(os.getpid(), signal.SIGSEGV)

    def starve(self, job: ConvertJob, tell: Tell) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def leave(self, job: ConvertJob, tell: Tell) -> None:
        sys.stderr.write("the library gave up\n")
        os._exit(3)

    def leave_quietly(self, job: ConvertJob, tell: Tell) -> None:
        os._exit(0)

    def memory(self, job: ConvertJob, tell: Tell) -> None:
        raise MemoryError

    def disk(self, job: ConvertJob, tell: Tell) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def missing(self, job: ConvertJob, tell: Tell) -> None:
        import no_such_library_at_all  # type: ignore[import-not-found]  # noqa: F401

    def fail(self, job: ConvertJob, tell: Tell) -> None:
        raise EngineError("data", "column `text`\nis not there", "the columns are `a`, `b`", checkpoint="checkpoint-1")

    def bug(self, job: ConvertJob, tell: Tell) -> None:
        raise ZeroDivisionError("a bug")

    def babble(self, job: ConvertJob, tell: Tell) -> None:
        for number in range(3, 20):
            try:
                os.write(number, b"\x00\xffnot an event\n")
            except OSError:
                continue
        time.sleep(60)

    def boast(self, job: ConvertJob, tell: Tell) -> None:
        tell(Noted(text="x" * 5_000_000))
        time.sleep(60)

    def stay(self, job: ConvertJob, tell: Tell) -> None:
        tell(Progress(done=os.getpid()))
        time.sleep(60)

    def stop_well(self, job: ConvertJob, tell: Tell) -> None:
        with deferred_interrupt() as asked:
            tell(Progress(done=1))
            for _ in range(600):
                if asked():
                    tell(Checkpoint(path="checkpoint-5", step=5))
                    raise EngineError("interrupted", "the run was interrupted", checkpoint="checkpoint-5")
                time.sleep(0.05)

    def stop_never(self, job: ConvertJob, tell: Tell) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        tell(Progress(done=1))
        time.sleep(60)

    def linger(self, job: ConvertJob, tell: Tell) -> None:
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])

    def environment(self, job: ConvertJob, tell: Tell) -> None:
        tell(Noted(text=str(sorted(os.environ))))
        tell(Noted(text=f"{os.environ.get('HF_HUB_OFFLINE')} {sys.flags.safe_path} {Path.cwd().name}"))


if __name__ == "__main__":
    sys.exit(main(engines=(Registered("convert", (), "tests.runner.script_engine", "ScriptEngine"),)))
