"""Which lines a change adds, asked of git: an audit of a change judges only what stands on them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from registry.errors import UsageError

_FILE = re.compile(r"\+\+\+ (?:b/)?(.*)")
_HUNK = re.compile(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@")

TIMEOUT = 120
"""So many seconds git may take."""


def added_lines(folder: Path, revision: str) -> dict[str, set[int]]:
    """The lines that were added since a revision, by file relative to the folder; a file that git does not know is all new.

    Raises:
        UsageError: The folder is in no repository, or has no such revision.
    """
    if revision.startswith("-"):
        raise UsageError(f"`--diff {revision}` is not a revision", "name a commit, tag or branch")
    base = folder if folder.is_dir() else folder.parent
    found: dict[str, set[int]] = {}
    file = None
    for line in _git(
        base, "diff", "--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--relative", "--no-renames", revision, "--", "."
    ).splitlines():
        if match := _FILE.fullmatch(line):
            file = _unquoted(match.group(1))
        elif (match := _HUNK.match(line)) and file is not None:
            first, count = int(match.group(1)), int(match.group(2) or 1)
            found.setdefault(file, set()).update(range(first, first + count))
    for name in _git(base, "ls-files", "--others", "--exclude-standard", "-z").split("\0"):
        if name:
            found[name] = set()
    return found


def _git(folder: Path, *arguments: str) -> str:
    # Nothing that the repository's own configuration names may be run.
    command = ["git", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "diff.external=", "--no-optional-locks", *arguments]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=TIMEOUT, check=False)  # noqa: S603 - no shell, and the words are ours
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"git cannot be run in `{folder}`: {error}", "install git, or audit without `--diff`") from error
    if done.returncode:
        reason = done.stderr.decode("utf-8", errors="replace").strip().splitlines()
        raise UsageError(f"git cannot compare `{folder}`: {reason[-1] if reason else 'it does not say why'}", "name a commit, tag or branch of the repository")
    return done.stdout.decode("utf-8", errors="replace")


def _unquoted(name: str) -> str:
    return name[1:-1] if name.startswith('"') and name.endswith('"') else name.rstrip("\t")


def is_added(added: dict[str, set[int]], file: str, line: int) -> bool:
    """Whether a line of a file was added; of a new file, every line was."""
    lines = added.get(file)
    return lines is not None and (not lines or line in lines)
