"""Where models come from and what was made of them, as data and as the command prints it."""

from __future__ import annotations

import io
import json
import re
import shlex
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from registry.catalogue.ingest.writer import ingest
from registry.catalogue.queries.find_model import find_model
from registry.cli.lineage_tree import print_tree
from registry.cli.main import run
from registry.cli.output import Output
from registry.cli.state import State
from registry.desk.imports import import_folder
from registry.desk.lineage import draw_lineage, read_lineage
from registry.desk.profiles import refresh_profiles
from registry.desk.register import register_model
from registry.desk.session import Desk
from registry.errors import UsageError
from tests.desk.conftest import LLAMA, check, specification
from tests.factories import model, record, relation, statement
from tests.sources.model_folders import write_folder

BASE = "meta-llama/Llama-2-7b-hf"


def ends(graph: dict[str, Any]) -> set[tuple[str, str]]:
    return {(edge["child"], edge["parent"]) for edge in graph["edges"]}


def command(desk: Desk, *arguments: str) -> str:
    """What `licet lineage` prints over this desk."""
    data, talk = io.StringIO(), io.StringIO()
    state = State(output=Output(data, talk))
    state._desk = Desk(desk.settings, lambda message: None)
    assert run(["lineage", *arguments], state) == 0, talk.getvalue()
    return data.getvalue()


@pytest.fixture
def family(desk: Desk) -> Desk:
    """A merge of a fine-tune of Llama 2 and of Mistral 7B, and an adapter of the merge."""
    register_model(desk, specification("acme/tuned", BASE, license="llama2"), {})
    register_model(desk, specification("acme/merged", "acme/tuned:merge", "mistralai/Mistral-7B-v0.1:merge", license="mit"), {})
    register_model(desk, specification('acme/"quoted"', "acme/merged:adapter", datasets=["the-pile"]), {})
    return desk


def test_ancestors_with_relation_licence_and_evidence(family: Desk) -> None:
    graph = read_lineage(family, "acme/merged")
    assert (graph["schema"], graph["model"]) == ("licet.lineage/1", "acme/merged")
    assert ends(graph) >= {("acme/merged", "acme/tuned"), ("acme/tuned", BASE), ("acme/merged", "mistralai/Mistral-7B-v0.1")}
    licenses = {node["id"]: node["license"] for node in graph["nodes"]}
    assert licenses["acme/merged"] == "mit"
    assert licenses[BASE] == "llama2"
    assert all(node.keys() >= {"id", "license", "verdict"} for node in graph["nodes"])
    for node in graph["nodes"]:
        assert node["verdict"] == check(family, node["id"])["verdict"]
    assert all(edge.keys() >= {"child", "parent", "relation", "evidence"} for edge in graph["edges"])
    assert {end for pair in ends(graph) for end in pair} <= set(licenses)
    assert ("acme/merged", "acme/tuned", "merge") in {(edge["child"], edge["parent"], edge["relation"]) for edge in graph["edges"]}


def test_descendants(family: Desk) -> None:
    below = read_lineage(family, "acme/tuned", up=False, down=True)
    assert ends(below) == {("acme/merged", "acme/tuned"), ('acme/"quoted"', "acme/merged")}
    seeded = read_lineage(family, BASE, up=False, down=True)
    assert ends(seeded) >= ends(below) | {("acme/tuned", BASE), (LLAMA, BASE)}


def test_both_ways_are_the_two_together(family: Desk) -> None:
    up, down = read_lineage(family, "acme/merged"), read_lineage(family, "acme/merged", up=False, down=True)
    assert ends(read_lineage(family, "acme/merged", down=True)) == ends(up) | ends(down)


def test_depth_counts_steps(family: Desk) -> None:
    assert ends(read_lineage(family, "acme/merged", depth=1)) == {("acme/merged", "acme/tuned"), ("acme/merged", "mistralai/Mistral-7B-v0.1")}
    assert ("acme/tuned", BASE) in ends(read_lineage(family, "acme/merged", depth=2))
    assert ends(read_lineage(family, BASE, up=False, down=True, depth=1)) < ends(read_lineage(family, BASE, up=False, down=True))


