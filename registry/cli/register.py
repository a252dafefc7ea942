"""`licet register`: record a derivative with its lineage, and say at once what it inherits."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from registry.cli.check import path, print_answer, print_finding
from registry.cli.errors import exit_code
from registry.cli.main import Command
from registry.cli.output import Output, clean
from registry.cli.state import State, format_option, pass_state
from registry.cli.use import GivenUse, use_flags
from registry.cli.words import DISCLAIMER, REACH, join

RELATIONS = ("finetune", "adapter", "merge", "quantized", "converted", "distilled", "trained-on-outputs")
"""How one model is made from another."""

DATASET_RELATIONS = ("trained-on", "tested-on")
"""How a model stands to a dataset."""


def split_relation(text: str, relations: tuple[str, ...]) -> tuple[str, str]:
    """The name and the relation of `NAME[:RELATION]`; the first relation is the usual one.

    Raises:
        click.UsageError: What follows the colon looks like a misspelt relation.
    """
    name, colon, tail = text.rpartition(":")
    if colon and tail in relations and name:
        return name, tail
    if colon and name and name not in ("dataset", "app") and (near := difflib.get_close_matches(tail, relations, n=1, cutoff=0.7)):
        raise click.UsageError(f"`{tail}` is not a relation; did you mean `{near[0]}`? There are {', '.join(relations)}")
    return text, relations[0]


@click.command("register", cls=Command, short_help="record a derivative and say what it inherits")
@click.argument("name", metavar="[NAME]", required=False)
@click.option("--base", "bases", multiple=True, metavar="MODEL[:RELATION]", help=f"What it is made from, and how: {', '.join(RELATIONS)}.")
@click.option("--dataset", "datasets", multiple=True, metavar="NAME[:RELATION]", help=f"A dataset it stands on: {' or '.join(DATASET_RELATIONS)}.")
@click.option("--license", "license_id", metavar="LICENSE", help="The licence it declares.")
@click.option("--modality", "own_modality", help="Its modality; that of its base by default.")
@click.option("--parameters", metavar="COUNT", help="How many parameters it has: 7B, 110M.")
@click.option("--released-on", metavar="YYYY-MM-DD", help="When it was or will be released.")
@click.option("--revision", help="The commit or digest of the state that is recorded.")
@click.option("--source", help="Where this can be read: an address or a document.")
@click.option("--allow-unknown-base", is_flag=True, help="Record a base that the catalogue does not know yet.")
@click.option(
    "--from-record", type=click.Path(path_type=Path), metavar="FILE", help="Take name, lineage and all else from a signed record: a `provenance.json`."
)
@click.option(
    "--public-key", "public", multiple=True, type=click.Path(path_type=Path), metavar="FILE", help="The key that signed the record; those you trust by default."
)
@click.option("--allow-unknown-key", is_flag=True, help="Take a record that nobody you trust has signed for what somebody says: declared, not attested.")
@use_flags(without=("modality_used",))
@format_option("text", "json")
@click.pass_context
@pass_state
def command(
    state: State, context: click.Context, /, name: str | None, bases: tuple[str, ...], datasets: tuple[str, ...], use: GivenUse, form: str, **given: Any
) -> None:
    """Record the model NAME with what it was made from, and print what it inherits, what conflicts and what must be done.

    With `--from-record` all of it stands in the record of how the model was made, which is verified first; name the folder that holds it to have
    the model's files verified, too.

    Exit code: as of `licet check` for the registered model.
    """
    raw = use.raw if use.interpretation is None else {**use.raw, "interpretation": use.interpretation}
    recorded = _by_hand if given["from_record"] is None else _from_record
    result = recorded(state, name, bases, datasets, raw, given)
    if form == "json":
        state.output.json(result)
    else:
        print_registered(state.output, result)
    context.exit(exit_code([result["check"].get("verdict")]) if result.get("check") else 0)


def _from_record(
    state: State, name: str | None, bases: tuple[str, ...], datasets: tuple[str, ...], raw: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    stated = {
        "--base": bases,
        "--dataset": datasets,
        **{f"--{key.replace('_', '-')}": given[key] for key in ("parameters", "released_on", "revision", "source")},
    }
    if wrong := [flag for flag, value in stated.items() if value]:
        raise click.UsageError(f"`{wrong[0]}` stands in the record; leave it out with `--from-record`")
    from registry.cli.digest_meter import Meter
    from registry.desk.provenance.register import Wishes, register_from_record

    wishes = Wishes(name, given["public"], given["allow_unknown_key"], given["allow_unknown_base"], given["license_id"], given["own_modality"])
    return register_from_record(state.desk(), given["from_record"], wishes, raw, Meter(state.output, "files"))


def _by_hand(
    state: State, name: str | None, bases: tuple[str, ...], datasets: tuple[str, ...], raw: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    if given["public"] or given["allow_unknown_key"]:
        raise click.UsageError("`--public-key` and `--allow-unknown-key` go with `--from-record`")
    if name is None:
        raise click.UsageError("name the model, or a record with `--from-record`")
    if not bases:
        raise click.UsageError("name what it is made from with `--base`, or a record with `--from-record`")
    spec = {
        "name": name,
        "bases": [dict(zip(("model", "relation"), split_relation(base, RELATIONS), strict=True)) for base in bases],
        "datasets": [dict(zip(("dataset", "relation"), split_relation(dataset, DATASET_RELATIONS), strict=True)) for dataset in datasets],
        "license": given["license_id"],
        "modality": given["own_modality"],
        "parameters": given["parameters"],
        "released_on": given["released_on"],
        "revision": given["revision"],
        "source": given["source"],
        "allow_unknown_base": given["allow_unknown_base"],
    }
    from registry.desk.register import register_model

    return register_model(state.desk(), spec, raw)


def print_registered(output: Output, result: Mapping[str, Any]) -> None:
    """What was recorded, what it inherits, what conflicts, and the answer for the use."""
    bases = join([f"{clean(base.get('relation'))} of {clean(base.get('model'))}" for base in result.get("bases", ())])
    verb = "Recorded" if result.get("created", True) else "Changed" if result.get("changed") or result.get("retired") else "Already recorded"
    output.paragraph(f"{verb} {output.strong(clean(result.get('model')))}{f': {bases}' if bases else ''}.", hanging=2)
    if result.get("retired"):
        gone = join([f"{count} {clean(kind)}{'s' if count > 1 else ''}" for kind, count in result["retired"].items()])
        output.paragraph(f"No longer recorded of it: {gone}. `licet show {clean(result.get('model'))} --history` has what was there.", hanging=2)
    if record := result.get("record"):
        by = join([clean(signer["name"] or str(signer["key"])[:12]) for signer in record["signatures"] if signer["key"]][:1])
        files = "its files are as signed" if record["files"] == "verified" else "its files are not here to be verified"
        output.paragraph(f"By the record {clean(record['file'])}{f', signed by {by}' if by else ''}: {clean(record['evidence'])}; {files}.", hanging=2)
    inherits = result.get("inherits", ())
    output.heading("It inherits" if inherits else "It inherits no recorded terms")
    for entry in inherits:
        route = path(entry.get("path", ()))
        reach = REACH.get(str(entry.get("reach")), clean(entry.get("reach", "")))
        name = f"{clean(entry['name'])} ({clean(entry.get('license'))})" if entry.get("name") else clean(entry.get("license") or "no licence")
        output.paragraph(f"{name}, {reach}{f': {route}' if route else ''}", indent=2, hanging=2)
    conflicts = result.get("conflicts", ())
    output.heading("Conflicts" if conflicts else "No conflicts between what is recorded")
    for finding in conflicts:
        print_finding(output, finding)
    output.line()
    if result.get("check"):
        # What was said under Conflicts is not said again.
        said = [finding.get("code") for finding in conflicts]
        print_answer(output, {**result["check"], "findings": [finding for finding in result["check"].get("findings", ()) if finding.get("code") not in said]})
    else:
        output.line(DISCLAIMER)
