"""What texts an expression of JavaScript or TypeScript can have, followed through constants, objects, defaults and imports of the same repository."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from registry.scanner.certainty import ALWAYS, PERHAPS, USUALLY, farther

MAX_DEPTH = 12
"""So far an expression is followed."""

MAX_STEPS = 2_000
"""So many steps are taken for one question."""

MAX_VALUES = 48
"""So many values are kept for one expression."""


@dataclass(slots=True, eq=False)
class Script:
    """One file, taken apart.

    Attributes:
        file: The file.
        root: The root of its syntax tree.
        constants: What names are set to, in order.
        parameters: The defaults of parameters by name.
        imports: What names are imported from: the package or path, and the name there (`*` for all of it, `default`).
    """

    file: str
    root: Any
    constants: dict[str, list[Any]] = field(default_factory=dict)
    parameters: dict[str, list[Any]] = field(default_factory=dict)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Value:
    """A text that an expression can have.

    Attributes:
        text: The text.
        node: Where it is written.
        script: The file that it is written in.
        how: How it was found.
        certainty: How sure it is.
    """

    text: str
    node: Any
    script: Script
    how: str = "literal"
    certainty: int = ALWAYS


def text_of(node: Any) -> str:
    """The source of a node."""
    return bytes(node.text).decode("utf-8", errors="replace")


class Values:
    """Reads expressions.

    Args:
        find: Finds the file that an import of another names.
    """

    def __init__(self, find: Callable[[str, str], Script | None]) -> None:
        self._find = find
        self._steps = 0

    def of(self, node: Any, script: Script, depth: int = 0) -> list[Value]:
        """The texts of an expression; none where it could not be followed."""
        self._steps = self._steps + 1 if depth else 0
        if node is None or depth > MAX_DEPTH or self._steps > MAX_STEPS:
            return []
        return list(self._of(node, script, depth))[:MAX_VALUES]

    def _of(self, node: Any, script: Script, depth: int) -> Iterator[Value]:
        kind = node.type
        if kind == "string":
            yield Value(unquoted(node), node, script)
        elif kind == "template_string":
            yield from self._template(node, script, depth)
        elif kind in ("parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression", "await_expression", "type_assertion"):
            yield from self.of(node.named_children[-1 if kind == "type_assertion" else 0], script, depth + 1)
        elif kind == "ternary_expression":
            for part in ("consequence", "alternative"):
                yield from (replace(each, certainty=min(each.certainty, USUALLY)) for each in self.of(node.child_by_field_name(part), script, depth + 1))
        elif kind == "binary_expression":
            yield from self._binary(node, script, depth)
        elif kind in ("identifier", "shorthand_property_identifier"):
            yield from self._named(text_of(node), script, depth)
        elif kind in ("member_expression", "subscript_expression"):
            yield from self._member(node, script, depth)
        elif kind == "array":
            for part in node.named_children:
                yield from (
                    replace(each, how=farther(each.how, "one of several"), certainty=min(each.certainty, USUALLY)) for each in self.of(part, script, depth + 1)
                )

    def _named(self, name: str, script: Script, depth: int) -> Iterator[Value]:
        found = script.constants.get(name, ())
        for each in found:
            sure = ALWAYS if len(found) == 1 else USUALLY
            yield from (replace(one, how=farther(one.how, "constant"), certainty=min(one.certainty, sure)) for one in self.of(each, script, depth + 1))
        for each in script.parameters.get(name, ()):
            yield from (replace(one, how=farther(one.how, "default"), certainty=min(one.certainty, USUALLY)) for one in self.of(each, script, depth + 1))
        if name in script.imports:
            path, original = script.imports[name]
            other = self._find(path, script.file) if path.startswith((".", "@/", "~/")) else None
            if other is not None and original != "*":
                yield from self._named(original, other, depth + 1) if depth < MAX_DEPTH else ()

    def _binary(self, node: Any, script: Script, depth: int) -> Iterator[Value]:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = text_of(node.child_by_field_name("operator"))
        if operator in ("||", "??"):
            outside = "env" in text_of(left)[:200]
            yield from self.of(left, script, depth + 1)
            word = "environment default" if outside else "default"
            yield from (replace(each, how=farther(each.how, word), certainty=min(each.certainty, USUALLY)) for each in self.of(right, script, depth + 1))
        elif operator == "+":
            for one in self.of(left, script, depth + 1):
                for other in self.of(right, script, depth + 1):
                    yield Value(one.text + other.text, node, script, farther("f-string", farther(one.how, other.how)), min(one.certainty, other.certainty))

    def _template(self, node: Any, script: Script, depth: int) -> Iterator[Value]:
        made = [("", ALWAYS, "literal")]
        for part in node.children:
            if part.type in ("string_fragment", "escape_sequence"):
                made = [(text + text_of(part), sure, how) for text, sure, how in made]
            elif part.type == "template_substitution":
                values = self.of(part.named_children[0], script, depth + 1) if part.named_children else []
                made = [
                    (text + each.text, min(sure, each.certainty), farther("f-string", farther(how, each.how))) for text, sure, how in made for each in values
                ][:MAX_VALUES]
        for text, sure, how in made:
            yield Value(text, node, script, how, sure)

    def _member(self, node: Any, script: Script, depth: int) -> Iterator[Value]:
        owner = node.child_by_field_name("object")
        if node.type == "member_expression":
            keys: list[str] | None = [text_of(node.child_by_field_name("property"))]
        else:
            found = self.of(node.child_by_field_name("index"), script, depth + 1)
            keys = [each.text for each in found] or None
        for thing, place in self.objects(owner, script, depth + 1):
            for name, value in pairs(thing):
                if keys is None or name in keys:
                    how, sure = ("constant", ALWAYS) if keys is not None else ("one of several", PERHAPS)
                    yield from (replace(each, how=farther(each.how, how), certainty=min(each.certainty, sure)) for each in self.of(value, place, depth + 1))
            if thing.type == "array" and keys is None:
                for part in thing.named_children:
                    yield from (replace(each, how="one of several", certainty=PERHAPS) for each in self.of(part, place, depth + 1))
        if owner.type == "this" and keys:
            for each in script.constants.get(f"this.{keys[0]}", ()):
                yield from (replace(one, how=farther(one.how, "attribute")) for one in self.of(each, script, depth + 1))

    def objects(self, node: Any, script: Script, depth: int = 0) -> Iterator[tuple[Any, Script]]:
        """The object or array displays that an expression leads to."""
        self._steps = self._steps + 1 if depth else 0
        if node is None or depth > MAX_DEPTH or self._steps > MAX_STEPS:
            return
        if node.type in ("object", "array"):
            yield node, script
        elif node.type in ("parenthesized_expression", "as_expression", "satisfies_expression"):
            yield from self.objects(node.named_children[0], script, depth + 1)
        elif node.type == "call_expression" and node.named_children and text_of(node.named_children[0]) == "Object.freeze":
            yield from self.objects(node.child_by_field_name("arguments").named_children[0], script, depth + 1)
        elif node.type == "identifier":
            name = text_of(node)
            for each in script.constants.get(name, ()):
                yield from self.objects(each, script, depth + 1)
            if name in script.imports:
                path, original = script.imports[name]
                other = self._find(path, script.file) if path.startswith((".", "@/", "~/")) else None
                for each in other.constants.get(original, ()) if other is not None else ():
                    if other is not None:
                        yield from self.objects(each, other, depth + 1)
        elif node.type == "member_expression":
            sought = text_of(node.child_by_field_name("property"))
            for thing, place in self.objects(node.child_by_field_name("object"), script, depth + 1):
                for name, value in pairs(thing):
                    if name == sought:
                        yield from self.objects(value, place, depth + 1)


def pairs(node: Any) -> Iterator[tuple[str, Any]]:
    """The keys and values of an object display."""
    for each in node.named_children if node.type == "object" else ():
        if each.type == "pair":
            key = each.child_by_field_name("key")
            yield unquoted(key) if key.type == "string" else text_of(key), each.child_by_field_name("value")
        elif each.type == "shorthand_property_identifier":
            yield text_of(each), each


def unquoted(node: Any) -> str:
    """The text of a string."""
    return "".join(text_of(part) for part in node.named_children if part.type == "string_fragment")
