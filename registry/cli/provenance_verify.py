"""What came of verifying, for people: who signed, what is not as it was, and what could not be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.cli.check import print_finding
from registry.cli.output import Column, Output, clean
from registry.cli.words import short_number

_RESULTS = {
    "holds": "holds",
    "unknown-key": "by a key that is not trusted",
    "outside-validity": "outside the validity of its key",
    "broken": "does not hold",
    "unsigned": "not signed",
}
_COLORS = {"holds": "green", "unsigned": "yellow"}


def print_verified(output: Output, result: Mapping[str, Any]) -> None:
    """What came of verifying, for people."""
    good = bool(result["verified"])
    output.line(f"{output.strong(clean(result['model']))}: {output.colored('verified' if good else 'not verified', 'green' if good else 'red')}")
    output.fields([("digest", result["sha256"]), ("files", f"{result['files']:,}, {short_number(result['bytes'])}B"), ("lineage", _lineage(result))])
    if result["signatures"]:
        output.heading("Signatures")
        print_signatures(output, result["signatures"])
    inputs = [each for each in result["dependencies"] if each["kind"] != "code" or each["result"] != "no digest"]
    if inputs:
        output.heading("What went in")
        output.table(
            [
                Column("NAME", lambda item: item["name"], wraps=True),
                Column("KIND", lambda item: item["kind"]),
                Column("RELATION", lambda item: item["relation"]),
                Column("NOW", lambda item: item["result"], style=lambda text: {"same": "green", "differs": "red"}.get(text, "")),
            ],
            inputs,
            indent=2,
        )
    output.heading("Findings" if result["findings"] else "No findings")
    for finding in result["findings"]:
        print_finding(output, finding)
    for note in result["notes"]:
        output.talk(f"note: {clean(note)}")


def _lineage(result: Mapping[str, Any]) -> str:
    return {"equal": "as in the catalogue", "differs": "not as in the catalogue"}.get(result["lineage"], f"not compared: {result['lineage']}")


def print_signatures(output: Output, signatures: list[Mapping[str, Any]]) -> None:
    """Each signature, by whom and what came of it."""
    output.table(
        [
            Column("FILE", lambda item: item["file"]),
            Column("SIGNATURE", lambda item: _RESULTS[item["result"]], style=lambda text: _COLORS.get(text, "red")),
            Column("BY", lambda item: item["name"], wraps=True),
            Column("KEY", lambda item: (item["key"] or "")[:12]),
            Column("SIGNED", lambda item: (item["signed_on"] or "")[:10], spare=1),
        ],
        signatures,
        indent=2,
    )
