"""Where models come from and what was made of them, as data and as the command prints it."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from typing import Any

import pytest

from registry.cli.lineage import dot
from registry.cli.main import run
from registry.cli.output import Output
from registry.cli.state import State
from registry.desk.lineage import read_lineage
from registry.desk.register import register_model
from registry.desk.session import Desk
from registry.errors import UsageError
from tests.desk.conftest import LLAMA, check, specification

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
    assert lines == dot(graph)
    assert (lines[0], lines[-1]) == ("digraph lineage {", "}")
    assert sum("->" in line for line in lines) == len(graph["edges"])
    assert sum(" [label=" in line and "->" not in line for line in lines) == len(graph["nodes"])
    unescaped = re.compile(r'(?<!\\)"')
    assert all(len(unescaped.findall(line)) % 2 == 0 for line in lines)


def test_the_mermaid_form_has_a_line_for_each_node_and_edge(family: Desk) -> None:
    graph = read_lineage(family, 'acme/"quoted"')
    lines = command(family, 'acme/"quoted"', "--format", "mermaid").splitlines()
    assert lines[0] == "flowchart TD"
    nodes = [line for line in lines if re.fullmatch(r'  n\d+\["[^"\[\]]*"\]', line)]
    edges = [line for line in lines if re.fullmatch(r'  n\d+ -->\|"[a-z-]+"\| n\d+', line)]
    assert (len(nodes), len(edges)) == (len(graph["nodes"]), len(graph["edges"]))
    assert len(lines) == 1 + len(nodes) + len(edges)
