"""An organisation's policy: what it lets through beyond what the licences say, and who agreed to which exception until when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

IGNORE = "ignore"
"""The severity of a finding that is not to be told."""

UNRESOLVED = ("ignore", "note", "warning", "error")
"""What a name that could not be followed may count as."""

LISTS = ("license_types", "families", "licenses", "developers", "countries", "hosts", "datasets", "models")
"""What may be allowed or refused."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is allowed and what is refused of one kind.

    Attributes:
        allow: Only these; all, if None.
        refuse: None of these, whatever is allowed.
    """

    allow: tuple[str, ...] | None = None
    refuse: tuple[str, ...] = ()

    def refuses(self, value: str | None) -> bool:
        """Whether a value is not let through; one that is not known is refused only where a list says what is allowed."""
        if value is None:
            return self.allow is not None
        return matches(value, self.refuse) or (self.allow is not None and not matches(value, self.allow))


@dataclass(frozen=True, slots=True)
class Waiver:
    """An exception that somebody answers for.

    Attributes:
        finding: The code, or the beginning of codes, that it is about.
        owner: Who answers for it.
        reason: Why it is right.
        expires: The last day on which it holds, ISO.
        model: Which models it is about, as a pattern; all, if None.
        path: Which files it is about, as a pattern; all, if None.
    """

    finding: str
    owner: str
    reason: str
    expires: str
    model: str | None = None
    path: str | None = None

    def covers(self, code: str, subject: str, files: tuple[str, ...]) -> bool:
        """Whether it is about a finding; of one that several files show, about every one of them."""
        if not code.startswith(self.finding):
            return False
        # A dataset is `dataset:NAME` where its terms are meant and `NAME` in a list of a policy; a waiver may write either.
        if self.model is not None and not matches(subject.removeprefix(_DATASET), (self.model.removeprefix(_DATASET),)):
            return False
        return self.path is None or (bool(files) and all(matches_path(file, self.path) for file in files))

    def holds(self, on: str) -> bool:
        """Whether it still holds on a day."""
        return on <= self.expires


@dataclass(frozen=True, slots=True)
class PathRule:
    """What is different for some files.

    Attributes:
        match: Which files, as patterns.
        ignore: They are not judged at all.
        severity: Severities by code or beginning of codes.
    """

    match: tuple[str, ...]
    ignore: bool = False
    severity: Mapping[str, str] = field(default_factory=dict)

    def covers(self, file: str) -> bool:
        """Whether it is about a file."""
        return any(matches_path(file, pattern) for pattern in self.match)


@dataclass(frozen=True, slots=True)
class Policy:
    """What an organisation lets through.

    Attributes:
        name: What it is called.
        description: What it is for.
        interpretation: How unsettled points are taken; the settings' own, if None.
        choices: What is allowed and refused, by the words of `LISTS`.
        minimum_evidence: The weakest evidence of a licence that will do.
        duties_shown: Duties that have to be shown to be done, by their word (`notice-file`, `display`, ...).
        severity: Severities by code or beginning of codes, the longest of which counts.
        fail_on: What ends an audit with exit code 1; the program's own choice, if None.
        unresolved: What a name that could not be followed counts as.
        waivers: The exceptions.
        paths: What is different for some files; the last that is about a file counts.
        within: Where what is audited stands, from where the policy counts its paths: `services/web/`, or nothing.
    """

    name: str = "no policy"
    description: str = ""
    interpretation: str | None = None
    choices: Mapping[str, Choice] = field(default_factory=dict)
    minimum_evidence: str | None = None
    duties_shown: tuple[str, ...] = ()
    severity: Mapping[str, str] = field(default_factory=dict)
    fail_on: tuple[str, ...] | None = None
    unresolved: str = "note"
    waivers: tuple[Waiver, ...] = ()
    paths: tuple[PathRule, ...] = ()
    within: str = ""

    def choice(self, kind: str) -> Choice:
        """What is allowed and refused of a kind."""
        return self.choices.get(kind, _ANY)

    def rule_for(self, file: str) -> PathRule | None:
        """The rule about a file, the last one that is written."""
        return next((rule for rule in reversed(self.paths) if rule.covers(self.within + file)), None)

    def severity_of(self, code: str, usual: str, files: tuple[str, ...] = (), aside: bool = False) -> str:
        """How grave a finding is: by the files that show it, where a rule says so of all of them, else by its code.

        Args:
            code: Its code.
            usual: How grave it is where the policy says nothing.
            files: The files that show it.
            aside: They are no part of what is shipped, so that only a rule about them counts.
        """
        rules = {id(rule): rule for rule in map(self.rule_for, files)}
        if len(rules) == 1:
            rule = next(iter(rules.values()))
            own = _longest(rule.severity, code) if rule is not None else None
            if own is not None:
                return own
        return (None if aside else _longest(self.severity, code)) or usual


_ANY = Choice()
_DATASET = "dataset:"


def extend(base: Policy, own: Policy, stated: frozenset[str]) -> Policy:
    """A policy that builds on another: what it states counts instead, severities one by one; waivers and paths come after those it builds on.

    Args:
        base: What it builds on.
        own: The policy.
        stated: The settings that it states.
    """
    settings = {name: getattr(own, name) for name in ("interpretation", "minimum_evidence", "duties_shown", "fail_on", "unresolved") if name in stated}
    return replace(
        base,
        name=own.name if "name" in stated else base.name,
        description=own.description if "description" in stated else base.description,
        choices={**base.choices, **own.choices},
        severity={**base.severity, **own.severity},
        waivers=base.waivers + own.waivers,
        paths=base.paths + own.paths,
        **settings,
    )


def _longest(severities: Mapping[str, str], code: str) -> str | None:
    fitting = [prefix for prefix in severities if code.startswith(prefix)]
    return severities[max(fitting, key=len)] if fitting else None


def matches(value: str, patterns: tuple[str, ...]) -> bool:
    """Whether a value is one of some names, in which `*` stands for any text; large and small letters are the same."""
    return any(_compiled(pattern.lower(), ".*").fullmatch(value.lower()) for pattern in patterns)


def matches_path(path: str, pattern: str) -> bool:
    """Whether a file is meant by a pattern: `*` within a folder, `**` across folders; a folder stands for all in it."""
    stem = pattern.removeprefix("./").rstrip("/")
    return _compiled(stem, "[^/]*").fullmatch(path) is not None or _compiled(f"{stem}/**", "[^/]*").fullmatch(path) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str, star: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return re.compile("".join({"**/": "(?:.*/)?", "**": ".*", "*": star, "?": "[^/]"}.get(part, re.escape(part)) for part in parts), re.DOTALL)
