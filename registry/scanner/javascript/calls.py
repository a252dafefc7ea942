"""The references that calls and texts in a script make: which package a call belongs to, and what its argument names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from registry.scanner.certainty import ALWAYS, PERHAPS, USUALLY
from registry.scanner.javascript.script import walk
from registry.scanner.javascript.values import Script, Value, Values, pairs, text_of, unquoted
from registry.scanner.loaders import Rule, read_loaders, read_programs
from registry.scanner.names import Name, hub_address, looks_like_model, name_of, read_name
from registry.scanner.python.sweep import MODEL_KEYS
from registry.scanner.reference import CONFIDENCES, Call, Reference

_KEYS = ("model", "modelName", "modelId", "model_name", "model_id", "modelPath", "modelUri", "repo", "embeddingModel")


class ScriptReader:
    """Reads the calls of one script."""

    def __init__(self, script: Script, values: Values) -> None:
        self._script = script
        self._values = values
        self._facts = read_loaders().facts
        self._rules = {name: (rule, original) for name, (package, original) in script.imports.items() if (rule := _rule_of(package)) is not None}

    def find(self) -> Iterator[Reference]:
        """The references of its calls, then what its texts mention."""
        named: set[tuple[str, int, int]] = set()
        for node in walk(self._script.root):
            if node.type in ("call_expression", "new_expression"):
                for each in self._call(node):
                    named.add((each.file, each.line, each.column))
                    yield each
        for node in walk(self._script.root):
            if node.type == "string" or (node.type == "template_string" and "://" in text_of(node)[:200]):
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
        if rule is not None and rule.provider == "openai":
            rule = self._sent(node, rule, callee)
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

    def _sent(self, node: Any, rule: Rule, callee: str) -> Rule:
        """The rule with the provider that a client of OpenAI's protocol is told to send its requests to."""
        made = [node, *self._script.constants.get(re.split(r"[.(?]", callee)[0], ())]
        for each in made:
            arguments = each.child_by_field_name("arguments") if each.type in ("call_expression", "new_expression") else None
            for thing, place in (
                found for argument in (arguments.named_children if arguments is not None else ()) for found in self._values.objects(argument, self._script)
            ):
                for key, value in pairs(thing):
                    if key in ("baseURL", "baseUrl", "basePath"):
                        hosts = [self._facts.host(text.text) for text in self._values.of(value, place)]
                        return replace(
                            rule, provider=next((host for host in hosts if host), "compatible"), form="hub-or-api" if rule.form == "hub" else rule.form
                        )
        return rule

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
        # Of a template, what stands before its first variable can be an address all the same.
        text = unquoted(node) if node.type == "string" else text_of(node)[1:300].partition("${")[0]
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
            name = name_of(text, self._facts)
            yield Reference(name.name, text, "model", "config" if kept else "mention", *place, provider=name.provider, confidence="possible")


def _names_first(rule: Rule, last: str) -> bool:
    """Whether the first argument of a call is the name."""
    return rule.library.startswith(("@ai-sdk/", "ollama-ai", "@openrouter")) or (rule.provider == "replicate" and last in ("run", "stream"))


def _key_of(node: Any) -> str:
    """The name that a text is kept under; one that is a key itself, under that of the whole table."""
    parent = node.parent
    is_key = False
    for _ in range(7):
        if parent is None:
            return ""
        if parent.type == "pair" and parent.child_by_field_name("key") == node:
            is_key = True
        elif parent.type == "pair":
            return text_of(parent.child_by_field_name("key"))
        if parent.type in ("variable_declarator", "public_field_definition", "assignment_expression"):
            name = parent.child_by_field_name("name") or parent.child_by_field_name("left")
            return text_of(name) if name is not None else ""
        if not (is_key and parent.type in ("pair", "arguments", "call_expression")) and parent.type not in (
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
