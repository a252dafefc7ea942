"""The report about a model, dataset or application of the catalogue, as a document."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest

from registry.desk.facts import today
from registry.desk.register import register_model
from registry.desk.report import age_in_words, report_markdown
from registry.desk.session import Desk
from registry.errors import FactError, UnknownModelError
from registry.reports.markdown import DISCLAIMER
from tests.desk.conftest import LLAMA, digest, specification

SERVICE: dict[str, Any] = {"commercial": True, "distribution": ["saas"]}


def test_a_report_has_every_part_in_its_order(desk: Desk) -> None:
    register_model(desk, specification("acme/merged", "meta-llama/Llama-2-7b-hf:merge", "mistralai/Mistral-7B-v0.1:merge", license="mit"), {})
    text = report_markdown(desk, "acme/merged", {**SERVICE, "distribution": ["weights"], "modified": True})
    parts = ["# Licence report: acme/merged", "- date: ", "- licence knowledge: ", "- catalogue: ", "## acme/merged", "**conditional**", "It is a yes when "]
    parts += [
        "### Facts",
        "### Licences",
        "### What decides",
        "### Duties",
        "- [ ] ",
        "### Limits",
        "### Lineage",
        "### Findings",
        "LIC101",
        "\n---\n",
        DISCLAIMER,
    ]
    places = [text.find(part) for part in parts]
    assert -1 not in places, parts[places.index(-1)]
    assert places == sorted(places)
    assert text.endswith(f"{DISCLAIMER}\n")


def test_a_report_says_what_it_rests_on(reader: Desk) -> None:
    text = report_markdown(reader, LLAMA, SERVICE)
    assert f"- date: {today()}\n" in text
    assert reader.knowledge.version in text
    assert reader.knowledge.digest in text
    assert f"- catalogue: {digest(reader)}\n" in text
    assert age_in_words(reader.knowledge) in text


def test_reasons_carry_their_sections_and_missing_facts_are_named(reader: Desk) -> None:
    text = report_markdown(reader, LLAMA, SERVICE)
    assert re.search(r"- llama2, section 2[^:]*: Above 700 million", text)
    assert "| monthly\\_active\\_users | | not stated, and it decides |" in text
    assert "| llama2 |" in text
    assert "more than 700,000,000" in text
    assert "2023-06" in text


def test_the_report_is_the_same_twice(reader: Desk) -> None:
    assert report_markdown(reader, LLAMA, SERVICE) == report_markdown(reader, LLAMA, SERVICE)


def test_an_application_has_a_table_of_its_models(reader: Desk) -> None:
    text = report_markdown(reader, "app:aurelia-lex", {})
    assert text.startswith("# Licence report: app:aurelia-lex\n")
    assert "- facts of the application: as the catalogue records them\n" in text
    assert "| model | verdict | what decides |" in text
    for model in ("meta-llama/Llama-3.2-11B-Vision-Instruct", "mistralai/mistral-large-2402", "intfloat/multilingual-e5-large"):
        assert f"## {model}" in text.replace("\\", "")


def test_a_dataset_has_a_report(reader: Desk) -> None:
    text = report_markdown(reader, "dataset:the-pile", SERVICE)
    assert text.startswith("# Licence report: dataset:the-pile\n")


def test_tables_keep_their_columns(reader: Desk) -> None:
    lines = report_markdown(reader, "app:aurelia-lex", {}).splitlines()
    for head, row in pairwise(lines):
        if head.startswith("|") and row.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", head)) == len(re.findall(r"(?<!\\)\|", row)), row


def test_a_report_about_nothing_is_refused(reader: Desk) -> None:
    with pytest.raises(UnknownModelError):
        report_markdown(reader, "meta-llama/Llama-2-7b-hff", {})
    with pytest.raises(FactError):
        report_markdown(reader, LLAMA, {"commercial": "maybe"})
