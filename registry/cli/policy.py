"""`licet policy`: what an organisation lets through beyond what the licences say."""

from __future__ import annotations

from pathlib import Path

import click

from registry.cli.main import Group
from registry.cli.output import clean
from registry.cli.state import State, format_option, pass_state


@click.group("policy", cls=Group, short_help="what an organisation lets through: begin one, check it, explain it")
def command() -> None:
    """Write down what your organisation lets through: licences, developers, hosts, exceptions. `licet audit PATH` holds applications against it."""


@command.command("init", short_help="begin a `licet.yaml` with a policy")
@click.argument("sample", default="startup", metavar="[SAMPLE]")
@click.option("--out", default="licet.yaml", show_default=True, metavar="FILE", help="Where to write it; `-` prints it.")
@pass_state
def init(state: State, sample: str, out: str) -> None:
    """Begin a `licet.yaml`: the facts of your use to fill in, and a policy that travels with the program (startup, enterprise, research-lab, eu-public-body)."""
    from registry.desk.policy import new_config
    from registry.errors import UsageError

    text = new_config(sample)
    if out == "-":
        state.output.line(text.rstrip("\n"))
        return
    if Path(out).exists():
        state.confirm(f"`{clean(out)}` exists; write over it?")
    try:
        Path(out).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"`{out}` cannot be written: {error.strerror}", "name a file in a folder that exists and is yours") from error
    state.output.talk(f"wrote `{clean(out)}`; fill in the facts of your use, then run `licet audit .`")


@command.command("check", short_help="whether a policy can be read")
@click.argument("file", required=False)
@format_option("text", "json")
@pass_state
def check(state: State, file: str | None, form: str) -> None:
    """Read a policy and say whether anything in it is wrong: FILE, one that travels with the program, or that of `licet.yaml`."""
    from registry.desk.facts import today
    from registry.desk.policy import find_policy

    policy = find_policy(state.desk(), file)
    on = today()
    expired = [waiver for waiver in policy.waivers if not waiver.holds(on)]
    if form == "json":
        state.output.json({"schema": "licet.policy/1", "name": policy.name, "waivers": len(policy.waivers), "expired": [waiver.expires for waiver in expired]})
        return
    state.output.fields([("policy", clean(policy.name)), ("waivers", f"{len(policy.waivers)}, {len(expired)} expired"), ("paths", str(len(policy.paths)))])
    for waiver in expired:
        state.output.paragraph(f"the waiver of {waiver.finding} by {clean(waiver.owner)} expired on {waiver.expires}", indent=4, first="  - ")


@command.command("explain", short_help="what a policy asks, or what the code of a finding means")
@click.argument("what", required=False, metavar="[FILE|CODE]")
@format_option("text", "json")
@pass_state
def explain(state: State, what: str | None, form: str) -> None:
    """Say in words what a policy asks (FILE, one that travels with the program, or that of `licet.yaml`), or what a code such as LIC101 means."""
    from registry.desk.policy import find_policy, is_code, policy_to_data
    from registry.reports.policy_words import rules_in_words

    if what is not None and is_code(what):
        tell_code(state, what, form)
        return
    data = policy_to_data(find_policy(state.desk(), what))
    if form == "json":
        state.output.json({"schema": "licet.policy/1", **data})
        return
    state.output.line(clean(data["name"]))
    if data["description"]:
        state.output.paragraph(clean(data["description"]), indent=2)
    state.output.fields(rules_in_words(data))


def tell_code(state: State, code: str, form: str) -> None:
    """Say what the code of a finding means, and how it is mended."""
    from registry.desk.policy import explain_code

    data = explain_code(code)
    if form == "json":
        state.output.json({"schema": "licet.code/1", **data})
        return
    state.output.line(f"{data['code']}: {data['title']}")
    state.output.fields([("severity", data["severity"]), ("mended by", data["fixable_by"]), ("how", data["fix"])])
