"""The forms that audits can be written in; a new one is a file here and a line in this tuple."""

from __future__ import annotations

from registry.reports.audit_html import AuditHtmlFormat
from registry.reports.audit_markdown import AuditMarkdownFormat
from registry.reports.csv import CsvFormat
from registry.reports.github import GithubFormat
from registry.reports.gitlab import GitlabFormat
from registry.reports.interface import AuditFormat
from registry.reports.json import JsonFormat
from registry.reports.sarif import SarifFormat

FORMATS: tuple[AuditFormat, ...] = (CsvFormat(), GithubFormat(), GitlabFormat(), AuditHtmlFormat(), JsonFormat(), AuditMarkdownFormat(), SarifFormat())
"""All of them, by name."""
