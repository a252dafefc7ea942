"""The folder of a run while it is made: beside its place under a name of its own, put in place by one renaming, kept where it can be gone on from."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from registry.errors import RunError, UsageError
from registry.runner.job import Job
from registry.runner.job_record import job_to_record

JOB_FILE = "run.json"
"""What an unfinished folder says of the job it belongs to."""

CHECKPOINTS = "checkpoints"
"""Where a worker keeps what a later run can go on from."""

_MAX_JOB_BYTES = 1_000_000
_MAX_SECONDS = 1e9


def refuse_existing(out: Path, flag: str = "--out", beside: Callable[[Path], tuple[Path, ...]] | None = None) -> Path:
    """The place of what comes out, which must be free and must be one that can be written to; missing folders above it are made.

    Args:
        out: The place as written.
        flag: The flag that names it, for the hint.
        beside: What will stand beside it, which must be free, too.

    Raises:
        UsageError: Something is there already, or nothing can be written there.
    """
    place = Path(os.path.abspath(out.expanduser()))
    for each in (place, *(beside(place) if beside else ())):
        if os.path.lexists(each):
            shown = out if each == place else each.name
            raise UsageError(f"`{shown}` is there already", f"a run never overwrites; name another place with `{flag}`, or move this one away")
    if place.name in ("", ".", "..") or not place.name.isprintable():
        raise UsageError(f"`{str(out)!a}` cannot be the name of a folder", f"name another with `{flag}`")
    probe = place.parent / f".{place.name}.partial-{secrets.token_hex(4)}"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        raise UsageError(
            f"`{place.parent.name or place.parent}` cannot be written to: {error.strerror or error}", f"name another place with `{flag}`"
        ) from error
    return place


def partial_of(place: Path) -> Path:
    """A name beside the place, under which nothing is yet."""
    return place.parent / f".{place.name}.partial-{secrets.token_hex(4)}"


def find_partial(place: Path, job: dict[str, Any]) -> tuple[Path, float]:
    """The unfinished folder that belongs to the same job, and how many seconds were spent on it already.

    Args:
        place: Where the finished folder would be.
        job: What the job asks, without its paths.

    Raises:
        UsageError: There is none, or it belongs to another job; the message says what differs.
    """
    found = sorted(place.parent.glob(f".{_escaped(place.name)}.partial-*"), key=lambda path: path.stat().st_mtime)
    with_checkpoints = [path for path in found if (path / JOB_FILE).is_file() and any((path / CHECKPOINTS).glob("*/"))]
    if not with_checkpoints:
        raise UsageError(f"there is no unfinished run for `{place.name}` to go on from", "leave `--resume` out to begin anew")
    partial = with_checkpoints[-1]
    told, seconds = _read_job(partial / JOB_FILE)
    differing = sorted(key for key in {*told, *job} if told.get(key) != job.get(key))
    if differing:
        raise UsageError(
            f"the unfinished run for `{place.name}` was asked for otherwise: {', '.join(f'`{key}`' for key in differing)} differ",
            f"ask for the same, or leave `--resume` out to begin anew; what is kept is in `{partial.name}`",
        )
    return partial, seconds


def images_of(output: Path) -> Path:
    """The folder beside a file of answers for the images that belong to them."""
    return output.with_name(f"{output.name}.images")


def note_job(partial: Path, job: dict[str, Any], seconds: float) -> None:
    """Write beside the checkpoints which job they belong to, and how many seconds were spent on it."""
    with contextlib.suppress(OSError):
        (partial / JOB_FILE).write_text(json.dumps({"job": job, "seconds": seconds}, indent=2, sort_keys=True, ensure_ascii=False), encoding="utf-8")


def clean(partial: Path) -> None:
    """Take out of a finished folder what only an unfinished one needs."""
    shutil.rmtree(partial / CHECKPOINTS, ignore_errors=True)
    (partial / JOB_FILE).unlink(missing_ok=True)
    for name in ("provenance.json", "terms.json", "model.sig"):  # of the unfinished run, if it was one
        (partial / name).unlink(missing_ok=True)


def put_in_place(partial: Path, place: Path) -> None:
    """Rename the finished folder or file.

    Raises:
        RunError: Something came into its place while it was made.
    """
    if os.path.lexists(place):
        raise RunError(f"`{place.name}` came into being while this ran", f"the outcome is whole, in `{partial.name}`: rename it", reason="disk")
    try:
        partial.rename(place)
    except OSError as error:
        raise RunError(
            f"`{place.name}` cannot be put in place: {error.strerror or error}", f"the outcome is whole, in `{partial.name}`: rename it", reason="disk"
        ) from error


def discard(partial: Path) -> None:
    """Remove an unfinished folder or file from which nothing can be gone on."""
    if partial.is_dir():
        shutil.rmtree(partial, ignore_errors=True)
    else:
        partial.unlink(missing_ok=True)


def job_in_short(job: Job, digests: dict[str, str]) -> dict[str, Any]:
    """What a job asks, without paths and without what does not change the outcome, each value flat and by name."""
    flat: dict[str, Any] = {}
    for key, value in job_to_record(job).items():
        if isinstance(value, dict):
            flat.update({f"{key}.{name}": each for name, each in value.items() if each is not None and (key, name) != ("machine", "threads")})
        elif value is not None:
            flat[key] = value
    return {**flat, "inputs": hashlib.sha256(json.dumps(digests, sort_keys=True).encode()).hexdigest()}


def _read_job(path: Path) -> tuple[dict[str, Any], float]:
    try:
        if path.stat().st_size > _MAX_JOB_BYTES:
            return {}, 0.0
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}, 0.0
    if not isinstance(told, dict) or not isinstance(told.get("job"), dict):
        return {}, 0.0
    seconds = told.get("seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < _MAX_SECONDS:
        seconds = 0.0
    return told["job"], float(seconds)


def _escaped(name: str) -> str:
    import glob

    return glob.escape(name)
