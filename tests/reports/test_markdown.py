"""Reports as Markdown: whole documents against golden files, and text from outside that cannot become markup.

The documents are made from answers that are written out here, so that they change with the renderer and with nothing else.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from registry.reports.markdown import DISCLAIMER, VERDICTS, escape, render_report
from registry.terms.verdict import Verdict
from tests.desk.build import a_model, ask

GOLDEN = Path(__file__).parent / "golden"
KNOWLEDGE = {"version": "2026.11", "digest": "sha256:0011223344556677", "age": "of this month"}


def license(id: str, **given: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "name": id.upper(),
        "type": "custom",
        "spdx": None,
        "basis": "declared",
        "reach": "original",
        "from": "acme/model",
        "points": [],
        "verdict": "permitted",
    }
    return {"id": id, **usual, **given}


def reason(license: str, summary: str, **given: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "term": "limit",
        "section": "2",
        "outcome": "decides",
        "effect": "needs-permission",
        "path": [{"model": "acme/model"}],
        "evidence": "declared",
    }
    return {"license": license, **usual, "summary": summary, "cure": None, "ask": None, "confidence": "text-read", **given}


def duty(license: str, do: str, summary: str, **given: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "term": do,
        "section": "1",
        "do": do,
        "when": None,
        "wording": None,
        "where": [],
        "rule": None,
        "counts": True,
        "from": "acme/model",
    }
    return {"license": license, **usual, "summary": summary, **given}


def finding(code: str, summary: str, **given: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "severity": "error",
        "confidence": "high",
        "subject": "acme/model",
        "license": None,
        "clause": None,
        "ancestors": [],
        "fixable_by": "developer",
    }
    return {"code": code, **usual, "summary": summary, "hint": "relicense", **given}


def item(**given: Any) -> dict[str, Any]:
    """An answer; whatever is not given is as empty as it can be."""
    empty: dict[str, Any] = {"model": "acme/model", "license": None, "revision": None, "verdict": "permitted", "curable": False, "interpretation": "mainstream"}
    empty |= {
        "flips": [],
        "date": "2026-11-21",
        "use": {},
        "assumptions": [],
        "missing_facts": [],
        "yes_when": None,
        "yes_when_condition": None,
        "leaning": None,
    }
    empty |= {
        "licenses": [],
        "reasons": [],
        "obligations": [],
        "headroom": [],
        "unverified": [],
        "findings": [],
        "warnings": [],
        "knowledge": {"version": "2026.11", "digest": "x"},
    }
    assert set(given) <= set(empty) | {"application", "host"}
    return empty | given


def report(*items: dict[str, Any], **given: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "title": "Licence report: acme/model",
        "kind": "model",
        "date": "2026-11-21",
        "lineages": {},
        "knowledge": KNOWLEDGE,
        "catalogue": {"digest": "feed" * 4},
    }
    return {**usual, "items": list(items), "facts": None, **given}


def with_obligations() -> dict[str, Any]:
    """A model that may be given away if four things are done."""
    path = [{"model": "acme/model"}, {"relation": "finetune", "model": "meta/base"}]
    return report(
        item(
            verdict="permitted-with-obligations",
            use={"commercial": True, "distribution": ["weights", "product"], "monthly_active_users": 1_200_000, "modified": True, "country": "NO"},
            assumptions=[
                {"fact": "fields_of_use", "value": []},
                {"fact": "role", "value": "licensee"},
                {"fact": "monthly_active_users", "value": 1_200_000, "stands_for": "2023-06"},
            ],
            licenses=[
                license("llama2", **{"name": "Llama 2 Community License Agreement", "reach": "derivative", "from": "meta/base"}),
                license("mit", name="MIT License", type="open-source"),
            ],
            reasons=[
                reason("llama2", "Use, change and share.", term="grant", section="1.a", effect="permitted", path=path),
                reason("llama2", "Above 700 million users a licence is asked of Meta.", outcome="cleared", effect="permitted", path=path),
                reason("llama2", "Give the licence along.", outcome="adds-duty", effect="permitted-with-obligations"),
            ],
            obligations=[
                duty("llama2", "license-copy", "Give a copy of the licence along.", section="1.b.i"),
                duty(
                    "llama2",
                    "notice-file",
                    "Add the notice.",
                    section="1.b.iii",
                    wording="Llama 2 is licensed under the LLAMA 2 Community License",
                    where=["a text file", "the page"],
                ),
                duty("mit", "retain-notices", "Keep the notices.", when="the weights are changed"),
                duty("llama2", "use-policy", "Keep to the use policy.", section="1.b.iv", counts=False),
            ],
            headroom=[
                {
                    "license": "llama2",
                    "term": "limit",
                    "section": "2",
                    "fact": "monthly_active_users",
                    "limit": 700_000_000,
                    "comparator": ">",
                    "unit": None,
                    "value_unit": None,
                }
                | {"month": "2023-06", "value": 1_200_000},
                {
                    "license": "mit",
                    "term": "x",
                    "section": "9",
                    "fact": "annual_revenue_usd",
                    "limit": 1_000_000,
                    "comparator": ">=",
                    "value_unit": None,
                    "unit": "USD",
                    "month": None,
                    "value": None,
                },
            ],
        ),
        lineages={
            "acme/model": {
                "nodes": [{"id": "acme/model", "license": "mit"}, {"id": "meta/base", "license": "llama2"}, {"id": "dataset:mix", "license": None}],
                "edges": [
                    {"child": "acme/model", "parent": "meta/base", "relation": "finetune", "evidence": "declared"},
                    {"child": "meta/base", "parent": "dataset:mix", "relation": "trained-on", "evidence": "inferred"},
                ],
            }
        },
    )


def conditional() -> dict[str, Any]:
    """A model of which the answer hangs on two facts, and on how an open point is read."""
    return report(
        item(
            verdict="conditional",
            use={"commercial": True},
            missing_facts=["monthly_active_users", "annual_revenue_usd"],
            yes_when="no more than 700M monthly active users of you and your affiliates in June 2023",
            licenses=[license("llama2", verdict="conditional")],
            reasons=[reason("llama2", "Above 700 million users a licence is asked of Meta.", effect="conditional", ask="Meta", cure="ask Meta")],
            flips=[{"interpretation": "strict", "verdict": "prohibited", "points": ["data-to-weights"]}],
            unverified=[{"license": "llama2", "term": "policy", "section": "9", "confidence": "secondary", "summary": "A hosted policy binds too."}],
            leaning="permitted",
        )
    )


def merge_with_conflicts() -> dict[str, Any]:
    """A merge that nobody may publish."""
    path = [{"model": "acme/model"}, {"relation": "merge", "model": "b/closed"}, {"relation": "adapter", "model": "b/root"}]
    return report(
        item(
            verdict="prohibited",
            curable=True,
            use={"commercial": False, "distribution": ["weights"], "monthly_active_users": {"product": {"2026-05": 5, "2026-06": 6}, "group": 9}},
            licenses=[license("cc-by-sa-4.0", reach="derivative"), license("cc-by-nc-sa-4.0", reach="derivative or data", type=None)],
            reasons=[
                reason("cc-by-nc-sa-4.0", "Not for commercial ends.", effect="prohibited", path=path, cure="replace the ancestor"),
                reason("cc-by-sa-4.0", "A derivative keeps this licence.", effect="prohibited"),
            ],
            findings=[
                finding(
                    "LIC103",
                    "The terms of `a/open` and `b/closed` cannot be kept together.",
                    license="cc-by-sa-4.0",
                    clause="3.b",
                    ancestors=["a/open", "b/closed"],
                ),
                finding("LIC001", "`acme/model` declares no licence.", severity="warning"),
            ],
        ),
        lineages={
            "acme/model": {
                "nodes": [
                    {"id": name, "license": license} for name, license in (("acme/model", None), ("a/open", "cc-by-sa-4.0"), ("b/closed", "cc-by-nc-sa-4.0"))
                ],
                "edges": [{"child": "acme/model", "parent": parent, "relation": "merge", "evidence": "declared"} for parent in ("a/open", "b/closed")],
            }
        },
    )


def application() -> dict[str, Any]:
    """An application of three models with three answers."""
    return report(
        item(model="a/free", application="kiosk", host=None, licenses=[license("mit")]),
        item(
            model="b/limited",
            application="kiosk",
            host="corner",
            verdict="conditional",
            yes_when="no more than 1M USD of revenue a year",
            missing_facts=["annual_revenue_usd"],
            reasons=[reason("b-license", "Above a million a year, ask.", effect="conditional")],
        ),
        item(
            model="c/closed",
            application="kiosk",
            host=None,
            verdict="needs-permission",
            reasons=[reason("c-license", "Nothing is granted.", section="s. 1", cure="ask C")],
        ),
        title="Licence report: app:kiosk",
        kind="application",
        facts="as the catalogue records them",
    )


@pytest.mark.parametrize("document", [with_obligations, conditional, merge_with_conflicts, application])
def test_a_report_is_the_golden_one(document: Any, update_golden: bool) -> None:
    file = GOLDEN / f"{document.__name__}.md"
    text = render_report(document())
    if update_golden:
        file.write_text(text, encoding="utf-8", newline="\n")
    assert text == file.read_text(encoding="utf-8"), "read the difference, then write it anew with --update-golden"


def test_every_golden_file_has_its_test() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == {each.__name__ for each in (with_obligations, conditional, merge_with_conflicts, application)}


def test_the_answers_here_have_the_keys_of_real_ones() -> None:
    real = ask(
        what_if={"models": [a_model("base", "llama2"), a_model("mine", "mit", "base")]}, use={"commercial": True, "distribution": ["weights"], "modified": True}
    )
    real.pop("id")
    assert set(real) == set(item())
    for part, made in (("licenses", license("x")), ("reasons", reason("x", "")), ("obligations", duty("x", "", "")), ("findings", finding("x", ""))):
        assert real[part], part
        assert set(made) == set(real[part][0]), part
    (limit,) = real["headroom"]
    assert set(limit) == set(with_obligations()["items"][0]["headroom"][0])


@pytest.mark.parametrize(
    "use",
    [
        {},
        {"commercial": True, "distribution": ["saas"], "monthly_active_users": {"product": {"2023-06": 5}, "group": "1B"}},
        {"commercial": True, "annual_revenue_usd": "2M EUR", "audience": ["EU"], "fields_of_use": ["military"]},
        {"commercial": False, "accepted": ["all"], "outputs_train": "foundation-model", "duties_unmet": ["license-copy"]},
    ],
)
@pytest.mark.parametrize(
    "name", ["llama2", "stability-ai-community-2024-07-05", "cc-by-nc-4.0", "gemma", "other", "mit OR apache-2.0", "openai-services-agreement-2026-01-01"]
)
def test_every_kind_of_answer_can_be_rendered(name: str, use: dict[str, Any]) -> None:
    answer = ask(license=name, use=use)
    text = render_report(report(answer))
    assert VERDICTS[answer["verdict"]] in text
    assert_sound(text)


def test_every_verdict_has_words() -> None:
    assert set(VERDICTS) == {verdict.word for verdict in Verdict}
    for words in VERDICTS.values():
        assert not re.search(r"\b(safe|compliant|violation|washing)\b", words)


def assert_sound(text: str) -> None:
    """A document of whole lines, whose tables keep their columns, that ends as it should."""
    assert text.endswith(f"\n---\n\n{DISCLAIMER}\n")
    assert "\n\n\n" not in text
    columns = None
    for line in text.splitlines():
        assert line == line.rstrip() or line.endswith("|"), line
        if not line.startswith("|"):
            columns = None
            continue
        found = len(re.findall(r"(?<!\\)\|", line))
        assert columns in (None, found), line
        columns = found


def test_an_empty_answer_is_a_whole_document() -> None:
    text = render_report(report(item()))
    assert_sound(text)
    for heading in ("Duties", "Limits", "Findings", "Disputed", "Lineage", "What decides"):
        assert f"### {heading}" not in text


def test_no_answer_at_all_is_a_document_too() -> None:
    assert_sound(render_report(report(title="Licence report: app:empty", kind="application")))


HOSTILE = [
    "[click](javascript:alert(1))",
    "![pixel](https://evil.example/p.png)",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a | b | c",
    "a\n# heading\n\n- [x] done",
    "a\r\n| forged | row |",
    "`code` **bold** _it_ ~~gone~~",
    "\x1b[31mred\x1b[0m\x07",
    "\u202eright to left\u2066",
    "a\u2028b\u2029c\x85d",
    "back\\slash \\| \\[",
    "$$x^2$$ :smile: &amp; &lt;b&gt;",
    "- [ ] forged duty",
    "<!-- hidden -->",
    "https://evil.example/phish",
    "www.evil.example",
    "",
    "x" * 5000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_is_one_line_without_markup(text: str) -> None:
    done = escape(text)
    assert len(done.splitlines()) <= 1
    assert done.isprintable()
    for character in "[]<>|`*_#~{}":
        assert not re.search(rf"(?<!\\){re.escape(character)}", done.replace("\\\\", "")), done


@pytest.mark.parametrize("text", ["&lt;b&gt;bold&lt;/b&gt;", "&#60;script&#62;", "&colon;"])
def test_a_character_reference_stays_as_it_is_written(text: str) -> None:
    """A Markdown reader turns `&lt;` into `<`; whoever wrote it wrote `&lt;`."""
    assert not re.search(r"(?<!\\)&(?!amp;)", escape(text))


@pytest.mark.parametrize("text", [text for text in HOSTILE if text])
def test_a_hostile_name_stays_text_wherever_it_stands(text: str) -> None:
    """In every place of a document that takes text from outside."""
    path = [{"model": text}, {"relation": text, "model": text}]
    document = report(
        item(
            model=text,
            verdict="prohibited",
            use={"derivative_name": text, "accepted": [text]},
            assumptions=[{"fact": text, "value": text, "stands_for": text}],
            missing_facts=[text],
            yes_when=text,
            leaning=text,
            licenses=[license(text, **{"name": text, "type": text, "from": text, "basis": text, "reach": text})],
            reasons=[reason(text, text, section=text, effect="prohibited", cure=text, path=path), reason(text, text, outcome="cleared")],
            obligations=[duty(text, text, text, wording=text, where=[text], when=text, section=text)],
            headroom=[
                {
                    "license": text,
                    "term": text,
                    "section": text,
                    "fact": text,
                    "limit": 5,
                    "comparator": ">",
                    "unit": text,
                    "value_unit": text,
                    "month": text,
                    "value": 1,
                }
            ],
            findings=[finding(text, text, license=text, clause=text, severity=text, fixable_by=text, hint=text)],
            flips=[{"interpretation": text, "verdict": text, "points": []}],
            unverified=[{"license": text, "term": text, "section": text, "confidence": text, "summary": text}],
        ),
        item(model="second"),
        title=text,
        facts=text,
        lineages={text: {"nodes": [{"id": text, "license": text}], "edges": [{"child": text, "parent": text, "relation": text, "evidence": text}]}},
    )
    plain = render_report(document)
    assert_sound(plain)
    assert "\x1b" not in plain
    bare = re.sub(r"\\[\\`*_{}\[\]<>#|~&.:!$+()-]", "", plain)
    assert not re.search(r"\]\(", bare)
    assert "<" not in bare
    assert "`" not in bare
    headings = [line for line in plain.splitlines() if line.startswith("#")]
    wanted = ["Facts", "Licences", "What", "Looked", "Duties", "Limits", "Lineage", "Findings", "Disputed", "Not"]
    # The title, the two answers, and the parts of the first; the second has nothing to put into a part.
    assert len(headings) == 1 + 2 + len(wanted), headings
    assert sum(line.startswith("- [") for line in plain.splitlines()) == 1
