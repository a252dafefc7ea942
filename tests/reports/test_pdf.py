"""Reports as PDF: tagged, paged, the same every time, and made without reaching for anything."""

from __future__ import annotations

import re
import shutil
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jinja2")
pytest.importorskip("weasyprint")

from registry.errors import UsageError
from registry.reports.pdf import MOST_ROWS, render_pdf
from registry.reports.report import NamedUse, Portfolio, Row
from tests.reports.document_parts import entry, item, limit, report
from tests.reports.documents import application, with_annex, with_obligations
from tests.reports.hostile_documents import HOSTILE, hostile

pytestmark = pytest.mark.slow


def streams(document: bytes) -> list[bytes]:
    found = []
    for body in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document, re.DOTALL):
        try:
            found.append(zlib.decompress(body))
        except zlib.error:
            found.append(body)
    return found


def words(document: bytes, folder: Path) -> str:
    """The text of the pages."""
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext")
    file = folder / "report.pdf"
    file.write_bytes(document)
    return subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("document", [with_obligations, application, with_annex])
def test_the_same_report_is_the_same_pdf(document: Any) -> None:
    first = render_pdf(document())
    assert first.startswith(b"%PDF-")
    assert first == render_pdf(document())
    assert first != render_pdf(replace(document(), title="Licence report: another"))


def test_a_pdf_says_what_the_report_says_on_numbered_pages(tmp_path: Path) -> None:
    document = render_pdf(application())
    text = words(document, tmp_path)
    count = text.count("\f")
    assert count >= 4
    for number in range(1, count + 1):
        assert re.search(rf"\b{number} ?/ ?{count}\b", text)
    first, *others = text.split("\f")[:-1]
    assert "Not granted; permission has to be asked for." in first
    assert all("Licence report: app:kiosk · 2026-11-21" in page for page in others)
    assert "Licence report: app:kiosk" not in first
    assert all("Information, not legal advice" in page for page in (first, *others))
    for part in ("Side by side", "Models by uses", "Users by month", "Not examined", "Sign-off", "Reviewed by counsel"):
        assert part in text


def test_what_a_screen_folds_is_open_on_paper(tmp_path: Path) -> None:
    text = words(render_pdf(with_obligations()), tmp_path)
    assert "huggingface.co/acme/model" in text
    assert "Skip to the report" not in text


def test_a_pdf_is_tagged_and_named() -> None:
    document = render_pdf(with_obligations())
    content = document + b"".join(streams(document))
    for mark in (b"/StructTreeRoot", b"/MarkInfo", b"/Lang", b"2026-11-21"):
        assert mark in content


@pytest.mark.parametrize(("value", "hatched"), [(1, False), (650_000_000, True), (800_000_000, True)])
def test_a_limit_that_is_near_or_passed_is_hatched_on_paper_too(value: int, hatched: bool) -> None:
    document = render_pdf(report(entry(item(headroom=[limit("llama2", value=value)]))))
    assert (b"/ShadingType" in document + b"".join(streams(document))) == hatched


@pytest.mark.parametrize(
    "text", ["<img src='https://evil.example/p.png'><link rel=attachment href='file:///etc/passwd'>", HOSTILE[2], HOSTILE[10], HOSTILE[-1]]
)
def test_text_from_outside_is_typeset_and_fetches_nothing(text: str) -> None:
    document = render_pdf(hostile(text))
    content = document + b"".join(streams(document))
    assert b"/JavaScript" not in content
    assert b"/EmbeddedFile" not in content
    assert b"root:" not in content


def test_a_template_cannot_reach_for_files_or_the_net(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("a secret of this machine", encoding="utf-8")
    own = f'<p>Mine</p><link rel="attachment" href="{secret.as_uri()}"><img src="{secret.as_uri()}"><style>@import url("{secret.as_uri()}");</style>'
    document = render_pdf(with_obligations(), own)
    assert b"a secret" not in document + b"".join(streams(document))
    assert b"/EmbeddedFile" not in document + b"".join(streams(document))


def test_on_paper_a_reason_stands_once_over_all_models_that_share_it(tmp_path: Path) -> None:
    uses = (NamedUse("shop", "In a shop", {"commercial": True}), NamedUse("lab", "In a lab", {"commercial": False}))
    shared = Row(
        "acme/first",
        "prohibited",
        "cc-by-nc-4.0, section 2: No commercial use.",
        "cc-by-nc-4.0",
        "custom",
        "Acme",
        7_000_000_000,
        9,
        ("prohibited", "permitted"),
    )
    rows = (shared, replace(shared, model="acme/second"), Row("acme/third", "permitted", "mit: all", "mit", "open-source", verdicts=("permitted", "permitted")))
    portfolio = Portfolio(3, {"permitted": 1, "prohibited": 2}, rows, uses, {"shop": {"permitted": 1}, "lab": {"permitted": 3}})
    text = words(render_pdf(report(portfolio=portfolio)), tmp_path)
    assert text.count("No commercial use.") == 1
    assert "Barred · cc-by-nc-4.0 (custom) · 2 models" in text
    assert "Allowed · mit (open-source) · 1 model\n" in text
    for name in ("acme/first", "acme/second"):
        assert re.search(rf"{name} +Acme +7B +✕ +✓", text)
    assert re.search(r"acme/third +– +– +✓ +✓", text)
    assert re.search(r"Model +Developer +Size +shop +lab", text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_rows_are_typeset_as_text(text: str, tmp_path: Path) -> None:
    row = Row(text, "permitted", text, text, text, text, 1, 1, ("permitted",))
    document = render_pdf(report(portfolio=Portfolio(1, {"permitted": 1}, (row,), (NamedUse(text[:50], text, {"commercial": True}),))))
    assert b"/JavaScript" not in document
    assert "Side by side" in words(document, tmp_path)


def test_a_portfolio_that_nobody_would_wait_for_is_refused() -> None:
    rows = (Row("a", "permitted", ""),) * (MOST_ROWS + 1)
    with pytest.raises(UsageError, match="cannot be typeset"):
        render_pdf(report(portfolio=Portfolio(len(rows), {"permitted": len(rows)}, rows)))
