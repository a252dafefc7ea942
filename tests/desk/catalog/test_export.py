"""The catalogue as files, read back by what others read them with."""

from __future__ import annotations

import csv
import hashlib
import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from registry.catalogue.ingest.writer import ingest
from registry.catalogue.queries.export import export_batches
from registry.desk.catalog import export_files
from registry.desk.catalog.entries import add, stats
from registry.desk.catalog.export import export_catalogue
from registry.desk.models import ModelFilters, list_models
from registry.desk.session import Desk
from registry.errors import FactError, MissingExtraError, UsageError
from tests.desk.conftest import Open
from tests.factories import model, record, relation, statement

USE = {"commercial": True, "distribution": ["saas"], "monthly_active_users": "2M"}

parquet = pytest.importorskip("pyarrow.parquet")


def rows(folder: Path, table: str) -> list[dict[str, Any]]:
    return list(parquet.read_table(folder / table).to_pylist())


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, reader: Desk) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("exported") / "out"
    return folder, export_catalogue(reader, "parquet", folder, USE)


def test_every_model_has_the_verdict_that_the_listing_gives_it(exported: tuple[Path, dict[str, Any]], reader: Desk) -> None:
    listed = {item["model"]: item for item in list_models(reader, USE, ModelFilters(), 10_000).items}
    found = {row["model"]: row for row in rows(exported[0], "models") if row["recorded"]}
    assert found.keys() == listed.keys()
    assert len({row["verdict"] for row in found.values()}) > 3
    profiles = {row["profile"]: row for row in rows(exported[0], "profiles")}
    for name, item in listed.items():
        row = found[name]
        same = ("license", "license_type", "verdict", "parameters", "modality", "downloads")
        assert {key: row[key] for key in same} == {key: item[key] for key in same}, name
        clause = item["deciding"] or {}
        assert (row["deciding_license"], row["deciding_term"]) == (clause.get("license"), clause.get("term")), name
        assert profiles[row["profile"]]["yes_when"] == item["yes_when"], name


def test_counts_are_those_of_the_catalogue(exported: tuple[Path, dict[str, Any]], reader: Desk) -> None:
    folder, manifest = exported
    for name, table in manifest["tables"].items():
        assert table["rows"] == len(rows(folder, name)), name
    held = stats(reader)
    with reader.catalogue.reading() as connection:
        from registry.catalogue.queries.export import export_counts

        counts = export_counts(connection)
    assert manifest["tables"]["models"]["rows"] == counts["models"] > 600
    assert manifest["tables"]["datasets"]["rows"] == counts["datasets"]
    assert held["schema"]


