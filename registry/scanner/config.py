"""References in YAML and JSON: configurations of trainers, mergers, servers and routers, workflows, charts, descriptions of datasets."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from registry.scanner.commands import Place, Token, in_command, is_server, split_commands
from registry.scanner.interface import Files
from registry.scanner.lines import QUICK, assignments
from registry.scanner.reference import Note, Reference
from registry.scanner.setting import in_setting

MAX_BYTES = 1_000_000
"""A larger file is no configuration."""

MAX_DEPTH = 100
"""A file that nests deeper is read line by line."""

MAX_NODES = 100_000
"""So many values of one file are looked at."""

_LOCKS = re.compile(
    r"(?:^|/)(?:package-lock|npm-shrinkwrap|composer|pnpm-lock|yarn|tsconfig[\w.-]*|\.eslintrc|tokenizer|vocab|special_tokens_map|added_tokens|[\w.-]*\.min|[\w.-]*\.safetensors\.index|[\w.-]*\.bin\.index)\.(?:json|lock|ya?ml)$"
)
_COMMANDS = frozenset(
    (
        "run",
        "command",
        "cmd",
        "script",
        "args",
        "entrypoint",
        "before_script",
        "after_script",
        "cmds",
        "shell",
        "start",
        "serve",
        "setup",
        "exec",
        "steps",
        "postCreateCommand",
        "scripts",
        "commands",
    )
)
_LIBRARIES = (
    (re.compile(rb"litellm_params"), "litellm"),
    (re.compile(rb"merge_method\s*:"), "mergekit"),
    (re.compile(rb"(?m)^(?:sequence_len|micro_batch_size|flash_attention|datasets)\s*:.*"), "axolotl"),
    (re.compile(rb"(?m)^(?:finetuning_type|stage)\s*:"), "llama-factory"),
    (re.compile(rb"serving\.kserve\.io"), "kserve"),
    (re.compile(rb"(?m)^flavors\s*:"), "mlflow"),
    (re.compile(rb"base_model_name_or_path"), "peft"),
    (re.compile(rb"_name_or_path|architectures"), "transformers"),
    (re.compile(rb"mlcommons\.org/croissant"), "croissant"),
)


class ConfigDetector:
    """Finds references in YAML and JSON."""

    name = "config"

    def takes(self, path: str) -> bool:
        """YAML and JSON that people write."""
        return (
            path.endswith((".yaml", ".yml", ".json", ".jsonld", ".yaml.template", ".json5", ".jsonc", ".webmanifest")) and _LOCKS.search(path) is None
        ) or path.endswith("MLmodel")

    def wants(self, data: bytes) -> bool:
        """Whether it holds a word under which models are kept."""
        return len(data) <= MAX_BYTES and QUICK.search(data) is not None

    def find(self, path: str, data: bytes, files: Files) -> Iterator[Reference]:
        """What its values name."""
        text = data.decode("utf-8", errors="replace")
        library = next((name for pattern, name in _LIBRARIES if pattern.search(data)), None)
        if library == "axolotl" and b"base_model" not in data:
            library = None
        if library == "croissant":
            yield from _croissant(text, path)
            return
        documents = None if _too_deep(text) else _compose(text)
        if documents is None:
            if "{{" not in text:
                files.note(Note("does-not-parse", "not valid YAML or JSON, read line by line", path))
            yield from assignments(text, path, library)
            return
        for document in documents:
            yield from _document(document, path, library)


def _compose(text: str) -> list[yaml.Node] | None:
    try:
        return list(yaml.compose_all(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _too_deep(text: str) -> bool:
    depth = deepest = 0
    for match in re.finditer(r"[\[{}\]]", text):
        depth = depth + 1 if match.group(0) in "[{" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest > MAX_DEPTH or re.search(r"(?m)^ {200}", text) is not None or re.search(r"(?m)^(?:- ){50}", text) is not None


def _document(root: yaml.Node, file: str, library: str | None) -> Iterator[Reference]:
    pending: list[tuple[yaml.Node, tuple[str, ...]]] = [(root, ())]
    seen: set[int] = set()
    variables: dict[str, str] = {}
    serving: set[int] = set()
    while pending and len(seen) < MAX_NODES:
        node, path = pending.pop()
        if id(node) in seen or len(path) > MAX_DEPTH:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            yield from _pair(node, path, file, library)
            serving.update(_served(node))
            for key, value in reversed(node.value):
                name = key.value if isinstance(key, yaml.ScalarNode) else ""
                pending.append((value, (*path, str(name))))
        elif isinstance(node, yaml.SequenceNode):
            yield from _listed(node, path, file, id(node) in serving)
            pending.extend((each, path) for each in reversed(node.value))
        elif isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:str":
            yield from _scalar(node, path, file, library, variables, id(node) in serving)


def _pair(node: yaml.MappingNode, path: tuple[str, ...], file: str, library: str | None) -> Iterator[Reference]:
    """`name: MODEL_ID` with `value: owner/name`, as variables of a container are written."""
    pairs = {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode)}
    if "name" in pairs and "value" in pairs:
        value = pairs["value"]
        yield from in_setting((*path, pairs["name"].value), value.value, file, value.start_mark.line + 1, value.start_mark.column + 1, library)
    if "provider" in pairs and "model" in pairs and "/" not in pairs["model"].value:
        model = pairs["model"]
        yield Reference(
            model.value, model.value, "model", "config", file, model.start_mark.line + 1, model.start_mark.column + 1, provider=str(pairs["provider"].value).lower(), library=library, confidence="likely"
        )  # fmt: skip


def _served(node: yaml.MappingNode) -> Iterator[int]:
    """The words that are handed to the image of a program that serves models."""
    parts = {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}
    image = parts.get("image")
    if isinstance(image, yaml.ScalarNode) and is_server(image.value):
        yield from (id(parts[key]) for key in ("command", "args", "entrypoint") if key in parts)


def _listed(node: yaml.SequenceNode, path: tuple[str, ...], file: str, serves: bool) -> Iterator[Reference]:
    """A command that is written as a list of words."""
    texts = [each for each in node.value if isinstance(each, yaml.ScalarNode)]
    if len(texts) == len(node.value) and path and path[-1] in _COMMANDS:
        words = [Token(each.value, each.start_mark.line + 1, each.start_mark.column + 1) for each in texts]
        if words and not any("\n" in each.text for each in words):
            yield from in_command(words, Place(file), {}, serves)


def _scalar(node: yaml.ScalarNode, path: tuple[str, ...], file: str, library: str | None, variables: dict[str, str], serves: bool) -> Iterator[Reference]:
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    key = path[-1] if path else ""
    parent = path[-2] if len(path) > 1 else ""
    if key in _COMMANDS or parent in ("scripts", "tasks", "commands"):
        # A block begins on the line after its sign.
        block = node.style in ("|", ">")
        text = node.value
        for words in split_commands(text, line + 1 if block else line, 1 if block else column):
            yield from in_command(words, Place(file), variables, serves)
    elif key == "uri" and text_of_hub(node.value):
        yield from in_setting((*path[:-1], "storageUri"), node.value, file, line, column, library)
    elif parent in ("environment", "env") or key in ("environment", "env"):
        name, sign, value = node.value.partition("=")
        yield from (
            in_setting((name,), value, file, line, column, library)
            if sign and key in ("environment", "env")
            else in_setting(path, node.value, file, line, column, library)
        )
    elif key == "model" and "/" in node.value and library is None and len(path) == 3 and path[0] == "models":
        yield from _docker(node, file, line, column)
    else:
        yield from in_setting(path, _default(node.value), file, line, column, library)


def _docker(node: yaml.ScalarNode, file: str, line: int, column: int) -> Iterator[Reference]:
    """A model of a compose file."""
    name = node.value.removeprefix("hf.co/")
    provider = "hub" if name != node.value else "docker"
    yield Reference(name, node.value, "model", "serve", file, line, column, provider=provider, library="compose")


def _default(text: str) -> str:
    match = re.fullmatch(r"\$\{\w+:?-([^}]*)\}", text)
    return match.group(1) if match else text


def text_of_hub(text: str) -> bool:
    """Whether it is an address of the Hub."""
    return text.startswith("hf://") or "huggingface.co/" in text


def _croissant(text: str, file: str) -> Iterator[Reference]:
    """The dataset that a Croissant description is about."""
    from registry.scanner.names import hub_address

    documents = None if _too_deep(text) else _compose(text)
    for root in documents or ():
        if not isinstance(root, yaml.MappingNode):
            continue
        pairs = {key.value: value for key, value in root.value if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode)}
        address = pairs.get("url")
        found = hub_address(address.value) if address is not None else None
        node = address if found is not None else pairs.get("name")
        if node is not None:
            name = found[1] if found is not None else node.value
            yield Reference(
                name,
                node.value[:300],
                "dataset",
                "config",
                file,
                node.start_mark.line + 1,
                node.start_mark.column + 1,
                provider="hub" if found else "local",
                library="croissant",
            )


def front_matter(text: str, file: str) -> Iterator[Reference]:
    """What the front matter of a card names."""
    match = re.match(r"---\r?\n(.*?)\r?\n---", text, re.DOTALL)
    if match is None or _too_deep(match.group(1)):
        return
    for root in _compose("\n" + match.group(1)) or ():
        yield from _document(root, file, "card")
