"""A report as PDF, made of its HTML: tagged for screen readers, with a running head and page numbers, and without any fetch."""

from __future__ import annotations

import gc
import logging
from typing import Any

from registry.errors import MissingExtraError, UsageError
from registry.reports.html import render_html
from registry.reports.report import Report

MOST_ROWS = 4_000
"""A portfolio of more rows is no PDF: typesetting it takes longer, and more memory, than anybody has to spare."""

VARIANT = "pdf/ua-1"
"""What the document keeps to, so that it can be read aloud."""


def render_pdf(report: Report, template: str | None = None) -> bytes:
    """The document.

    Raises:
        MissingExtraError: WeasyPrint, or a library of the system that it needs, is not installed.
        UsageError: The report is too long to be typeset, or the user's template fails.
    """
    if report.portfolio is not None and len(report.portfolio.rows) > MOST_ROWS:
        raise UsageError(f"a PDF of {len(report.portfolio.rows):,} lines cannot be typeset", f"list {MOST_ROWS:,} at most with `--rows`, or make HTML")
    try:
        import weasyprint
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:  # it loads Pango by way of ctypes, which raises OSError where that is missing
        raise MissingExtraError("a PDF report", "report") from error
    # It warns of every property that only browsers know.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    text = render_html(report, template, printed=True)
    nothing = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    document = weasyprint.HTML(string=text, base_url=None, url_fetcher=nothing)
    pages = document.render(pdf_variant=VARIANT)
    # What it set the lines with hangs together in circles; without it, two thousand models are drawn in two thirds of the memory.
    gc.collect()
    written: Any = pages.write_pdf(pdf_variant=VARIANT, pdf_identifier=report.knowledge["digest"].encode()[:64])
    return bytes(written)
