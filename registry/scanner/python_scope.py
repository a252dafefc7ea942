"""The scopes of a Python file: which names are bound where, and under which conditions, without running anything."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

Block = tuple[tuple[int, int], ...]
"""The branches around a statement: each a number of the branching statement and of its branch."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
"""A function, asynchronous or not."""


@dataclass(frozen=True, slots=True)
class Binding:
    """One place where a name gets a value.

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


@dataclass(frozen=True, slots=True)
class Site:
    """A call and where it stands."""

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


def take_apart(file: str, tree: ast.Module) -> ModuleTree:
    """The scopes and calls of a file."""
    module = ModuleTree(file, tree)
    module.scope = Scope(module, tree, None)
    module.scopes[tree] = module.scope
    _Walker(module).statements(tree.body, module.scope, ())
    return module


_LEAVES = frozenset(
    (
        ast.Name,
        ast.Constant,
        ast.Load,
        ast.Store,
        ast.Del,
        *ast.operator.__subclasses__(),
        *ast.cmpop.__subclasses__(),
        *ast.boolop.__subclasses__(),
        *ast.unaryop.__subclasses__(),
    )
)
"""What has no parts that matter."""

_BINDING = frozenset((ast.Lambda, ast.IfExp, ast.comprehension, ast.NamedExpr))
"""What binds a name within an expression, or decides between two."""


class _Walker:
    """Goes through a file once and notes what is bound and called."""

    def __init__(self, module: ModuleTree) -> None:
        self._module = module
        self._branches = 0

    def statements(self, body: list[ast.stmt], scope: Scope, block: Block) -> None:
        for statement in body:
            self._statement(statement, scope, block)

    def _statement(self, node: ast.stmt, scope: Scope, block: Block) -> None:
        position = (node.lineno, node.col_offset)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self._function(node, scope, block)
        elif isinstance(node, ast.ClassDef):
            self._bind(scope, node.name, Binding("define", node, position, block))
            for part in (*node.bases, *(keyword.value for keyword in node.keywords), *node.decorator_list):
                self._expression(part, scope, block)
            inner = Scope(self._module, node, scope)
            self._module.scopes[node] = inner
            self.statements(node.body, inner, ())
        elif isinstance(node, ast.Import):
            for alias in node.names:
                dotted = alias.name if alias.asname else alias.name.partition(".")[0]
                self._bind(scope, alias.asname or dotted, Binding("import", node, position, block, name=dotted))
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name == "*":
                    scope.stars.append((node.module or "", node.level))
                else:
                    dotted = f"{node.module}.{alias.name}" if node.module else alias.name
                    self._bind(scope, alias.asname or alias.name, Binding("import", node, position, block, name=dotted, level=node.level))
        else:
            self._other(node, scope, block, position)

    def _other(self, node: ast.stmt, scope: Scope, block: Block, position: tuple[int, int]) -> None:
        if isinstance(node, ast.Assign):
            self._expression(node.value, scope, block)
            for target in node.targets:
                self._target(target, node.value, scope, block, position)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                self._expression(node.value, scope, block)
                self._target(node.target, node.value, scope, block, position)
            elif isinstance(node.target, ast.Name):
                self._bind(scope, node.target.id, Binding("annotation", node.annotation, position, block))
        elif isinstance(node, ast.AugAssign):
            self._expression(node.value, scope, block)
            if isinstance(node.target, ast.Name):
                self._bind(scope, node.target.id, Binding("change", node.value, position, block))
        elif isinstance(node, ast.If | ast.While):
            self._branch(node, scope, block)
        elif isinstance(node, ast.For | ast.AsyncFor):
            self._expression(node.iter, scope, block)
            inner = (*block, (self._next(), 0))
            self._element(node.target, node.iter, scope, inner, position)
            self.statements(node.body, scope, inner)
            self.statements(node.orelse, scope, block)
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                self._expression(item.context_expr, scope, block)
                if item.optional_vars is not None:
                    self._target(item.optional_vars, item.context_expr, scope, block, position)
            self.statements(node.body, scope, block)
        elif isinstance(node, ast.Try | ast.TryStar):
            number = self._next()
            self.statements(node.body, scope, (*block, (number, 2)))
            for handler in node.handlers:
                self.statements(handler.body, scope, (*block, (self._next(), 2)))
            self.statements(node.orelse, scope, block)
            self.statements(node.finalbody, scope, block)
        elif isinstance(node, ast.Match):
            self._expression(node.subject, scope, block)
            number = self._next()
            for place, case in enumerate(node.cases):
                branch = (number, place + 3)
                constants = [each.value for each in ast.walk(case.pattern) if isinstance(each, ast.MatchValue) and isinstance(each.value, ast.Constant)]
                if constants:
                    self._module.guards[branch] = {ast.dump(node.subject): constants}
                self.statements(case.body, scope, (*block, branch))
        else:
            if isinstance(node, ast.Return) and node.value is not None:
                scope.returns.append((node.value, position, block))
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self._expression(child, scope, block)

    def _branch(self, node: ast.If | ast.While, scope: Scope, block: Block) -> None:
        self._expression(node.test, scope, block)
        number = self._next()
        guards = _compared(node.test)
        if guards:
            self._module.guards[number, 0] = guards
        self.statements(node.body, scope, (*block, (number, 0)))
        self.statements(node.orelse, scope, (*block, (number, 1)))

    def _function(self, node: Function, scope: Scope, block: Block) -> None:
        self._bind(scope, node.name, Binding("define", node, (node.lineno, node.col_offset), block))
        inner = Scope(self._module, node, scope)
        self._module.scopes[node] = inner
        for part in (*node.decorator_list, *node.args.defaults, *(each for each in node.args.kw_defaults if each is not None)):
            self._expression(part, scope, block)
        self._parameters(node.args, inner)
        self.statements(node.body, inner, ())

    def _parameters(self, arguments: ast.arguments, inner: Scope) -> None:
        everything = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        for parameter in (*everything, *(each for each in (arguments.vararg, arguments.kwarg) if each is not None)):
            self._bind(inner, parameter.arg, Binding("parameter", parameter, (0, 0), ()))

    def _next(self) -> int:
        self._branches += 1
        return self._branches

    def _bind(self, scope: Scope, name: str, binding: Binding) -> None:
        scope.names.setdefault(name, []).append(binding)

    def _target(self, target: ast.expr, value: ast.expr, scope: Scope, block: Block, position: tuple[int, int]) -> None:
        if isinstance(target, ast.Name):
            self._bind(scope, target.id, Binding("value", value, position, block))
        elif isinstance(target, ast.Tuple | ast.List):
            for index, part in enumerate(target.elts):
                if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
                    self._target(part, value.elts[index], scope, block, position)
                elif isinstance(part, ast.Name):
                    self._bind(scope, part.id, Binding("unpack", value, position, block, index))
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            owner = _class_around(scope)
            if owner is not None and target.value.id in ("self", "cls"):
                owner.attributes.setdefault(target.attr, []).append((value, scope, position, block))

    def _element(self, target: ast.expr, sequence: ast.expr, scope: Scope, block: Block, position: tuple[int, int]) -> None:
        if isinstance(target, ast.Name):
            self._bind(scope, target.id, Binding("element", sequence, position, block, -1))
        elif isinstance(target, ast.Tuple | ast.List):
            for index, part in enumerate(target.elts):
                if isinstance(part, ast.Name):
                    self._bind(scope, part.id, Binding("element", sequence, position, block, index))

    def _expression(self, node: ast.expr, scope: Scope, block: Block) -> None:
        """Note the calls of an expression, and the names that its comprehensions and lambdas bind."""
        if type(node) in _LEAVES:
            return
        pending: list[tuple[ast.AST, Block]] = [(node, block)]
        while pending:
            each, around = pending.pop()
            if type(each) is ast.Attribute:
                if type(each.value) not in _LEAVES:
                    pending.append((each.value, around))
                continue
            if isinstance(each, ast.Call):
                site = Site(each, scope, around)
                self._module.calls.append(site)
                self._module.sites.setdefault(last_step(each.func), []).append(site)
                if type(each.func) not in _LEAVES:
                    pending.append((each.func, around))
                pending.extend([(part, around) for part in each.args if type(part) not in _LEAVES])
                pending.extend([(keyword.value, around) for keyword in each.keywords if type(keyword.value) not in _LEAVES])
                continue
            if type(each) in _BINDING:
                pending.extend(self._bound(each, scope, around))
                continue
            for name in each._fields:
                value = getattr(each, name, None)
                if type(value) is list:
                    pending.extend([(one, around) for one in value if isinstance(one, ast.AST) and type(one) not in _LEAVES])
                elif isinstance(value, ast.AST) and type(value) not in _LEAVES:
                    pending.append((value, around))

    def _bound(self, each: ast.AST, scope: Scope, around: Block) -> list[tuple[ast.AST, Block]]:
        """Note what an expression binds or decides, and give back the parts that are still to be looked at."""
        if isinstance(each, ast.Lambda):
            inner = Scope(self._module, each, scope)
            self._module.scopes[each] = inner
            self._parameters(each.args, inner)
            inner.returns.append((each.body, (each.lineno, each.col_offset), ()))
            self._expression(each.body, inner, ())
            return [(part, around) for part in (*each.args.defaults, *(one for one in each.args.kw_defaults if one is not None))]
        if isinstance(each, ast.IfExp):
            guards = _compared(each.test)
            if guards:
                number = self._next()
                self._module.guards[number, 0] = guards
                return [(each.test, around), (each.body, (*around, (number, 0))), (each.orelse, (*around, (number, 1)))]
        elif isinstance(each, ast.comprehension):
            self._element(each.target, each.iter, scope, around, (getattr(each.iter, "lineno", 0), 0))
        elif isinstance(each, ast.NamedExpr) and isinstance(each.target, ast.Name):
            self._bind(scope, each.target.id, Binding("value", each.value, (each.lineno, each.col_offset), around))
        return [(part, around) for part in ast.iter_child_nodes(each)]


def last_step(function: ast.expr) -> str:
    """The last step of what is called, as written."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _class_around(scope: Scope) -> Scope | None:
    around = scope.parent
    while around is not None and not around.is_class:
        around = around.parent
    return around


def _compared(test: ast.expr) -> dict[str, list[ast.Constant]]:
    """What expressions are compared with, where the test holds: `x == "a"`, `x in ("a", "b")`, joined by `or` or `and`."""
    found: dict[str, list[ast.Constant]] = {}
    pending: list[ast.expr] = [test]
    while pending:
        each = pending.pop()
        if isinstance(each, ast.BoolOp):
            pending.extend(each.values)
        elif isinstance(each, ast.Compare) and len(each.ops) == 1:
            left, right = each.left, each.comparators[0]
            if isinstance(each.ops[0], ast.Eq):
                if isinstance(left, ast.Constant):
                    left, right = right, left
                values: list[ast.expr] = [right]
            elif isinstance(each.ops[0], ast.In) and isinstance(right, ast.List | ast.Tuple | ast.Set):
                values = right.elts
            else:
                continue
            constants = [value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)]
            if constants:
                found.setdefault(ast.dump(left), []).extend(constants)
    return found
