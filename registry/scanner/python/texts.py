"""The texts that a Python expression can have: literals, and what f-strings, concatenation and the usual methods make of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from registry.scanner.certainty import ALWAYS, PERHAPS, USUALLY, farther
from registry.scanner.python.origins import Origins
from registry.scanner.python.scope import ModuleTree
from registry.scanner.python.values import Origin, Point, given

MAX_TEXTS = 48
"""So many texts are kept for one expression."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text that an expression can have.

    Attributes:
        text: The text.
        node: Where it is written.
        module: The file that it is written in.
        how: How it was found.
        certainty: How sure it is that it is the one used.
    """

    text: str
    node: ast.expr
    module: ModuleTree
    how: str
    certainty: int


@dataclass(frozen=True, slots=True)
class Found:
    """The texts of an expression, and what else it can be.

    Attributes:
        texts: The texts.
        open: Whether it can be something that could not be followed.
        things: Whether it can be an object that some library made, which is no name.
        nothing: Whether it can be None.
    """

    texts: tuple[Text, ...] = ()
    open: bool = False
    things: bool = False
    nothing: bool = False


class Texts:
    """Reads expressions as texts.

    Args:
        origins: Follows them.
    """

    def __init__(self, origins: Origins) -> None:
        self._origins = origins
        self._depth = 0

    def of(self, node: ast.expr, point: Point) -> Found:
        """The texts of an expression."""
        return self.among(self._origins.of(node, point))

    def among(self, origins: list[Origin]) -> Found:
        """The texts of these origins."""
        texts: list[Text] = []
        unknown = things = nothing = False
        for origin in origins:
            if isinstance(origin.node, ast.Constant):
                if isinstance(origin.node.value, str) and origin.point is not None:
                    texts.append(Text(origin.node.value, origin.node, origin.point.scope.module, origin.how, origin.certainty))
                nothing = nothing or origin.node.value is None
            elif origin.kind == "node" and isinstance(origin.node, ast.expr) and origin.point is not None:
                if isinstance(origin.node, ast.List | ast.Tuple):
                    inner = self._several(origin.node, origin.point)
                elif isinstance(origin.node, ast.Dict):
                    things = True
                    continue
                else:
                    inner = self._made(origin.node, origin.point)
                texts.extend(replace(each, how=farther(each.how, origin.how), certainty=min(each.certainty, origin.certainty)) for each in inner)
                unknown = unknown or not inner
            elif _is_thing(origin, self._origins):
                things = True
            else:
                unknown = True
        return Found(tuple(dict.fromkeys(texts))[:MAX_TEXTS], unknown, things, nothing)

    def _several(self, node: ast.List | ast.Tuple, point: Point) -> list[Text]:
        return [each for part in node.elts for each in self.of(part, point).texts][:MAX_TEXTS]

    def _made(self, node: ast.expr, point: Point) -> list[Text]:
        """The texts that an expression makes of others; none, where a part of it is not known."""
        self._depth += 1
        try:
            if self._depth > 12:
                return []
            if isinstance(node, ast.JoinedStr):
                return self._joined([part.value if isinstance(part, ast.FormattedValue) else part for part in node.values], node, point, "")
            if isinstance(node, ast.BinOp):
                return self._operation(node, point)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                return self._method(node, node.func, point)
            return []
        finally:
            self._depth -= 1

    def _joined(self, parts: list[ast.expr], whole: ast.expr, point: Point, between: str) -> list[Text]:
        made = [("", ALWAYS, "literal")]
        for index, part in enumerate(parts):
            found = self.of(part, point)
            if not found.texts:
                if isinstance(part, ast.Constant):
                    made = [(text + str(part.value), sure, how) for text, sure, how in made]
                    continue
                return []
            sign = between if index else ""
            made = [(text + sign + each.text, min(sure, each.certainty), farther(how, each.how)) for text, sure, how in made for each in found.texts][
                :MAX_TEXTS
            ]
            if found.open:
                made = [(text, min(sure, USUALLY), how) for text, sure, how in made]
        how = "literal" if len(parts) == 1 else "f-string"
        return [Text(text, whole, point.scope.module, farther(word, how), sure) for text, sure, word in made]

    def _operation(self, node: ast.BinOp, point: Point) -> list[Text]:
        if isinstance(node.op, ast.Add):
            return self._joined([node.left, node.right], node, point, "")
        if isinstance(node.op, ast.Div):
            return self._joined([node.left, node.right], node, point, "/")
        if isinstance(node.op, ast.Mod):
            pieces = list(node.right.elts) if isinstance(node.right, ast.Tuple) else [node.right]
            return [text for template in self.of(node.left, point).texts for text in self._filled(template, "%s", pieces, node, point)]
        return []

    def _filled(self, template: Text, sign: str, pieces: list[ast.expr], node: ast.expr, point: Point) -> list[Text]:
        fixed = template.text.split(sign)
        if len(fixed) != len(pieces) + 1:
            return []
        parts: list[ast.expr] = [ast.copy_location(ast.Constant(fixed[0]), node)]
        for piece, rest in zip(pieces, fixed[1:], strict=True):
            parts.extend((piece, ast.copy_location(ast.Constant(rest), node)))
        return [
            replace(each, how=farther(each.how, template.how), certainty=min(each.certainty, template.certainty))
            for each in self._joined(parts, node, point, "")
        ]

    def _method(self, node: ast.Call, function: ast.Attribute, point: Point) -> list[Text]:
        texts = self.of(function.value, point).texts
        name = function.attr
        if name in ("strip", "lower", "upper", "lstrip", "rstrip") and not node.args:
            return [replace(each, text=getattr(each.text, name)()) for each in texts]
        if name == "format" and not node.keywords:
            return [made for each in texts for made in self._filled(each, "{}", node.args, node, point)]
        if name == "format" and not node.args:
            return [made for each in texts for made in self._named(each, node, point)]
        if name in ("replace", "removeprefix", "removesuffix"):
            values = [self.of(argument, point).texts for argument in node.args]
            if all(len(each) == 1 for each in values) and len(values) == (2 if name == "replace" else 1):
                return [replace(each, text=getattr(each.text, name)(*(value[0].text for value in values))) for each in texts]
        if name == "join" and len(texts) == 1 and len(node.args) == 1 and isinstance(node.args[0], ast.List | ast.Tuple):
            return self._joined(list(node.args[0].elts), node, point, texts[0].text)
        return []

    def _named(self, template: Text, node: ast.Call, point: Point) -> list[Text]:
        text = template.text
        for keyword in node.keywords:
            values = self.of(keyword.value, point).texts
            if keyword.arg is None or len(values) != 1:
                return []
            text = text.replace("{" + keyword.arg + "}", values[0].text)
        return [] if "{" in text else [replace(template, text=text, how=farther(template.how, "f-string"))]

    def guarded(self, node: ast.expr, point: Point) -> tuple[Text, ...]:
        """What the tests of the branches around it compare an expression with."""
        sought = ast.dump(node)
        module = point.scope.module
        for branch in reversed(point.block):
            constants = module.guards.get(branch, {}).get(sought)
            if constants:
                return tuple(Text(str(each.value), each, module, "comparison", PERHAPS) for each in constants)
        return ()

    def argument(self, call: ast.Call, takes: tuple[int | str, ...], point: Point) -> tuple[ast.expr | None, Found | None]:
        """The expression and the texts of the first of these arguments that a call gives; None where it gives none."""
        node = given(call, takes)
        if node is not None:
            return node, self.of(node, point)
        origins = list(self._origins.argument(call, takes, point))
        return (None, self.among(origins)) if origins else (None, None)


def _is_thing(origin: Origin, origins: Origins) -> bool:
    """Whether it is an object, which is no name: one that a library made, an instance, a class, a function."""
    if origin.kind == "result":
        return origin.dotted.partition(".")[0] in origins.loaders.imports
    return origin.kind == "instance" or isinstance(origin.node, ast.ClassDef | ast.FunctionDef)


def entries_under(origins: Origins, node: ast.expr, keys: tuple[str, ...], point: Point) -> Iterator[tuple[ast.expr, Point]]:
    """The values that stand under the last of some keys in a mapping, however deep, or in a list of such."""
    pending: list[tuple[ast.AST | None, Point, int]] = [(node, point, 0)]
    while pending:
        each, there, depth = pending.pop(0)
        if depth > 6 or not isinstance(each, ast.expr):
            continue
        for origin in origins.of(each, there):
            if origin.point is None:
                continue
            if isinstance(origin.node, ast.List | ast.Tuple):
                pending.extend((part, origin.point, depth + 1) for part in origin.node.elts)
            elif isinstance(origin.node, ast.Dict):
                for key, value in zip(origin.node.keys, origin.node.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == keys[-1] and not isinstance(value, ast.Dict):
                        yield value, origin.point
                    elif isinstance(value, ast.Dict | ast.List | ast.Name):
                        pending.append((value, origin.point, depth + 1))
