"""The scopes of a Python file: which names are bound where, and under which conditions, without running anything."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

Block = tuple[tuple[int, int], ...]
"""The branches around a statement: each a number of the branching statement and of its branch."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
"""A function, asynchronous or not."""


@dataclass(slots=True, eq=False)
class Binding:
    """One place where a name gets a value. Nobody changes one; that it is not frozen is for speed, since there are tens of thousands.

    Attributes:
        kind: `value`, `element` (of a loop), `unpack`, `import`, `define`, `parameter`, `change` or `opaque`.
        node: The expression, statement or parameter.
        position: Line and column of the statement.
        block: The branches around it.
        index: Which part is taken, for `unpack`.
        name: The dotted name, for `import`.
        level: The dots before it, for `import`.
    """

    kind: str
    node: ast.AST | None
    position: tuple[int, int]
    block: Block
    index: int = 0
    name: str = ""
    level: int = 0


@dataclass(slots=True, eq=False)
class Scope:
    """A module, class or function with the names bound in it.

    Attributes:
        module: The file it belongs to.
        node: What opens it.
        parent: The scope around it.
        names: Every binding of a name, in order.
        attributes: For a class, what methods assign to `self.NAME`: the expression, the scope it stands in, its position and block.
        stars: Modules of which all names are imported.
        returns: What a function gives back, with position and branches.
    """

    module: ModuleTree
    node: ast.AST
    parent: Scope | None
    names: dict[str, list[Binding]] = field(default_factory=dict)
    attributes: dict[str, list[tuple[ast.expr, Scope, tuple[int, int], Block]]] = field(default_factory=dict)
    stars: list[tuple[str, int]] = field(default_factory=list)
    returns: list[tuple[ast.expr, tuple[int, int], Block]] = field(default_factory=list)

    @property
    def is_class(self) -> bool:
        """Whether it is the body of a class."""
        return isinstance(self.node, ast.ClassDef)


@dataclass(slots=True, eq=False)
class Site:
    """A call and where it stands. Nobody changes one, as with bindings."""

    call: ast.Call
    scope: Scope
    block: Block


@dataclass(slots=True, eq=False)
class ModuleTree:
    """One Python file, taken apart.

    Attributes:
        file: The file.
        tree: Its syntax tree.
        scope: The scope of the module.
        scopes: The scope that each function or class opens.
        calls: Every call.
        sites: The calls by the last step of what is called, as written.
        guards: What an expression is compared with in the test of a branch.
    """

    file: str
    tree: ast.Module
    scope: Scope = field(init=False)
    scopes: dict[ast.AST, Scope] = field(default_factory=dict)
    calls: list[Site] = field(default_factory=list)
    sites: dict[str, list[Site]] = field(default_factory=dict)
    guards: dict[tuple[int, int], dict[str, list[ast.Constant]]] = field(default_factory=dict)

    def forget(self) -> None:
        """Let go of what it holds, which holds it in turn; without this only the collector could free it."""
        for scope in self.scopes.values():
            scope.names.clear()
            scope.attributes.clear()
            scope.returns.clear()
        for held in (self.scopes, self.calls, self.sites, self.guards):
            held.clear()
        self.tree = ast.Module([], [])
        self.scope.node = self.tree
