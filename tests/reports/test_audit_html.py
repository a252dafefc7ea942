"""An audit as a page: what stands on it, and that nothing from outside is more than text there."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from registry.reports.audit_html import MOST_FINDINGS, AuditHtmlFormat
from tests.reports.audits import SUMMARY, a_finding, a_head, application, hostile, write


def page(head: dict[str, Any], findings: list[dict[str, Any]], summary: dict[str, Any] = SUMMARY) -> str:
    stream = io.StringIO()
    write(AuditHtmlFormat().open(stream), head, *findings, summary=summary)
    return stream.getvalue()


def test_the_page_says_what_is_in_use_what_decides_and_what_to_do() -> None:
    text = page(*application())
    for words in (
        "Of 3 in use: 1 barred, 1 not known and 1 allowed.",
        "acme-1.0, section 2: No commerce.",
        "Ask the licensor, or replace the model",
        "app/main.py:7",
        "Built with Acme",
        "not shown",
        "monthly_active_users: 10k",
        "not gpl-3.0",
        "gpl-3.0",
        "3 files looked at; no network was used.",
        "legal: bought (until 2027-01-01)",
        "<code>ask()</code> could not be followed.",
        "Information, not legal advice.",
    ):
        assert words in text, words


def test_the_page_needs_neither_script_nor_network() -> None:
    text = page(*application())
    assert "<script" not in text
    assert "script-src" not in text
    assert "default-src &#39;none&#39;" in text
    assert not re.search(r"""(?:src|href)=["'](?!#)""", text)


@pytest.mark.parametrize("attack", ["<script>x</script>", "</style><script>", "{{ 7 * 7 }}", "`<i>`", "\x1b[2J\u202e", '" onload="x'])
def test_text_from_outside_is_only_text(attack: str) -> None:
    text = page(*hostile(attack))
    assert attack not in text or attack == "{{ 7 * 7 }}"
    assert "<script" not in text
    assert "<i>" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_findings_beyond_a_number_are_not_asked_for_and_that_is_said() -> None:
    found = [a_finding(subject=f"m/{number}", code="LIC309") for number in range(MOST_FINDINGS + 1)]
    report = AuditHtmlFormat().open(io.StringIO())
    report.begin(a_head(), SUMMARY)
    assert [report.add(each) for each in found].count(False) == 1
    assert "More was found than stands here" in page(a_head(), found)
    assert "More was found than stands here" not in page(a_head(), found[:-1])


def test_an_audit_of_named_models_and_of_the_catalogue_stand_on_a_page_too() -> None:
    head = {key: value for key, value in a_head().items() if key in ("schema", "use", "interpretation", "date", "verdict", "knowledge")}
    row = {"code": "LIC101", "severity": "error", "title": "looser", "models": 1234}
    pair = {"declared": "mit", "ancestor": "llama2", "models": 5, "codes": {}}
    text = page({**head, "subject": "catalogue", "verdict": None}, [a_finding()], {**SUMMARY, "models": 650, "by_code": [row], "by_pair": [pair]})
    for words in ("650 models", "1,234", "llama2", "No commerce.", "1 finding listed."):
        assert words in text
    assert "Nothing was found." in page({**head, "subject": "acme/one"}, [])


def test_no_models_are_said_to_be_none() -> None:
    assert "No models or datasets were found in use." in page(a_head(verdict=None, missing_facts=[], facts_to_state=""), [])
