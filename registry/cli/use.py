"""The flags that state the facts of a use, once for every command that asks about one.

They only collect text: `registry.desk.facts.read_use` reads it against the vocabulary. A fact without a flag of its own is given
as `--fact NAME=VALUE`, so that a new entry of the vocabulary needs nothing here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag and the fact it states.

    Attributes:
        fact: The name of the fact in the vocabulary.
        flag: As written on the line; `--yes-form/--no-form` for a fact that is true or false.
        help: One line.
        metavar: What stands for the value in the help.
        repeats: May be given several times.
        commas: Several values may stand in one, between commas.
    """

    fact: str
    flag: str
    help: str
    metavar: str = "TEXT"
    repeats: bool = False
    commas: bool = False


FLAGS = (
    Flag("commercial", "--commercial/--non-commercial", "Whether the use is commercial."),
    Flag("purpose", "--purpose", "What it is for: production, evaluation, research, education, personal."),
    Flag("role", "--role", "licensee, or end-user of somebody else's product."),
    Flag("actor_kind", "--actor", "Who acts: company, individual, academic, government, nonprofit."),
    Flag("country", "--country", "Country of the organisation that contracts (ISO code).", "CC"),
    Flag("audience", "--audience", "Countries where the end users are (ISO codes, or EU).", "CC,...", repeats=True, commas=True),
    Flag("monthly_active_users", "--mau", "Monthly active users: 700M, 2023-06=12M, product=5M, group=1.5B.", "COUNT", repeats=True),
    Flag("daily_active_users", "--dau", "Daily active users, given like --mau.", "COUNT", repeats=True),
    Flag("annual_revenue_usd", "--revenue", "Revenue a year in US dollars, or with a currency: 2M, 1.8M EUR.", "AMOUNT", repeats=True),
    Flag("monthly_revenue_usd", "--monthly-revenue", "Revenue a month, given like --revenue.", "AMOUNT", repeats=True),
    Flag("founded", "--founded", "Month the organisation was founded; counts before it are 0.", "YYYY-MM"),
    Flag("distribution", "--distribution", "How it reaches others: internal, saas, api, product, weights, outputs.", "WAY,...", repeats=True, commas=True),
    Flag("modified", "--modified/--unmodified", "Whether the weights are changed."),
    Flag("outputs_train", "--outputs-train", "What its outputs train: none, same-family, foundation-model, narrow-model."),
    Flag("modality_used", "--modality", "Modality that is used: text, image, audio, video, multimodal, ..."),
    Flag("fields_of_use", "--field", "Field of use, such as military, medical-advice, law-enforcement.", "FIELD,...", repeats=True, commas=True),
    Flag("business", "--business", "Line of business, such as cloud-provider or competitor-of:NAME.", "KIND,...", repeats=True, commas=True),
    Flag("derivative_name", "--derivative-name", "Name that a derivative is given.", "NAME"),
    Flag("published_under", "--published-under", "Licence that a derivative is published under.", "LICENSE"),
    Flag("accepted", "--accepted", "Licences accepted or registered for, or all.", "LICENSE,...", repeats=True, commas=True),
    Flag("permission_from", "--permission-from", "A licensor who gave written permission.", "NAME", repeats=True),
    Flag("duties_unmet", "--unmet", "Kinds of duty that are not met.", "DUTY,...", repeats=True, commas=True),
    Flag("obtained_on", "--obtained-on", "Date the copy was obtained.", "YYYY-MM-DD"),
    Flag("date", "--on", "Date of the use; today by default.", "YYYY-MM-DD"),
)
"""Every flag, in the order of the help."""

FLAG_OF = {flag.fact: flag for flag in FLAGS}
"""The flag of a fact, where it has one of its own."""


@dataclass(frozen=True, slots=True)
class GivenUse:
    """The facts of a use as given on the line, unread."""

    raw: dict[str, Any] = field(default_factory=dict)
    """Text, list of texts or truth by the name of the fact; `assume` and `strict_facts` where they are not the usual."""
    interpretation: str | None = None
    """The interpretation asked for, or None for the settings' own."""


