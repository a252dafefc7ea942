"""`licet lineage verify`: do the weights of two folders bear out that one comes from the other."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from registry.cli.errors import DONE, OPEN, REFUSED
from registry.cli.main import Command
from registry.cli.output import Column, Output, clean
from registry.cli.state import State, format_option, pass_state
from registry.cli.words import number, short_number

SHOWN = 10
"""So many tensors are shown one by one; JSON has more."""

_CODES = {"consistent": DONE, "inconsistent": REFUSED, "unverified": OPEN}
_SAYS = {
    "identical": "as in the base",
    "near": "like the base's",
    "far": "unlike the base's",
    "added": "not in the base",
    "missing": "only in the base",
    "packed": "packed, not compared",
}
_COLORS = {"consistent": "green", "inconsistent": "red", "unverified": "yellow"}


@click.command("verify", cls=Command, short_help="do the weights bear out that CHILD comes from BASE")
@click.argument("child", metavar="CHILD", type=click.Path(path_type=Path))
@click.argument("base", metavar="BASE", type=click.Path(path_type=Path))
@click.option("--child", "child_name", metavar="NAME", help="CHILD's name in the catalogue; what its folder is called by default.")
@click.option("--base", "base_name", metavar="NAME", help="BASE's name in the catalogue; what its folder is called by default.")
@click.option("--relation", metavar="RELATION", help="How CHILD is said to come from BASE: finetune, merge, quantized, ...")
@click.option("--store/--no-store", default=True, help="Keep the result as evidence where both are in the catalogue.")
@format_option("text", "json")
@pass_state
def verify(state: State, child: Path, base: Path, child_name: str | None, base_name: str | None, relation: str | None, store: bool, form: str) -> None:
    """Compare the safetensors of two model folders, tensor by tensor, and say whether CHILD can come from BASE.

    Exits with 0 if they are consistent, 1 if inconsistent, 3 if the weights cannot tell. Weights that are alike have one origin; they do
    not say which came first.
    """
    from registry.desk.verify import verify_weights

    result = verify_weights(
        state.desk(), child, base, child_name=child_name, base_name=base_name, relation=relation, store=store, progress=_Meter(state.output)
    )
    if form == "json":
        state.output.json(result)
    else:
        print_verification(state.output, result)
    code = _CODES[result["result"]]
    if code:
        raise click.exceptions.Exit(code)


class _Meter:
    """Says on stderr how far a long comparison has come, every second."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._said: float | None = None

    def __call__(self, done: int, total: int | None) -> None:
        """Take note of how many bytes were read, and of how many."""
        now = time.monotonic()
        if self._said is None:
            self._said = now
        elif now - self._said >= 1:
            self._said = now
            self._output.talk(f"{100 * done / total:.0f}% of {short_number(total)}B read" if total else f"{short_number(done)}B read")


def print_verification(output: Output, result: Mapping[str, Any]) -> None:
    """The result for people: the word, the reason, the shares, the tensors that are least alike, and what was kept."""
    word = result["result"]
    output.line(
        f"{output.strong(clean(result['child']['folder']))} from {output.strong(clean(result['base']['folder']))}: {output.colored(word, _COLORS[word])}"
    )
    output.paragraph(clean(result["reason"]), indent=2)
    classes = [{"class": name, **about} for name, about in result["classes"].items() if about["tensors"] or about["parameters"]]
    if classes:
        output.heading("Tensors")
        output.table(
            [
                Column("CLASS", lambda item: item["class"]),
                Column("", lambda item: _SAYS[item["class"]]),
                Column("TENSORS", lambda item: f"{item['tensors']:,}", right=True),
                Column("SHARE", lambda item: _percent(item["tensor_share"]), right=True),
                Column("PARAMETERS", lambda item: number(item["parameters"]), right=True),
                Column("SHARE", lambda item: _percent(item["parameter_share"]), right=True),
            ],
            classes,
            indent=2,
        )
        if result["auxiliary"]:
            output.line(f"  and {result['auxiliary']:,} tensors of the child that hold scales, which are no weights")
    changed = [row for row in result["tensors"] if row["class"] in ("far", "near")]
    if changed:
        output.heading("Least alike")
        output.table(
            [
                Column("TENSOR", lambda row: row["name"], wraps=True),
                Column("CLASS", lambda row: row["class"]),
                Column("FORM", lambda row: row["form"], spare=1),
                Column("BASE", lambda row: row["base_form"] if row["base_form"] != row["form"] else "", spare=1),
                Column("COSINE", lambda row: _figure(row["cosine"]), right=True),
                Column("DIFFERENCE", lambda row: _figure(row["relative_difference"]), right=True),
            ],
            changed[:SHOWN],
            indent=2,
        )
        if len(changed) > SHOWN:
            output.line("  and more; `--format json` has the first hundred")
    for note in result["notes"][:SHOWN]:
        place = f" ({clean(note['file'])})" if note.get("file") else ""
        output.paragraph(clean(note["message"]) + place, indent=4, first="  - ")
    kept = result["stored"]
    if kept is not None:
        relations = ", ".join(kept["relations"])
        what = "kept beside what it contradicts" if kept["contradicts"] else f"kept as evidence, {kept['grade']}"
        output.talk(f"{what if kept['changed'] else 'already on record'}: {clean(kept['child'])} from {clean(kept['base'])} ({clean(relations)})")
    elif result["not_stored"]:
        output.talk(f"not kept as evidence: {clean(result['not_stored'])}")


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _percent(share: float) -> str:
    if 0 < share < 0.001:
        return "<0.1%"
    return ">99.9%" if 0.999 < share < 1 else f"{100 * share:.1f}%"
