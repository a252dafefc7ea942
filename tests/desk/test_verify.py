"""Weights as evidence: what a comparison says, and what it leaves in the catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from registry.catalogue.checkup import check_catalogue
from registry.catalogue.queries.find_model import find_model
from registry.catalogue.queries.lineage import Evidence, links_of_children
from registry.desk.lineage import read_lineage
from registry.desk.register import register_model
from registry.desk.session import Desk
from registry.desk.show import show_model
from registry.desk.verify import verify_weights
from registry.errors import SourceError, UnknownModelError, UsageError
from tests.desk.conftest import check, codes, digest, specification
from tests.sources.model_folders import safetensors, write_folder
from tests.sources.weight_pairs import merged_adapter, quantized, save, trained, weights

BASE = "meta-llama/Llama-2-7b-hf"


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    """A base, what was made from it, and what was not."""
    made = {"base": weights(), "tuned": trained(weights()), "merged": merged_adapter(weights()), "small": quantized(weights()), "apart": weights(5)}
    return {name: save(tmp_path / name, tensors) for name, tensors in made.items()}


@pytest.fixture
def family(desk: Desk) -> Desk:
    """A declared fine-tune of Llama 2."""
    register_model(desk, specification("acme/tuned", BASE, license="llama2"), {})
    return desk


def held(desk: Desk, child: str, parent: str = BASE) -> dict[str, tuple[str, list[Evidence]]]:
    """Grade and evidence of the links between two models, by relation."""
    with desk.catalogue.reading() as connection:
        links = links_of_children(connection, [find_model(connection, child).id], evidence=True)
    return {link.relation: (link.grade, list(link.evidence)) for link in links if link.parent == parent}


def verify(desk: Desk, child: Path, base: Path, **named: Any) -> dict[str, Any]:
    return verify_weights(desk, child, base, **{"child_name": "acme/tuned", "base_name": BASE, **named})


def test_likeness_is_kept_as_detected_evidence_beside_what_was_declared(family: Desk, folders: dict[str, Path]) -> None:
    found = verify(family, folders["tuned"], folders["base"])
    assert (found["schema"], found["result"], found["looks_like"]) == ("licet.verify/1", "consistent", "finetune")
    assert found["stored"] == {"child": "acme/tuned", "base": BASE, "relations": ["finetune"], "grade": "detected", "contradicts": False, "changed": True}
    grade, evidence = held(family, "acme/tuned")["finetune"]
    assert grade == "detected"
    assert [each.origin for each in evidence] == ["register", "weights"]
    assert (evidence[1].says or "").startswith("consistent: ")
    assert found["child"]["digest"] in str(evidence[1].source)


def test_doing_it_again_changes_nothing_and_other_weights_replace_the_result(family: Desk, folders: dict[str, Path]) -> None:
    verify(family, folders["tuned"], folders["base"])
    before = digest(family)
    assert verify(family, folders["tuned"], folders["base"])["stored"]["changed"] is False
    assert digest(family) == before
    verify(family, folders["merged"], folders["base"])
    assert [each.origin for each in held(family, "acme/tuned")["finetune"][1]] == ["register", "weights"]


def test_lack_of_likeness_is_kept_as_a_contradiction_and_removes_nothing(family: Desk, folders: dict[str, Path]) -> None:
    found = verify(family, folders["apart"], folders["base"])
    assert found["result"] == "inconsistent"
    assert found["stored"]["contradicts"] is True
    grade, evidence = held(family, "acme/tuned")["finetune"]
    assert (grade, len(evidence)) == ("declared", 2)
    assert (evidence[1].says or "").startswith("inconsistent: ")
    assert check_catalogue(family.catalogue).problems == ()


def test_a_contradiction_is_told_where_the_relation_is_shown(family: Desk, folders: dict[str, Path]) -> None:
    verify(family, folders["apart"], folders["base"])
    (edge,) = read_lineage(family, "acme/tuned", depth=1)["edges"]
    assert (edge["evidence"], edge["contradicted"], edge["contradiction"]) == ("declared", True, "the weights speak against it")
    assert [each["against"] for each in edge["sources"]] == [False, True]
    assert "LIC109" in codes(check(family, "acme/tuned")["findings"])
    (base,) = show_model(family, "acme/tuned")["bases"]
    assert "against it: acme/tuned: weights sha256:" in base["source"]


def test_a_contradiction_takes_back_what_weights_had_said_and_never_makes_a_relation(family: Desk, folders: dict[str, Path]) -> None:
    verify(family, folders["tuned"], folders["base"])
    verify(family, folders["apart"], folders["base"])
    assert held(family, "acme/tuned")["finetune"][0] == "declared"
    register_model(family, specification("acme/alone", license="mit"), {})
    before = digest(family)
    found = verify(family, folders["apart"], folders["base"], child_name="acme/alone")
    assert found["stored"] is None
    assert "nothing to contradict" in found["not_stored"]
    assert digest(family) == before
    verify(family, folders["tuned"], folders["base"], child_name="acme/alone")
    assert held(family, "acme/alone")["finetune"][0] == "detected"
    verify(family, folders["apart"], folders["base"], child_name="acme/alone")
    assert held(family, "acme/alone") == {}


def test_the_relation_is_the_one_asked_about_or_on_record_or_what_it_looks_like(family: Desk, folders: dict[str, Path]) -> None:
    register_model(family, specification("acme/other", license="mit"), {})
    assert verify(family, folders["small"], folders["base"], child_name="acme/other")["stored"]["relations"] == ["quantized"]
    assert verify(family, folders["small"], folders["base"])["stored"]["relations"] == ["finetune"]
    assert verify(family, folders["tuned"], folders["base"], child_name="acme/other", relation="merge")["stored"]["relations"] == ["merge"]
    assert set(held(family, "acme/other")) == {"merge"}


def test_bases_are_verified_apart(family: Desk, folders: dict[str, Path]) -> None:
    other = "mistralai/Mistral-7B-v0.1"
    verify(family, folders["tuned"], folders["base"])
    verify(family, folders["tuned"], folders["base"], base_name=other, relation="merge")
    assert held(family, "acme/tuned")["finetune"][0] == held(family, "acme/tuned", other)["merge"][0] == "detected"


def test_folders_are_found_by_their_names_only_where_these_are_names_of_models(family: Desk, folders: dict[str, Path]) -> None:
    named = verify_weights(family, folders["tuned"], folders["base"])
    assert named["stored"] is None
    assert "`--child`" in named["not_stored"]
    register_model(family, specification("tuned", license="mit"), {})
    register_model(family, specification("base", license="mit"), {})
    assert verify_weights(family, folders["tuned"], folders["base"])["stored"]["child"] == "tuned"


def test_nothing_is_kept_of_what_is_unverified_or_not_to_be_kept(family: Desk, folders: dict[str, Path], tmp_path: Path) -> None:
    before = digest(family)
    adapter = write_folder(tmp_path / "adapter", {"adapter_model.safetensors": safetensors(), "adapter_config.json": {}})
    found = verify(family, adapter, folders["base"])
    assert (found["result"], found["stored"]) == ("unverified", None)
    assert "adapter" in found["reason"]
    assert verify(family, folders["tuned"], folders["base"], store=False)["stored"] is None
    assert digest(family) == before


def test_a_pickle_is_never_opened(family: Desk, folders: dict[str, Path], tmp_path: Path) -> None:
    alarm = tmp_path / "it-ran"
    payload = b"cos\nsystem\n(S'touch " + str(alarm).encode() + b"'\ntR."
    found = verify(family, write_folder(tmp_path / "pickled", {"pytorch_model.bin": b"\x80\x02" + payload}), folders["base"])
    assert found["result"] == "unverified"
    assert "pickle" in found["reason"]
    assert not alarm.exists()


def test_what_cannot_be_asked_is_refused_before_anything_is_read(family: Desk, folders: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="same folder"):
        verify(family, folders["base"], folders["base"] / ".." / "base")
    with pytest.raises(UsageError, match="no relation"):
        verify(family, folders["tuned"], folders["base"], relation="cousin")
    with pytest.raises(UnknownModelError):
        verify(family, folders["tuned"], folders["base"], child_name="acme/none-such")
    with pytest.raises(UsageError, match="its own base"):
        verify(family, folders["tuned"], folders["base"], child_name=BASE)
    with pytest.raises(SourceError):
        verify(family, folders["tuned"], tmp_path / "nowhere")


def test_a_circle_is_not_written_and_the_result_stands(family: Desk, folders: dict[str, Path]) -> None:
    before = digest(family)
    found = verify(family, folders["base"], folders["tuned"], child_name=BASE, base_name="acme/tuned")
    assert found["result"] == "consistent"
    assert found["stored"] is None
    assert "circle" in found["not_stored"]
    assert digest(family) == before


def test_classes_add_up_to_the_child(family: Desk, folders: dict[str, Path]) -> None:
    found = verify(family, folders["merged"], folders["base"], store=False)
    own = {name: about for name, about in found["classes"].items() if name != "missing"}
    assert sum(about["tensors"] for about in own.values()) == found["child"]["tensors"]
    assert sum(about["parameters"] for about in own.values()) == found["child"]["parameters"]
    assert sum(about["parameter_share"] for about in own.values()) == pytest.approx(1, abs=1e-5)
    assert all(row["cosine"] is not None for row in found["tensors"])
