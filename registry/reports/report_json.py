"""A report as JSON: the value itself, escaped so that no terminal or editor obeys what a model's name holds."""

from __future__ import annotations

import json

from registry.reports.report import Report, report_to_data


def render_json(report: Report) -> str:
    """The document `licet.report/1`."""
    return json.dumps(report_to_data(report), ensure_ascii=True, allow_nan=False, indent=1) + "\n"