def test_a_model_without_lineage_stands_alone(reader: Desk) -> None:
    graph = read_lineage(reader, "bert-base-uncased", up=False, down=True, depth=1)
    assert graph["model"] in {node["id"] for node in graph["nodes"]}
    lone = read_lineage(reader, "01-ai/Yi-34B")
    assert (lone["edges"], [node["id"] for node in lone["nodes"]]) == ([], ["01-ai/Yi-34B"])


@pytest.mark.parametrize("name", ["acme/none-such", "./folder", "dataset:the-pile", "app:aurelia-lex"])
def test_only_models_have_a_lineage(reader: Desk, name: str) -> None:
    with pytest.raises(UsageError):
        read_lineage(reader, name)


def test_a_relicensed_ancestor_is_shown_as_it_is_today(reader: Desk) -> None:
    licenses = {node["id"]: node["license"] for node in read_lineage(reader, "01-ai/Yi-34B-Chat")["nodes"]}
    assert licenses == {"01-ai/Yi-34B": "apache-2.0", "01-ai/Yi-34B-Chat": "apache-2.0"}


def test_every_source_of_a_link_is_given_with_its_date_and_words(family: Desk) -> None:
    for graph in (read_lineage(family, "acme/merged"), read_lineage(family, BASE, up=True, down=True)):
        assert graph["edges"]
        for edge in graph["edges"]:
            assert edge["sources"]
            assert {each["grade"] for each in edge["sources"]} >= {edge["evidence"]}
            assert all(each.keys() == {"grade", "source", "read_on", "says", "origin", "against"} for each in edge["sources"])
            assert (edge["contradicted"], edge["contradiction"], edge["circle"]) == (False, None, False)


def test_card_and_files_that_name_different_bases_are_marked(family: Desk, tmp_path: Path) -> None:
    write_folder(
        tmp_path,
        {"README.md": f"---\nlicense: mit\nbase_model: {BASE}\n---\n", "adapter_config.json": {"base_model_name_or_path": "mistralai/Mistral-7B-v0.1"}},
    )
    import_folder(family, tmp_path, "acme/confused")
    edges = {edge["parent"]: edge for edge in read_lineage(family, "acme/confused", depth=1)["edges"]}
    assert all(edge["contradicted"] for edge in edges.values())
    assert set(edges) == {BASE, "mistralai/Mistral-7B-v0.1"}
    text = command(family, "acme/confused", "--depth", "1")
    assert ", contradicted: " in text
    assert "contradicted: acme/confused: README.md names" in " ".join(text.split())
    assert "detected: acme/confused: adapter_config.json" in text
    dashed = [line for line in command(family, "acme/confused", "--depth", "1", "--format", "dot").splitlines() if "style=dashed" in line]
    assert len(dashed) == 2


def test_evidence_is_shown_when_asked_for(family: Desk) -> None:
    assert ", read 20" not in command(family, "acme/merged")
    shown = command(family, "acme/merged", "--evidence")
    for edge in read_lineage(family, "acme/merged")["edges"]:
        for each in edge["sources"]:
            assert str(each["source"]) in " ".join(shown.split()).replace("│ ", "")


@pytest.fixture
def crowd(desk: Desk) -> Desk:
    """A base with a hundred and twenty derivatives of two kinds, one of which has a derivative of its own."""
    models = [model(f"crowd/m-{index:03}", downloads=index) for index in range(120)]
    links = [relation(each.name, BASE, "adapter" if index % 3 else "quantized") for index, each in enumerate(models)]
    said = [statement(each.name, "mit" if index % 2 else "llama2") for index, each in enumerate(models)]
    deep = [model("crowd/deep", downloads=10**9), relation("crowd/deep", "crowd/m-000"), statement("crowd/deep", "mit")]
    with desk.catalogue.writing() as connection:
        done = ingest(connection, [record(*models, *links, *said, *deep)], actor="tester", kind="test")
        refresh_profiles(connection, desk.knowledge, done.touched_models)
    return desk


