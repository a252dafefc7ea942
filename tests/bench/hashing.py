"""Digesting a model folder of 2 GB beside what hashlib can do over the same bytes on the same cores.

    python tests/bench/hashing.py [--megabytes 2048] [--folder DIR] [--rounds 5]

It measures in turns: `digest_folder` with as many threads as there are cores, and `hashlib.file_digest` in as many threads; then both with one.
The wanted share is 0.9 of the speed of hashlib. It also says how much memory digesting took, and how long signing and verifying take.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from registry.provenance.digests import digest_folder
from registry.provenance.run import FileDigest
from tests.bench.measure import Timing, side_by_side
from tests.provenance.build import NOW, key, signed

WANTED = 0.9
"""The share of hashlib's speed that must be reached."""


def make_folder(folder: Path, megabytes: int) -> None:
    """Shards of several sizes, and small files beside them, as a model has them."""
    folder.mkdir(parents=True, exist_ok=True)
    block = os.urandom(1 << 20)
    shares = (0.3, 0.25, 0.2, 0.15, 0.1)
    for number, share in enumerate(shares):
        with (folder / f"model-{number + 1:05}-of-{len(shares):05}.safetensors").open("wb") as stream:
            for at in range(int(megabytes * share)):
                stream.write(at.to_bytes(8, "little") + block[8:])
    for number in range(20):
        (folder / f"config-{number}.json").write_bytes(block[: 1000 + number])


def by_hashlib(folder: Path, threads: int) -> tuple[str, ...]:
    """What hashlib gives for every file."""
    paths = sorted((path for path in folder.iterdir() if path.suffix), key=lambda path: -path.stat().st_size)

    def one(path: Path) -> str:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    with ThreadPoolExecutor(threads) as pool:
        return tuple(pool.map(one, paths))


def compare(folder: Path, threads: int, rounds: int) -> Timing:
    """Our digest and hashlib's in turns; progress is told, as on the terminal."""
    found: list[tuple[FileDigest, ...]] = []
    told: list[tuple[int, int]] = []
    timing = side_by_side(
        lambda: found.append(digest_folder(folder, threads=threads, progress=lambda done, total: told.append((done, total))).files),
        lambda: by_hashlib(folder, threads),
        rounds,
    )
    assert {file.sha256 for file in found[0]} == set(by_hashlib(folder, threads)), "the two do not agree"
    assert told[-1][0] == told[-1][1]
    return timing


def main() -> int:
    """Measure, print, and end with 1 where it is too slow."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--megabytes", type=int, default=2048)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as place:
        folder = Path(place) / "model"
        make_folder(folder, given.megabytes)
        size = sum(path.stat().st_size for path in folder.iterdir()) / 1e9
        tracemalloc.start()
        digest_folder(folder)
        memory = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        reached = True
        for threads in dict.fromkeys((len(os.sched_getaffinity(0)), 1)):
            timing = compare(folder, threads, given.rounds)
            share = timing.baseline / timing.task
            reached &= share >= WANTED
            print(  # noqa: T201
                f"{size:.2f} GB, {threads} thread{'s' if threads > 1 else ''}: {size / timing.task:.2f} GB/s, hashlib {size / timing.baseline:.2f} GB/s: "
                f"{share:.3f} of its speed ({WANTED} wanted)"
            )
        print(f"memory that digesting took: {memory:.1f} MB")  # noqa: T201
        own = key(Path(place))
        from registry.provenance.verification import verify

        small = Path(place) / "small"
        signed(small, own)
        timing = side_by_side(lambda: verify(small, [own.public], at=NOW), lambda: digest_folder(small), given.rounds)
        print(f"verifying a small folder with its three documents: {timing.task * 1000:.1f} ms, of which its files {timing.baseline * 1000:.1f} ms")  # noqa: T201
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
