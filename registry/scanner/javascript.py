"""References in JavaScript and TypeScript, by their syntax trees (extra `scan`)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from registry.scanner.certainty import ALWAYS, PERHAPS, USUALLY
from registry.scanner.interface import Files
from registry.scanner.javascript_values import Script, Value, Values, pairs, text_of, unquoted
from registry.scanner.loaders import Rule, read_loaders, read_programs
from registry.scanner.names import Name, hub_address, looks_like_model, read_name
from registry.scanner.python_sweep import MODEL_KEYS
from registry.scanner.reference import CONFIDENCES, Call, Note, Reference

_ENDINGS = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts")
_KEYS = ("model", "modelName", "modelId", "model_name", "model_id", "modelPath", "modelUri", "repo", "embeddingModel")
_SCRIPT = re.compile(rb"<script[^>]*>(.*?)</script>", re.DOTALL)

MAX_BYTES = 1_000_000
"""A larger file is generated, not written."""


class JavaScriptDetector:
    """Finds references in JavaScript and TypeScript."""

    name = "javascript"

    def __init__(self) -> None:
        self._scripts: dict[str, Script | None] = {}

    def takes(self, path: str) -> bool:
        """Scripts by their ending; not what a bundler made."""
        return path.endswith((*_ENDINGS, ".vue", ".svelte", ".astro")) and not path.endswith((".min.js", ".d.ts", ".bundle.js"))

    def wants(self, data: bytes) -> bool:
        """Whether it names a package that calls or loads models, or holds a word of such code."""
        return len(data) <= MAX_BYTES and needles().search(data) is not None

    def find(self, path: str, data: bytes, files: Files) -> Iterator[Reference]:
        """The references in a script; without the extra, none, and a note."""
        if _languages() is None:
            files.note(Note("missing-extra", "not read: JavaScript and TypeScript need the `scan` extra", path))
            return
        self._scripts.clear()
        script = self._script(path, files, data)
        if script is not None:
            yield from _Reader(script, Values(lambda target, origin: self._imported(target, origin, files))).find()

    def _script(self, path: str, files: Files, data: bytes | None = None) -> Script | None:
        if path not in self._scripts:
            data = files.read(path) if data is None else data
            self._scripts[path] = _take_apart(path, data) if data is not None and len(data) <= MAX_BYTES else None
        return self._scripts[path]

    def _imported(self, target: str, origin: str, files: Files) -> Script | None:
        known = set(files.paths) if len(self._scripts) < 40 else set()
        bases = [posixpath.normpath(posixpath.join(posixpath.dirname(origin), target))] if target.startswith(".") else [target[2:], f"src/{target[2:]}"]
        for base in bases:
            stem = re.sub(r"\.[cm]?jsx?$", "", base)
            for candidate in (base, *(stem + ending for ending in _ENDINGS), *(f"{stem}/index{ending}" for ending in _ENDINGS)):
                if candidate in known:
                    return self._script(candidate, files)
        return None


def _take_apart(path: str, data: bytes) -> Script:
    from tree_sitter import Parser

    languages = _languages() or {}
    if path.endswith((".vue", ".svelte", ".astro")):
        # Only what stands in script elements, each on its own lines.

        text = bytearray(10 if byte == 10 else 32 for byte in data)
        for match in _SCRIPT.finditer(data):
            text[match.start(1) : match.end(1)] = match.group(1)
        data = bytes(text)
    language = "tsx" if path.endswith((".tsx", ".jsx", ".js", ".mjs", ".cjs")) else "typescript"
    tree = Parser(languages[language]).parse(data)
    script = Script(path, tree.root_node)
    for node in _walk(tree.root_node):
        _note(node, script)
    return script


def _walk(root: Any) -> Iterator[Any]:
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


class _Reader:
    """Reads the calls of one script."""

    def __init__(self, script: Script, values: Values) -> None:
        self._script = script
        self._values = values
        self._facts = read_loaders().facts
        self._rules = {name: (rule, original) for name, (package, original) in script.imports.items() if (rule := _rule_of(package)) is not None}

    def find(self) -> Iterator[Reference]:
        """The references of its calls, then what its texts mention."""
        named: set[tuple[str, int, int]] = set()
        for node in _walk(self._script.root):
            if node.type in ("call_expression", "new_expression"):
                for each in self._call(node):
                    named.add((each.file, each.line, each.column))
                    yield each
        for node in _walk(self._script.root):
            if node.type == "string":
                for each in self._mentioned(node):
                    if (each.file, each.line, each.column) not in named:
                        yield each

    def _call(self, node: Any) -> Iterator[Reference]:
        function = node.child_by_field_name("function") or node.child_by_field_name("constructor")
        arguments = node.child_by_field_name("arguments")
        if function is None or arguments is None:
            return
        given = arguments.named_children
        callee = text_of(function)[-200:]
        last = re.split(r"[.?\s]+", callee)[-1]
        rule, original = self._rule(function)
        if last == "from_pretrained" and given:
            yield from self._named(node, given[0], replace(_HUB, library=rule.library if rule else ""), callee)
        elif rule is not None and original == "pipeline" and given:
            yield from self._pipeline(node, given, rule, callee)
        elif rule is not None and given and given[0].type != "object" and _names_first(rule, last):
            yield from self._named(node, given[0], rule, callee)
        elif rule is not None and original in ("CreateMLCEngine", "CreateWebWorkerMLCEngine", "initChatModel", "hfHubDownload") and given:
            at = 1 if original.startswith("CreateWeb") else 0
            yield from self._named(node, given[min(at, len(given) - 1)], rule, callee)
        else:
            yield from self._keyed(node, given, rule, callee, last)

    def _keyed(self, node: Any, given: list[Any], rule: Rule | None, callee: str, last: str) -> Iterator[Reference]:
        """What stands under `model` and the like in the objects that a call is given."""
        guess = _GUESSES.get(last) if rule is None else None
        used = rule or guess
        if used is None or (rule is not None and rule.provider == "azure" and last == "AzureOpenAI"):
            return
        for argument in given[:3]:
            for thing, place in self._values.objects(argument, self._script):
                for key, value in pairs(thing):
                    if key in _KEYS and value.type not in ("new_expression", "object") and not self._made(value):
                        form = "litellm" if rule is not None and rule.provider == "litellm" else used.form
                        form = "hub-or-api" if guess is not None else "path" if key in ("modelPath", "modelUri") else form
                        yield from self._named(node, value, replace(used, form=form, guess=guess is not None), callee, place)

    def _made(self, value: Any) -> bool:
        """Whether it is an object that a package made, whose own call is read."""
        function = value.child_by_field_name("function") if value.type == "call_expression" else None
        return function is not None and self._rule(function)[0] is not None

    def _pipeline(self, node: Any, given: list[Any], rule: Rule, callee: str) -> Iterator[Reference]:
        if len(given) > 1 and given[1].type not in ("null", "undefined"):
            yield from self._named(node, given[1], rule, callee)
            return
        for value in self._values.of(given[0], self._script):
            model = self._facts.web_tasks.get(value.text)
            if model is not None:
                yield self._reference(node, value, Name(model, "hub"), rule, callee, "task default", USUALLY)

    def _named(self, node: Any, argument: Any, rule: Rule, callee: str, place: Script | None = None) -> Iterator[Reference]:
        values = self._values.of(argument, place or self._script)
        found = False
        for value in values:
            name = read_name(value.text, rule, self._facts)
            if name is None or (rule.guess and not ("/" in name.name or looks_like_model(name.name, self._facts))):
                continue
            found = True
            sure = min(value.certainty, USUALLY if rule.guess else ALWAYS, PERHAPS if name.doubt and rule.form == "hub-or-api" else ALWAYS)
            yield self._reference(node, value, name, rule, callee, value.how, sure)
        if not found and not values and not rule.guess and argument.type not in ("object", "arrow_function", "function_expression", "null", "undefined"):
            expression = " ".join(text_of(argument).split())[:80]
            line, column = node.start_point
            yield Reference(
                expression,
                expression,
                rule.about,
                rule.kind,
                self._script.file,
                line + 1,
                column + 1,
                provider=rule.provider,
                library=rule.library,
                resolved=None,
            )

    def _reference(self, node: Any, value: Value, name: Name, rule: Rule, callee: str, how: str, certainty: int) -> Reference:
        line, column = value.node.start_point
        call = node.start_point[0] + 1
        elsewhere = value.script is not self._script or line + 1 != call
        return Reference(
            name.name, value.text, rule.about, rule.kind, value.script.file, line + 1, column + 1, provider=name.provider, library=rule.library or None,
            revision=name.revision, confidence=CONFIDENCES[certainty], resolved=how, calls=(Call(self._script.file, call, callee[-80:]),) if elsewhere else (),
        )  # fmt: skip

    def _rule(self, function: Any) -> tuple[Rule | None, str]:
        """The rule of the package that what is called comes from, and the name that it has there."""
        node, depth = function, 0
        while depth < 30:
            depth += 1
            if node.type in ("member_expression", "subscript_expression"):
                node = node.child_by_field_name("object")
            elif node.type in ("call_expression", "new_expression"):
                node = node.child_by_field_name("function") or node.child_by_field_name("constructor")
            elif node.type in ("parenthesized_expression", "await_expression", "non_null_expression", "as_expression"):
                node = node.named_children[0]
            elif node.type == "identifier":
                name = text_of(node)
                if name in self._rules:
                    return self._rules[name]
                sources = [
                    each
                    for each in self._script.constants.get(name, ())
                    if each.type in ("new_expression", "call_expression", "await_expression", "identifier")
                ]
                if not sources or sources[0] is node:
                    return None, ""
                node = sources[0]
            else:
                if node.type == "this":
                    member = text_of(function).split(".")
                    sources = self._script.constants.get(".".join(member[:2]), []) if len(member) > 2 else []
                    if sources and sources[0] is not node:
                        node = function = sources[0]
                        continue
                return None, ""
            if node is None:
                return None, ""
        return None, ""

    def _mentioned(self, node: Any) -> Iterator[Reference]:
        text = unquoted(node)
        if not 3 <= len(text) <= 300:
            return
        line, column = node.start_point
        place = (self._script.file, line + 1, column + 1)
        if "://" in text:
            found = hub_address(text)
            if found is not None:
                kind = "api" if "inference" in text else "download" if "/resolve/" in text else "mention"
                yield Reference(
                    found[1], text, found[0], kind, *place, provider="hub", revision=found[2], confidence="likely" if kind != "mention" else "possible"
                )
        elif looks_like_model(text, self._facts) and (node.parent is None or node.parent.type != "import_statement") and _rule_of(text) is None:
            key = _key_of(node)
            kept = bool(key and MODEL_KEYS.search(key))
            provider = "hub" if "/" in text else self._facts.family(text)
            yield Reference(text, text, "model", "config" if kept else "mention", *place, provider=provider, confidence="possible")


def _names_first(rule: Rule, last: str) -> bool:
    """Whether the first argument of a call is the name."""
    return rule.library.startswith(("@ai-sdk/", "ollama-ai", "@openrouter")) or (rule.provider == "replicate" and last in ("run", "stream"))


def _key_of(node: Any) -> str:
    """The name that a text is kept under."""
    parent = node.parent
    for _ in range(4):
        if parent is None:
            return ""
        if parent.type == "pair":
            return text_of(parent.child_by_field_name("key"))
        if parent.type in ("variable_declarator", "public_field_definition", "assignment_expression"):
            name = parent.child_by_field_name("name") or parent.child_by_field_name("left")
            return text_of(name) if name is not None else ""
        if parent.type not in (
            "array",
            "object",
            "as_expression",
            "binary_expression",
            "ternary_expression",
            "parenthesized_expression",
            "satisfies_expression",
        ):
            return ""
        parent = parent.parent
    return ""


_HUB = Rule("@huggingface/transformers", "hub")
_OPENAI = Rule("", "openai", kind="api", form="hub-or-api")
_GUESSES = {
    "create": _OPENAI, "parse": _OPENAI, "generateText": _OPENAI, "streamText": _OPENAI, "ChatOpenAI": _OPENAI, "generateContent": replace(_OPENAI, provider="google"),
    "getGenerativeModel": replace(_OPENAI, provider="google"), "textGeneration": replace(_OPENAI, provider="hub"), "fetch": _OPENAI, "stringify": _OPENAI,
    "InvokeModelCommand": replace(_OPENAI, provider="bedrock", form="bedrock"), "ConverseCommand": replace(_OPENAI, provider="bedrock", form="bedrock"),
}  # fmt: skip


def _rule_of(package: str) -> Rule | None:
    scripts = read_programs().scripts
    if package in scripts:
        return scripts[package]
    parts = package.split("/")
    for length in (2, 1):
        rule = scripts.get("/".join(parts[:length]))
        if rule is not None and not package.startswith("."):
            return rule
    if "@huggingface/transformers" in package or "@xenova/transformers" in package:  # from a content network
        return scripts["@huggingface/transformers"]
    return None


@lru_cache(maxsize=1)
def _languages() -> dict[str, Any] | None:
    try:
        import tree_sitter_typescript as typescript
        from tree_sitter import Language
    except ImportError:
        return None
    return {"typescript": Language(typescript.language_typescript()), "tsx": Language(typescript.language_tsx())}


@lru_cache(maxsize=1)
def needles() -> re.Pattern[bytes]:
    """What only scripts hold that name models."""
    packages = "|".join(re.escape(name) for name in sorted(read_programs().scripts, key=len, reverse=True))
    return re.compile(
        rf"""["'](?:npm:)?(?:{packages})(?:[/@][^"']*)?["']|huggingface|transformers@|from_pretrained|chat\.completions|api\.openai\.com|gpt-|claude-|gemini-|Xenova/""".encode()
    )