def test_lineage_and_statements_speak_in_names(exported: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = exported
    edges = {(row["child"], row["parent"], row["relation"]) for row in rows(folder, "edges")}
    assert ("meta-llama/Llama-2-7b-chat-hf", "meta-llama/Llama-2-7b-hf", "finetune") in edges
    assert all((row["parent"] is None) != (row["dataset"] is None) for row in rows(folder, "edges"))
    said = [row for row in rows(folder, "statements") if row["model"] == "01-ai/Yi-34B"]
    assert {row["resolved"] for row in said} == {"yi-1.0", "yi-2.0", "yi-2.1", "apache-2.0"}
    assert all(row["source"] and row["source_read_on"] and row["known_since"].startswith("20") for row in said)


def test_the_manifest_says_for_which_use_and_state_and_what_each_file_is(exported: tuple[Path, dict[str, Any]], reader: Desk) -> None:
    folder, manifest = exported
    assert manifest == json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["schema"] == "licet.export/1"
    assert manifest["use"]["commercial"] is True
    assert manifest["assumptions"]["role"] == "licensee"
    assert manifest["knowledge"]["digest"] == reader.knowledge.digest
    assert len(manifest["catalogue"]["head"]) == 64
    for table in manifest["tables"].values():
        assert all(column["says"] for column in table["columns"])
        for file in table["files"]:
            assert hashlib.sha256((folder / file["path"]).read_bytes()).hexdigest() == file["sha256"]


def test_a_column_says_what_it_holds_in_the_file_itself(exported: tuple[Path, dict[str, Any]]) -> None:
    schema = parquet.read_schema(exported[0] / "models" / "part-00000.parquet")
    assert schema.field("verdict").metadata[b"says"] == b"what the recorded licences say about the use"
    assert str(schema.field("parameters").type) == "int64"
    assert str(schema.field("recorded").type) == "bool"


def test_duckdb_counts_what_models_permit(exported: tuple[Path, dict[str, Any]]) -> None:
    duckdb = pytest.importorskip("duckdb")
    folder, _ = exported
    query = f"select m.verdict, count(*) from '{folder}/models/*.parquet' m join '{folder}/profiles/*.parquet' p using (profile) where m.verdict = p.verdict group by 1"  # noqa: S608
    counted = dict(duckdb.sql(query).fetchall())
    assert sum(counted.values()) == len(rows(folder, "models"))


def test_a_dated_use_takes_the_licences_of_that_day(reader: Desk, tmp_path: Path) -> None:
    export_catalogue(reader, "parquet", tmp_path / "out", {**USE, "date": "2024-01-15"})
    (row,) = (row for row in rows(tmp_path / "out", "models") if row["model"] == "01-ai/Yi-34B")
    assert row["license"] == "yi-2.1"


def test_csv_holds_the_same_and_no_cell_that_a_spreadsheet_runs(desk: Desk, tmp_path: Path) -> None:
    with desk.catalogue.writing() as connection:
        ingest(connection, [record(model("acme/odd", title='=cmd|"/c calc"!A1, 7; B'), statement("acme/odd", "mit"))], actor="me", kind="import")
    manifest = export_catalogue(desk, "csv", tmp_path / "out", USE)
    with (tmp_path / "out" / "models" / "part-00000.csv").open(encoding="utf-8", newline="") as file:
        found = {row["model"]: row for row in csv.DictReader(file)}
    assert len(found) == manifest["tables"]["models"]["rows"]
    assert found["acme/odd"]["title"] == '\'=cmd|"/c calc"!A1, 7; B'
    assert found["acme/odd"]["recorded"] == "true"


def test_a_large_table_has_several_parts_and_groups(reader: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_files, "ROWS_PER_FILE", 200)
    monkeypatch.setattr(export_files, "ROWS_PER_GROUP", 90)
    from registry.catalogue.queries import export as queries

    monkeypatch.setattr(queries.export_batches, "__defaults__", (50,))
    manifest = export_catalogue(reader, "parquet", tmp_path / "out", USE)
    files = manifest["tables"]["models"]["files"]
    assert [file["rows"] for file in files][:-1] == [200] * (len(files) - 1)
    assert len(files) > 2
    assert parquet.ParquetFile(tmp_path / "out" / files[0]["path"]).num_row_groups > 1
    assert len({row["model"] for row in rows(tmp_path / "out", "models")}) == manifest["tables"]["models"]["rows"]


def test_rows_come_in_bounded_batches(reader: Desk) -> None:
    from registry.catalogue.queries.export import MODELS

    with reader.catalogue.reading() as connection:
        sizes = [len(batch[0]) for batch in export_batches(connection, MODELS, 100)]
    assert max(sizes) == 100
    assert len(sizes) > 6


def test_an_earlier_export_is_replaced_only_by_force(reader: Desk, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export_catalogue(reader, "parquet", out, USE)
    with pytest.raises(UsageError, match="earlier export"):
        export_catalogue(reader, "csv", out, USE)
    export_catalogue(reader, "csv", out, USE, force=True)
    assert sorted(path.suffix for path in out.rglob("part-*")) == [".csv"] * 6
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_what_no_export_wrote_is_never_removed(reader: Desk, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.tex").write_text("years of work", encoding="utf-8")
    with pytest.raises(UsageError, match="no earlier export"):
        export_catalogue(reader, "csv", out, USE, force=True)
    (out / "manifest.json").write_text('{"schema": "licet.export/1", "tables": {}}', encoding="utf-8")
    with pytest.raises(UsageError, match=r"thesis\.tex"):
        export_catalogue(reader, "csv", out, USE, force=True)
    assert (out / "thesis.tex").read_text(encoding="utf-8") == "years of work"


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"schema": "licet.export/1"}', '{"schema": "licet.export/1", "tables": [1]}', "[" * 100_000])
def test_a_manifest_that_cannot_be_read_is_no_export(reader: Desk, tmp_path: Path, manifest: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "manifest.json").write_text(manifest, encoding="utf-8")
    with pytest.raises(UsageError, match="no earlier export"):
        export_catalogue(reader, "csv", out, USE, force=True)


def test_an_empty_folder_will_do_and_a_missing_parent_will_not(reader: Desk, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    export_catalogue(reader, "csv", tmp_path / "empty", USE)
    assert (tmp_path / "empty" / "manifest.json").exists()
    with pytest.raises(UsageError, match="cannot be written"):
        export_catalogue(reader, "csv", tmp_path / "no" / "such", USE)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="is a file"):
        export_catalogue(reader, "csv", tmp_path / "file", USE)


def test_an_export_that_is_interrupted_leaves_nothing(reader: Desk, tmp_path: Path) -> None:
    def stop(done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_catalogue(reader, "parquet", tmp_path / "out", USE, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_replacement_leaves_the_earlier_export_whole(reader: Desk, tmp_path: Path) -> None:
    first = export_catalogue(reader, "parquet", tmp_path / "out", USE)

    def stop(done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_catalogue(reader, "parquet", tmp_path / "out", {}, force=True, progress=stop)
    assert json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8")) == first
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_without_the_library_it_says_what_to_install(reader: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.import_module

    def missing(name: str, package: str | None = None) -> Any:
        if name.startswith("pyarrow"):
            raise ModuleNotFoundError(name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(MissingExtraError) as caught:
        export_catalogue(reader, "parquet", tmp_path / "out", USE)
    assert "licet[parquet]" in str(caught.value.hint)
    assert list(tmp_path.iterdir()) == []


def test_a_use_that_cannot_be_read_is_refused_before_anything_is_written(reader: Desk, tmp_path: Path) -> None:
    with pytest.raises(FactError):
        export_catalogue(reader, "csv", tmp_path / "out", {"country": "Nowhere"})
    with pytest.raises(UsageError, match="xlsx"):
        export_catalogue(reader, "xlsx", tmp_path / "out", USE)
    assert list(tmp_path.iterdir()) == []


def test_retired_claims_and_links_are_left_out(desk_over: Open, tmp_path: Path) -> None:
    desk = desk_over()
    for license in ("llama2", "mit"):
        add(desk, "model", {"id": "acme/x", "modality": "text", "licenses": [{"license": license, "source": "card"}]})
    with desk.catalogue.writing() as connection:
        ingest(connection, [record(model("acme/y"), relation("acme/y", "acme/x"), origin="o")], actor="me", kind="import")
        ingest(connection, [record(model("acme/y"), origin="o")], actor="me", kind="import")
    export_catalogue(desk, "parquet", tmp_path / "out", USE)
    assert [row["license"] for row in rows(tmp_path / "out", "statements") if row["model"] == "acme/x"] == ["mit"]
    assert not [row for row in rows(tmp_path / "out", "edges") if row["child"] == "acme/y"]
