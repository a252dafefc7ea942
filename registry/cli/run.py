"""`licet run`: fine-tune, run, merge, quantise and convert models on this machine, with the licences asked first and a signed record at the end."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from registry.cli.main import Group
from registry.cli.output import clean
from registry.cli.run_options import FINETUNE_TASKS, GATE, INFER_TASKS, MACHINE, MADE, SOURCES, TRAINING, WITHOUT, facts_of, options, pairs, parameter_values
from registry.cli.state import State, format_option, pass_state, read_record
from registry.cli.use import GivenUse, flag_for, use_flags

if TYPE_CHECKING:
    from registry.runner.run_request import Request


@click.group("run", cls=Group, short_help="fine-tune, run, merge, quantise and convert models, each with a signed record")
def command() -> None:
    """Work on models with the libraries people use, in a process of its own.

    Before anything is loaded the licences of everything that goes in are asked about the use that is planned. At the end stand the outcome with its
    card and its notices, a signed record of how it came about, and its place in the catalogue.
    """


@command.command("finetune", short_help="teach a model from examples")
@options(
    (
        click.option("--base", metavar="MODEL|DIR", help="The model to start from: a name, or a folder as ./DIR."),
        click.option("--data", metavar="FILE|NAME", help="Examples: CSV, JSON lines, parquet, a folder, or dataset:NAME."),
        click.option("--task", type=click.Choice(FINETUNE_TASKS), help="What is taught."),
        click.option("--method", type=click.Choice(["full", "lora", "qlora"]), help="All weights, or an adapter; full by default."),
    ),
    MADE,
    (
        click.option("--evaluation-data", metavar="FILE", help="Examples to measure on; a part of the others by default."),
        click.option("--evaluation-share", type=float, metavar="SHARE", help="How large that part is; 0.2 by default."),
        click.option("--column", "columns", multiple=True, metavar="NAME=COLUMN", help="Which column holds text, label, prompt, chosen, ..."),
        click.option("--data-name", metavar="NAME", help="What the data is called in the catalogue; the file's name by default."),
        click.option("--data-license", metavar="LICENSE", help="The licence of the data."),
    ),
    TRAINING,
    MACHINE,
    GATE,
    SOURCES,
    (click.option("--demo", is_flag=True, help="Teach a small encoder that comes with the extra `demo` to sort messages, in about a minute."),),
)
@use_flags(without=WITHOUT)
@format_option("text", "json")
@pass_state
def finetune(state: State, /, use: GivenUse, form: str, demo: bool, columns: tuple[str, ...], **given: Any) -> None:
    """Fine-tune a model on examples: all of its weights, or an adapter on top of them.

    Without `--name` the model is called as its folder. Exit code: 0 done, 1 refused by the licences or a base that is not what it was, 2 wrong usage,
    3 facts that decide are not stated, 4 could not run, 130 interrupted (the last checkpoint is kept for `--resume`).
    """
    if demo:
        from registry.runner.run_demo import demo_settings

        for flag in ("base", "data", "task", "evaluation_data", "data_name", "data_license", "base_name"):
            if given.get(flag):
                raise click.UsageError(f"`--demo` brings its own data and base; leave out `--{flag.replace('_', '-')}`")
        chosen = {key: value for key, value in _flags(given).items() if key not in ("config", "use_file")}
        _run(state, "finetune", {**demo_settings(), **chosen}, None, use, given, form)
        return
    _run(state, "finetune", {**_flags(given), "columns": pairs(columns, "--column")}, given["config"], use, given, form)


@command.command("infer", short_help="ask a model, and record what it answers")
@options(
    (
        click.option("--model", metavar="MODEL|DIR", help="The model: a name, or a folder as ./DIR."),
        click.option("--adapter", metavar="MODEL|DIR", help="An adapter to put on it."),
        click.option("--task", type=click.Choice(INFER_TASKS), help="What is asked."),
        click.option("--text", metavar="TEXT", help="One text to ask about."),
        click.option(
            "--input", metavar="FILE|TEXT", help="Many: CSV, JSON lines, parquet, or one a line; images by their paths. Or one text of several words."
        ),
        click.option("--column", metavar="COLUMN", help="The column that is asked about."),
        click.option("--prompt-template", metavar="FILE", help="A text with {text} or {COLUMN} where the input goes; recorded by its digest."),
        click.option("--labels", metavar="LABEL,...", help="What to choose from, for zero-shot tasks."),
        click.option("--output", metavar="FILE", help="The file of answers, as JSON lines; it must not be there yet. answers.jsonl by default."),
        click.option("--name", metavar="NAME", help="What the answers are called in the catalogue; the file's name and digest by default."),
        click.option("--batch-size", type=int, metavar="COUNT", help="Texts at a time; 8 by default."),
        click.option("--param", "parameters", multiple=True, metavar="NAME=VALUE", help="A parameter of the task, such as max_new_tokens=64."),
    ),
    MACHINE,
    GATE,
    SOURCES,
)
@use_flags(without=WITHOUT)
@format_option("text", "json")
@pass_state
def infer(state: State, /, use: GivenUse, form: str, parameters: tuple[str, ...], **given: Any) -> None:
    """Run a model over one text or a file, and write what it answers to a file.

    The record beside the answers says which model gave them under which terms, so that a model that is trained on them later is linked to it, and a ban on
    training other models is found. Exit codes as of `licet run finetune`.
    """
    _run(state, "infer", {**_flags(given), "parameters": parameter_values(parameters)}, given["config"], use, given, form)


@command.command("merge", short_help="merge the weights of models")
@options(
    (
        click.option("--model", "models", multiple=True, metavar="MODEL|DIR", help="A model to merge; give two or more."),
        click.option("--method", type=click.Choice(["linear", "slerp", "ties", "adapter"]), help="How; linear by default. adapter folds one into its base."),
        click.option("--weight", "weights", multiple=True, type=float, metavar="NUMBER", help="How much each model counts, in their order."),
        click.option("--density", type=float, metavar="SHARE", help="The share of changes that `ties` keeps."),
    ),
    MADE,
    MACHINE,
    GATE,
    SOURCES,
)
@use_flags(without=WITHOUT)
@format_option("text", "json")
@pass_state
def merge(state: State, /, use: GivenUse, form: str, **given: Any) -> None:
    """Merge two or more models of one architecture into a new one, or fold an adapter into its base. Exit codes as of `licet run finetune`."""
    _run(state, "merge", _flags(given), given["config"], use, given, form)


@command.command("quantize", short_help="store a model in fewer bits")
@options(
    (
        click.option("--model", metavar="MODEL|DIR", help="The model: a name, or a folder as ./DIR."),
        click.option("--method", type=click.Choice(["dynamic-int8", "int8", "bitsandbytes-4bit", "bitsandbytes-8bit"]), help="How; dynamic-int8 by default."),
    ),
    MADE,
    MACHINE,
    GATE,
    SOURCES,
)
@use_flags(without=WITHOUT)
@format_option("text", "json")
@pass_state
def quantize(state: State, /, use: GivenUse, form: str, **given: Any) -> None:
    """Store the weights of a model in fewer bits. Exit codes as of `licet run finetune`."""
    _run(state, "quantize", _flags(given), given["config"], use, given, form)


@command.command("convert", short_help="bring a GGUF file into weights that can be trained")
@options(
    (
        click.option("--model", metavar="MODEL|FILE|DIR", help="The GGUF file, or the model or folder that holds it."),
        click.option("--file", metavar="NAME", help="Which file, where there are several."),
    ),
    MADE,
    MACHINE,
    GATE,
    SOURCES,
)
@use_flags(without=WITHOUT)
@format_option("text", "json")
@pass_state
def convert(state: State, /, use: GivenUse, form: str, **given: Any) -> None:
    """Convert a model in GGUF into safetensors, as coarse as it was; a step of the lineage of its own. Exit codes as of `licet run finetune`."""
    _run(state, "convert", _flags(given), given["config"], use, given, form)


def _flags(given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that were given on the line; a switch that was not thrown says nothing."""
    return {
        key: value
        for key, value in given.items()
        if key not in ("config", "use_file") and value not in (None, (), "") and (value is not False or key == "deterministic")
    }


