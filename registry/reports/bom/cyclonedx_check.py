"""Holds a CycloneDX document against its strict schema in a process of its own, which loads what checks it while the document is made.

What checks addresses takes longer to load than a bill takes to make. Run as `python -m registry.reports.bom.cyclonedx_check VERSION` it reads the
document on stdin and writes the faults as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from registry.reports.bom.cyclonedx import validate_cyclonedx

PATIENCE = 600.0
"""Seconds; a check that takes longer is done here instead."""


class SchemaCheck:
    """One check, under way.

    Args:
        spec: The version.
        environment: The environment of the process; without it the check is done here.
    """

    def __init__(self, spec: str, environment: Mapping[str, str] | None = None) -> None:
        self._spec = spec
        self._process: subprocess.Popen[bytes] | None = None
        if environment is not None:
            command = [sys.executable, "-m", __name__, spec]
            try:
                self._process = subprocess.Popen(  # noqa: S603 - the command is ours
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=dict(environment)
                )
            except OSError:  # no further process may be started: it is done here
                self._process = None

    def faults(self, text: str) -> list[str]:
        """Where a document breaks the schema.

        Raises:
            MissingExtraError: What checks it is not installed.
        """
        if self._process is not None:
            try:
                printed, _ = self._process.communicate(text.encode("utf-8", "replace"), timeout=PATIENCE)
                if self._process.returncode == 0:
                    return [str(each) for each in json.loads(printed)]
            except (OSError, ValueError, subprocess.TimeoutExpired):
                self.close()
        return validate_cyclonedx(text, self._spec)

    def close(self) -> None:
        """End the process, if it runs still."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


@contextmanager
def schema_check(spec: str, environment: Mapping[str, str] | None = None) -> Iterator[SchemaCheck]:
    """A check that ends with the block, however it ends; the arguments are those of `SchemaCheck`."""
    check = SchemaCheck(spec, environment)
    try:
        yield check
    finally:
        check.close()


def main() -> int:
    """The process: load what checks, read, check, answer."""
    spec = sys.argv[1]
    validate_cyclonedx("{}", spec)  # loads the schema while the document is made
    text = sys.stdin.buffer.read().decode("utf-8")
    sys.stdout.write(json.dumps(validate_cyclonedx(text, spec)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
