"""Where the value of a Python expression comes from: followed through names, attributes, calls and modules, never run.

The answer is a set of origins, since a name may have been given several values: literals, things imported from outside, what calling those returned, and
instances of the application's own classes. It is bounded in depth and in steps; what lies beyond is unknown.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from registry.scanner.certainty import ALWAYS, USUALLY
from registry.scanner.loaders import Loaders
from registry.scanner.python.members import attribute, called, entry
from registry.scanner.python.parameters import annotated, parameter
from registry.scanner.python.scope import Binding, ModuleTree, Scope
from registry.scanner.python.values import UNKNOWN, Modules, Origin, Point, given, last_step_of, visible

MAX_DEPTH = 24
"""So far an expression is followed."""

MAX_STEPS = 4_000
"""So many steps are taken for one question."""

MAX_ORIGINS = 64
"""So many values are kept for one expression."""


class Origins:
    """Follows expressions.

    Args:
        modules: The other files.
        loaders: What is known of libraries.
    """

    def __init__(self, modules: Modules, loaders: Loaders) -> None:
        self.modules = modules
        self.loaders = loaders
        self._steps = 0
        self._depth = 0
        self._active: set[tuple[int, int, int]] = set()

    def of(self, node: ast.AST | None, point: Point) -> list[Origin]:
        """The origins of an expression."""
        if self._depth == 0:
            self._steps = 0
        self._steps += 1
        key = (id(node), id(point.scope), id(point.bound.call) if point.bound else 0)
        if node is None or self._depth > MAX_DEPTH or self._steps > MAX_STEPS or key in self._active:
            return [UNKNOWN]
        self._active.add(key)
        self._depth += 1
        try:
            return list(_unlike(self._of(node, point)))
        finally:
            self._depth -= 1
            self._active.discard(key)

    def _of(self, node: ast.AST, point: Point) -> Iterator[Origin]:
        if isinstance(node, ast.Name):
            yield from self.named(node.id, point)
        elif isinstance(node, ast.Attribute):
            for origin in self.of(node.value, point):
                yield from attribute(self, origin, node.attr)
        elif isinstance(node, ast.Subscript):
            yield from entry(self, node, point)
        elif isinstance(node, ast.Call):
            yield from called(self, node, point)
        elif isinstance(node, ast.IfExp):
            for part in (node.body, node.orelse):
                yield from (origin.seen("literal", USUALLY) for origin in self.of(part, point))
        elif isinstance(node, ast.BoolOp):
            word = "environment default" if "env" in ast.dump(node.values[0]) else "default"
            for index, part in enumerate(node.values):
                how = word if index and isinstance(node.op, ast.Or) else "literal"
                yield from (origin.seen(how, USUALLY) for origin in self.of(part, point))
        elif isinstance(node, ast.NamedExpr | ast.Await | ast.Starred | ast.Expr):
            yield from self.of(node.value, point)
        else:
            yield Origin("node", node, point)

    # Names

    def named(self, name: str, point: Point) -> Iterator[Origin]:
        """What a name can be at a point."""
        scope: Scope | None = point.scope
        here = point
        while scope is not None:
            bindings = scope.names.get(name)
            if bindings and not (scope.is_class and scope is not point.scope):
                seen = list(visible(bindings, here))
                sure = ALWAYS if len(seen) == 1 else USUALLY
                for binding in seen:
                    yield from (origin.seen("literal", sure) for origin in self.binding(binding, name, scope, here))
                return
            if scope.parent is None:
                for dotted, level in scope.stars:
                    module = self.modules.find(dotted, level, scope.module.file)
                    if module is not None and name in module.scope.names:
                        yield from self.elsewhere(module, name)
                        return
            scope = scope.parent
            here = Point(scope, bound=None) if scope is not None else here
        yield Origin("external", dotted=name)

    def binding(self, binding: Binding, name: str, scope: Scope, here: Point) -> Iterator[Origin]:
        """What one binding of a name can be."""
        point = Point(scope, binding.position, binding.block, here.bound if here.scope is scope else None)
        if binding.kind == "value":
            yield from (origin.seen("constant") if origin.kind == "node" else origin for origin in self.of(binding.node, point))
        elif binding.kind == "import":
            yield from self.imported(binding.name, binding.level, scope.module.file)
        elif binding.kind == "define":
            yield Origin("node", binding.node, point)
        elif binding.kind == "parameter":
            yield from parameter(self, binding, name, scope, here)
        elif binding.kind in ("element", "unpack"):
            for origin in self.of(binding.node, point):
                yield from self._part(origin, binding)
        elif binding.kind == "annotation":
            yield from annotated(self, binding.node, point)
        else:
            yield UNKNOWN

    def imported(self, dotted: str, level: int, file: str) -> Iterator[Origin]:
        """What an import binds: a file of the application, a name in one, or something from outside."""
        if level == 0 and dotted.partition(".")[0] in self.loaders.imports:
            yield Origin("external", dotted=dotted)
            return
        module = self.modules.find(dotted, level, file)
        if module is not None:
            yield Origin("module", point=Point(module.scope), dotted=dotted)
            return
        owner, _, name = dotted.rpartition(".")
        module = self.modules.find(owner, level, file) if owner or level else None
        if module is not None:
            yield from (origin.seen("constant") if origin.kind == "node" else origin for origin in self.elsewhere(module, name))
        else:
            yield Origin("external", dotted=dotted)

    def elsewhere(self, module: ModuleTree, name: str) -> list[Origin]:
        """What a name of another file can be; files may import it from each other in a circle."""
        key = (id(module), hash(name), 0)
        if key in self._active:
            return [UNKNOWN]
        self._active.add(key)
        try:
            return list(self.named(name, Point(module.scope)))
        finally:
            self._active.discard(key)

    def _part(self, origin: Origin, binding: Binding) -> Iterator[Origin]:
        """An element of a sequence that is gone through, or a part of one that is taken apart."""
        node, point = origin.node, origin.point
        if origin.kind == "result" and origin.dotted.endswith((".parse_known_args", ".parse_args_into_dataclasses")) and binding.kind == "unpack":
            yield replace(origin, dotted=f"{origin.dotted}#{binding.index}")
            return
        if point is None or not isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict | ast.Call):
            yield UNKNOWN
            return
        how, sure = ("constant", origin.certainty) if binding.kind == "unpack" else ("one of several", min(origin.certainty, USUALLY))
        if isinstance(node, ast.Call):
            yield from self._part_of_call(node, point, binding)
            return
        parts: list[ast.expr] = [key for key in node.keys if key is not None] if isinstance(node, ast.Dict) else list(node.elts)
        if binding.kind == "unpack":
            parts = parts[binding.index : binding.index + 1]
        for part in parts:
            if binding.kind == "element" and binding.index >= 0 and not isinstance(node, ast.Dict):
                part = part.elts[binding.index] if isinstance(part, ast.Tuple | ast.List) and binding.index < len(part.elts) else part
            yield from (each.seen(how, sure) for each in self.of(part, point))

    def _part_of_call(self, node: ast.Call, point: Point, binding: Binding) -> Iterator[Origin]:
        """The entries of `d.items()`, `d.values()` and `d.keys()`."""
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("items", "values", "keys"):
            for origin in self.of(node.func.value, point):
                if isinstance(origin.node, ast.Dict) and origin.point is not None:
                    takes_keys = node.func.attr == "keys" or (node.func.attr == "items" and binding.index == 0)
                    for part in origin.node.keys if takes_keys else origin.node.values:
                        yield from (each.seen("one of several", USUALLY) for each in self.of(part, origin.point))
                else:
                    yield UNKNOWN
        else:
            yield UNKNOWN

    # Arguments

    def argument(self, call: ast.Call, takes: tuple[int | str, ...], point: Point) -> Iterator[Origin]:
        """The origins of the first of these arguments that a call gives."""
        node = given(call, takes)
        if node is not None:
            yield from self.of(node, point)
            return
        for keyword in call.keywords:
            if keyword.arg is None:
                for origin in self.of(keyword.value, point):
                    yield from self._keyed(origin, takes)

    def _keyed(self, origin: Origin, takes: tuple[int | str, ...]) -> Iterator[Origin]:
        if isinstance(origin.node, ast.Dict) and origin.point is not None:
            for key, value in zip(origin.node.keys, origin.node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in takes and isinstance(key.value, str):
                    yield from self.of(value, origin.point)
        elif isinstance(origin.node, ast.Call) and origin.point is not None and last_step_of(origin.node.func) == "dict":
            for keyword in origin.node.keywords:
                if keyword.arg in takes:
                    yield from self.of(keyword.value, origin.point)


def _unlike(origins: Iterator[Origin]) -> Iterator[Origin]:
    seen: set[tuple[str, int, str]] = set()
    for origin in origins:
        key = (origin.kind, id(origin.node), origin.dotted)
        if key not in seen:
            seen.add(key)
            yield origin
        if len(seen) >= MAX_ORIGINS:
            return
