"""A run from its beginning to its end, with a worker that needs no heavy library."""

from __future__ import annotations

import base64
import json
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from registry.catalogue.queries.find_model import find_model
from registry.catalogue.queries.model_detail import ModelDetail, read_model
from registry.desk.provenance.keys import known_keys, make_signing_key
from registry.desk.session import Desk
from registry.desk.show import show_model
from registry.errors import CatalogueError, RefusedError, RunError, UndecidedError, UsageError
from registry.provenance.verification import verify
from registry.runner.events import Event
from registry.runner.run import perform
from registry.runner.run_outcome import Listener
from registry.runner.run_request import read_request
from tests.desk.conftest import Open, digest
from tests.runner.stand_in import write_model

pytest.importorskip("torch")
pytest.importorskip("securesystemslib")

BERT = "google-bert/bert-base-uncased"
STAND_IN = Path(__file__).with_name("stand_in.py")


@pytest.fixture
def signing_desk(desk_over: Open, tmp_path: Path) -> Desk:
    """A desk with a key of its own."""
    keys: dict[str, Any] = {"signing_key": tmp_path / "keys" / "key.pem", "trusted_keys": tmp_path / "trusted"}
    desk: Desk = desk_over(offline=True, **keys)
    make_signing_key(desk.settings)
    return desk


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a base and data."""
    place = tmp_path / "place"
    write_model(place / "base")
    shutil.rmtree(place / "base" / "training")
    (place / "base" / "README.md").unlink()
    (place / "data.csv").write_text("text,label\na,x\nb,y\n")
    return place


def run(
    desk: Desk, place: Path, ending: str = "ok", said: list[str] | None = None, facts: dict[str, Any] | None = None, go_on: bool = False, **settings: Any
) -> dict[str, Any]:
    asked = {
        "base": str(place / "base"), "base_name": BERT, "data": str(place / "data.csv"), "task": "text-classification", "out": str(place / "out"), "name": "acme/made",
        "launcher": (sys.executable, str(STAND_IN), ending), **settings,
    }  # fmt: skip
    events: list[Event] = []
    listener = Listener(events.append, says=said.append if said is not None else None, go_on=go_on)
    return perform(desk, read_request("finetune", {key: value for key, value in asked.items() if value is not None}), facts or {}, listener)


def statement(folder: Path, name: str = "provenance.json") -> Any:
    return json.loads(base64.b64decode(json.loads((folder / name).read_text())["payload"]))


def detail(desk: Desk, name: str) -> ModelDetail:
    with desk.catalogue.reading() as connection:
        return read_model(connection, find_model(connection, name).id)


def unfinished(place: Path) -> list[Path]:
    return [path for path in place.iterdir() if ".partial-" in path.name]


def test_the_outcome_is_in_place_signed_and_whole(signing_desk: Desk, place: Path) -> None:
    result = run(signing_desk, place)
    found = verify(place / "out", known_keys(signing_desk.settings), at="2026-11-29T00:00:00Z")
    assert [finding.code for finding in found.findings] == []
    assert f"sha256:{found.sha256}" == result["digest"]
    assert unfinished(place) == []
    assert {"README.md", "LICENSE", "NOTICE", "model.safetensors", "provenance.json", "terms.json", "model.sig"} <= {
        path.name for path in (place / "out").iterdir()
    }


def test_the_catalogue_has_the_model_with_attested_lineage_its_state_and_what_it_took(signing_desk: Desk, place: Path) -> None:
    result = run(signing_desk, place, data_license="cc0-1.0", data_name="messages")
    made = detail(signing_desk, "acme/made")
    assert {(link.parent, link.relation, link.grade) for link in made.links} == {(BERT, "finetune", "attested"), ("dataset:messages", "trained-on", "attested")}
    assert (made.model.stage, made.model.parameters) == ("task-tuned", 1)
    assert [each.license for each in made.statements] == ["apache-2.0"]
    assert [each.digest for each in made.revisions] == [result["digest"]]
    (spent,) = made.training_runs
    assert (spent.hardware, spent.count, spent.flop) == ("A processor", 1, 4.8e24)
    assert result["registered"]["added"]["model"] == 1
    assert show_model(signing_desk, "dataset:messages")["size_rows"] == 8


def test_the_record_knows_everything_that_went_in_and_no_path(signing_desk: Desk, place: Path) -> None:
    run(signing_desk, place)
    said = statement(place / "out")
    by_kind = {each["annotations"]["kind"]: each for each in said["predicate"]["buildDefinition"]["resolvedDependencies"]}
    assert by_kind["model"]["name"] == BERT
    assert by_kind["model"]["annotations"]["licenses"] == ["apache-2.0"]
    assert by_kind["dataset"]["annotations"]["notes"] == {"rows": 8, "sha256": "0", "evaluation_rows": 2}
    assert by_kind["package"]["annotations"]["version"]
    for text in (json.dumps(said), (place / "out" / "README.md").read_text(), json.dumps(statement(place / "out", "terms.json"))):
        assert str(place) not in text
        assert str(Path.home()) not in text


def test_a_third_of_the_computation_of_the_base_is_held_against_it(signing_desk: Desk, place: Path) -> None:
    share = run(signing_desk, place)["one_third_rule"]
    assert share["original"] == BERT
    assert share["above_one_third"] is True
    byproducts = {each["name"]: each for each in statement(place / "out")["predicate"]["runDetails"]["byproducts"]}
    assert byproducts["one_third_rule"]["annotations"]["value"]["own_flop"] == pytest.approx(4.8e24)


def test_a_refused_run_leaves_catalogue_and_disk_as_they_were(signing_desk: Desk, place: Path) -> None:
    before = digest(signing_desk)
    with pytest.raises(RefusedError, match=r"gemma, section 3\.2; PUP") as caught:
        run(signing_desk, place, base_name="google/gemma-2b-it", facts={"fields_of_use": ["sexual-content"]})
    assert "acme/made <- finetune - google/gemma-2b-it" in caught.value.message
    assert sorted(path.name for path in place.iterdir()) == ["base", "data.csv"]
    assert digest(signing_desk) == before


def test_an_approval_is_in_the_record_and_in_the_history(signing_desk: Desk, place: Path) -> None:
    result = run(signing_desk, place, base_name="google/gemma-2b-it", facts={"fields_of_use": ["sexual-content"]}, override="LEGAL-42")
    assert result["override"] == "LEGAL-42"
    assert statement(place / "out")["predicate"]["licet_gate"]["override"] == "LEGAL-42"
    assert "LEGAL-42" in json.dumps(show_model(signing_desk, "acme/made", history=True))


def test_what_is_open_stops_the_run_until_somebody_goes_on(signing_desk: Desk, place: Path) -> None:
    with pytest.raises(UndecidedError, match="monthly_active_users") as caught:
        run(signing_desk, place, base_name="meta-llama/Llama-2-7b-hf")
    assert caught.value.hint is not None
    assert "--mau" in caught.value.hint
    result = run(signing_desk, place, base_name="meta-llama/Llama-2-7b-hf", go_on=True)
    assert result["check"]["went_on_without"] == ["monthly_active_users"]
    assert statement(place / "out", "terms.json")["predicate"]["check"]["went_on_without"] == ["monthly_active_users"]


@pytest.mark.parametrize(("ending", "reason"), [("killed", "memory"), ("crash", "internal"), ("disk", "disk"), ("diverged", "diverged")])
def test_a_run_that_fails_leaves_a_signed_record_beside_its_checkpoint_and_no_half_model(signing_desk: Desk, place: Path, ending: str, reason: str) -> None:
    before = digest(signing_desk)
    with pytest.raises(RunError) as caught:
        run(signing_desk, place, ending)
    assert caught.value.reason == reason
    assert not (place / "out").exists()
    (partial,) = unfinished(place)
    assert sorted(path.name for path in partial.iterdir()) == ["checkpoints", "provenance.json", "run.json", "terms.json"]
    metadata = statement(partial)["predicate"]["runDetails"]["metadata"]
    assert metadata["licet_outcome"] == "failed"
    assert metadata["licet_reason"].startswith(f"{reason}: ")
    assert str(place) not in json.dumps(statement(partial))
    assert digest(signing_desk) == before


def test_bad_data_leaves_nothing_but_its_error(signing_desk: Desk, place: Path) -> None:
    with pytest.raises(RunError):
        run(signing_desk, place, "data")
    assert sorted(path.name for path in place.iterdir()) == ["base", "data.csv"]


def test_what_a_resumed_run_took_up_outlives_its_failure(signing_desk: Desk, place: Path) -> None:
    for ending, resume in (("diverged", False), ("data", True)):
        with pytest.raises(RunError):
            run(signing_desk, place, ending, resume=resume)
    (partial,) = unfinished(place)
    assert (partial / "checkpoints" / "checkpoint-1").is_dir()
    run(signing_desk, place, resume=True)


def test_resuming_takes_up_the_unfinished_folder(signing_desk: Desk, place: Path) -> None:
    with pytest.raises(RunError):
        run(signing_desk, place, "diverged")
    with pytest.raises(UsageError, match=r"`training\.epochs` differ"):
        run(signing_desk, place, resume=True, epochs=3.0)
    run(signing_desk, place, resume=True)
    assert unfinished(place) == []
    assert not (place / "out" / "checkpoints").exists()
    assert not (place / "out" / "run.json").exists()


def test_running_again_under_the_same_name_adds_a_state(signing_desk: Desk, place: Path) -> None:
    run(signing_desk, place)
    run(signing_desk, place, out=str(place / "second"), license="mit")
    assert len(detail(signing_desk, "acme/made").revisions) == 2


def test_the_name_of_another_model_is_not_taken(signing_desk: Desk, place: Path) -> None:
    with pytest.raises(UsageError, match="another model"):
        run(signing_desk, place, name="google/gemma-2b-it")
    with pytest.raises(UsageError, match="another model"):
        run(signing_desk, place, name=BERT)


def test_a_base_that_changed_after_a_run_is_found_out(signing_desk: Desk, place: Path) -> None:
    run(signing_desk, place)
    (place / "base" / "config.json").write_text('{"architectures": ["Other"], "model_type": "bert"}')
    with pytest.raises(RefusedError, match="LIC502"):
        run(signing_desk, place, out=str(place / "second"))
    said: list[str] = []
    run(signing_desk, place, out=str(place / "second"), allow_changed_base=True, said=said)
    assert any("not what is on record" in line for line in said)


def test_what_a_run_made_is_known_again_by_its_digest_wherever_it_stands(signing_desk: Desk, place: Path) -> None:
    run(signing_desk, place)
    (place / "out").rename(place / "moved")
    result = run(signing_desk, place, base=str(place / "moved"), base_name=None, out=str(place / "second"), name="acme/second")
    assert result["inputs"][0]["name"] == "acme/made"
    assert {link.parent for link in detail(signing_desk, "acme/second").links} >= {"acme/made"}


def test_a_folder_that_nobody_knows_is_taken_in_as_itself(signing_desk: Desk, place: Path) -> None:
    (place / "base").rename(place / "tuned")
    (place / "tuned" / "README.md").write_text(f"---\nlicense: apache-2.0\nbase_model: {BERT}\nbase_model_relation: finetune\n---\n")
    run(signing_desk, place, base=str(place / "tuned"), base_name=None)
    assert {(link.parent, link.relation) for link in detail(signing_desk, "tuned").links} == {(BERT, "finetune")}
    assert detail(signing_desk, "acme/made").evidence_floor == "declared"


def test_a_failed_registration_says_that_the_outcome_is_whole(signing_desk: Desk, place: Path) -> None:
    def break_catalogue(event: Event) -> None:
        if event.event == "finished":
            with closing(sqlite3.connect(signing_desk.settings.catalogue)) as other:
                other.execute("ALTER TABLE remark RENAME TO lost")
                other.commit()

    asked = {
        "base": str(place / "base"), "base_name": BERT, "data": str(place / "data.csv"), "task": "text-classification", "out": str(place / "out"),
        "launcher": (sys.executable, str(STAND_IN), "ok"),
    }  # fmt: skip
    with pytest.raises(CatalogueError, match="the catalogue did not take it") as caught:
        perform(signing_desk, read_request("finetune", asked), {}, Listener(break_catalogue))
    assert caught.value.hint is not None
    assert "licet register --from-record out" in caught.value.hint
    assert (place / "out" / "provenance.json").is_file()


def test_what_cannot_be_recorded_is_kept_where_it_was_made(signing_desk: Desk, place: Path) -> None:
    def in_the_way(event: Event) -> None:
        if event.event == "finished":
            (partial,) = unfinished(place)
            (partial / "NOTICE").mkdir()  # the notice cannot be written

    asked = {
        "base": str(place / "base"), "base_name": BERT, "data": str(place / "data.csv"), "task": "text-classification", "out": str(place / "out"),
        "launcher": (sys.executable, str(STAND_IN), "ok"),
    }  # fmt: skip
    with pytest.raises(RunError, match="the work is done, but could not be recorded") as caught:
        perform(signing_desk, read_request("finetune", asked), {}, Listener(in_the_way))
    (partial,) = unfinished(place)
    assert caught.value.hint is not None
    assert f"`{partial.name}`" in caught.value.hint
    assert (partial / "model.safetensors").is_file()
    assert not (place / "out").exists()


def test_files_that_are_not_those_of_their_commit_never_become_them(signing_desk: Desk, place: Path, tmp_path: Path) -> None:
    commit = "a" * 40
    snapshot = tmp_path / "hub" / "models--acme--tuned" / "snapshots" / commit
    snapshot.parent.mkdir(parents=True)
    (place / "base").rename(snapshot)
    (snapshot / "README.md").write_text("---\nlicense: apache-2.0\n---\n")
    asked = {"base": str(snapshot), "base_name": None}
    run(signing_desk, place, **asked)
    first = next(each for each in detail(signing_desk, "acme/tuned").revisions if each.commit == commit)
    (snapshot / "config.json").write_text('{"architectures": ["Other"], "model_type": "bert"}')
    run(signing_desk, place, **asked, out=str(place / "second"), allow_changed_base=True)
    assert first in detail(signing_desk, "acme/tuned").revisions
    with pytest.raises(RefusedError, match="LIC502"):
        run(signing_desk, place, **asked, out=str(place / "third"))


def test_fewer_processes_than_the_launcher_was_asked_for_are_noted(signing_desk: Desk, place: Path) -> None:
    result = run(signing_desk, place, launcher=(sys.executable, str(STAND_IN), "ok", "--num_processes", "2"))
    assert any("asked for 2 processes, and 1 ran" in note for note in result["notes"])
    assert not any("asked for" in note for note in run(signing_desk, place, out=place / "other", name="other")["notes"])