def flag_for(fact: str) -> str:
    """How a user states a fact, as it would be typed."""
    flag = FLAG_OF.get(fact)
    if flag is None:
        return f"--fact {fact}=VALUE"
    if "/" in flag.flag:
        return flag.flag.replace("/", " or ")
    return f"{flag.flag} {flag.metavar if flag.metavar != 'TEXT' else 'VALUE'}"


def use_flags(*, without: tuple[str, ...] = (), interpretation: bool = True) -> Callable[[Function], Function]:
    """Give a command the flags of a use; it receives them as the argument `use`, a `GivenUse`.

    Args:
        without: Facts whose flag means something else to this command; they are still reached by `--fact`.
        interpretation: Whether the command takes `--interpretation`.
    """
    flags = [flag for flag in FLAGS if flag.fact not in without]

    def decorate(function: Function) -> Function:
        @wraps(function)
        def call(*arguments: Any, **named: Any) -> Any:
            given = {flag: named.pop(_parameter(flag)) for flag in flags}
            facts, assume, strict = named.pop("use_fact"), named.pop("use_assume"), named.pop("use_strict_facts")
            chosen = named.pop("use_interpretation", None)
            return function(*arguments, use=GivenUse(collect(given, facts, assume, strict), chosen), **named)

        wrapped: Any = call
        # click lists options in the reverse order of their decorators.
        if interpretation:
            wrapped = click.option(
                "--interpretation",
                "use_interpretation",
                type=click.Choice(["strict", "mainstream", "permissive"]),
                help="Which unsettled points bind; mainstream by default.",
            )(wrapped)
        wrapped = click.option("--strict-facts", "use_strict_facts", is_flag=True, help="A bare number does not stand for past months.")(wrapped)
        wrapped = click.option("--assume/--no-assume", "use_assume", default=True, help="Whether unstated facts are taken as ordinary; each is printed.")(
            wrapped
        )
        wrapped = click.option("--fact", "use_fact", multiple=True, metavar="NAME=VALUE", help="Any other fact of the vocabulary.")(wrapped)
        for flag in reversed(flags):
            wrapped = _option(flag)(wrapped)
        return wrapped  # type: ignore[no-any-return]

    return decorate


def collect(given: dict[Flag, Any], facts: tuple[str, ...], assume: bool = True, strict_facts: bool = False) -> dict[str, Any]:
    """The raw facts by name.

    Raises:
        click.UsageError: A fact is given by its flag and by `--fact`, or `--fact` has no `=`.
    """
    raw: dict[str, Any] = {}
    for flag, value in given.items():
        if value is None or value == ():
            continue
        if flag.commas:
            raw[flag.fact] = [part for text in value for part in (piece.strip() for piece in text.split(",")) if part]
        else:
            raw[flag.fact] = list(value) if flag.repeats else value
    more: dict[str, list[str]] = {}
    for text in facts:
        name, sign, value = text.partition("=")
        name = name.strip().replace("-", "_")
        if not sign or not name:
            raise click.UsageError(f"`--fact {text}` is not NAME=VALUE")
        if name in raw:
            raise click.UsageError(f"the fact `{name}` is given twice, by `{flag_for(name).split()[0]}` and by `--fact`")
        more.setdefault(name, []).append(value.strip())
    raw.update({name: values[0] if len(values) == 1 else values for name, values in more.items()})
    if not assume:
        raw["assume"] = False
    if strict_facts:
        raw["strict_facts"] = True
    return raw


def _parameter(flag: Flag) -> str:
    return f"use_{flag.fact}"


def _option(flag: Flag) -> Callable[[Any], Any]:
    if "/" in flag.flag:
        return click.option(flag.flag, _parameter(flag), default=None, help=flag.help)
    return click.option(flag.flag, _parameter(flag), multiple=flag.repeats, metavar=flag.metavar, help=flag.help)
