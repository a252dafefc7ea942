"""Takes a Python file apart: goes through its syntax tree once and notes what is bound and called, and where."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from registry.scanner.python.scope import Binding, Block, Function, ModuleTree, Scope, Site


def take_apart(file: str, tree: ast.Module) -> ModuleTree:
    """The scopes and calls of a file."""
    module = ModuleTree(file, tree)
    module.scope = Scope(module, tree, None)
    module.scopes[tree] = module.scope
    _Walker(module).statements(tree.body, module.scope, ())
    return module


_LEAVES = frozenset((
    ast.Name, ast.Constant, ast.Load, ast.Store, ast.Del,
    *ast.operator.__subclasses__(), *ast.cmpop.__subclasses__(), *ast.boolop.__subclasses__(), *ast.unaryop.__subclasses__(),
))  # fmt: skip
"""What has no parts that matter."""

_BINDING = frozenset((ast.Lambda, ast.IfExp, ast.comprehension, ast.NamedExpr))
"""What binds a name within an expression, or decides between two."""


class _Walker:
    """Goes through a file once and notes what is bound and called. Which method takes a statement is looked up by its type: files hold thousands."""

    def __init__(self, module: ModuleTree) -> None:
        self._module = module
        self._branches = 0
        self._by_type: dict[type[ast.AST], Callable[[Any, Scope, Block], None]] = {
            ast.FunctionDef: self._function, ast.AsyncFunctionDef: self._function, ast.ClassDef: self._class,
            ast.Import: self._import, ast.ImportFrom: self._import_from,
            ast.Assign: self._assign, ast.AnnAssign: self._annotated, ast.AugAssign: self._changed,
            ast.If: self._branch, ast.While: self._branch, ast.For: self._loop, ast.AsyncFor: self._loop,
            ast.With: self._with, ast.AsyncWith: self._with, ast.Try: self._try, ast.TryStar: self._try, ast.Match: self._match,
            ast.Return: self._return, ast.Expr: self._plain,
        }  # fmt: skip

    def statements(self, body: list[ast.stmt], scope: Scope, block: Block) -> None:
        by_type = self._by_type
        for statement in body:
            take = by_type.get(type(statement))
            if take is not None:
                take(statement, scope, block)
            else:
                self._other(statement, scope, block)

    def _class(self, node: ast.ClassDef, scope: Scope, block: Block) -> None:
        self._bind(scope, node.name, Binding("define", node, (node.lineno, node.col_offset), block))
        for part in (*node.bases, *(keyword.value for keyword in node.keywords), *node.decorator_list):
            self._expression(part, scope, block)
        inner = Scope(self._module, node, scope)
        self._module.scopes[node] = inner
        self.statements(node.body, inner, ())

    def _import(self, node: ast.Import, scope: Scope, block: Block) -> None:
        for alias in node.names:
            dotted = alias.name if alias.asname else alias.name.partition(".")[0]
            self._bind(scope, alias.asname or dotted, Binding("import", node, (node.lineno, node.col_offset), block, name=dotted))

    def _import_from(self, node: ast.ImportFrom, scope: Scope, block: Block) -> None:
        for alias in node.names:
            if alias.name == "*":
                scope.stars.append((node.module or "", node.level))
            else:
                dotted = f"{node.module}.{alias.name}" if node.module else alias.name
                position = (node.lineno, node.col_offset)
                self._bind(scope, alias.asname or alias.name, Binding("import", node, position, block, name=dotted, level=node.level))

    def _assign(self, node: ast.Assign, scope: Scope, block: Block) -> None:
        self._expression(node.value, scope, block)
        for target in node.targets:
            self._target(target, node.value, scope, block, (node.lineno, node.col_offset))

    def _annotated(self, node: ast.AnnAssign, scope: Scope, block: Block) -> None:
        position = (node.lineno, node.col_offset)
        if node.value is not None:
            self._expression(node.value, scope, block)
            self._target(node.target, node.value, scope, block, position)
        elif isinstance(node.target, ast.Name):
            self._bind(scope, node.target.id, Binding("annotation", node.annotation, position, block))

    def _changed(self, node: ast.AugAssign, scope: Scope, block: Block) -> None:
        self._expression(node.value, scope, block)
        if isinstance(node.target, ast.Name):
            self._bind(scope, node.target.id, Binding("change", node.value, (node.lineno, node.col_offset), block))

    def _loop(self, node: ast.For | ast.AsyncFor, scope: Scope, block: Block) -> None:
        self._expression(node.iter, scope, block)
        inner = (*block, (self._next(), 0))
        self._element(node.target, node.iter, scope, inner, (node.lineno, node.col_offset))
        self.statements(node.body, scope, inner)
        self.statements(node.orelse, scope, block)

    def _with(self, node: ast.With | ast.AsyncWith, scope: Scope, block: Block) -> None:
        for item in node.items:
            self._expression(item.context_expr, scope, block)
            if item.optional_vars is not None:
                self._target(item.optional_vars, item.context_expr, scope, block, (node.lineno, node.col_offset))
        self.statements(node.body, scope, block)

    def _try(self, node: ast.Try | ast.TryStar, scope: Scope, block: Block) -> None:
        number = self._next()
        self.statements(node.body, scope, (*block, (number, 2)))
        for handler in node.handlers:
            self.statements(handler.body, scope, (*block, (self._next(), 2)))
        self.statements(node.orelse, scope, block)
        self.statements(node.finalbody, scope, block)

    def _match(self, node: ast.Match, scope: Scope, block: Block) -> None:
        self._expression(node.subject, scope, block)
        number = self._next()
        for place, case in enumerate(node.cases):
            branch = (number, place + 3)
            constants = [each.value for each in ast.walk(case.pattern) if isinstance(each, ast.MatchValue) and isinstance(each.value, ast.Constant)]
            if constants:
                self._module.guards[branch] = {ast.dump(node.subject): constants}
            self.statements(case.body, scope, (*block, branch))

    def _return(self, node: ast.Return, scope: Scope, block: Block) -> None:
        if node.value is not None:
            scope.returns.append((node.value, (node.lineno, node.col_offset), block))
            self._expression(node.value, scope, block)

    def _plain(self, node: ast.Expr, scope: Scope, block: Block) -> None:
        self._expression(node.value, scope, block)

    def _other(self, node: ast.stmt, scope: Scope, block: Block) -> None:
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
        for part in (*node.decorator_list, *node.args.defaults, *node.args.kw_defaults):
            if part is not None and type(part) not in _LEAVES:
                self._expression(part, scope, block)
        self._parameters(node.args, inner)
        self.statements(node.body, inner, ())

    def _parameters(self, arguments: ast.arguments, inner: Scope) -> None:
        names = inner.names
        for parameter in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
            if parameter is not None:
                names.setdefault(parameter.arg, []).append(Binding("parameter", parameter, (0, 0), ()))

    def _next(self) -> int:
        self._branches += 1
        return self._branches

    def _bind(self, scope: Scope, name: str, binding: Binding) -> None:
        scope.names.setdefault(name, []).append(binding)

    def _target(self, target: ast.expr, value: ast.expr, scope: Scope, block: Block, position: tuple[int, int]) -> None:
        if type(target) is ast.Name:
            self._bind(scope, target.id, Binding("value", value, position, block))
        elif type(target) is ast.Attribute:
            if isinstance(target.value, ast.Name) and target.value.id in ("self", "cls"):
                owner = _class_around(scope)
                if owner is not None:
                    owner.attributes.setdefault(target.attr, []).append((value, scope, position, block))
        elif isinstance(target, ast.Tuple | ast.List):
            for index, part in enumerate(target.elts):
                if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
                    self._target(part, value.elts[index], scope, block, position)
                elif isinstance(part, ast.Name):
                    self._bind(scope, part.id, Binding("unpack", value, position, block, index))

    def _element(self, target: ast.expr, sequence: ast.expr, scope: Scope, block: Block, position: tuple[int, int]) -> None:
        if isinstance(target, ast.Name):
            self._bind(scope, target.id, Binding("element", sequence, position, block, -1))
        elif isinstance(target, ast.Tuple | ast.List):
            for index, part in enumerate(target.elts):
                if isinstance(part, ast.Name):
                    self._bind(scope, part.id, Binding("element", sequence, position, block, index))

    def _expression(self, node: ast.expr, scope: Scope, block: Block) -> None:
        """Note the calls of an expression, and the names that its comprehensions and lambdas bind."""
        leaves = _LEAVES
        if type(node) in leaves:
            return
        calls, sites = self._module.calls, self._module.sites
        pending: list[tuple[ast.AST, Block]] = [(node, block)]
        while pending:
            each, around = pending.pop()
            kind = type(each)
            if kind is ast.Attribute:
                if type(each.value) not in leaves:  # type: ignore[attr-defined]
                    pending.append((each.value, around))  # type: ignore[attr-defined]
            elif isinstance(each, ast.Call):
                site = Site(each, scope, around)
                calls.append(site)
                function = each.func
                last = function.attr if type(function) is ast.Attribute else function.id if type(function) is ast.Name else ""
                if last in sites:
                    sites[last].append(site)
                else:
                    sites[last] = [site]
                if type(function) not in leaves:
                    pending.append((function, around))
                pending += [(part, around) for part in each.args if type(part) not in leaves]
                pending += [(keyword.value, around) for keyword in each.keywords if type(keyword.value) not in leaves]
            elif kind in _BINDING:
                pending.extend(self._bound(each, scope, around))
            else:
                for name in kind._fields:
                    value = getattr(each, name, None)
                    if type(value) is list:
                        pending += [(one, around) for one in value if type(one) not in leaves and isinstance(one, ast.AST)]
                    elif type(value) not in leaves and isinstance(value, ast.AST):
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
