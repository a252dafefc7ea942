"""The options of `licet run`: flags with the names of the settings that a configuration file takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from registry.cli.state import read_record

Function = TypeVar("Function", bound=Callable[..., Any])
Decorator = Callable[[Any], Any]

FINETUNE_TASKS = ("text-classification", "token-classification", "causal-lm", "seq2seq", "embedding", "instruction", "dpo")
"""What a model can be taught."""

INFER_TASKS = (
    "text-generation",
    "text-classification",
    "fill-mask",
    "summarization",
    "translation",
    "question-answering",
    "feature-extraction",
    "zero-shot-image-classification",
    "text-to-image",
)
"""What a model can be asked."""

WITHOUT = ("modified", "derivative_name", "published_under", "modality_used", "duties_unmet")
"""Facts of a use that follow from the run itself, or have no place in one; the last two are still reached by `--fact`."""

MACHINE: tuple[Decorator, ...] = (
    click.option("--device", type=click.Choice(["auto", "cpu", "cuda", "mps"]), help="On what to compute; the best there is by default."),
    click.option("--precision", type=click.Choice(["auto", "fp32", "fp16", "bf16"]), help="Numbers to compute in."),
    click.option("--threads", type=int, metavar="COUNT", help="Threads of the processor; all by default."),
    click.option("--seed", type=int, metavar="NUMBER", help="Where chance begins; 0 by default."),
    click.option("--deterministic/--no-deterministic", default=None, help="Give the same outcome every time, at some cost of speed; the default."),
    click.option("--trust-remote-code", is_flag=True, help="Run code that comes with the model. It is recorded."),
    click.option("--launcher", metavar="COMMAND", help="Start the worker on several devices, such as 'accelerate launch --num_processes 2'."),
)
"""On what to compute."""

GATE: tuple[Decorator, ...] = (
    click.option(
        "--override",
        metavar="REFERENCE",
        help="Go on although the licences refuse, under this approval (a ticket, a contract). Records are evidence: it is signed with the run and kept in the history.",
    ),
    click.option("--allow-changed-base", is_flag=True, help="Start from files that are not those on record. It is recorded."),
    click.option("--base-name", metavar="MODEL", help="Which model of the catalogue the folder holds that is started from."),
    click.option("--base-license", metavar="LICENSE", help="The licence of the model that is started from, where none is known."),
)
"""What the licence gate asks."""

SOURCES: tuple[Decorator, ...] = (
    click.option("--config", metavar="FILE", help="Settings from a YAML file, named like these flags; flags win."),
    click.option("--use", "use_file", metavar="FILE", help="Facts of the use from a YAML file; flags win."),
)
"""Where settings and facts may stand instead."""

MADE: tuple[Decorator, ...] = (
    click.option("--out", metavar="DIR", help="The folder that is made; it must not be there yet."),
    click.option("--name", metavar="NAME", help="What the outcome is called in the catalogue; the folder's name by default."),
    click.option("--license", metavar="LICENSE", help="The licence that the outcome carries; what its lineage asks for by default."),
    click.option("--about", metavar="FILE", help="Markdown of yours for the card: what the model is meant for, its limits, ..."),
)
"""What comes out."""

TRAINING: tuple[Decorator, ...] = (
    click.option("--epochs", type=float, metavar="COUNT", help="How often all examples are seen."),
    click.option("--max-steps", type=int, metavar="COUNT", help="Stop after so many steps."),
    click.option("--learning-rate", "--lr", type=float, metavar="RATE", help="The step size."),
    click.option("--batch-size", type=int, metavar="COUNT", help="Examples at a time."),
    click.option("--gradient-accumulation", type=int, metavar="COUNT", help="Batches that make one step."),
    click.option("--max-length", type=int, metavar="TOKENS", help="Longer texts are cut."),
    click.option("--optimizer", metavar="NAME", help="adamw, adam, sgd, adafactor, ..."),
    click.option("--scheduler", metavar="NAME", help="linear, cosine, constant, ..."),
    click.option("--warmup-ratio", type=float, metavar="SHARE", help="The share of steps over which the rate rises."),
    click.option("--weight-decay", type=float, metavar="RATE", help="How strongly weights are drawn to zero."),
    click.option("--lora-rank", type=int, metavar="COUNT", help="Rank of the adapter."),
    click.option("--lora-alpha", type=int, metavar="NUMBER", help="Scale of the adapter."),
    click.option("--lora-dropout", type=float, metavar="SHARE", help="Dropout of the adapter."),
    click.option("--lora-targets", metavar="NAME,...", help="The layers that get an adapter."),
    click.option("--dpo-beta", type=float, metavar="NUMBER", help="How closely preference tuning keeps to the base."),
    click.option("--resume", is_flag=True, help="Go on from the last checkpoint of an interrupted run."),
)
"""How to train."""


def options(*groups: tuple[Decorator, ...]) -> Callable[[Function], Function]:
    """Give a command these options, in this order in its help."""

    def decorate(function: Function) -> Function:
        wrapped: Any = function
        for each in reversed([option for group in groups for option in group]):
            wrapped = each(wrapped)
        return wrapped  # type: ignore[no-any-return]

    return decorate


def pairs(texts: tuple[str, ...], flag: str) -> dict[str, str]:
    """Values given as `NAME=VALUE`.

    Raises:
        click.UsageError: One has no `=`, or a name is given twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise click.UsageError(f"`{flag} {text}` is not NAME=VALUE")
        if name.strip() in found:
            raise click.UsageError(f"`{flag}` gives `{name.strip()}` twice")
        found[name.strip()] = value.strip()
    return found


def parameter_values(texts: tuple[str, ...]) -> dict[str, Any]:
    """Parameters given as `NAME=VALUE`: numbers and truth are read as YAML has them, everything else is the text as it stands.

    Raises:
        click.UsageError: One has no `=`.
    """
    from registry.errors import RegistryError
    from registry.yaml12 import read_yaml

    found: dict[str, Any] = {}
    for name in pairs(texts, "--param"):
        text = next(each.partition("=")[2] for each in texts if each.partition("=")[0].strip() == name)
        try:
            value = read_yaml(text, f"--param {name}")
        except RegistryError:
            value = text
        # `summarize: ` is a prefix for T5, not a mapping.
        found[name] = value if isinstance(value, bool | int | float) else text
    return found


def facts_of(file: str | None, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a use from a file and from flags, which win; the file may be a `licet.yaml` with its `facts`.

    Raises:
        UsageError: The file cannot be read or is no mapping.
    """
    if file is None:
        return dict(raw)
    written = read_record(file)
    facts = written.get("facts", written) if isinstance(written.get("facts", written), Mapping) else written
    return {**{str(key): value for key, value in facts.items()}, **raw}
