"""What the parameters of Python functions can be: their defaults, what callers anywhere in the application hand over, what declares a flag."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from registry.scanner.certainty import PERHAPS, USUALLY
from registry.scanner.python.scope import Binding, Scope, Site
from registry.scanner.python.values import UNKNOWN, Origin, Point, last_step_of

if TYPE_CHECKING:
    from registry.scanner.python.origins import Origins


def parameter(origins: Origins, binding: Binding, name: str, scope: Scope, here: Point) -> Iterator[Origin]:
    """What a parameter of a function can be: what callers hand over, its default, an object of its annotation."""
    function = scope.node
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        yield UNKNOWN
        return
    arguments = [*function.args.posonlyargs, *function.args.args]
    owner = scope.parent if scope.parent is not None and scope.parent.is_class else None
    static = isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and any(
        isinstance(each, ast.Name) and each.id == "staticmethod" for each in function.decorator_list
    )
    if owner is not None and not static and arguments and arguments[0].arg == name:
        yield Origin("instance", owner.node, Point(owner))
        return
    found = False
    if here.bound is not None and here.bound.function is function:
        given = list(origins.argument(here.bound.call, _takes(function, name, 1 if owner and not static else 0), here.bound.point))
        for origin in given:
            found = True
            yield origin.seen("argument") if origin.kind == "node" else origin
        if found:
            return
    for origin in _defaults(origins, function, name, scope):
        found = True
        yield origin
    for origin in _given(origins, function, name, scope, owner is not None and not static):
        found = True
        yield origin
    annotation = binding.node.annotation if isinstance(binding.node, ast.arg) else None
    if annotation is not None:
        typed = list(annotated(origins, annotation, Point(scope.parent or scope)))
        found = found or bool(typed)
        yield from typed
    if not found:
        yield UNKNOWN


def _takes(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, name: str, skipped: int) -> tuple[int | str, ...]:
    names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    return (names.index(name) - skipped, name) if name in names and names.index(name) >= skipped else (name,)


def _defaults(origins: Origins, function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, name: str, scope: Scope) -> Iterator[Origin]:
    outside = Point(scope.parent or scope)
    positional = [*function.args.posonlyargs, *function.args.args]
    pairs: list[tuple[ast.arg, ast.expr | None]] = list(zip(positional[len(positional) - len(function.args.defaults) :], function.args.defaults, strict=True))
    pairs += list(zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True))
    for parameter, value in pairs:
        if parameter.arg == name and value is not None and not (isinstance(value, ast.Constant) and not isinstance(value.value, str)):
            yield from (origin.seen("default", USUALLY) for origin in origins.of(value, outside) if origin.kind != "unknown")
    if not isinstance(function, ast.Lambda):
        yield from _option(origins, function, name, outside)


def _option(origins: Origins, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str, outside: Point) -> Iterator[Origin]:
    """The default and the choices of `@click.option`."""
    for decorator in function.decorator_list:
        if not (isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute | ast.Name)):
            continue
        last = decorator.func.attr if isinstance(decorator.func, ast.Attribute) else decorator.func.id
        flags = [each.value for each in decorator.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if last in ("option", "argument") and name in {flag.lstrip("-").replace("-", "_") for flag in flags}:
            yield from declared(origins, decorator, outside)


def declared(origins: Origins, call: ast.Call, point: Point) -> Iterator[Origin]:
    """The default and the choices that the declaration of a flag states."""
    for keyword in call.keywords:
        if keyword.arg == "default":
            yield from (origin.seen("default", USUALLY) for origin in origins.of(keyword.value, point))
        elif keyword.arg in ("choices", "type"):
            value = keyword.value.args[0] if isinstance(keyword.value, ast.Call) and keyword.value.args else keyword.value
            for origin in origins.of(value, point):
                if isinstance(origin.node, ast.List | ast.Tuple | ast.Set) and origin.point is not None:
                    for part in origin.node.elts:
                        yield from (each.seen("choice", PERHAPS) for each in origins.of(part, origin.point))


def _given(origins: Origins, function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, name: str, scope: Scope, method: bool) -> Iterator[Origin]:
    """What callers anywhere in the application hand over."""
    if isinstance(function, ast.Lambda):
        return
    takes = _takes(function, name, 1 if method else 0)
    sought = function.name
    if method and sought == "__init__" and scope.parent is not None and isinstance(scope.parent.node, ast.ClassDef):
        sought = scope.parent.node.name
    for site in origins.modules.callers(sought, scope.module):
        point = Point(site.scope, (site.call.lineno, site.call.col_offset), site.block)
        if not _calls(origins, site, point, function, scope, sought):
            continue
        call = site.call
        shifted = takes
        if call.args and last_step_of(call.func) == "partial":
            shifted = tuple(each + 1 if isinstance(each, int) else each for each in takes)
        for origin in origins.argument(call, shifted, point):
            yield origin.seen("argument") if origin.kind == "node" else origin


def _calls(origins: Origins, site: Site, point: Point, function: ast.AST, scope: Scope, sought: str) -> bool:
    """Whether a call that has the right last step really is of that function, or may be."""
    target = site.call.args[0] if last_step_of(site.call.func) == "partial" and site.call.args else site.call.func
    owner = scope.parent.node if scope.parent is not None and scope.parent.is_class else None
    if isinstance(target, ast.Attribute) and owner is not None and getattr(function, "name", "") != "__init__":
        owners = origins.of(target.value, point)
        return any(origin.kind == "unknown" or (origin.kind == "instance" and origin.node is owner) or origin.node is owner for origin in owners)
    for origin in origins.of(target, point):
        if origin.node is function or (origin.node is owner and owner is not None):
            return True
        if isinstance(origin.node, ast.ClassDef) and owner is not None and any(last_step_of(base) == sought for base in origin.node.bases):
            return True
    return False


def annotated(origins: Origins, annotation: ast.AST | None, point: Point) -> Iterator[Origin]:
    """An object of the annotated class."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
    if isinstance(annotation, ast.BinOp):
        annotation = annotation.left
    if isinstance(annotation, ast.Subscript) and last_step_of(annotation.value) in ("Optional", "Annotated"):
        annotation = annotation.slice.elts[0] if isinstance(annotation.slice, ast.Tuple) else annotation.slice
    if not isinstance(annotation, ast.Name | ast.Attribute):
        return
    for origin in origins.of(annotation, point):
        if origin.kind == "external" and "." in origin.dotted and origin.dotted.partition(".")[0] in origins.loaders.imports:
            yield replace(origin, kind="result")
        elif isinstance(origin.node, ast.ClassDef) and origin.point is not None:
            yield Origin("instance", origin.node, origin.point)