def test_what_is_left_out_is_the_farthest_and_least_downloaded_and_is_counted(crowd: Desk) -> None:
    whole = read_lineage(crowd, BASE, up=False, down=True)
    assert whole["omitted"] == {"nodes": 0, "edges": 0}
    part = read_lineage(crowd, BASE, up=False, down=True, limit=20)
    assert len(part["nodes"]) == 21
    assert part["omitted"] == {"nodes": len(whole["nodes"]) - 21, "edges": len(whole["edges"]) - len(part["edges"])}
    kept = {node["id"] for node in part["nodes"]}
    assert "crowd/m-119" in kept
    assert not {"crowd/m-000", "crowd/deep"} & kept
    assert {end for pair in ends(part) for end in pair} == kept
    assert part["summary"] == whole["summary"]


def test_datasets_take_no_place_from_models_and_are_left_out_apart(desk: Desk) -> None:
    sets = [f"heap-{index}" for index in range(5)]
    register_model(desk, specification("acme/fed", "acme/mid", BASE, datasets=sets, allow_unknown_base=True), {})
    part = read_lineage(desk, "acme/fed", limit=2)
    assert {"acme/fed", "acme/mid", BASE} <= {node["id"] for node in part["nodes"]}
    assert sum(node["kind"] == "dataset" for node in part["nodes"]) == 2
    assert part["omitted"]["nodes"] == part["summary"]["up"]["datasets"] - 2 > 0
    data, talk = io.StringIO(), io.StringIO()
    print_tree(Output(data, talk), part, True, False)
    assert "made from\n" in data.getvalue()
    assert f"{part['omitted']['nodes']} more datasets are left out" in talk.getvalue()


def test_every_node_of_a_large_family_has_the_verdict_of_check(crowd: Desk) -> None:
    graph = read_lineage(crowd, BASE, up=False, down=True)
    verdicts = {node["id"]: node["verdict"] for node in graph["nodes"]}
    for name in ("crowd/m-000", "crowd/m-001", "crowd/m-002", "crowd/m-003", "crowd/deep", BASE):
        assert verdicts[name] == check(crowd, name)["verdict"]


def test_a_summary_counts_by_relation_and_licence(crowd: Desk) -> None:
    about = read_lineage(crowd, BASE, up=False, down=True, limit=1)["summary"]["down"]
    seeded = read_lineage(crowd, BASE, up=False, down=True)
    assert about["models"] == len(seeded["nodes"]) - 1
    assert about["top"][0]["id"] == "crowd/deep"
    adapters = next(each for each in about["relations"] if each["relation"] == "adapter")
    assert adapters["models"] == sum(each["models"] for each in adapters["licenses"]) >= 80
    assert next(each["models"] for each in adapters["licenses"] if each["license"] == "mit") >= 40


def test_a_large_family_is_a_summary_in_a_tree_with_the_command_for_the_rest(crowd: Desk) -> None:
    lines = command(crowd, BASE, "--down").splitlines()
    assert len(lines) < 40
    assert any(line.startswith("made from it: 1") and "directly" in line for line in lines)
    assert any(line.startswith("├── quantized: ") or line.startswith("└── quantized: ") for line in lines)
    assert any("crowd/deep" in line and "1B downloads" in line for line in lines)
    data, talk = io.StringIO(), io.StringIO()
    print_tree(Output(data, talk), read_lineage(crowd, BASE, False, True, limit=5), False, True)
    asked = re.search(r"`licet lineage (.*)`", talk.getvalue())
    assert asked is not None
    full = json.loads(command(crowd, *shlex.split(asked[1])))
    assert full["omitted"] == {"nodes": 0, "edges": 0}
    whole = command(crowd, BASE, "--down", "--limit", "500")
    assert "crowd/m-000" in whole
    assert "most downloaded" not in whole


