"""What people read: each renderer against a whole answer, and against one in which everything optional is missing."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from registry.cli.catalog import print_stats
from registry.cli.check import print_answer
from registry.cli.license import print_comparison, print_license
from registry.cli.lineage_tree import print_tree
from registry.cli.output import Output
from registry.cli.register import print_registered
from registry.cli.shape import print_shape
from registry.cli.show import print_record
from registry.yaml12 import read_yaml

PATH = [{"model": "acme/support-7b"}, {"relation": "finetune", "model": "meta-llama/Llama-2-7b-hf"}]
LIMIT = {"measure": {"what": "active-users", "of": "group", "per": "month", "at": "once", "month": "2023-06", "over": 700_000_000}}
ANSWER: dict[str, Any] = {
    "model": "acme/support-7b",
    "revision": None,
    "verdict": "needs-permission",
    "curable": False,
    "interpretation": "mainstream",
    "flips": [{"interpretation": "strict", "verdict": "prohibited", "points": ["data-to-weights"]}],
    "date": "2026-11-21",
    "use": {"commercial": True},
    "assumptions": [{"fact": "outputs_train", "value": "none"}, {"fact": "modified", "value": False}, {"fact": "role", "value": "licensee"}],
    "missing_facts": ["monthly_active_users"],
    "yes_when": "no more than 700M monthly active users of you and your affiliates in June 2023",
    "leaning": None,
    "licenses": [{"id": "llama2", "type": "custom", "basis": "declared", "reach": "derivative", "verdict": "needs-permission"}],
    "reasons": [
        {
            "license": "llama2",
            "term": "active-users-limit",
            "section": "2",
            "outcome": "decides",
            "summary": "Ask above the limit.",
            "ask": "Meta",
            "path": PATH,
        },
        {"license": "llama2", "term": "barred-fields", "section": "AUP 1", "outcome": "cleared", "summary": "Some fields are barred.", "path": PATH},
    ],
    "obligations": [
        {"license": "llama2", "term": "notice-file", "section": "1.b.iii", "summary": "Keep the notice.", "wording": "Llama 2 is licensed", "when": None},
        {"license": "llama2", "term": "law", "section": "1.b.iv", "summary": "Keep to the use policy.", "counts": False, "when": None},
        {"license": "llama2", "term": "display", "section": "1.b", "summary": "Say what changed.", "when": "the weights are changed"},
    ],
    "headroom": [{"license": "llama2", "fact": "monthly_active_users", "limit": 700_000_000, "comparator": ">", "month": "2023-06", "value": 800_000_000}],
    "unverified": [{"license": "llama2", "term": "x", "section": "9", "summary": "A hosted policy."}],
    "findings": [{"code": "LIC101", "severity": "error", "summary": "declared licence is looser", "hint": "relicense"}],
    "knowledge": {"version": "2026.11", "digest": "sha256:abcdef0123456789abcdef"},
}


def text_of(printer: Any, *arguments: Any) -> str:
    stream = io.StringIO()
    printer(Output(stream), *arguments)
    text = stream.getvalue()
    assert max(map(len, text.splitlines())) <= 120
    assert not any(line != line.rstrip() for line in text.splitlines())
    return text


def test_an_answer_reads_from_verdict_to_reasons_to_duties_to_what_is_missing() -> None:
    text = text_of(print_answer, ANSWER)
    parts = [
        "acme/support-7b: not granted; ask Meta\n",
        "What decides it\n  llama2, section 2: Ask above the limit.\n    by way of acme/support-7b <- finetune - meta-llama/Llama-2-7b-hf\n",
        "It is a yes when\n  no more than 700M monthly active users of you and your affiliates in June 2023\n",
        "You must\n  [ ] Keep the notice. Words: “Llama 2 is licensed”. (llama2, section 1.b.iii)\n",
        "You must, if it applies\n  [ ] Say what changed. When the weights are changed. (llama2, section 1.b)\n",
        "Keep to\n  Keep to the use policy. (llama2, section 1.b.iv)\n",
        "Not stated, and it could turn the answer\n  monthly active users  --mau COUNT\n",
        "Limits\n  llama2: bites above 700M monthly active users in June 2023; yours: 800M\n",
        "Looked at, and not in the way\n  llama2: barred fields (AUP 1)\n",
        "Under another reading of what is unsettled\n  strict: prohibited (data-to-weights)\n",
        "Findings\n  LIC101 error: declared licence is looser To mend it: relicense.\n",
        "Not read from the text itself\n  llama2, section 9: A hosted policy.\n",
        "Assumed: outputs train none; not modified; role licensee.\n",
        "Licence knowledge 2026.11 (sha256:abcdef012345). Information, not legal advice.\n",
    ]
    places = [text.find(part) for part in parts]
    assert -1 not in places, parts[places.index(-1)]
    assert places == sorted(places)


def test_an_answer_with_nothing_in_it_still_prints() -> None:
    assert text_of(print_answer, {"model": None, "verdict": "permitted", "licenses": []}) == (
        "the licence: the recorded licences allow this use\n  verdict  permitted\n\nInformation, not legal advice.\n"
    )


def test_text_from_outside_cannot_move_the_cursor() -> None:
    text = text_of(print_answer, {**ANSWER, "model": "a\x1b[2J/b\n", "reasons": [{"outcome": "decides", "summary": "\u202eevil\r", "license": "x"}]})
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\r" not in text


@pytest.mark.parametrize("name", ["llama3.1", "mit", "cc-by-nc-4.0"])
def test_a_licence_shows_every_term_with_its_section(root: Path, name: str) -> None:
    license = read_yaml((root / f"data/licenses/{name}.yaml").read_text(encoding="utf-8"), name)
    text = " ".join(text_of(print_license, license).split())
    assert license["name"] in text
    for term in license["terms"]:
        assert " ".join(f"{term['section']}".split()) in text
        assert " ".join(term["summary"].split()) in text
    assert text.endswith("Information, not legal advice.")


def test_a_licence_shows_its_limit_in_numbers_and_who_gives_more() -> None:
    terms: list[dict[str, Any]] = [
        {"id": "grant", "kind": "grant", "acts": ["run", "give"], "section": "1.a", "summary": "Use and share."},
        {
            "id": "users",
            "kind": "bar",
            "acts": ["all"],
            "section": "2",
            "summary": "A limit.",
            "if": LIMIT,
            "when": "more than 700M users",
            "ask": "Meta",
            "disputed": ["notice"],
        },
        {
            "id": "fields",
            "kind": "bar",
            "acts": ["all"],
            "section": "3",
            "summary": "Some fields.",
            "if": {"fields_of_use": ["military"]},
            "text": "use-policy",
        },
        {"id": "show", "kind": "duty", "do": "display", "acts": ["ship"], "section": "4", "summary": "Show it.", "wording": "Built with it", "force": "should"},
        {
            "id": "name",
            "kind": "duty",
            "do": "name-rule",
            "acts": ["give"],
            "section": "5",
            "summary": "Name it.",
            "rule": {"starts_with": "X"},
            "binds": ["output-model"],
        },
    ]
    text = text_of(print_license, {"id": "x", "name": "X", "type": "custom", "terms": terms, "points": {"notice": "Is it one?"}})
    assert "Granted\n  1.a  running it in the house and giving weights to others. Use and share.\n" in text
    assert "Limits\n  2  A limit. The limit: more than 700M users. Way out: ask Meta.\n" in text
    assert "Barred\n  use-policy 3  Some fields. The text names no way to permission.\n" in text
    assert "Duties when shipping it in a product\n  4  Encouraged: Show it. Words: “Built with it”.\n" in text
    assert "Rule: the name begins with “X”." in text
    assert "What binds models trained on its outputs\n  name (5).\n" in text
    assert "Disputed\n  - Is it one? (2)\n" in text


def test_a_placeholder_says_that_it_stands_for_no_text() -> None:
    text = text_of(print_license, {"id": "other", "name": "Other", "type": "custom", "placeholder": "undetermined", "terms": []})
    assert "This name stands for no single text" in text


def test_a_comparison_names_what_one_has_and_the_other_lacks() -> None:
    term = {"id": "limit", "kind": "bar", "acts": ["run"], "section": "2", "summary": "A limit.", "if": LIMIT, "when": "more than 700M users", "ask": "Meta"}
    text = text_of(
        print_comparison,
        {
            "left": {"id": "a", "name": "A", "type": "custom", "osi_approved": False},
            "right": {"id": "b", "name": "B", "type": "open-source", "osi_approved": True},
            "differences": [{"about": "users", "left": {"term": "limit", "summary": "more than 700M users", "section": "2"}, "right": None}],
            "only_left": [term],
            "only_right": [],
            "common": [{"about": "copy of the licence", "left": {"section": "1"}, "right": {"section": "4"}}],
        },
    )
    assert "a has, b lacks" in text
    assert "b has, a lacks" not in text
    assert "OSI approved  no" in text


NODES = [
    {"id": "acme/merge", "license": "mit", "verdict": "permitted"},
    {"id": "a/left", "license": "mit"},
    {"id": "a/right", "license": "llama2"},
    {"id": 'a/base "x"', "license": None},
    {"id": "a/root"},
]
EDGES = [
    {"child": "acme/merge", "parent": "a/left", "relation": "merge", "evidence": "declared"},
    {"child": "acme/merge", "parent": "a/right", "relation": "merge", "evidence": "declared"},
    {"child": "a/left", "parent": 'a/base "x"', "relation": "finetune"},
    {"child": "a/right", "parent": 'a/base "x"', "relation": "finetune"},
    {"child": 'a/base "x"', "parent": "a/root", "relation": "quantized"},
]


def test_a_lineage_tree_unfolds_a_shared_ancestor_once() -> None:
    assert text_of(print_tree, {"model": "acme/merge", "nodes": NODES, "edges": EDGES}, True, True) == (
        "acme/merge  [mit, permitted]\n"
        "made from\n"
        "├── merge, declared: a/left  [mit]\n"
        '│   └── finetune: a/base "x"  [no licence recorded]\n'
        "│       └── quantized: a/root  [no licence recorded]\n"
        "└── merge, declared: a/right  [llama2]\n"
        '    └── finetune: a/base "x"  [no licence recorded] (shown above)\n'
        "made from it: nothing recorded\n"
    )


def test_a_long_lineage_is_no_trouble() -> None:
    count = 5000
    graph = {"model": "m0", "nodes": [], "edges": [{"child": f"m{index}", "parent": f"m{index + 1}", "relation": "finetune"} for index in range(count)]}
    stream = io.StringIO()
    print_tree(Output(stream), graph, True, False)
    assert stream.getvalue().count("finetune") == count


def test_a_registered_model_says_what_it_inherits_and_what_conflicts() -> None:
    text = text_of(
        print_registered,
        {
            "model": "acme/support-7b",
            "created": True,
            "bases": [{"model": "meta-llama/Llama-2-7b-hf", "relation": "finetune"}],
            "inherits": [{"license": "llama2", "name": "Llama 2", "reach": "derivative", "path": PATH}],
            "conflicts": [{"code": "LIC101", "severity": "error", "summary": "looser"}],
            "check": ANSWER,
        },
    )
    assert text.startswith("Recorded acme/support-7b: finetune of meta-llama/Llama-2-7b-hf.\n\nIt inherits\n  Llama 2 (llama2), as a derivative")
    assert "Conflicts\n  LIC101 error: looser\n" in text
    assert "You must" in text


def test_a_record_shows_fields_then_lists_and_leaves_out_what_is_empty() -> None:
    text = text_of(
        print_record,
        {
            "schema": "licet.show/1",
            "model": "meta-llama/Llama-2-7b-hf",
            "name": "Llama 2 7B",
            "developer": {"id": "meta-llama", "name": "Meta", "kind": "company", "country": "US"},
            "parameters": 6_738_415_616,
            "openness": {"weights": "gated", "data": "closed"},
            "training_tokens": None,
            "statements": [{"license": "llama2", "basis": "declared", "source": "card " * 30, "valid_to": None}],
            "datasets": [],
        },
    )
    assert text.startswith("Llama 2 7B (meta-llama/Llama-2-7b-hf)\n  developer   Meta (company, US)\n")
    assert "weights gated, data closed" in text
    assert "6,738,415,616" in text
    assert "Licence statements\n  LICENSE  BASIS     SOURCE" in text
    assert "VALID TO" not in text
    assert "Datasets" not in text


def test_stats_are_counts_then_tables() -> None:
    text = text_of(print_stats, {"schema": "x", "models": 250, "by_type": {"custom": 3, "open-source": 12000}})
    assert "  models  250\n" in text
    assert "open-source  12,000" in text


SHAPE: dict[str, Any] = {
    "tags": {
        "models": 1_000,
        "tagged": 376,
        "share_tagged": 0.376,
        "several": 2,
        "by_tag": [{"tag": f"tag-{number}\x1b", "models": 20 - number, "share": 0.02} for number in range(20)],
    },
    "relations": {"finetune": 40_645},
    "lineage": {
        "models_with_a_base": 154,
        "share_with_a_base": 0.154,
        "bases": 12,
        "unlisted_bases": 3,
        "links_to_unlisted_bases": 7,
        "ancestors": {"50": 1, "max": 212},
        "children_per_base": {"50": 1, "max": 2_436},
        "families": 9,
        "models_alone": 800,
        "circles": {"circles": 7, "models": 17, "named_themselves": 472},
        "depths": {"0": 846, "1": 100, "2": 54},
        "family_sizes": {"2": 9},
        "largest_families": [{"model": "a/base", "models": 29_404}],
        "most_children": [{"model": "a/base", "children": 2_436}],
    },
    "drift": {
        "links_with_both_tagged": 100,
        "links_with_another_tag": 15,
        "share_with_another_tag": 0.15,
        "transitions": [
            {"base": f"base-{number}", "links": 10, "children": [{"tag": f"child-{each}", "links": 1, "share": 0.1} for each in range(7)]}
            for number in range(16)
        ],
    },
}


def test_shape_shows_the_first_rows_of_every_table_and_says_how_many_more() -> None:
    text = text_of(print_shape, SHAPE)
    for words in ("376 of 1,000 models carry one (37.6%)", "40,645", "7 of 17 models; 472 named themselves", "0: 846, 1: 100, 2: 54", "29,404", "2,436"):
        assert words in text, words
    assert "and 5 more" in text
    assert "child-4 10.0%, 2 more" in text
    assert "and 1 more with `--transitions`" in text
    assert "\x1b" not in text


def test_whole_table_of_transitions_is_printed_when_asked_for() -> None:
    text = text_of(lambda output, shape: print_shape(output, shape, whole=True), SHAPE)
    assert "base-15" in text
    assert "child-6" in text
    assert "--transitions" not in text
