"""What attributes, entries and calls in Python can give: fields of classes, values of mappings, what functions return."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from registry.scanner.certainty import ALWAYS, PERHAPS, USUALLY
from registry.scanner.python.flags import dataclass_of, declared_flag
from registry.scanner.python.scope import Scope
from registry.scanner.python.values import UNKNOWN, Bound, Origin, Point, given, last_of, last_step_of, scope_of, visible

if TYPE_CHECKING:
    from registry.scanner.python.origins import Origins

ENVIRONMENTS = frozenset(("os.environ", "environ"))
"""The mappings of the environment."""


def attribute(origins: Origins, origin: Origin, name: str) -> Iterator[Origin]:
    """What an attribute of something can be."""
    if origin.kind in ("external", "result"):
        yield from _outside(origins, origin, name)
    elif origin.kind == "module" and origin.point is not None:
        yield from _in_module(origins, origin, name)
    elif origin.kind == "instance" or isinstance(origin.node, ast.ClassDef):
        yield from member(origins, origin, name)
    elif name in ("value", "name") and isinstance(origin.node, ast.Constant):
        yield origin  # of a member of an enumeration
    else:
        yield UNKNOWN


def _in_module(origins: Origins, origin: Origin, name: str) -> Iterator[Origin]:
    scope = origin.point.scope if origin.point is not None else None
    if scope is not None and (name in scope.names or scope.stars):
        yield from (each.seen("constant") if each.kind == "node" else each for each in origins.named(name, Point(scope)))
        return
    file = scope.module.file if scope is not None else ""
    module = origins.modules.find(f"{origin.dotted}.{name}", 0, file) if origin.dotted else None
    yield Origin("module", point=Point(module.scope), dotted=f"{origin.dotted}.{name}") if module is not None else UNKNOWN


def _outside(origins: Origins, origin: Origin, name: str) -> Iterator[Origin]:
    if origin.kind == "result" and isinstance(origin.node, ast.Call) and origin.point is not None:
        base, _, index = origin.dotted.partition("#")
        if base.endswith((".parse_args", ".parse_known_args")):
            yield from declared_flag(origins, origin.point, name)
            return
        if base.endswith(".parse_args_into_dataclasses"):
            for each in dataclass_of(origins, origin.node, origin.point, int(index or 0)):
                yield from member(origins, each, name)
            return
    yield Origin("external", dotted=f"{origin.dotted}.{name}", node=origin.node, point=origin.point)


def member(origins: Origins, origin: Origin, name: str, depth: int = 0) -> Iterator[Origin]:
    """An attribute of a class of the application, or of an instance of it."""
    node = origin.node
    scope = scope_of(origin)
    if not isinstance(node, ast.ClassDef) or scope is None or depth > 6:
        yield UNKNOWN
        return
    found = False
    if origin.made is not None:
        for each in origins.argument(origin.made.call, (name,), origin.made.point):
            if name in scope.names:  # a field that its constructor takes
                found = True
                yield each.seen("argument") if each.kind == "node" else each
        if found:
            return
    for value, inner, position, block in scope.attributes.get(name, ()):
        found = True
        yield from (each.seen("attribute") if each.kind == "node" else each for each in origins.of(value, Point(inner, position, block)))
    if name in scope.names:
        found = True
        for binding in visible(scope.names[name], Point(scope)):
            for each in origins.binding(binding, name, scope, Point(scope)):
                if isinstance(each.node, ast.FunctionDef) and any(last_step_of(one) in ("property", "cached_property") for one in each.node.decorator_list):
                    yield from _returned(origins, each, None)
                else:
                    yield each.seen("attribute", USUALLY if origin.kind == "instance" else ALWAYS) if each.kind == "node" else each
        if origin.kind == "instance" and origin.made is None:
            yield from _overridden(origins, node, scope, name)
        if origin.kind == "instance" and origin.made is None and name not in scope.attributes:
            yield from _fields(origins, node, scope, name)
    if found:
        return
    outside = Point(scope.parent or scope)
    for base in node.bases:
        for each in origins.of(base, outside):
            if each.kind == "external":
                yield Origin("external", dotted=f"{each.dotted}.{name}")
            elif isinstance(each.node, ast.ClassDef):
                yield from member(origins, replace(each, kind=origin.kind, made=origin.made), name, depth + 1)
    if not node.bases:
        yield UNKNOWN


def _overridden(origins: Origins, node: ast.ClassDef, scope: Scope, name: str) -> Iterator[Origin]:
    """What classes of the same file that derive from one set an attribute to."""
    for each, inner in scope.module.scopes.items():
        if isinstance(each, ast.ClassDef) and name in inner.names and any(last_step_of(base) == node.name for base in each.bases):
            for binding in visible(inner.names[name], Point(inner)):
                yield from (one.seen("attribute", USUALLY) for one in origins.binding(binding, name, inner, Point(inner)) if one.kind == "node")


def _fields(origins: Origins, node: ast.ClassDef, scope: Scope, name: str) -> Iterator[Origin]:
    """What constructors anywhere set a field to."""
    for site in origins.modules.callers(node.name, scope.module):
        point = Point(site.scope, (site.call.lineno, site.call.col_offset), site.block)
        if given(site.call, (name,)) is not None and any(each.node is node for each in origins.of(site.call.func, point)):
            yield from (each.seen("argument") for each in origins.argument(site.call, (name,), point) if each.kind == "node")


def entry(origins: Origins, node: ast.Subscript, point: Point) -> Iterator[Origin]:
    """What an entry of something can be, as `thing[key]`."""
    for origin in origins.of(node.value, point):
        if origin.point is not None and isinstance(origin.node, ast.Dict | ast.List | ast.Tuple):
            yield from entries(origins, origin, node.slice, point)
        elif origin.kind == "result" and origin.dotted.endswith((".parse_known_args", ".parse_args_into_dataclasses")) and isinstance(node.slice, ast.Constant):
            yield replace(origin, dotted=f"{origin.dotted}#{node.slice.value!s}")
        elif origin.kind == "external" and origin.dotted in ENVIRONMENTS and isinstance(node.slice, ast.Constant):
            yield from _set_outside(origins, node.slice)
            yield UNKNOWN
        elif isinstance(origin.node, ast.ClassDef) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            yield from member(origins, origin, node.slice.value)
        elif isinstance(origin.node, ast.ClassDef):
            for name in _members(origins, origin):
                yield from (each.seen("one of several", PERHAPS) for each in member(origins, origin, name))
        else:
            yield UNKNOWN


def _members(origins: Origins, origin: Origin) -> list[str]:
    scope = scope_of(origin)
    return [name for name in scope.names if not name.startswith("_")] if scope is not None else []


def entries(origins: Origins, origin: Origin, key: ast.expr, point: Point) -> Iterator[Origin]:
    """The entry of a mapping or sequence under a key; every one, where the key is not known."""
    node, there = origin.node, origin.point
    if there is None:
        return
    keys = [each.node.value for each in origins.of(key, point) if isinstance(each.node, ast.Constant)]
    unknown = any(not isinstance(each.node, ast.Constant) for each in origins.of(key, point))
    if isinstance(node, ast.Dict):
        for name, value in zip(node.keys, node.values, strict=True):
            if name is None:
                yield from (each for inner in origins.of(value, there) if isinstance(inner.node, ast.Dict) for each in entries(origins, inner, key, point))
            elif isinstance(name, ast.Constant) and name.value in keys:
                yield from (each.seen("constant") for each in origins.of(value, there))
            elif unknown:
                yield from (each.seen("one of several", PERHAPS) for each in origins.of(value, there))
    elif isinstance(node, ast.List | ast.Tuple):
        picked = {index for index in keys if isinstance(index, int) and -len(node.elts) <= index < len(node.elts)}
        for index in sorted(picked):
            yield from (each.seen("constant") for each in origins.of(node.elts[index], there))
        if unknown and not isinstance(key, ast.Slice):
            for part in node.elts:
                yield from (each.seen("one of several", PERHAPS) for each in origins.of(part, there))


def called(origins: Origins, node: ast.Call, point: Point) -> Iterator[Origin]:
    """What a call can give back."""
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop", "setdefault") and node.args:
        yield from _get(origins, node, point)
        return
    if isinstance(node.func, ast.Attribute) and node.func.attr in (
        "strip",
        "lower",
        "upper",
        "format",
        "replace",
        "join",
        "removeprefix",
        "removesuffix",
        "rstrip",
        "lstrip",
    ):
        yield Origin("node", node, point)
        return
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("items", "values", "keys", "copy"):
        inner = list(origins.of(node.func.value, point))
        if any(isinstance(each.node, ast.Dict) for each in inner):
            yield from [Origin("node", node, point)] if node.func.attr != "copy" else inner
            return
    for origin in origins.of(node.func, point):
        if origin.kind == "external":
            yield from _from_outside(origins, origin, node, point)
        elif isinstance(origin.node, ast.ClassDef):
            yield Origin("instance", origin.node, origin.point, made=Bound(node, point, origin.node))
        elif isinstance(origin.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _returned(origins, origin, Bound(node, point, origin.node))
        else:
            yield UNKNOWN


def _from_outside(origins: Origins, origin: Origin, node: ast.Call, point: Point) -> Iterator[Origin]:
    if origin.dotted == "getattr" and len(node.args) > 1:
        yield from _fetched(origins, node, point)
        return
    known = origins.loaders.passing(origin.dotted)
    if known is None:
        yield Origin("result", node, point, origin.dotted)
        return
    found = False
    if known.word == "environment default" and node.args:
        for each in origins.of(node.args[0], point):
            yield from _set_outside(origins, each.node)
    for each in origins.argument(node, known.take, point):
        found = True
        if isinstance(each.node, ast.Lambda | ast.FunctionDef):
            yield from _returned(origins, each, None)
        elif known.word == "choice" and isinstance(each.node, ast.List | ast.Tuple) and each.point is not None:
            for part in each.node.elts:
                yield from (one.seen("choice", PERHAPS) for one in origins.of(part, each.point))
        elif known.word is not None and isinstance(each.node, ast.Constant) and each.node.value is None:
            yield UNKNOWN  # no default: what is set outside is not known
        elif known.word is not None and each.kind == "node":
            yield each.seen(known.word, USUALLY)
        elif last_of(origin.dotted) in ("choice", "next", "cycle") and isinstance(each.node, ast.List | ast.Tuple) and each.point is not None:
            for part in each.node.elts:
                yield from (one.seen("one of several", PERHAPS) for one in origins.of(part, each.point))
        else:
            yield each
    if not found:
        yield Origin("result", node, point, origin.dotted)


def _fetched(origins: Origins, node: ast.Call, point: Point) -> Iterator[Origin]:
    """What `getattr(thing, name)` gives; of a library, something of it, whatever its name."""
    name = node.args[1]
    for each in origins.of(node.args[0], point):
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            yield from attribute(origins, each, name.value)
        elif each.kind == "external":
            yield Origin("external", dotted=f"{each.dotted}._")
        else:
            yield UNKNOWN


def _set_outside(origins: Origins, name: ast.AST | None) -> Iterator[Origin]:
    """What files of the application set a variable of the environment to."""
    if isinstance(name, ast.Constant) and isinstance(name.value, str):
        for each in origins.modules.outside(name.value):
            yield Origin("node", each.node, Point(each.scope), how="environment file", certainty=each.certainty)


def _returned(origins: Origins, origin: Origin, bound: Bound | None) -> Iterator[Origin]:
    scope = scope_of(origin)
    if scope is None or not scope.returns:
        yield UNKNOWN
        return
    for value, position, block in scope.returns:
        sure = ALWAYS if len(scope.returns) == 1 else USUALLY
        yield from (each.seen("constant", sure) if each.kind == "node" else each for each in origins.of(value, Point(scope, position, block, bound)))


def _get(origins: Origins, node: ast.Call, point: Point) -> Iterator[Origin]:
    """`mapping.get(key, default)`, of a mapping that is known or not."""
    function = node.func
    if not isinstance(function, ast.Attribute):
        return
    for origin in origins.of(function.value, point):
        if isinstance(origin.node, ast.Dict):
            yield from entries(origins, origin, node.args[0], point)
            if len(node.args) > 1:
                yield from (each.seen("default", USUALLY) for each in origins.of(node.args[1], point))
            continue
        outside = origin.dotted in ENVIRONMENTS
        if (
            origin.kind == "external"
            and origins.loaders.passing(f"{origin.dotted}.{function.attr}") is None
            and origin.dotted.partition(".")[0] in origins.loaders.imports
        ):
            yield Origin("result", node, point, f"{origin.dotted}.{function.attr}")
            continue
        if outside:
            for each in origins.of(node.args[0], point):
                yield from _set_outside(origins, each.node)
        if len(node.args) > 1:
            yield from (each.seen("environment default" if outside else "default", USUALLY) for each in origins.of(node.args[1], point))
        else:
            yield UNKNOWN
