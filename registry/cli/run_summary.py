"""What a run tells at its end: metrics before and after, what was made, what the licences say, what must be done, and what comes next."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from registry.cli.check import print_duty, print_finding
from registry.cli.output import Column, Output, clean
from registry.cli.words import COLORS, DISCLAIMER, headline, short_number

MOST_DUTIES = 12
"""So many duties are printed; the card has all."""

MOST_SAID = 4_000
"""So many signs of an answer are printed; the file has all."""

NEGLIGIBLE = 0.01
"""A smaller share is not worth a figure."""


def print_plan(output: Output, item: Mapping[str, Any]) -> None:
    """What the licences make of the run, before it begins: for the person at the terminal."""
    named = ", ".join(dict.fromkeys(clean(entry["id"]) for entry in item["licenses"]))
    output.talk(f"licences: {headline(item)}{f' ({named})' if named else ''}")
    for fact in item.get("went_on_without", ()):
        output.talk(f"going on although `{clean(fact)}` is not stated; that is recorded")


def _answer(output: Output, result: Mapping[str, Any]) -> None:
    """What the model said, where it was asked about one text."""
    from registry.runner.answers import first_answer

    if not str(result["task"]).startswith("infer/") or result["counts"].get("examples") != 1:
        return
    said = first_answer(Path(result["out"]))
    if said is not None:
        output.heading("Answer")
        output.paragraph(clean(said if isinstance(said, str) else json.dumps(said, ensure_ascii=False))[:MOST_SAID], indent=2)


def print_run(output: Output, result: Mapping[str, Any]) -> None:
    """The end of a run, for people."""
    made = result.get("model") or result.get("dataset")
    output.paragraph(f"Made {output.strong(clean(made))} in `{clean(result['out'])}` ({clean(result['task'])}).", hanging=2)
    if result.get("override"):
        output.paragraph(f"The licences refused it; it was made under the approval `{clean(result['override'])}`, which is part of its record.", hanging=2)
    _answer(output, result)
    _metrics(output, result["metrics"])
    output.heading("What went in")
    output.table(
        [
            Column("NAME", lambda row: row["name"]),
            Column("KIND", lambda row: row["kind"]),
            Column("RELATION", lambda row: row["relation"]),
            Column("DIGEST", lambda row: (row["digest"] or "")[:19]),
        ],
        [entry for entry in result["inputs"] if entry["kind"] in ("model", "adapter", "dataset", "prompt-template")],
        indent=2,
    )
    _took(output, result)
    item = result["check"]
    verdict = str(item["verdict"])
    output.heading("Licences")
    output.paragraph(f"{output.colored(headline(item), COLORS.get(verdict, 'white'))} ({verdict})", indent=2, hanging=2)
    if result.get("model"):
        output.fields([("it carries", result.get("license") or "no single licence keeps all; settle that before you pass it on")])
    for finding in result["findings"]:
        print_finding(output, finding)
    if result.get("name_warning"):
        output.paragraph(clean(result["name_warning"]), indent=2, hanging=2)
    counting = [duty for duty in result["duties"] if duty.get("counts", True)]
    if counting:
        output.heading("Before it reaches others")
        for duty in counting[:MOST_DUTIES]:
            print_duty(output, duty)
        if len(counting) > MOST_DUTIES:
            output.line(f"  and {len(counting) - MOST_DUTIES} more, in its card")
    _share(output, result.get("one_third_rule"))
    _records(output, result)
    output.line(DISCLAIMER)


def _metrics(output: Output, metrics: Mapping[str, Mapping[str, float]]) -> None:
    before, after = metrics["before"], metrics["after"]
    names = [name for name in dict.fromkeys([*before, *after]) if not name.startswith("examples/")]
    if not names:
        return
    output.heading("Metrics")
    rows = [{"name": name, "before": before.get(name), "after": after.get(name)} for name in names]
    output.table(
        [
            Column("METRIC", lambda row: row["name"]),
            Column("BEFORE", lambda row: _figure(row["before"]), right=True),
            Column("AFTER", lambda row: _figure(row["after"]), right=True),
        ],
        rows,
        indent=2,
    )


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _took(output: Output, result: Mapping[str, Any]) -> None:
    counts, seconds = result["counts"], result["seconds"]
    output.heading("What it took")
    output.fields(
        [
            ("time", f"{seconds['all']:,.1f} s" + (f", training {seconds['training']:,.1f} s" if seconds.get("training") else "")),
            ("examples", f"{counts['examples']:,}" if counts.get("examples") else None),
            ("tokens", f"{counts['tokens']:,}" if counts.get("tokens") else None),
            ("steps", f"{counts['steps']:,}" if counts.get("steps") else None),
            ("parameters", _parameters(counts)),
            ("operations", f"{result['flop']:.2e} (estimated)" if result.get("flop") else None),
        ]
    )


def _parameters(counts: Mapping[str, int]) -> str | None:
    total, trained = counts.get("parameters_total"), counts.get("parameters_trained")
    if not total:
        return None
    return f"{short_number(total)}" + (f", {short_number(trained)} of them trained ({trained / total:.2%})" if trained and trained != total else "")


def _share(output: Output, share: Mapping[str, Any] | None) -> None:
    if share is None:
        return
    output.heading("One-third rule of the EU")
    if not share["above_one_third"] and share["assumed"]:
        against = f"a third of the threshold that stands in, as the computation of {clean(share['original'])} is not on record"
        output.paragraph(f"Far below {against}." if share["share"] < NEGLIGIBLE else f"Below {against} ({share['share']:.2g} of it).", indent=2, hanging=2)
        return
    against = clean(share["assumed"]) if share["assumed"] else f"the training of {clean(share['original'])}"
    verb = "above" if share["above_one_third"] else "below"
    output.paragraph(f"This run took {share['share']:.2g} of the computation of {against}: {verb} one third.", indent=2, hanging=2)
    if share.get("general_purpose") is False:
        output.paragraph(
            "The original took fewer operations than the EU's indicative criterion for a general-purpose AI model (more than 1e+23): if it is none, the rule "
            "does not apply.",
            indent=2,
            hanging=2,
        )
    elif share["above_one_third"]:
        output.paragraph(
            "If the original is a general-purpose AI model, whoever placed this one on the EU market would count as its provider, with duties that are "
            "limited to the modification.",
            indent=2,
            hanging=2,
        )


def _records(output: Output, result: Mapping[str, Any]) -> None:
    out, made = str(result["out"]), str(result.get("model") or result.get("dataset"))
    output.heading("Record")
    output.fields([("signed record", result["record"]), ("key", str(result["key"] or "")[:16]), ("digest", result["digest"])])
    output.heading("Next")
    steps = [f"licet provenance verify {shlex.quote(clean(out))}", f"licet check {shlex.quote(clean(made))} --distribution weights"]
    if not result.get("model"):
        steps = [f"licet provenance show {shlex.quote(clean(result['record']))}", f"licet show {shlex.quote(clean(made))}"]
    for step in steps:
        output.line(f"  {step}")
    output.line()
