"""Reports as Markdown: whole documents against golden files, and text from outside that cannot become markup."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from registry.reports.markdown import render_markdown
from registry.reports.markdown_escape import escape
from registry.reports.report_words import DISCLAIMER, MARKS, SHORT, TONES, VERDICTS
from registry.terms.verdict import Verdict
from tests.desk.build import a_model, ask
from tests.reports.document_parts import entry, finding, item, license, limit, owed, reason, report
from tests.reports.documents import DOCUMENTS, with_obligations
from tests.reports.hostile_documents import HOSTILE, hostile

GOLDEN = Path(__file__).parent / "golden" / "reports"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_report_is_the_golden_one(document: Any, update_golden: bool) -> None:
    file = GOLDEN / f"{document.__name__}.md"
    text = render_markdown(document())
    if update_golden:
        file.write_text(text, encoding="utf-8", newline="\n")
    assert text == file.read_text(encoding="utf-8"), "read the difference, then write it anew with --update-golden"


def test_every_golden_file_has_its_test() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == {each.__name__ for each in DOCUMENTS}


def test_the_answers_here_have_the_keys_of_real_ones() -> None:
    real = ask(
        what_if={"models": [a_model("base", "llama2"), a_model("mine", "mit", "base")]}, use={"commercial": True, "distribution": ["weights"], "modified": True}
    )
    real.pop("id")
    assert set(real) == set(item())
    for part, made in (("licenses", license("x")), ("reasons", reason("x", "")), ("obligations", owed("x", "", "")), ("findings", finding("x", ""))):
        assert real[part], part
        assert set(made) == set(real[part][0]), part
    (headroom,) = real["headroom"]
    assert set(headroom) == set(limit("x"))
    assert set(with_obligations().entries[0].answer) == set(item())


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
    answer = {**ask(license=name, use=use), "model": name}
    text = render_markdown(report(entry(answer)))
    assert VERDICTS[answer["verdict"]] in text
    assert_sound(text)


def test_every_verdict_has_words() -> None:
    words = {verdict.word for verdict in Verdict}
    assert set(VERDICTS) == set(SHORT) == set(MARKS) == set(TONES) == words
    assert list(VERDICTS) == [verdict.word for verdict in sorted(Verdict)]
    for said in (*VERDICTS.values(), *SHORT.values()):
        assert not re.search(r"\b(safe|compliant|violation|washing)\b", said)


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
    text = render_markdown(report(entry(item())))
    assert_sound(text)
    for heading in ("Duties", "Limits", "Findings", "Disputed", "Lineage", "What decides"):
        assert f"### {heading}" not in text


def test_no_answer_at_all_is_a_document_too() -> None:
    assert_sound(render_markdown(report(title="Licence report: app:empty", kind="application")))


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


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_stays_text_wherever_it_stands(text: str) -> None:
    """In every place of a document that takes text from outside."""
    plain = render_markdown(hostile(text))
    tame = render_markdown(hostile("tame"))
    assert_sound(plain)
    assert "\x1b" not in plain
    bare = re.sub(r"\\[\\`*_{}\[\]<>#|~&.:!$+()-]", "", plain)
    assert not re.search(r"\]\(", bare)
    assert "<" not in bare
    assert "`" not in bare
    headings = [sum(line.startswith("#") for line in each.splitlines()) for each in (plain, tame)]
    assert headings[0] == headings[1]
    boxes = [sum(line.startswith("- [") for line in each.splitlines()) for each in (plain, tame)]
    assert boxes[0] == boxes[1] == 1
