"""What cannot be imported is refused: the error names the file and the place, memory stays bounded, and the catalogue is as it was."""

from __future__ import annotations

import gzip
import json
import random
import resource
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.bad_input.refusal import Licet, refused
from tests.sources.boms import cyclonedx, spdx

BOUND = 4_000_000_000
"""So much memory may a refusal take, address space that is only reserved included."""

TABLES = ("dump", "epoch", "ecosystem-graphs", "models-dev", "bom")
"""The imports of one file."""


def bounded() -> None:
    """Lets the child have no more memory than it should need."""
    resource.setrlimit(resource.RLIMIT_AS, (BOUND, BOUND))


def parquet(path: Path, rows: int = 3_000) -> bytes:
    arrow = pytest.importorskip("pyarrow")
    table = arrow.table({"id": [f"a/m{number}" for number in range(rows)], "tags": [["license:mit", f"base_model:a/m{number // 2}"] for number in range(rows)]})
    pytest.importorskip("pyarrow.parquet").write_table(table, path)
    return path.read_bytes()


def zeros(path: Path, count: int) -> Path:
    """A small gzip file of a thousand times as many zeros."""
    with gzip.open(path, "wb", compresslevel=1) as stream:
        for _ in range(count // 1_000_000):
            stream.write(bytes(1_000_000))
    return path


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:-1],
        lambda whole: whole[:8],
        lambda whole: b"PAR1" + whole[-200:],
        lambda whole: whole[:-8] + struct.pack("<I", 2**31 - 1) + b"PAR1",
        lambda whole: whole[:-8] + struct.pack("<I", 3) + b"PAR1",
        lambda whole: b"PAR1" + b"\x15" * 5_000 + struct.pack("<I", 4_900) + b"PAR1",
    ],
    ids=["half", "a byte short", "eight bytes", "a tail", "a footer of two gigabytes", "a footer of three bytes", "a footer of nothing"],
)
def test_a_parquet_file_that_is_cut_or_lies_about_its_footer(licet: Licet, tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "hub.parquet"
    path.write_bytes(spoil(parquet(path)))
    refused(licet("import", "dump", "hub.parquet", preexec_fn=bounded), 4, "`hub.parquet`")


def test_a_parquet_file_that_claims_more_values_than_it_has(licet: Licet, tmp_path: Path) -> None:
    """The counts in the footer are what a reader would make room for."""
    path = tmp_path / "hub.parquet"
    whole = bytearray(parquet(path))
    size = struct.unpack("<I", whole[-8:-4])[0]
    start = len(whole) - 8 - size
    draw = random.Random(5)  # noqa: S311 - the same files every time
    outcomes = set()
    for _ in range(6):
        spoilt = bytearray(whole)
        for _ in range(3):
            spoilt[draw.randrange(start, len(whole) - 8)] = 0xFF
        path.write_bytes(spoilt)
        done = licet("import", "dump", "hub.parquet", preexec_fn=bounded, environment={"LICET_DB": str(tmp_path / "other.db")})
        outcomes.add(done.returncode)
        if done.returncode:
            refused(done, 4, "`hub.parquet`")
    assert outcomes <= {0, 4}
    assert 4 in outcomes


@pytest.mark.parametrize("what", TABLES)
def test_a_document_that_nests_ten_thousand_levels(licet: Licet, tmp_path: Path, what: str) -> None:
    (tmp_path / "deep.json").write_text('{"bomFormat": "CycloneDX", "Model": ' + "[" * 10_000 + "]" * 10_000 + "}\n", encoding="utf-8")
    refused(licet("import", what, "deep.json"), 4, "`deep.json`")


@pytest.mark.slow
@pytest.mark.parametrize("what", TABLES)
def test_a_gzip_bomb(licet: Licet, tmp_path: Path, what: str) -> None:
    path = zeros(tmp_path / "bomb.json.gz", 300_000_000)
    assert path.stat().st_size < 3_000_000
    refused(licet("import", what, "bomb.json.gz", preexec_fn=bounded), 4, "`bomb.json.gz`")


@pytest.mark.parametrize("what", TABLES)
def test_an_empty_file_and_one_that_is_not_there(here: Licet, tmp_path: Path, what: str) -> None:
    (tmp_path / "empty.json").write_bytes(b"")
    refused(here("import", what, "empty.json"), 4, "`empty.json`")
    refused(here("import", what, "absent.json"), 4, "absent.json")


def test_a_cell_of_ten_megabytes(licet: Licet, tmp_path: Path) -> None:
    (tmp_path / "wide.csv").write_text('id,tags\na/b,"' + "x" * 10_000_000 + '"\n', encoding="utf-8")
    refused(licet("import", "dump", "wide.csv", preexec_fn=bounded), 4, "`wide.csv`", "row 1", "mend")


def test_a_quote_that_is_never_closed_does_not_swallow_what_follows(here: Licet, tmp_path: Path) -> None:
    (tmp_path / "open.csv").write_text('id,tags\na/b,"never ends\n' + "a/c,x\n" * 1_000, encoding="utf-8")
    refused(here("import", "dump", "open.csv"), 4, "`open.csv`", "row 1", "a quoted cell may lack its end")


@pytest.mark.parametrize("what", [*TABLES, "card"])
def test_a_device_is_no_file(licet: Licet, what: str) -> None:
    named = ("--model", "a/b") if what == "card" else ()
    refused(licet("import", what, "/dev/zero", *named, preexec_fn=bounded), 4, "zero")


@pytest.mark.parametrize("build", [cyclonedx, spdx])
def test_a_bill_of_materials_that_is_cut_off(here: Licet, tmp_path: Path, build: Any) -> None:
    (tmp_path / "bom.json").write_text(json.dumps(build())[:-40], encoding="utf-8")
    refused(here("import", "bom", "bom.json"), 4, "`bom.json` is no JSON", "line 1, column")


def test_a_bill_of_materials_of_seventy_megabytes(licet: Licet, tmp_path: Path) -> None:
    with (tmp_path / "bom.json").open("wb") as stream:
        stream.write(b'{"bomFormat": "CycloneDX", "components": [')
        stream.truncate(70_000_000)
    refused(licet("import", "bom", "bom.json", preexec_fn=bounded), 4, "`bom.json` has more than")


def test_a_folder_with_a_link_that_leads_to_itself(here: Licet, tmp_path: Path) -> None:
    (tmp_path / "round").symlink_to("round")
    refused(here("import", "folder", "round"), 4, "round")
    refused(here("import", "ecosystem-graphs", "round"), 4, "round")
    refused(here("import", "models-dev", "round"), 4, "round")
