"""Reports as HTML: whole, well-formed, readable by a screen reader, and deaf to what text from outside wants."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

pytest.importorskip("jinja2")

from registry.errors import UsageError
from registry.reports.html import render_html
from registry.reports.report_words import DISCLAIMER, SHORT
from tests.reports.document_parts import entry, item, limit, report
from tests.reports.documents import DOCUMENTS, conditional, with_annex, with_obligations
from tests.reports.hostile_documents import HOSTILE, hostile
from tests.reports.pages import Page, read_page

SVG_TEXT = ("title", "desc", "text")


def shape(page: Page) -> list[str]:
    """The elements of a page without those that lines of text make."""
    return [element.tag for element in page.elements]


def assert_reaches_for_nothing(page: Page) -> None:
    for element in page.elements:
        assert element.tag not in ("img", "iframe", "object", "embed", "link", "audio", "video", "base", "form", "image", "use", "foreignobject"), element
        for name, value in element.attributes.items():
            assert not name.startswith("on"), element
            assert name not in ("src", "srcset", "data", "action", "formaction", "xlink:href", "background", "poster", "ping"), element
            if name == "href":
                assert element.tag == "a", element
                assert value.startswith(("#", "https://", "http://")), element
    for style in page.all("style"):
        assert "url(" not in style.text
        assert "@import" not in style.text


def assert_scripts_are_ours(text: str, page: Page) -> None:
    policy = next(element.attributes["content"] for element in page.all("meta") if element.attributes.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; ")
    for script in page.all("script"):
        body = re.search(r"<script>(.*?)</script>", text, re.DOTALL)
        assert body is not None
        assert script.text == body[1]
        assert f"'sha256-{base64.b64encode(hashlib.sha256(body[1].encode()).digest()).decode()}'" in policy
    assert len(page.all("script")) <= 1


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_page_is_well_formed_and_reaches_for_nothing(document: Any) -> None:
    text = render_html(document())
    page = read_page(text)
    assert page.wrong == []
    assert page.stack == []
    assert_reaches_for_nothing(page)
    assert_scripts_are_ours(text, page)
    assert DISCLAIMER in text


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_page_can_be_read_aloud(document: Any) -> None:
    """Landmarks, headings in order, heads of tables, labels, and words for every picture."""
    page = read_page(render_html(document()))
    assert page.elements[0].attributes == {"lang": "en"}
    assert [len(page.all(tag)) for tag in ("main", "h1", "header", "footer")] == [1, 1, 1, 1]
    assert [element.text for element in page.all("title") if element.above == ("html", "head")] == [document().title]
    levels = [int(element.tag[1]) for element in page.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    for head in page.all("th"):
        assert head.attributes.get("scope") in ("col", "row"), head
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    named = {element.attributes["for"] for element in page.all("label")}
    for element in page.elements:
        for name in ("aria-labelledby", "aria-describedby"):
            assert set(element.attributes.get(name, "").split()) <= set(ids), element
        if element.tag == "a" and element.attributes["href"].startswith("#"):
            assert element.attributes["href"][1:] in ids, element
        if element.tag == "input":
            assert element.attributes["id"] in named
        if element.tag == "svg":
            assert element.attributes["role"] == "img"
            assert "aria-labelledby" in element.attributes
        if element.attributes.get("role") in ("region", "img") and element.tag != "svg":
            assert element.attributes.get("aria-label"), element


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_same_report_is_the_same_page(document: Any) -> None:
    assert render_html(document()) == render_html(document())


def test_the_verdict_is_said_in_words_before_anything_else() -> None:
    page = read_page(render_html(conditional()))
    said = next(element for element in page.all("p") if element.attributes.get("class", "").startswith("word"))
    assert SHORT["conditional"] in said.text
    assert "Depends on monthly active users and annual revenue in US dollars." in next(
        element.text for element in page.all("p") if element.attributes.get("class") == "headline"
    )


def test_what_flips_is_shown_for_all_three_interpretations() -> None:
    page = read_page(render_html(conditional()))
    table = next(element.text for element in page.all("table") if "Do the terms of a dataset bind the weights?" in element.text)
    for words in ("strict", "mainstream (this report)", "permissive", "binds", "warns only", "does not bind", "flips", "The data binds."):
        assert words in table


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [(1, "", "well below"), (560_000_000, "near", "close to it"), (700_000_001, "over", "over it"), (700_000_000, "near", "close to it")],
)
def test_a_bar_tells_how_much_of_a_limit_is_used(value: int, kind: str, words: str) -> None:
    page = read_page(render_html(report(entry(item(headroom=[limit("llama2", value=value)])))))
    (bar,) = [element for element in page.elements if element.above[-1:] == ("div",) and element.tag == "span" and "style" in element.attributes]
    assert bar.attributes["class"] == kind
    assert bar.attributes["style"] == f"width:{min(value / 7_000_000, 100):.2f}%"
    assert any(words in element.text for element in page.all("p"))


def test_a_missing_field_of_an_annex_says_who_supplies_it() -> None:
    text = render_html(with_annex())
    assert "missing: whoever signs" in text
    assert "1 of 2 fields are filled" in text
    assert "Changes since 2026-10-01" in text


def test_the_contents_tell_the_parts_apart() -> None:
    """Links of one text lead to one place; a form of each of several models says of which."""
    two = (entry(item(model="a/first")), entry(item(model="a/second")))
    annexes = tuple(replace(with_annex().annexes[0], subject=each.name) for each in two)
    for document in (report(*two, annexes=annexes), *(document() for document in DOCUMENTS)):
        page = read_page(render_html(document))
        links = [element.text for element in page.all("a") if "nav" in element.above]
        assert len(links) == len(set(links)) > 3
        assert ("Minimum elements, for a/second" in links) == (document.annexes == annexes)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_stays_text(text: str) -> None:
    """It adds no element and no attribute to what a tame text makes in the same places."""
    made = render_html(hostile(text))
    page = read_page(made)
    tame = read_page(render_html(hostile("tame")))
    assert page.wrong == tame.wrong == []
    assert_reaches_for_nothing(page)
    assert_scripts_are_ours(made, page)
    links = text.startswith("https://")
    assert [tag for tag in shape(page) if tag != "a"] == [tag for tag in shape(tame) if tag != "a"]
    assert len(page.all("a")) == len(tame.all("a")) or links
    for mine, other in zip([e for e in page.elements if e.tag != "a"], [e for e in tame.elements if e.tag != "a"], strict=True):
        assert set(mine.attributes) == set(other.attributes)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", made)
    assert max((len(word) for word in re.split(r"\s|<", made)), default=0) < 6_000


def test_a_template_of_ones_own_can_change_a_part() -> None:
    own = "{% extends 'report.html.j2' %}{% block masthead %}<p>Acme & Sons, {{ report.title }}</p>{% endblock %}"
    text = render_html(with_obligations(), own)
    assert "<p>Acme & Sons, Licence report: acme/model</p>" in text
    assert DISCLAIMER in text
    assert render_html(report(title="<b>x</b>"), "{{ report.title }}") == "&lt;b&gt;x&lt;/b&gt;\n"


@pytest.mark.parametrize(
    "template",
    [
        "{% for x in %}",
        "{{ nothing }}",
        "{{ report.nothing.at_all }}",
        "{{ 1 / 0 }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ report.__init__.__globals__ }}",
        "{% include '/etc/passwd' %}",
        "{% include '../report.py' %}",
        "{% for x in range(10**9) %}{% endfor %}",
        "{{ report.entries.append(1) }}",
        "{{ report.title | unheard_of }}",
    ],
)
def test_a_template_that_fails_is_told_and_runs_nothing(template: str) -> None:
    with pytest.raises(UsageError, match="the template fails"):
        render_html(with_obligations(), template)
