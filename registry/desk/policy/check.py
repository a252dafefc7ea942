"""Whether anything is wrong with a policy, or with the `licet.yaml` that holds it; and what is right by the letter, yet hardly meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.desk.facts import today
from registry.desk.policy.file import nearest
from registry.desk.policy.policies import find_policy
from registry.errors import FactError, RegistryError, UsageError
from registry.policy.policy import LISTS, Policy, Waiver
from registry.settings import CONFIG_FILE, Settings, with_config
from registry.terms.facts import read_fact
from registry.yaml12 import line_of, read_yaml

if TYPE_CHECKING:
    from registry.desk.session import Desk

SOON = timedelta(days=30)
"""A waiver that ends within so many days is told."""

MAX_LOOKED_UP = 500
"""So many names of a policy are looked up in the catalogue."""

_OPEN = ("developers", "hosts", "datasets", "models")
_ONLY_CONFIG = frozenset(("facts", "app", "applications", "exclude", "signing_key", "policy"))


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check came to, where nothing is wrong.

    Attributes:
        policy: The policy.
        facts: The facts that are stated.
        applications: The applications that are described.
        expired: The waivers that have ended.
        ending: The waivers that end soon.
        doubts: What is hardly meant so, a sentence each.
    """

    policy: Policy
    facts: tuple[str, ...] = ()
    applications: tuple[str, ...] = ()
    expired: tuple[Waiver, ...] = ()
    ending: tuple[Waiver, ...] = ()
    doubts: tuple[str, ...] = ()


def check_policy(desk: Desk, named: str | None) -> Checked:
    """Check a policy, or a `licet.yaml` with all that it says.

    Args:
        desk: The desk.
        named: A policy or a `licet.yaml` by file, or the name of a policy that travels with the program; the `licet.yaml` that holds, if None.

    Raises:
        UsageError: Something is wrong; the message names the line.
    """
    from registry.desk.applications import read_applications

    settings = desk.settings
    whole = named is None
    if named is not None and _is_config(named):
        settings, whole = with_config(settings, Path(named)), True
    desk = replace(desk, settings=settings)
    policy = find_policy(desk, None if whole else named)
    applications = read_applications(settings) if whole else ()
    if whole:
        _check_facts(desk, settings.facts, ("facts",))
        for index, each in enumerate(applications):
            _check_facts(desk, each.facts, ("applications", index, "facts"))
    on = today()
    soon = (date.fromisoformat(on) + SOON).isoformat()
    return Checked(
        policy,
        tuple(settings.facts) if whole else (),
        tuple(each.name for each in applications),
        tuple(waiver for waiver in policy.waivers if not waiver.holds(on)),
        tuple(waiver for waiver in policy.waivers if waiver.holds(on) and not waiver.holds(soon)),
        (*_doubts(policy), *_unknown(desk, policy), *(_doubts_of_config(desk, settings) if whole else ())),
    )


def _is_config(named: str) -> bool:
    """Whether a file is a `licet.yaml` rather than a policy alone."""
    path = Path(named)
    try:
        if not path.is_file():
            return False
        if path.name == CONFIG_FILE:
            return True
        data = read_yaml(path.read_text(encoding="utf-8"), named) if path.stat().st_size <= 1_000_000 else None
    except (OSError, ValueError, RegistryError):
        return False  # what is wrong with it is told where it is read
    return isinstance(data, Mapping) and bool(_ONLY_CONFIG & set(data))


def _check_facts(desk: Desk, facts: Mapping[str, Any], place: tuple[str | int, ...]) -> None:
    """Refuse a fact that cannot be read.

    Raises:
        UsageError: There is one; the message names its line.
    """
    file = desk.settings.config_file
    for name, value in facts.items():
        try:
            read_fact(desk.knowledge.vocabulary, name, value)
        except FactError as error:
            line = line_of(file.read_text(encoding="utf-8"), (*place, name)) if file is not None else None
            raise UsageError(f"`{file}`{f' line {line}' if line else ''}: {error.message}", error.hint) from error


def _doubts(policy: Policy) -> Iterator[str]:
    choices = {kind: choice for kind in LISTS if (choice := policy.choice(kind)).allow is not None or choice.refuse}
    if choices and policy.fail_on is not None and not any(word == "error" or "policy".startswith(word) or word.startswith("POL") for word in policy.fail_on):
        yield f"what the policy refuses is told and stops nothing: `fail_on` has neither `policy` nor `error` ({', '.join(policy.fail_on) or 'nothing'})"
    for kind, choice in choices.items():
        if choice.allow == ():
            yield f"`{kind}.allow` is an empty list, which lets nothing through"
        for name in sorted(set(choice.allow or ()) & set(choice.refuse)):
            yield f"`{kind}`: `{name}` is both allowed and refused, and so refused"
    for code, severity in policy.severity.items():
        if severity == "ignore" and len(code) < 6:
            yield f"`severity`: all findings that begin with `{code}` are left out"
    for waiver in policy.waivers:
        if waiver.model in (None, "*") and waiver.path in (None, "*", "**"):
            yield f"the waiver of {waiver.finding} by {waiver.owner} is about every model and file: name a `model` or a `path`"


def _unknown(desk: Desk, policy: Policy) -> Iterator[str]:
    """Names that nothing in the catalogue bears; of hosts, nothing that the scanner tells apart."""
    from registry.catalogue.queries.matching_names import any_matches, names_of

    asked = [(kind, name) for kind in _OPEN for name in (*(policy.choice(kind).allow or ()), *policy.choice(kind).refuse)][:MAX_LOOKED_UP]
    if not asked:
        return
    words = host_words()
    with desk.catalogue.reading() as connection:
        for kind, name in asked:
            if (kind == "hosts" and name in words) or any_matches(connection, kind, name):
                continue
            near = nearest(name, [*names_of(connection, kind), *(words if kind == "hosts" else ())]) if "*" not in name else None
            yield f"`{kind}`: nothing that is recorded is called `{name}`{f'; {near}' if near else ''}"


def host_words() -> tuple[str, ...]:
    """The words by which the scanner tells through whom a model is reached."""
    from registry.scanner.loaders import read_loaders

    loaders = read_loaders()
    called = {rule.provider for rules in loaders.rules.values() for rule in rules if rule.provider}
    return tuple(sorted(called | set(loaders.facts.hosts.values()) | {"compatible", "other"}))


def _doubts_of_config(desk: Desk, settings: Settings) -> Iterator[str]:
    from registry.desk.applications import read_applications

    around = settings.config_file.parent if settings.config_file is not None else Path()
    for each in read_applications(settings):
        if not (around / each.path).exists():
            yield f"the application `{each.name}` stands in `{each.path}`, which does not exist"
    for name in dict.fromkeys((settings.app, *(each.app for each in read_applications(settings)))):
        if name is not None:
            from registry.desk.lookup import find_app

            try:
                find_app(desk, f"app:{name.removeprefix('app:')}")
            except RegistryError as error:
                yield f"`app: {name}`: {error.message}{f'; {error.hint}' if error.hint else ''}"
