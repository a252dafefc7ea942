"""What came of doing a run again, for people: the same to the last bit, or what differs, how far, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.cli.output import Column, Output, clean
from registry.cli.words import number

SHOWN = 10
"""So many tensors, files or differences are shown; JSON has more."""


def print_replayed(output: Output, result: Mapping[str, Any]) -> None:
    """The outcome of a replay."""
    same = bool(result["identical"])
    word = output.colored("identical to the last bit" if same else "not identical", "green" if same else "yellow")
    output.line(f"{output.strong(clean(result['model']))}, {clean(result['task'])}: {word}")
    output.paragraph(clean(result["explanation"]), indent=2)
    output.heading("What came out")
    output.table(
        [
            Column("FILE", lambda row: row["file"], wraps=True),
            Column("RECORDED", lambda row: row["recorded"][:12]),
            Column("AGAIN", lambda row: (row["again"] or "missing")[:12]),
            Column("", lambda row: "same" if row["same"] else "differs", style=lambda text: "green" if text == "same" else "yellow"),
        ],
        result["compared"][:SHOWN],
        indent=2,
    )
    _print_tensors(output, result["tensors"])
    _print_metrics(output, result["metrics"])
    differences = result["differences"]
    if differences:
        output.heading("Other than the first time")
        output.table(
            [
                Column("WHAT", lambda row: row["what"]),
                Column("RECORDED", lambda row: row["recorded"], wraps=True),
                Column("AGAIN", lambda row: row["again"], wraps=True),
            ],
            differences[: 2 * SHOWN],
            indent=2,
        )
        if len(differences) > 2 * SHOWN:
            output.line(f"  and {len(differences) - 2 * SHOWN:,} more; `--format json` has all")
    output.line()
    output.fields([("first", f"{result['seconds']['recorded']:,.1f} s"), ("again", f"{result['seconds']['again']:,.1f} s"), ("kept in", result["out"])])


def _print_tensors(output: Output, tensors: Mapping[str, Any] | None) -> None:
    if tensors is None:
        return
    if not tensors["compared"]:
        output.paragraph(f"The tensors cannot be compared: {clean(tensors['why'])}.", indent=2)
        return
    output.heading("Tensors")
    far = tensors["relative_difference"]
    output.line(
        f"  {tensors['identical']:,} of {tensors['tensors']:,} are identical"
        + (f"; all in all they differ by {far:.3g} of their size" if far is not None else "")
    )
    output.table(
        [
            Column("TENSOR", lambda row: row["name"], wraps=True),
            Column("PARAMETERS", lambda row: number(row["parameters"]), right=True, spare=1),
            Column("COSINE", lambda row: _figure(row["cosine"]), right=True),
            Column("DIFFERENCE", lambda row: _figure(row["relative_difference"]), right=True),
        ],
        tensors["rows"][:SHOWN],
        indent=2,
    )
    if len(tensors["rows"]) > SHOWN:
        output.line(f"  and {len(tensors['rows']) - SHOWN:,} more; `--format json` has the first hundred")


def _print_metrics(output: Output, metrics: Mapping[str, Any]) -> None:
    recorded, again = metrics["recorded"], metrics["again"]
    if not isinstance(recorded, Mapping):
        return
    rows = []
    for phase in ("before", "after"):
        first, second = recorded.get(phase), again.get(phase)
        if isinstance(first, Mapping) and isinstance(second, Mapping):
            rows += [{"what": f"{name}, {phase}", "recorded": first.get(name), "again": second.get(name)} for name in sorted({*first, *second})]
    if rows:
        output.heading("Measured")
        output.table(
            [
                Column("WHAT", lambda row: row["what"]),
                Column("RECORDED", lambda row: _figure(row["recorded"]), right=True),
                Column("AGAIN", lambda row: _figure(row["again"]), right=True),
            ],
            rows,
            indent=2,
        )


def _figure(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, int | float) else ""
