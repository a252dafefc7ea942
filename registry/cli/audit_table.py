"""An audit of models or of the whole catalogue for people: what was counted, and the first findings."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from registry.cli.output import Column, Output, clean
from registry.cli.words import DISCLAIMER, fact_words

SHOWN = 20
"""How many pairs and developers a table shows."""

FIRST = 10
"""How many findings it shows of a whole catalogue."""

PATIENCE = 20_000
"""A table looks through so many findings for the gravest; where those are rarer it shows what it has."""

SEVERITY_COLORS = {"error": "red", "warning": "yellow", "note": "cyan"}
"""The colour of a severity on a terminal; the words say the same without it."""


class TableReport:
    """An audit for people: what was counted, then the first findings.

    Args:
        output: Where it is printed.
        whole: Whether it is about every model of the catalogue.
    """

    def __init__(self, output: Output, whole: bool) -> None:
        self._output = output
        self._whole = whole
        self._head: Mapping[str, Any] = {}
        self._first: list[Mapping[str, Any]] = []
        self._gravest = ""
        self._passed = 0

    def begin(self, head: Mapping[str, Any], counted: Mapping[str, Any]) -> None:
        """Keep what it is about, and which severity is the gravest."""
        self._head = head
        self._gravest = next((severity for severity, count in counted["by_severity"].items() if count), "")

    def add(self, finding: Mapping[str, Any]) -> bool:
        """Keep the first of the gravest; of named models all."""
        if not self._whole:
            self._first.append(finding)
            return True
        self._passed += 1
        if finding["severity"] == self._gravest and len(self._first) < FIRST:
            self._first.append(finding)
        return len(self._first) < FIRST and self._passed < PATIENCE

    def end(self, summary: Mapping[str, Any]) -> None:
        """Print it."""
        output = self._output
        if not self._whole:
            verdicts = ", ".join(f"{verdict} {count}" if summary["models"] > 1 else verdict for verdict, count in summary["by_verdict"].items())
            output.fields([("models", ", ".join(clean(name) for name in self._head["subjects"])), ("verdict", verdicts)])
        else:
            share = summary["models_with_findings"] / summary["models"] if summary["models"] else 0
            output.line(f"{summary['models']:,} models; {summary['models_with_findings']:,} with findings ({share:.1%}).")
            self._counts(summary)
        if self._first:
            title = f"{self._gravest.capitalize()}s of the most downloaded models" if self._whole else "Findings"
            output.heading(title)
            for finding in self._first:
                _print(output, finding)
        elif not summary["models_with_findings"]:
            output.line("Nothing was found.")
        output.talk(f"For {_use(self._head)}. {DISCLAIMER}")

    def _counts(self, summary: Mapping[str, Any]) -> None:
        output = self._output
        if summary["by_code"]:
            output.heading("By finding")
            output.table(CODE_COLUMNS, summary["by_code"], indent=2)
        if summary["by_pair"]:
            output.heading("By declared licence and licence of the ancestor")
            output.table(PAIR_COLUMNS, summary["by_pair"][:SHOWN], indent=2)
            _more(output, len(summary["by_pair"]))
        if summary["by_developer"]:
            output.heading("By developer")
            output.table(DEVELOPER_COLUMNS, summary["by_developer"][:SHOWN], indent=2)
            _more(output, summary["developers_with_findings"])
        if summary["by_verdict"]:
            output.heading("By verdict")
            output.table(VERDICT_COLUMNS, [{"verdict": word, "models": count} for word, count in summary["by_verdict"].items()], indent=2)


def _more(output: Output, count: int) -> None:
    if count > SHOWN:
        output.line(f"  and {count - SHOWN:,} more")


def _use(head: Mapping[str, Any]) -> str:
    from registry.reports.report_words import value_words

    stated = ", ".join(f"{fact_words(name)}: {clean(value_words(value))}" for name, value in head["use"].items() if name != "date")
    return f"a use with {stated}, on {head['date']}" if stated else f"any ordinary use on {head['date']}"


def _color(text: str) -> str:
    return SEVERITY_COLORS.get(text, "")


CODE_COLUMNS = (
    Column("CODE", lambda row: row["code"]),
    Column("SEVERITY", lambda row: row["severity"], style=_color),
    Column("MODELS", lambda row: f"{row['models']:,}", right=True),
    Column("WHAT", lambda row: row["title"], wraps=True),
)
PAIR_COLUMNS = (
    Column("DECLARED", lambda row: row["declared"]),
    Column("ANCESTOR", lambda row: row["ancestor"]),
    Column("MODELS", lambda row: f"{row['models']:,}", right=True),
    Column("FINDINGS", lambda row: ", ".join(row["codes"]), wraps=True),
)
DEVELOPER_COLUMNS = (
    Column("DEVELOPER", lambda row: row["developer"]),
    Column("MODELS", lambda row: f"{row['models']:,}", right=True),
    Column("WITH ERRORS", lambda row: f"{row['errors']:,}", right=True),
)
VERDICT_COLUMNS = (
    Column("VERDICT", lambda row: row["verdict"]),
    Column("MODELS", lambda row: f"{row['models']:,}", right=True),
)


def _print(output: Output, finding: Mapping[str, Any]) -> None:
    """One finding as a sentence, with the clause and who can mend it."""
    subject = clean(finding["subject"])
    summary = clean(finding["summary"])
    about = "" if f"`{subject}`" in summary else f"`{subject}`: "
    clause = f" ({clean(finding['license'])} {clean(finding['clause'])})" if finding["clause"] else ""
    place = f" ({clean(finding['file'])}{', line ' + str(finding['line']) if finding['line'] else ''})" if finding["file"] else ""
    first = f"  {finding['code']} {output.colored(finding['severity'], SEVERITY_COLORS[finding['severity']])}: "
    output.paragraph(f"{about}{summary}{clause}{place} To mend it: {clean(finding['hint'])}.", indent=4, first=first)


class Meter:
    """Says on stderr how far a long audit has come, once a second at most."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._started = self._said = time.monotonic()

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """Take note of how much is done, and of how much."""
        now = time.monotonic()
        if now - self._said < 1:
            return
        self._said = now
        share = f" ({done / total:.0%})" if total else ""
        self._output.talk(f"{what} {done:,} models{share}")
