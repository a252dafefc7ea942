"""An audit as SARIF 2.1.0, the form that code hosts and editors show findings in.

GitHub takes 25,000 results a run and 20 runs a file; what goes beyond is counted and said, in the last run and by the command.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TextIO
from urllib.parse import quote

from registry import __version__
from registry.findings.codes import CODES, Code
from registry.reports.fingerprint import fingerprint
from registry.reports.interface import still_counts
from registry.reports.report_words import FIXERS

MOST_RESULTS = 25_000
"""The most results that GitHub takes in one run."""

MOST_RUNS = 20
"""The most runs that GitHub takes in one file."""

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
"""Where the schema of SARIF 2.1.0 stands."""

_RULES = {code: index for index, code in enumerate(CODES)}


class SarifReport:
    """Writes runs of results as they come.

    Args:
        stream: Where to.
        most_results: Results in one run.
        most_runs: Runs in the file.
    """

    def __init__(self, stream: TextIO, most_results: int = MOST_RESULTS, most_runs: int = MOST_RUNS) -> None:
        self._stream = stream
        self._most_results = most_results
        self._most_runs = most_runs
        self._encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode
        self._runs = 0
        self._results = 0
        self.left_out = 0
        self._properties: dict[str, Any] = {}
        self._base = ""

    def begin(self, head: Mapping[str, Any], counted: Mapping[str, Any]) -> None:
        """The head of the log and of its first run."""
        self._base = head.get("base", "")
        self._properties = {"schema": head["schema"], "subject": head["subject"], "use": head["use"], "knowledge": head["knowledge"]}
        self._stream.write(f'{{"$schema": "{SCHEMA}", "version": "2.1.0", "runs": [')
        self._open_run()

    def _open_run(self) -> None:
        self._runs += 1
        self._results = 0
        tool = {
            "driver": {
                "name": "licet",
                "semanticVersion": __version__,
                "rules": [
                    {
                        "id": code.code,
                        "shortDescription": {"text": code.title},
                        "fullDescription": {"text": f"{code.title[:1].upper()}{code.title[1:]}. Information, not legal advice."},
                        "help": _help(code),
                        "defaultConfiguration": {"level": code.severity},
                        "properties": {"tags": ["license"] if code.code.startswith("LIC") else ["security"], "fixable_by": code.fixable_by},
                    }
                    for code in CODES.values()
                ],
            }
        }
        identity = {"id": f"licet/audit/{self._runs}"}
        self._stream.write(f'{"," if self._runs > 1 else ""}\n{{"tool": {self._encode(tool)}, "automationDetails": {self._encode(identity)}, "results": [')

    def _close_run(self) -> None:
        notes = []
        if self.left_out:
            text = f"{self.left_out:,} findings more were left out: {self._most_results:,} results a run and {self._most_runs} runs are the most that GitHub takes."
            notes = [{"level": "warning", "message": {"text": text}}]
        invocation = {"executionSuccessful": True, "toolExecutionNotifications": notes}
        self._stream.write(f'\n], "invocations": [{self._encode(invocation)}], "properties": {self._encode(self._properties)}}}')

    def add(self, finding: Mapping[str, Any]) -> bool:
        """One result; the next run is begun where this one is full."""
        if self._results == self._most_results:
            if self._runs == self._most_runs:
                self.left_out += 1
                return True
            self._close_run()
            self._open_run()
        self._stream.write((",\n" if self._results else "\n") + self._encode(_result(finding, self._base)))
        self._results += 1
        return True

    def end(self, summary: Mapping[str, Any]) -> None:
        """The end of the last run, with the summary and with how much was left out."""
        self._properties = {**self._properties, "summary": {key: summary[key] for key in ("models", "models_with_findings", "by_severity", "findings")}}
        self._close_run()
        self._stream.write("\n]}\n")


def _help(code: Code) -> dict[str, str]:
    """What a reader of a finding of this kind may want to know: whose turn it is, and what to do."""
    turn = FIXERS.get(code.fixable_by, code.fixable_by)
    what = f"{code.title[:1].upper()}{code.title[1:]}"
    return {
        "text": f"{what}. To mend it: {code.fix}. It is the turn of {turn}. The result names the clause, and its code flow walks the lineage to the ancestor.",
        "markdown": f"**{what}.**\n\n- To mend it: {code.fix}.\n- Whose turn it is: {turn}.\n- The clause stands in the result; its code flow walks the lineage to the ancestor.",
    }


def _flow(path: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """The walk from the subject through the lineage to the ancestor, one location a model."""
    steps = [
        {
            "location": {
                "physicalLocation": {"artifactLocation": {"uri": quote(step["model"], safe="/")}},
                "logicalLocations": [{"fullyQualifiedName": step["model"], "kind": "module"}],
                "message": {"text": f"{step['relation']} of {step['model']}" if "relation" in step else step["model"]},
            }
        }
        for step in path
    ]
    return [{"threadFlows": [{"locations": steps}]}] if len(steps) > 1 else []


def _suppression(finding: Mapping[str, Any]) -> dict[str, str]:
    """Why a finding was set aside: by a mark in the code, else by a waiver or an earlier audit."""
    said = {"kind": "inSource" if finding["status"] == "ignored" else "external", "status": "accepted"}
    return {**said, "justification": str(finding.get("waiver") or finding["status"])}


def _result(finding: Mapping[str, Any], base: str) -> dict[str, Any]:
    """A finding as a result; files are told from the top of the repository, as code hosts look for them."""
    subject = finding["subject"]
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(f"{base}{finding['file']}" if finding["file"] else subject, safe="/")}}
    if finding["line"]:
        place["region"] = {"startLine": finding["line"]}
    return {
        "ruleId": finding["code"],
        "ruleIndex": _RULES[finding["code"]],
        "level": finding["severity"],
        "message": {"text": finding["summary"]},
        "locations": [{"physicalLocation": place, "logicalLocations": [{"fullyQualifiedName": subject, "kind": "module"}]}],
        "partialFingerprints": {"licet/1": fingerprint(finding)},
        **({} if still_counts(finding) else {"suppressions": [_suppression(finding)]}),
        **({"codeFlows": flow} if (flow := _flow(finding["path"])) else {}),
        "properties": {key: finding[key] for key in ("confidence", "license", "clause", "ancestors", "path", "fixable_by", "hint") if finding[key]},
    }


class SarifFormat:
    """SARIF 2.1.0."""

    name = "sarif"

    def open(self, stream: TextIO) -> SarifReport:
        """A report that writes to a stream."""
        return SarifReport(stream)
