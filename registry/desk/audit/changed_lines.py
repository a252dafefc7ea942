"""Which lines a change adds, asked of git: an audit of a change judges only what stands on them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from registry.errors import UsageError

_FILE = re.compile(r"\+\+\+ (.*)")
_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(rb"\\([abtnvfr\"\\]|[0-7]{3})")
_ESCAPES = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r", b'"': b'"', b"\\": b"\\"}

TIMEOUT = 120
"""So many seconds git may take."""

Added = dict[str, set[int] | None]
"""The lines that were added, by file; None where the whole file is new."""

_DIFF = ("diff", "--no-color", "--no-ext-diff", "--no-textconv", "--relative", "--find-renames")


def added_lines(folder: Path, revision: str) -> Added:
    """The lines that were added since a revision, by file relative to the folder; a file that git does not know is all new.

    What counts is what this side added since both went apart: what the other side did in the meantime is no change of ours. A file that was only
    renamed adds nothing.

    Raises:
        UsageError: The folder is in no repository, or has no such revision.
    """
    if revision.startswith("-"):
        raise UsageError(f"`--diff {revision}` is not a revision", "name a commit, tag or branch")
    base = folder if folder.is_dir() else folder.parent
    start = _start(base, revision)
    found: Added = {}
    file = None
    within = 0
    for line in _git(base, *_DIFF, "--unified=0", "--src-prefix=a/", "--dst-prefix=b/", start, "--", ".").split("\n"):
        if within and line[:1] in ("-", "+"):
            within -= 1  # what a file holds may look like the head of another
        elif match := _FILE.fullmatch(line):
            file = _unquoted(match.group(1)).removeprefix("b/")
        elif (match := _HUNK.match(line)) and file is not None:
            gone, first, count = int(match.group(1) or 1), int(match.group(2)), int(match.group(3) or 1)
            within = gone + count
            lines = found.setdefault(file, set())
            if lines is not None:
                lines.update(range(first, first + count))
    found.update(dict.fromkeys(_changed_binaries(base, start)))
    found.update(dict.fromkeys(name for name in _git(base, "ls-files", "--others", "--exclude-standard", "-z").split("\0") if name))
    return found


def _start(base: Path, revision: str) -> str:
    """Where this side and the revision went apart; the revision itself, where git cannot say."""
    done = _run(base, "merge-base", "--end-of-options", revision, "HEAD")
    common = done.stdout.decode("utf-8", errors="replace").strip()
    return common if done.returncode == 0 and common else revision


def _changed_binaries(base: Path, start: str) -> list[str]:
    """Files without lines, such as weights, that were added or changed."""
    found = []
    parts = iter(_git(base, *_DIFF, "--numstat", "-z", start, "--", ".").split("\0"))
    for part in parts:
        counts = part.split("\t")
        if len(counts) != 3:
            continue
        name = counts[2] or (next(parts, ""), next(parts, ""))[1]  # of a renamed file both names follow, the new one last
        if counts[0] == "-" and name and counts[2]:
            found.append(name)
    return found


def _git(folder: Path, *arguments: str) -> str:
    done = _run(folder, *arguments)
    if done.returncode:
        reason = done.stderr.decode("utf-8", errors="replace").strip().splitlines()
        said = next((line.removeprefix("fatal: ") for line in reason if line.startswith("fatal: ")), reason[-1] if reason else "it does not say why")
        shallow = _run(folder, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
        hint = "this clone is shallow: fetch the revision first, as with `git fetch --unshallow`" if shallow else None
        raise UsageError(f"git cannot compare `{folder}`: {said}", hint or "name a commit, tag or branch of the repository")
    return done.stdout.decode("utf-8", errors="replace")


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    # Nothing that the repository's own configuration names may be run.
    command = ["git", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "diff.external=", "--no-optional-locks", *arguments]
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, timeout=TIMEOUT, check=False)  # noqa: S603 - no shell, and the words are ours
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"git cannot be run in `{folder}`: {error}", "install git, or audit without `--diff`") from error


def _unquoted(name: str) -> str:
    """A file's name as git writes it in the head of a change: quoted, with escapes, where it holds odd characters."""
    if not (name.startswith('"') and name.endswith('"') and len(name) > 1):
        return name.rstrip("\t")
    raw = name[1:-1].encode("utf-8", errors="surrogateescape")
    return _ESCAPE.sub(lambda match: _ESCAPES.get(match[1]) or bytes([int(match[1], 8) & 0xFF]), raw).decode("utf-8", errors="replace")


def is_added(added: Added, file: str, line: int) -> bool:
    """Whether a line of a file was added; of a new file, every line was."""
    if file not in added:
        return False
    lines = added[file]
    return lines is None or line in lines
