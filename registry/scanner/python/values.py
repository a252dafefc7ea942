"""What the analysis of Python speaks of: points of a program, origins of values, and which bindings can be seen where."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from registry.scanner.certainty import ALWAYS, farther
from registry.scanner.python.scope import Binding, Block, ModuleTree, Scope, Site
from registry.scanner.settings_outside import Setting

ANYWHERE = (1 << 30, 0)
"""A position after every other."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The arguments that a function was called with."""

    call: ast.Call
    point: Point
    function: ast.AST
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Point:
    """Where an expression stands: what is visible there."""

    scope: Scope
    position: tuple[int, int] = ANYWHERE
    block: Block = ()
    bound: Bound | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from.

    Attributes:
        kind: `node` (an expression or definition), `external` (a dotted name from outside), `result` (of calling one), `instance` (of a class of the application),
            `module` (a file of the application) or `unknown`.
        node: The expression, the definition, or the call.
        point: Where that stands.
        dotted: The dotted name of an external or of what was called.
        made: The call that made an instance, if one did.
        how: One of `WORDS`.
        certainty: `ALWAYS`, `USUALLY` or `PERHAPS`.
    """

    kind: str
    node: ast.AST | None = None
    point: Point | None = None
    dotted: str = ""
    made: Bound | None = None
    how: str = "literal"
    certainty: int = ALWAYS

    def seen(self, how: str, certainty: int = ALWAYS) -> Origin:
        """The same, found in a less plain way."""
        return Origin(self.kind, self.node, self.point, self.dotted, self.made, farther(self.how, how), min(self.certainty, certainty))


UNKNOWN = Origin("unknown")
"""A value that could not be followed."""


class Modules(Protocol):
    """The other files of the application."""

    def find(self, dotted: str, level: int, file: str) -> ModuleTree | None:
        """The file that an import names, if it is one of the application."""

    def callers(self, name: str, module: ModuleTree) -> Iterable[Site]:
        """Calls of something of that name anywhere in the application."""

    def outside(self, name: str) -> Iterable[Setting]:
        """What the files of the application set a variable of the environment to."""


def visible(bindings: list[Binding], point: Point) -> Iterator[Binding]:
    """The bindings that can hold at a point: from the last one before it back to the first that surely ran."""
    before = [each for each in bindings if each.position < point.position and not _apart(each.block, point.block)]
    if not before:
        before = [each for each in bindings if not _apart(each.block, point.block)] or bindings
    taken: dict[int, set[int]] = {}
    for binding in reversed(before):
        if binding.kind in ("change", "annotation") and len(before) > 1:
            continue
        yield binding
        if binding.block == point.block[: len(binding.block)]:
            return
        number, branch = binding.block[len(_common(binding.block, point.block))]
        taken.setdefault(number, set()).add(branch)
        if {0, 1} <= taken[number]:
            return


def _common(one: Block, other: Block) -> Block:
    length = 0
    while length < min(len(one), len(other)) and one[length] == other[length]:
        length += 1
    return one[:length]


def _apart(one: Block, other: Block) -> bool:
    """Whether two places lie in branches of one statement that exclude each other."""
    length = len(_common(one, other))
    return length < min(len(one), len(other)) and one[length][0] == other[length][0] and one[length][1] != other[length][1]


def given(call: ast.Call, takes: tuple[int | str, ...]) -> ast.expr | None:
    """The expression of the first of these arguments that a call gives."""
    for take in takes:
        if isinstance(take, int):
            if 0 <= take < len(call.args) and not any(isinstance(each, ast.Starred) for each in call.args[: take + 1]):
                return call.args[take]
        else:
            for keyword in call.keywords:
                if keyword.arg == take:
                    return keyword.value
    return None


def last_step_of(node: ast.expr) -> str:
    """The last step of what an expression names; of a call, of what is called."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Call):
        return last_step_of(node.func)
    return node.id if isinstance(node, ast.Name) else ""


def last_of(dotted: str) -> str:
    """The last step of a dotted name."""
    return dotted.rpartition(".")[2]


def scope_of(origin: Origin) -> Scope | None:
    """The scope that a class or function opens."""
    return origin.point.scope.module.scopes.get(origin.node) if origin.point is not None and origin.node is not None else None
