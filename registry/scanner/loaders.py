"""Which calls name models: `data/loaders.yaml`, made ready to be asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from registry.resources import resource_dir
from registry.scanner.facts import Facts, read_facts
from registry.yaml12 import read_yaml

FILE = "loaders.yaml"
"""The file of `data/` that holds them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A callable, and which of its arguments names what.

    Attributes:
        library: The library it belongs to.
        provider: Where its names live.
        name: Which dotted names it has, as a pattern.
        take: Positions and keywords of the argument.
        about: `model` or `dataset`.
        kind: How it is used.
        form: How the name is read.
        bare: What a name without an owner stands for.
        keep: Names that `bare` does not apply to.
        shape: What a name has to match.
        default: The name where none is given.
        task: The argument that names a task with a default of its own.
        when: The argument without which nothing is loaded.
        within: Keys under which the name stands.
        second: The argument that completes it.
        guess: The receiver is not known: what is found has to look like a name.
        objects: It takes an object as well as a name.
        root: What its dotted names begin with; empty where that varies.
    """

    library: str
    provider: str
    name: str = ""
    take: tuple[int | str, ...] = ()
    about: str = "model"
    kind: str = "load"
    form: str = "hub"
    bare: str | None = None
    keep: frozenset[str] = frozenset()
    shape: re.Pattern[str] | None = None
    default: str | None = None
    task: tuple[int | str, ...] = ()
    when: tuple[int | str, ...] = ()
    within: tuple[str, ...] = ()
    second: tuple[int | str, ...] = ()
    guess: bool = False
    objects: bool = False
    root: str = ""

    def bare_of(self, name: str, second: str | None) -> str:
        """What a name without an owner stands for."""
        return (self.bare or "{}").replace("{second}", second or "").replace("{}", name, 1)


@dataclass(frozen=True, slots=True)
class Pass:
    """A callable that gives back one of its arguments, or an entry of it.

    Attributes:
        name: Which dotted names it has, as a pattern.
        take: Positions and keywords of the argument.
        word: How a name found through it is said to be found, if in a way of its own.
    """

    name: str
    take: tuple[int | str, ...]
    word: str | None = None


@dataclass(frozen=True, slots=True)
class Loaders:
    """Every rule, found by the last step of a dotted name.

    Attributes:
        rules: Rules by last step; those that end in a pattern under `*`.
        guesses: The same for calls on what could not be followed.
        passes: What gives back an argument, by last step.
        imports: The top-level modules of the libraries.
        facts: The facts beside them.
        endings: Which last steps the patterns under `*` have.
    """

    rules: Mapping[str, tuple[Rule, ...]]
    guesses: Mapping[str, tuple[Rule, ...]]
    passes: Mapping[str, tuple[Pass, ...]]
    imports: frozenset[str]
    facts: Facts
    endings: re.Pattern[str]

    def match(self, dotted: str) -> list[Rule]:
        """The rules of a callable; of those that take the same argument only the first."""
        last = dotted.rpartition(".")[2]
        known = (*self.rules.get(last, ()), *self.rules.get("*", ()))
        return _distinct(rule for rule in known if dotted.startswith(rule.root) and pattern_of(rule.name).fullmatch(dotted))

    def wants(self, last: str) -> bool:
        """Whether a callable with that last step can be one of a rule."""
        return last in self.rules or last in self.guesses or self.endings.fullmatch(last) is not None

    def guess(self, steps: str) -> list[Rule]:
        """The rules of a method whose receiver could not be followed."""
        found = self.guesses.get(steps.rpartition(".")[2], ())
        return _distinct(rule for rule in found if pattern_of(rule.name).fullmatch(steps))

    def passing(self, dotted: str) -> Pass | None:
        """What is known of a callable that gives an argument back."""
        return next((each for each in self.passes.get(dotted.rpartition(".")[2], ()) if pattern_of(each.name).fullmatch(dotted)), None)


def _distinct(rules: Iterable[Rule]) -> list[Rule]:
    found: list[Rule] = []
    taken: set[int | str] = set()
    for rule in rules:
        if not taken.intersection(rule.take) and (rule.take or not found):
            found.append(rule)
            taken.update(rule.take)
    return found


@dataclass(frozen=True, slots=True)
class Program:
    """A program, and which of its arguments names a model.

    Attributes:
        words: What has to follow its name; one of them.
        rule: How the argument is read; `take` holds positions after the words, and flags.
    """

    words: frozenset[str]
    rule: Rule


@dataclass(frozen=True, slots=True)
class Programs:
    """What commands name.

    Attributes:
        by_name: Programs by name.
        flags: What a flag of any program names: model or dataset.
        packages: The model that a package carries.
        scripts: The rule of what a JavaScript package exports.
    """

    by_name: Mapping[str, tuple[Program, ...]]
    flags: Mapping[str, str]
    packages: Mapping[str, str]
    scripts: Mapping[str, Rule]


@lru_cache(maxsize=1)
def read_programs() -> Programs:
    """The programs and packages of this installation."""
    data = _data()
    programs: dict[str, list[Program]] = {}
    for entry in data["programs"]:
        rule = _rule(entry, entry["program"], entry["program"], "hub")
        programs.setdefault(entry["program"], []).append(Program(frozenset(entry.get("words", ())), rule))
    scripts = {entry["package"]: _rule({"take": (), **entry}, entry["package"], entry["package"], "hub") for entry in data["scripts"]}
    return Programs(
        {name: tuple(each) for name, each in programs.items()},
        {flag: about for about, flags in data["flags"].items() for flag in flags},
        {entry["package"]: entry["model"] for entry in data["packages"]},
        scripts,
    )


@lru_cache(maxsize=1)
def _data() -> Any:
    return read_yaml((resource_dir("data") / FILE).read_text(encoding="utf-8"), FILE, ours=True)


@lru_cache(maxsize=1)
def read_loaders() -> Loaders:
    """The rules of this installation."""
    data = _data()
    rules: dict[str, list[Rule]] = {}
    guesses: dict[str, list[Rule]] = {}
    imports: set[str] = set()
    endings: set[str] = set()
    for library in data["libraries"]:
        imports.update(library["imports"])
        for call in library["calls"]:
            for name in call["names"]:
                last = name.rpartition(".")[2]
                if "*" in last:
                    endings.add(pattern_of(last).pattern)
                rules.setdefault("*" if "*" in last else last, []).append(_rule(call, name, library["library"], library["provider"]))
    for call in data["methods"]:
        for name in call["names"]:
            guesses.setdefault(name.rpartition(".")[2], []).append(_rule(call, f"**.{name}", "", call["provider"], guess=True))
    passes: dict[str, list[Pass]] = {}
    for entry in data["passes"]:
        for name in entry["names"]:
            passes.setdefault(name.rpartition(".")[2], []).append(Pass(name, tuple(entry["take"]), entry.get("as")))
    return Loaders(
        {last: tuple(each) for last, each in rules.items()},
        {last: tuple(each) for last, each in guesses.items()},
        {last: tuple(each) for last, each in passes.items()},
        frozenset(imports),
        read_facts(data["facts"]),
        re.compile("|".join(sorted(endings))),
    )


def _rule(call: Mapping[str, Any], name: str, library: str, provider: str, guess: bool = False) -> Rule:
    provider = call.get("provider", provider)
    return Rule(
        library or name.removeprefix("**."),
        provider,
        name,
        tuple(call["take"]),
        call.get("about", "model"),
        call.get("kind", "load"),
        call.get("form") or ("hub" if provider in ("hub", "coqui", "ultralytics", "modelscope", "torch-hub", "replicate") else "api"),
        call.get("bare"),
        frozenset(call.get("keep", ())),
        re.compile(call["shape"]) if "shape" in call else None,
        call.get("default"),
        tuple(call.get("task", ())),
        tuple(call.get("when", ())),
        tuple(call.get("within", ())),
        tuple(call.get("second", ())),
        guess,
        bool(call.get("objects", False)),
        name.partition(".")[0].partition("*")[0],
    )


@lru_cache(maxsize=4096)
def pattern_of(name: str) -> re.Pattern[str]:
    """A dotted name with `*` within a step and `**` for any steps, as a regular expression."""
    text = "".join({"**.": r"(?:\w+\.)*", ".**": r"(?:\.\w+)*", "*": r"\w*"}.get(part, re.escape(part)) for part in re.split(r"(\*\*\.|\.\*\*$|\*)", name))
    return re.compile(text)
