"""Flags of Python programs: what the declarations of argparse and of the trainers' dataclass parser say of a value that comes from the command line."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from registry.scanner.python.parameters import declared
from registry.scanner.python.scope import Site
from registry.scanner.python.values import UNKNOWN, Origin, Point

if TYPE_CHECKING:
    from registry.scanner.python.origins import Origins


def declared_flag(origins: Origins, point: Point, name: str) -> Iterator[Origin]:
    """The default and the choices of `args.NAME`, from the `add_argument` of the same file."""
    found = False
    sites: list[Site] = point.scope.module.sites.get("add_argument", [])
    for site in sites:
        flags = [each.value for each in site.call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        named = {flag.lstrip("-").replace("-", "_") for flag in flags}
        named.update(
            each.value.value for each in site.call.keywords if each.arg == "dest" and isinstance(each.value, ast.Constant) and isinstance(each.value.value, str)
        )
        if name in named:
            for origin in declared(origins, site.call, Point(site.scope, (site.call.lineno, site.call.col_offset), site.block)):
                found = True
                yield origin
    if not found:
        yield UNKNOWN


def dataclass_of(origins: Origins, call: ast.Call, point: Point, index: int) -> Iterator[Origin]:
    """The class whose fields `HfArgumentParser((A, B)).parse_args_into_dataclasses()` fills at that place."""
    if not isinstance(call.func, ast.Attribute):
        return
    for parser in origins.of(call.func.value, point):
        if not (isinstance(parser.node, ast.Call) and parser.node.args and parser.point is not None):
            continue
        for listed in origins.of(parser.node.args[0], parser.point):
            parts: list[ast.AST] = list(listed.node.elts) if isinstance(listed.node, ast.Tuple | ast.List) else [listed.node] if listed.node is not None else []
            there = listed.point or parser.point
            if index < len(parts):
                part = parts[index]
                found = [listed] if isinstance(part, ast.ClassDef) else origins.of(part, there)
                yield from (replace(each, kind="instance") for each in found if isinstance(each.node, ast.ClassDef))