def test_pictures_say_what_they_leave_out(crowd: Desk) -> None:
    for form, words in (("svg", "are left out"), ("dot", "are left out"), ("mermaid", "are left out")):
        assert words in command(crowd, BASE, "--down", "--limit", "5", "--format", form)
        assert words not in command(crowd, BASE, "--down", "--limit", "500", "--format", form)


def test_a_circle_is_walked_once_and_marked(family: Desk) -> None:
    with family.catalogue.writing() as connection:
        child, parent = (find_model(connection, name).id for name in ("acme/tuned", "acme/merged"))
    with closing(sqlite3.connect(family.settings.catalogue)) as file:
        file.execute("INSERT INTO edge (child_id, parent_id, relation, grade) VALUES (?, ?, 'distilled', 'declared')", (child, parent))
        file.commit()
    for name in ("acme/merged", "acme/tuned"):
        graph = read_lineage(family, name, up=True, down=True)
        circle = {(edge["child"], edge["parent"]) for edge in graph["edges"] if edge["circle"]}
        assert circle == {("acme/merged", "acme/tuned"), ("acme/tuned", "acme/merged")}
        assert "(closes a circle)" in command(family, name)
        for form in ("dot", "mermaid", "svg"):
            assert "circle" in command(family, name, "--format", form)


def test_json_of_the_command_is_the_graph(family: Desk) -> None:
    assert json.loads(command(family, "acme/merged", "--format", "json")) == read_lineage(family, "acme/merged")
    down = json.loads(command(family, BASE, "--down", "--depth", "1", "--format", "json"))
    assert {edge["parent"] for edge in down["edges"]} == {BASE}


def test_the_tree_names_relation_and_licence(family: Desk) -> None:
    lines = command(family, "acme/merged").splitlines()
    assert lines[0] == "acme/merged  [mit, conditional]"
    assert any("merge, declared: acme/tuned  [llama2, conditional]" in line for line in lines)
    assert any(f"finetune, declared: {BASE}  [llama2, conditional]" in line and line.startswith(("│", " ")) for line in lines)
    assert "made from it: nothing recorded" in command(family, 'acme/"quoted"', "--down")


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("name", ["acme/merged", 'acme/"quoted"', BASE])
def test_graphviz_takes_the_dot_form(family: Desk, name: str) -> None:
    text = command(family, name, "--up", "--down", "--format", "dot")
    done = subprocess.run(["dot", "-Tsvg"], input=text, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_dot_form_has_a_line_for_each_node_and_edge(family: Desk) -> None:
    graph = read_lineage(family, 'acme/"quoted"')
    lines = command(family, 'acme/"quoted"', "--format", "dot").splitlines()
    assert lines == draw_lineage(graph, "dot").splitlines()
    assert (lines[0], lines[-1]) == ("digraph lineage {", "}")
    assert sum("->" in line for line in lines) == len(graph["edges"])
    assert sum(" [label=" in line and "->" not in line for line in lines) == len(graph["nodes"])
    unescaped = re.compile(r'(?<!\\)"')
    assert all(len(unescaped.findall(line)) % 2 == 0 for line in lines)


def test_the_mermaid_form_has_a_line_for_each_node_and_edge(family: Desk) -> None:
    graph = read_lineage(family, 'acme/"quoted"')
    lines = command(family, 'acme/"quoted"', "--format", "mermaid").splitlines()
    assert lines[0] == "flowchart LR"
    nodes = [line for line in lines if re.fullmatch(r'  n\d+\["[^"\[\]]*"\]', line)]
    edges = [line for line in lines if re.fullmatch(r'  n\d+ -->\|"[a-z-]+"\| n\d+', line)]
    assert (len(nodes), len(edges)) == (len(graph["nodes"]), len(graph["edges"]))
    assert len(lines) == 1 + len(nodes) + len(edges)
