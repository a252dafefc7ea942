"""The forms that a report can be given, each made of the same value."""

from __future__ import annotations

from collections.abc import Callable

from registry.errors import UsageError
from registry.reports.report import Report

Renderer = Callable[[Report, str | None], bytes]
"""Makes a document of a report, by a template of the user's own where one is given."""


def _markdown(report: Report, template: str | None) -> bytes:
    from registry.reports.markdown import render_markdown

    _refuse_template("md", template)
    return render_markdown(report).encode()


def _json(report: Report, template: str | None) -> bytes:
    from registry.reports.report_json import render_json

    _refuse_template("json", template)
    return render_json(report).encode()


def _html(report: Report, template: str | None) -> bytes:
    from registry.reports.html import render_html

    return render_html(report, template).encode()


def _pdf(report: Report, template: str | None) -> bytes:
    from registry.reports.pdf import render_pdf

    return render_pdf(report, template)


FORMS: dict[str, Renderer] = {"html": _html, "json": _json, "md": _markdown, "pdf": _pdf}
"""Every form by the ending of its files."""


def render(report: Report, form: str, template: str | None = None) -> bytes:
    """The document of a report.

    Args:
        report: The report.
        form: One of `FORMS`.
        template: The text of a template of the user's own, for `html` and `pdf`.

    Raises:
        UsageError: The form takes no template, or the template fails.
        MissingExtraError: What the form is made with is not installed.
    """
    return FORMS[form](report, template)


def _refuse_template(form: str, template: str | None) -> None:
    if template is not None:
        raise UsageError(f"`{form}` takes no template", "a template makes `html` or `pdf`")
