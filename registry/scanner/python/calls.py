"""The references that calls in a Python file make: which rule a call falls under, and what its argument names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from registry.scanner.certainty import ALWAYS, PERHAPS, USUALLY
from registry.scanner.loaders import Loaders, Rule
from registry.scanner.names import Name, looks_like_model, read_name
from registry.scanner.python.origins import Origins
from registry.scanner.python.scope import ModuleTree, Site
from registry.scanner.python.texts import Found, Text, Texts, entries_under
from registry.scanner.python.values import Origin, Point, given
from registry.scanner.reference import CONFIDENCES, Call, Reference

ADDRESSES = ("base_url", "api_base", "openai_api_base", "azure_endpoint", "endpoint", "host", "endpoint_url", "server_url", "url")
"""The keywords under which a client is told where to send its requests."""

MAX_EXPRESSION = 80
"""So much of an expression that could not be followed is shown."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One call under one rule.

    Attributes:
        site: The call.
        rule: The rule.
        point: Where the call stands.
        callee: What is called.
        origin: What that comes from.
    """

    site: Site
    rule: Rule
    point: Point
    callee: str
    origin: Origin | None = None


class Calls:
    """Reads the calls of Python files.

    Args:
        origins: Follows expressions.
        loaders: The rules.
    """

    def __init__(self, origins: Origins, loaders: Loaders) -> None:
        self._origins = origins
        self._texts = Texts(origins)
        self._loaders = loaders
        self.settled: set[tuple[str, int, int]] = set()

    def find(self, module: ModuleTree) -> Iterator[Reference]:
        """The references that the calls of a file make."""
        for site in self._sites(module):
            for reading in self._readings(site):
                yield from self._read(reading)

    def _sites(self, module: ModuleTree) -> Iterator[Site]:
        """The calls that may fall under a rule; of thousands, most are told from the last step alone."""
        bound = {name for scope in module.scopes.values() for name in scope.names}
        stars = any(scope.stars for scope in module.scopes.values())
        for last, sites in module.sites.items():
            wanted = self._loaders.wants(last)
            named = last in bound or (stars and wanted)
            for site in sites:
                function = type(site.call.func)
                if function is ast.Attribute:
                    if wanted:
                        yield site
                elif function is ast.Name:
                    if named and self._may_matter(site, last):
                        yield site
                elif function is ast.Call or function is ast.Subscript:
                    yield site

    def _may_matter(self, site: Site, name: str) -> bool:
        scope = site.scope
        while True:
            for binding in scope.names.get(name, ()):
                if binding.kind == "import":
                    return self._loaders.wants(binding.name.rpartition(".")[2]) or name == "partial"
                return binding.kind in ("value", "element", "unpack") or isinstance(binding.node, ast.ClassDef)
            if scope.parent is None:
                return bool(scope.stars) and self._loaders.wants(name)
            scope = scope.parent

    def _readings(self, site: Site) -> Iterator[Reading]:
        point = Point(site.scope, (site.call.lineno, site.call.col_offset), site.block)
        followed = False
        for origin in self._origins.of(site.call.func, point):
            if origin.kind == "external" and origin.dotted.endswith("functools.partial") and site.call.args:
                yield from self._partial(site, point)
                return
            dotted = self._dotted(origin)
            if dotted is None:
                followed = followed or origin.kind in ("node", "instance")
                continue
            rules = self._loaders.match(dotted)
            followed = followed or bool(rules) or (origin.kind == "external" and dotted.partition(".")[0] in self._loaders.imports)
            for rule in rules:
                yield Reading(site, rule, point, dotted, origin)
        if not followed and isinstance(site.call.func, ast.Attribute):
            steps = _chain(site.call.func)
            for rule in self._loaders.guess(steps):
                yield Reading(site, rule, point, steps)

    def _partial(self, site: Site, point: Point) -> Iterator[Reading]:
        call = site.call
        shorter = ast.copy_location(ast.Call(call.args[0], call.args[1:], call.keywords), call)
        for origin in self._origins.of(call.args[0], point):
            dotted = self._dotted(origin)
            for rule in self._loaders.match(dotted) if dotted else ():
                # What a partial leaves open is given later, so nothing that is missing here counts.
                yield Reading(Site(shorter, site.scope, site.block), replace(rule, default=None, task=()), point, dotted or "", origin)

    def _dotted(self, origin: Origin) -> str | None:
        """The name of what is called; of a class of the application without a constructor of its own, that of the class it derives from."""
        if origin.kind == "external":
            return origin.dotted
        node = origin.node
        if isinstance(node, ast.ClassDef) and origin.kind == "node" and origin.point is not None:
            scope = origin.point.scope.module.scopes.get(node)
            if scope is not None and "__init__" not in scope.names:
                for base in node.bases:
                    for each in self._origins.of(base, origin.point):
                        if each.kind == "external":
                            return each.dotted
        return None

    def _read(self, reading: Reading) -> Iterator[Reference]:
        call, rule, point = reading.site.call, reading.rule, reading.point
        if rule.when and not self._loads(call, rule, point):
            return
        node, found = self._texts.argument(call, rule.take, point) if rule.take else (None, None)
        if found is None or (node is None and not found.texts and not found.open):
            yield from self._missing(reading)
            return
        if rule.within and node is not None:
            for part, there in entries_under(self._origins, node, rule.within, point):
                yield from self._named(replace(reading, rule=replace(rule, within=())), part, self._texts.of(part, there))
            return
        yield from self._named(reading, node, found)
        if not found.texts and found.nothing and not found.open:
            if rule.default is not None or rule.task:
                yield from self._missing(reading)
            elif not found.things and not rule.guess and not rule.objects:
                yield self._unresolved(reading, node)

    def _loads(self, call: ast.Call, rule: Rule, point: Point) -> bool:
        node = given(call, rule.when)
        if node is None:
            name = given(call, rule.take)
            return isinstance(name, ast.Constant) and isinstance(name.value, str) and name.value.startswith(("hf-hub:", "hf_hub:"))
        return not any(isinstance(origin.node, ast.Constant) and not origin.node.value for origin in self._origins.of(node, point))

    def _missing(self, reading: Reading) -> Iterator[Reference]:
        """The model that a library takes where it is given none."""
        call, rule = reading.site.call, reading.rule
        given_apart = next((keyword.value for keyword in call.keywords if keyword.arg is None), None)
        if given_apart is not None:
            if (
                (rule.kind == "api" or 0 in rule.take)
                and rule.default is None
                and not (rule.task or rule.guess or rule.objects or rule.second or rule.within)
                and rule.shape is None
            ):
                reference = self._unresolved(reading, given_apart)
                yield replace(reference, name=f"**{reference.name}", written=f"**{reference.written}", confidence="likely")
            return
        if rule.task:
            _, found = self._texts.argument(call, rule.task, reading.point)
            for text in found.texts if found is not None else ():
                model = self._loaders.facts.tasks.get(text.text) or (self._loaders.facts.tasks["translation"] if text.text.startswith("translation_") else None)
                if model is not None:
                    yield self._reference(reading, text, Name(model, "hub"), how="task default", certainty=min(text.certainty, USUALLY), written=text.text)
        elif rule.default is not None:
            text = Text(rule.default, call, reading.site.scope.module, "literal", USUALLY)
            name = read_name(rule.default, rule, self._loaders.facts)
            if name is not None:
                yield self._reference(reading, text, name, how="library default", certainty=USUALLY)

    def _named(self, reading: Reading, node: ast.expr | None, found: Found) -> Iterator[Reference]:
        """The references of an argument."""
        texts = found.texts
        if found.open and node is not None and (not texts or reading.rule.guess is False):
            guarded = self._texts.guarded(node, reading.point)
            texts = guarded or texts
        second = self._second(reading)
        for text in texts:
            yield from self._of_text(reading, text, second)
        named = any(text.text.strip() for text in texts) or (reading.rule.objects and _is_object(node))
        if (found.open or texts) and not named and reading.rule.shape is None:
            if not reading.rule.guess:
                yield self._unresolved(reading, node)
            elif reading.callee.endswith(".from_pretrained"):  # hardly anything but a model has such a method
                yield replace(self._unresolved(reading, node), confidence="possible")

    def _second(self, reading: Reading) -> str | None:
        if not reading.rule.second:
            return None
        _, found = self._texts.argument(reading.site.call, reading.rule.second, reading.point)
        return found.texts[0].text if found is not None and found.texts else None

    def _of_text(self, reading: Reading, text: Text, second: str | None) -> Iterator[Reference]:
        rule, facts = reading.rule, self._loaders.facts
        about = self._about(reading)
        self.settled.add((text.module.file, text.node.lineno, text.node.col_offset + 1))
        if about is None or (about == "dataset" and text.text in facts.builders):
            return
        name = read_name(text.text, rule, facts, second)
        if name is None or (rule.guess and not ("/" in name.name or rule.about == "dataset" or looks_like_model(name.name, facts))):
            return
        provider = self._provider(reading, name.provider)
        if name.provider == "local" and rule.guess:
            return
        how = text.how
        certainty = min(text.certainty, USUALLY if rule.guess else ALWAYS, PERHAPS if name.doubt and rule.form == "hub-or-api" else ALWAYS)
        if rule.form == "hub" and rule.bare is None and how not in ("literal", "constant") and not ("/" in name.name or facts.has_model_word(name.name)):
            certainty = PERHAPS  # a word that came a long way, such as the placeholder of a setting
        reference = self._reference(reading, text, replace(name, provider=provider), how=how, certainty=certainty)
        if name.provider == "azure" and name.doubt:
            reference = replace(reference, resolved=None)
        yield replace(reference, about=about, revision=reference.revision or self._revision(reading))

    def _about(self, reading: Reading) -> str | None:
        """What is named; None where it is neither a model nor a dataset."""
        if reading.rule.kind != "download":
            return reading.rule.about
        node = given(reading.site.call, ("repo_type",))
        found = self._texts.of(node, reading.point).texts if node is not None else ()
        kind = found[0].text if found else "model"
        return reading.rule.about if kind == "model" else "dataset" if kind == "dataset" else None

    def _revision(self, reading: Reading) -> str | None:
        node = given(reading.site.call, ("revision",))
        found = self._texts.of(node, reading.point).texts if node is not None else ()
        return found[0].text if len(found) == 1 and len(found[0].text) <= 100 else None

    def _provider(self, reading: Reading, provider: str) -> str:
        """Whose API a client was told to speak to, where that is not whose protocol it speaks."""
        if reading.rule.kind != "api" or provider not in ("openai", "anthropic"):
            return provider
        calls = [(reading.site.call, reading.point)]
        if reading.origin is not None and isinstance(reading.origin.node, ast.Call) and reading.origin.point is not None:
            calls.append((reading.origin.node, reading.origin.point))
        for call, point in calls:
            node = given(call, ADDRESSES)
            if node is None:
                continue
            texts = self._texts.of(node, point).texts
            for text in texts:
                host = self._loaders.facts.host(text.text)
                return host or "compatible"
            return "compatible"
        return provider

    def _reference(self, reading: Reading, text: Text, name: Name, how: str, certainty: int, written: str | None = None) -> Reference:
        call = reading.site.call
        here = reading.site.scope.module.file
        elsewhere = text.module.file != here or text.node.lineno != call.lineno
        return Reference(
            name.name,
            written if written is not None else text.text,
            reading.rule.about,
            reading.rule.kind,
            text.module.file,
            text.node.lineno,
            text.node.col_offset + 1,
            provider=name.provider,
            library=_library(reading),
            revision=name.revision,
            confidence=CONFIDENCES[certainty],
            resolved=how,
            calls=(Call(here, call.lineno, reading.callee),) if elsewhere else (),
        )

    def _unresolved(self, reading: Reading, node: ast.expr | None) -> Reference:
        call = reading.site.call
        expression = ast.unparse(node) if node is not None else ast.unparse(call.func)
        expression = " ".join(expression.split())
        shown = expression if len(expression) <= MAX_EXPRESSION else expression[: MAX_EXPRESSION - 1] + "…"
        return Reference(
            shown, shown, reading.rule.about, reading.rule.kind, reading.site.scope.module.file, call.lineno, call.col_offset + 1,
            provider=reading.rule.provider, library=_library(reading), confidence="certain", resolved=None,
        )  # fmt: skip


def _library(reading: Reading) -> str | None:
    """The library that is called: of those that one entry speaks of, the one that is imported."""
    if reading.origin is None:
        return None
    root, library = reading.callee.partition(".")[0], reading.rule.library
    return library if root.replace("_", "-").startswith(re.split("[-_]", library)[0]) else root


def _is_object(node: ast.expr | None) -> bool:
    """Whether an expression, where an object or a name may stand, is called like an object."""
    return node is None or re.search(r"(?i)name|id$|path|checkpoint|repo|environ|getenv|str", ast.unparse(node)) is None


def _chain(node: ast.expr) -> str:
    """What is called, as written; what is not a name or attribute is left out."""
    steps: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            steps.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Name):
            steps.append(node.id)
            return ".".join(reversed(steps))
        else:
            return ".".join(["_", *reversed(steps)])
