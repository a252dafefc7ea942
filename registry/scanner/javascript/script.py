"""Scripts taken apart: what the names of a JavaScript or TypeScript file are set to, and what they are imported from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from registry.scanner.javascript.values import Script, text_of, unquoted

_SCRIPT = re.compile(rb"<script[^>]*>(.*?)</script>", re.DOTALL)


@lru_cache(maxsize=1)
def languages() -> dict[str, Any] | None:
    """The grammars; None without the extra that brings them."""
    try:
        import tree_sitter_typescript as typescript
        from tree_sitter import Language
    except ImportError:
        return None
    return {"typescript": Language(typescript.language_typescript()), "tsx": Language(typescript.language_tsx())}


def take_apart(path: str, data: bytes) -> Script:
    """What a file binds."""
    from tree_sitter import Parser

    grammars = languages() or {}
    if path.endswith((".vue", ".svelte", ".astro")):
        # Only what stands in script elements, each on its own lines.

        text = bytearray(10 if byte == 10 else 32 for byte in data)
        for match in _SCRIPT.finditer(data):
            text[match.start(1) : match.end(1)] = match.group(1)
        data = bytes(text)
    language = "tsx" if path.endswith((".tsx", ".jsx", ".js", ".mjs", ".cjs")) else "typescript"
    tree = Parser(grammars[language]).parse(data)
    script = Script(path, tree.root_node)
    for node in walk(tree.root_node):
        _note(node, script)
    return script


def walk(root: Any) -> Iterator[Any]:
    """Every node of a syntax tree, in order."""
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(node.named_children))


def _note(node: Any, script: Script) -> None:
    """Keep what a node binds."""
    kind = node.type
    if kind == "variable_declarator":
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is not None and value is not None:
            if name.type == "identifier":
                required = _required(value)
                if required:
                    script.imports.setdefault(text_of(name), (required, "*"))
                script.constants.setdefault(text_of(name), []).append(value)
            elif name.type == "object_pattern":
                _taken(name, value, script)
    elif kind == "assignment_expression":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None and left.type in ("identifier", "member_expression"):
            script.constants.setdefault(text_of(left), []).append(right)
    elif kind in ("public_field_definition", "field_definition"):
        name, value = node.child_by_field_name("name") or node.child_by_field_name("property"), node.child_by_field_name("value")
        if name is not None and value is not None:
            script.constants.setdefault(f"this.{text_of(name)}", []).append(value)
    elif kind in ("assignment_pattern", "object_assignment_pattern"):
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None and left.type in ("identifier", "shorthand_property_identifier_pattern"):
            script.parameters.setdefault(text_of(left), []).append(right)
    elif kind in ("required_parameter", "optional_parameter"):
        name, value = node.child_by_field_name("pattern"), node.child_by_field_name("value")
        if name is not None and value is not None and name.type == "identifier":
            script.parameters.setdefault(text_of(name), []).append(value)
    elif kind == "enum_assignment":
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is not None and value is not None:
            script.constants.setdefault(text_of(name), []).append(value)
    elif kind == "import_statement":
        _imports(node, script)


def _required(value: Any) -> str | None:
    node = value.named_children[0] if value.type == "await_expression" and value.named_children else value
    if node.type == "call_expression" and text_of(node.named_children[0]) in ("require", "import"):
        arguments = node.child_by_field_name("arguments").named_children
        return unquoted(arguments[0]) if arguments and arguments[0].type == "string" else None
    return None


def _taken(pattern: Any, value: Any, script: Script) -> None:
    """`const { a, b: c } = require("x")` and the like."""
    required = _required(value)
    for part in pattern.named_children:
        if part.type == "shorthand_property_identifier_pattern" and required:
            script.imports.setdefault(text_of(part), (required, text_of(part)))
        elif part.type == "pair_pattern" and required:
            script.imports.setdefault(text_of(part.child_by_field_name("value")), (required, text_of(part.child_by_field_name("key"))))


def _imports(node: Any, script: Script) -> None:
    source = node.child_by_field_name("source")
    if source is None:
        return
    package = unquoted(source)
    for clause in node.named_children:
        for part in clause.named_children if clause.type == "import_clause" else ():
            if part.type == "identifier":
                script.imports[text_of(part)] = (package, "default")
            elif part.type == "namespace_import":
                script.imports[text_of(part.named_children[0])] = (package, "*")
            elif part.type == "named_imports":
                for each in part.named_children:
                    name, alias = each.child_by_field_name("name"), each.child_by_field_name("alias")
                    if name is not None:
                        script.imports[text_of(alias or name)] = (package, text_of(name))
