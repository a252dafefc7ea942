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
    from registry.desk.policy.policies import new_config
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
    state.output.talk(f"wrote `{clean(out)}` with the policy {sample}; look through the facts in it, then run `licet audit .`")


@command.command("check", short_help="whether anything is wrong with a policy")
@click.argument("file", required=False, metavar="[FILE]")
@format_option("text", "json")
@pass_state
def check(state: State, file: str | None, form: str) -> None:
    """Say whether anything is wrong with a policy, or with a `licet.yaml` and all that it says.

    FILE is either of them, or the name of a policy that travels with the program; without it, it is the `licet.yaml` that holds here. What is right by the
    letter and hardly meant so is told, too.

    Exit code: 0 nothing is wrong, 2 something is, with its line.
    """
    from registry.desk.policy.check import check_policy

    found = check_policy(state.desk(), file)
    policy = found.policy
    if form == "json":
        state.output.json(
            {
                "schema": "licet.policy/1",
                "name": policy.name,
                "facts": list(found.facts),
                "applications": list(found.applications),
                "waivers": len(policy.waivers),
                "expired": [waiver.expires for waiver in found.expired],
                "ending": [waiver.expires for waiver in found.ending],
                "paths": len(policy.paths),
                "doubts": list(found.doubts),
            }
        )
        return
    ends = "".join(f", {len(waivers)} {word}" for waivers, word in ((found.expired, "expired"), (found.ending, "to end within 30 days")) if waivers)
    state.output.fields(
        [
            ("policy", policy.name),
            ("facts", ", ".join(found.facts)),
            ("applications", ", ".join(found.applications)),
            ("waivers", f"{len(policy.waivers)}{ends}"),
            ("paths", str(len(policy.paths))),
            ("doubts", str(len(found.doubts)) if found.doubts else "none"),
        ]
    )
    for waivers, word in ((found.expired, "expired"), (found.ending, "ends")):
        for waiver in waivers:
            state.output.paragraph(f"the waiver of {waiver.finding} by {clean(waiver.owner)} {word} on {waiver.expires}", indent=4, first="  - ")
    for doubt in found.doubts:
        state.output.paragraph(clean(doubt), indent=4, first="  - ")


@command.command("explain", short_help="what a policy asks, or what a code or setting means")
@click.argument("what", required=False, metavar="[FILE|CODE|SETTING]")
@format_option("text", "json")
@pass_state
def explain(state: State, what: str | None, form: str) -> None:
    """Say in words what a policy asks, what a code such as LIC101 means, or what a setting such as `families` takes.

    The policy is a FILE, one that travels with the program, or that of the `licet.yaml` that holds here.
    """
    from registry.desk.policy.policies import find_policy, is_code, policy_to_data
    from registry.desk.policy.words import collapsed, explain_setting
    from registry.reports.policy_words import rules_in_words

    if what is not None and is_code(what):
        tell_code(state, what, form)
        return
    if what is not None and (setting := explain_setting(state.desk().knowledge, what)) is not None:
        if form == "json":
            state.output.json({"schema": "licet.setting/1", **setting})
            return
        state.output.paragraph(f"{setting['setting']}: {setting['description']}", indent=2, first="")
        state.output.fields([(word, meaning or "-") for word, meaning in setting["words"].items()])
        return
    policy = find_policy(state.desk(), what)
    data = policy_to_data(policy)
    if form == "json":
        state.output.json({"schema": "licet.policy/1", **data})
        return
    state.output.line(clean(data["name"]))
    if data["description"]:
        state.output.paragraph(clean(data["description"]), indent=2)
    state.output.fields([(name, clean(value)) for name, value in rules_in_words(collapsed(state.desk().knowledge, data))])


@command.command("schema", short_help="the JSON schema of a `licet.yaml`, for editors")
@click.option("--policy", "alone", is_flag=True, help="The schema of a policy in a file of its own.")
@pass_state
def schema(state: State, alone: bool) -> None:
    """Print the JSON schema of a `licet.yaml`, by which an editor completes its words and marks what is wrong."""
    from registry.desk.policy.schema import config_schema, policy_schema, schema_text

    knowledge = state.desk().knowledge
    state.output.line(schema_text(policy_schema(knowledge) if alone else config_schema(knowledge)).rstrip("\n"))


def tell_code(state: State, code: str, form: str) -> None:
    """Say what the code of a finding means, and how it is mended."""
    from registry.desk.policy.policies import explain_code

    data = explain_code(code)
    if form == "json":
        state.output.json({"schema": "licet.code/1", **data})
        return
    state.output.line(f"{data['code']}: {data['title']}")
    state.output.fields([("severity", data["severity"]), ("mended by", data["fixable_by"]), ("how", data["fix"])])