def _run(state: State, kind: str, flags: Mapping[str, Any], config: str | None, use: GivenUse, given: Mapping[str, Any], form: str) -> None:
    from registry.cli.run_progress import RunProgress
    from registry.cli.run_summary import print_plan, print_run
    from registry.runner.run import perform
    from registry.runner.run_outcome import Listener
    from registry.runner.run_request import read_request

    request: Request = read_request(kind, flags, read_record(config) if config else None, Path(config).name if config else "the configuration")
    raw = facts_of(given["use_file"], use.raw)
    if use.interpretation is not None:
        raw["interpretation"] = use.interpretation
    asks = form == "text" and not state.yes and sys.stdin.isatty() and sys.stderr.isatty()
    with RunProgress(state.output) as progress:
        listener = Listener(
            event=progress.event,
            digested=progress.digested,
            planned=lambda item: print_plan(state.output, item),
            says=progress.says,
            ask=(lambda fact, item: _ask(state, fact, item)) if asks else None,
            go_on=state.yes,
        )
        result = perform(state.desk(), request, raw, listener)
    if form == "json":
        state.output.json(result)
    else:
        print_run(state.output, result)


def _ask(state: State, fact: str, item: Mapping[str, Any]) -> str | None:
    """Ask the person at the terminal for a fact that decides; an empty answer leaves it open."""
    from registry.errors import FactError
    from registry.terms.facts import read_fact

    vocabulary = state.desk().knowledge.vocabulary
    known = vocabulary.facts[fact]
    question = getattr(known, "ask", None) or f"{known.label[:1].upper()}{known.label[1:]}?"
    if item.get("yes_when"):
        state.output.talk(f"It is a yes when {clean(item['yes_when'])}.")
    while True:
        answer = str(click.prompt(f"{clean(question)} [{clean(flag_for(fact))}; empty leaves it open]", default="", show_default=False, err=True)).strip()
        if not answer:
            return None
        try:
            read_fact(vocabulary, fact, answer)
        except FactError as error:
            state.output.talk(clean(error.message))
            continue
        return answer
