"""Pictures of a lineage: whole, still, escaped, and with boxes that never overlap."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.reports.lineage.dot import render_dot
from registry.reports.lineage.layers import lay_out
from registry.reports.lineage.mermaid import render_mermaid
from registry.reports.lineage.svg import render_svg

GOLDEN = Path(__file__).parent / "pictures"
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = 'evil/"]}</text><script>alert(1)</script>&x\x1b[31m\u202e;--> click'


def node(name: str, license: str | None = "mit", verdict: str | None = "permitted", kind: str = "model") -> dict[str, Any]:
    return {"id": name, "kind": kind, "license": license, "license_type": None, "verdict": verdict}


def edge(child: str, parent: str, relation: str = "finetune", **marks: Any) -> dict[str, Any]:
    return {
        "child": child,
        "parent": parent,
        "relation": relation,
        "evidence": "declared",
        "contradicted": False,
        "contradiction": None,
        "circle": False,
        **marks,
    }


def family() -> dict[str, Any]:
    """A merge of two lines, with a dataset, a contradiction and a circle."""
    return {
        "model": "acme/merge",
        "nodes": [
            node("acme/base-7b", "llama2", "conditional"),
            node("acme/left"),
            node("acme/right-with-a-name-that-is-too-long-for-any-box", None, "undetermined"),
            node("acme/merge", "apache-2.0", "permitted-with-obligations"),
            node("acme/small", "apache-2.0", "prohibited"),
            node("dataset:heap", "cc-by-nc-4.0", "needs-permission", "dataset"),
        ],
        "edges": [
            edge("acme/left", "acme/base-7b", "finetune", circle=True),
            edge("acme/base-7b", "acme/merge", "distilled", circle=True),
            edge("acme/right-with-a-name-that-is-too-long-for-any-box", "acme/base-7b", "adapter", contradicted=True, contradiction="a card says x, a file y"),
            edge("acme/merge", "acme/left", "merge", circle=True),
            edge("acme/merge", "acme/right-with-a-name-that-is-too-long-for-any-box", "merge"),
            edge("acme/small", "acme/merge", "quantized"),
            edge("acme/left", "dataset:heap", "trained-on"),
        ],
        "omitted": {"nodes": 3, "edges": 4},
    }


@pytest.mark.parametrize(("render", "file"), [(render_svg, "lineage.svg"), (render_dot, "lineage.dot"), (render_mermaid, "lineage.mmd")])
def test_a_picture_is_the_golden_one(render: Any, file: str, update_golden: bool) -> None:
    text = render(family())
    if update_golden:
        (GOLDEN / file).write_text(text, encoding="utf-8")
    assert text == (GOLDEN / file).read_text(encoding="utf-8"), "look at the picture, then write it anew with --update-golden"


def test_a_picture_says_what_it_shows_to_those_who_do_not_see_it() -> None:
    root = ElementTree.fromstring(render_svg(family()))  # noqa: S314 - our own document
    assert root.get("role") == "img"
    labels = str(root.get("aria-labelledby")).split()
    said = {str(each.get("id")): str(each.text) for each in root if each.tag in (f"{SVG}title", f"{SVG}desc")}
    assert set(labels) == set(said)
    assert "acme/merge is merge (circle) of acme/left" in said[labels[1]]
    texts = [each.text for each in root.iter(f"{SVG}text")]
    for verdict in ("conditional", "permitted", "undetermined", "permitted-with-obligations", "prohibited", "needs-permission"):
        assert verdict in texts
    assert "3 more models and datasets and 4 more links are left out." in texts


def test_a_picture_stands_alone_and_runs_nothing() -> None:
    graph = family()
    graph["nodes"].append(node(HOSTILE, HOSTILE, HOSTILE))
    graph["edges"].append(edge(HOSTILE, "acme/merge", HOSTILE, contradicted=True, contradiction=HOSTILE))
    graph["model"] = HOSTILE
    text = render_svg(graph)
    root = ElementTree.fromstring(text)  # noqa: S314
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {"svg", "title", "desc", "style", "rect", "path", "text", "circle", "g"}
    assert not [name for each in root.iter() for name in each.attrib if name.startswith("on") or "href" in name]
    assert not re.search(r"@import|url\(|https?://(?!www\.w3\.org/2000/svg)", text)
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_hostile_names_end_no_label_of_dot_or_mermaid() -> None:
    graph = {"model": HOSTILE, "nodes": [node(HOSTILE, HOSTILE)], "edges": []}
    (line,) = [each for each in render_dot(graph).splitlines() if "evil" in each]
    assert len(re.findall(r'(?<!\\)"', line)) == 4
    (line,) = [each for each in render_mermaid(graph).splitlines() if "evil" in each]
    assert re.fullmatch(r'  n0\["[^"\[\]<>{}]*<br/>[^"\[\]<>{}]*"\]', line)


NAMES = [f"m{index}" for index in range(9)]


@pytest.mark.property
@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda pair: pair[0] != pair[1]), max_size=24, unique=True))
def test_boxes_never_overlap_and_links_run_to_the_right_but_on_circles(links: list[tuple[str, str]]) -> None:
    heights = {name: 40.0 + 10 * index for index, name in enumerate(NAMES)}
    found = lay_out(NAMES, links, heights, 12.0)
    for one in NAMES:
        assert 0 <= found.tops[one] <= found.tops[one] + heights[one] <= found.height + 1e-6
        for other in NAMES:
            if one < other and found.columns[one] == found.columns[other]:
                first, second = sorted((one, other), key=lambda name: found.tops[name])
                assert found.tops[first] + heights[first] + 12 <= found.tops[second] + 1e-6
    for parent, child in links:
        if (parent, child) in found.backward:
            assert found.columns[parent] >= found.columns[child]
        else:
            assert found.columns[parent] < found.columns[child]
            assert len(found.bends[parent, child]) == found.columns[child] - found.columns[parent] - 1


def test_a_tree_without_crossings_is_drawn_without_crossings() -> None:
    names = ["root", *(f"c{index}" for index in range(4)), *(f"g{index}{part}" for index in range(4) for part in "ab")]
    links = [*(("root", f"c{index}") for index in range(4)), *((f"c{index}", f"g{index}{part}") for index in (3, 1, 0, 2) for part in "ba")]
    tops = lay_out(names, links, dict.fromkeys(names, 10.0), 5.0).tops
    order = sorted(range(4), key=lambda index: tops[f"c{index}"])
    below = [max(tops[f"g{index}a"], tops[f"g{index}b"]) for index in order]
    above = [min(tops[f"g{index}a"], tops[f"g{index}b"]) for index in order]
    assert all(low < high for low, high in zip(below, above[1:], strict=False))


def test_a_hundred_children_stand_under_each_other_beside_their_base() -> None:
    names = ["base", *(f"c{index:03}" for index in range(100))]
    found = lay_out(names, [("base", name) for name in names[1:]], dict.fromkeys(names, 20.0), 10.0)
    assert found.height == pytest.approx(100 * 20 + 99 * 10)
    assert found.tops["base"] == pytest.approx((found.height - 20) / 2)
