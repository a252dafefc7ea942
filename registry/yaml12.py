"""YAML 1.2 by PyYAML's C loader: `no` is a word, `NO` is Norway, dates stay text, and every node knows its line.

The resolver table is the core schema of YAML 1.2.2, section 10.3.2. Duplicate keys, which YAML forbids, are errors.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any, ClassVar

import yaml

from registry.errors import KnowledgeError

MAX_BYTES = 4_000_000
"""A data file larger than this is refused: it is not one of ours."""

MAX_DEPTH = 200
"""A document that nests deeper is refused."""

MAX_NODES = 500_000
"""A document of more values, aliases followed, is refused."""

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """The safe loader with the resolvers of YAML 1.2 and without duplicate keys."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable) or key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key `{key}` stands twice", key_node.start_mark)
            seen.add(key)
        result: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return result


def _integer(loader: Any, node: yaml.ScalarNode) -> int:
    text = str(loader.construct_scalar(node)).replace("_", "")
    return int(text, 8) if text.startswith("0o") else int(text, 0) if text.startswith("0x") else int(text)


_RESOLVERS = (
    ("tag:yaml.org,2002:bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    # Underscores between digits are no part of the core schema, but `700_000_000` is how people write large limits.
    ("tag:yaml.org,2002:int", r"^(?:[-+]?[0-9][0-9_]*|0o[0-7]+|0x[0-9a-fA-F]+)$", "-+0123456789"),
    ("tag:yaml.org,2002:float", r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$", "-+.0123456789"),
    ("tag:yaml.org,2002:null", r"^(?:~|null|Null|NULL|)$", "~nN\0"),
)
for _tag, _pattern, _first in _RESOLVERS:
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), [*_first, ""] if "null" in _tag else list(_first))
_Loader.add_constructor("tag:yaml.org,2002:int", _integer)


def read_yaml(text: str, name: str, ours: bool = False) -> Any:
    """Parse one YAML document.

    Args:
        text: The document.
        name: The file it came from, for messages.
        ours: It travels with the program, so that nobody looks for what only a hostile file has.

    Raises:
        KnowledgeError: It is not YAML; the message names file, line and column.
    """
    if len(text) > MAX_BYTES:
        raise KnowledgeError(f"`{name}` is larger than {MAX_BYTES:,} characters", "split the file")
    if not ours:
        _refuse_depth(text, name)
    try:
        value = yaml.load(text, _Loader)  # noqa: S506 - a subclass of the safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise KnowledgeError(f"`{name}`{place}: {problem}", "mend the file at that line") from error
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:  # a tag that does not fit, a number of thousands of digits
        raise KnowledgeError(f"`{name}`: a value does not fit its tag: {str(error).splitlines()[0]}", "mend the file") from error
    if not ours:
        _refuse_bombs(value, name)
    return value


def _refuse_depth(text: str, name: str) -> None:
    """Refuse what would overflow the stack of the parser, which descends once for every level.

    Raises:
        KnowledgeError: It nests deeper than `MAX_DEPTH`, or is no text that UTF-8 can hold.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise KnowledgeError(f"`{name}`: character {error.start + 1} is half of a pair, which no UTF-8 text has", "save the file as UTF-8") from error
    # No document can nest deeper than it has opening brackets, dashes in a line, or steps of indentation.
    openings = text.count("[") + text.count("{")
    lines = text.splitlines()
    indented = max((len(line) - len(line.lstrip(" ")) for line in lines), default=0)
    dashes = max((line.count("- ") + line.count("? ") for line in lines), default=0)
    if max(openings, indented, dashes) <= MAX_DEPTH:
        return
    depth = 0
    try:
        for event in yaml.parse(text, yaml.SafeLoader):  # the parser without C keeps its own stack
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH:
                mark = event.start_mark
                place = f" line {mark.line + 1}" if mark is not None else ""
                raise KnowledgeError(f"`{name}`{place}: it nests deeper than {MAX_DEPTH} levels", "write it flatter")
    except (yaml.YAMLError, ValueError, RecursionError):
        return  # what is wrong with it is told by the loader


def _refuse_bombs(value: Any, name: str) -> None:
    """Refuse a value that its aliases make endless, or far larger than the text.

    Raises:
        KnowledgeError: It holds itself, or more than `MAX_NODES` values.
    """
    pending: list[tuple[Any, frozenset[int]]] = [(value, frozenset())]
    seen = 0
    while pending:
        node, above = pending.pop()
        seen += 1
        if seen > MAX_NODES or id(node) in above:
            raise KnowledgeError(f"`{name}`: its aliases make it endless or larger than {MAX_NODES:,} values", "write the values out")
        if isinstance(node, dict | list):
            inside = above | {id(node)}
            pending.extend((part, inside) for part in (node.values() if isinstance(node, dict) else node))


def line_of(text: str, path: tuple[str | int, ...]) -> int | None:
    """The line (from 1) on which the node at `path` stands, or the deepest node above it that exists."""
    try:
        _refuse_depth(text, "")
        node: yaml.Node | None = yaml.compose(text, _Loader)
    except (yaml.YAMLError, KnowledgeError):
        return None
    if node is None:
        return None
    line = node.start_mark.line + 1
    for step in path:
        found: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(step):
                    found, line = value, key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = node.value[step]
            line = found.start_mark.line + 1
        if found is None:
            break
        node = found
    return line
