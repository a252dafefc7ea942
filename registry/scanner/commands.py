"""References in command lines, wherever they stand: shell scripts, container files, workflows, notebooks, documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from registry.scanner.loaders import Program, Rule, read_loaders, read_programs
from registry.scanner.names import hub_address, is_path, looks_like_model, read_name
from registry.scanner.reference import Reference

_TOKEN = re.compile(r"""\\\r?\n|\r?\n|&&|\|\||[;|&()]|#[^\n]*|(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s;|&()"'\\])+|\\|["']""", re.DOTALL)
_VARIABLE = re.compile(r"\$\{?(\w+)(?::?[-=]([^}]*))?\}?")
_ASSIGNMENT = re.compile(r"(?:export\s+|set\s+)?([A-Za-z_]\w*)=(.*)", re.DOTALL)
_HUB = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
_SERVERS = ("text-generation-inference", "text-embeddings-inference", "vllm-openai", "sglang", "vllm/")

MAX_TOKENS = 200_000
"""So many words of one text are read."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a command line.

    Attributes:
        text: The word, without its quotes.
        line: Its line, from 1.
        column: Its column, from 1.
    """

    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where command lines stand.

    Attributes:
        file: The file.
        line: The line on which they begin.
        column: The column.
        cell: The cell of a notebook.
    """

    file: str
    line: int = 1
    column: int = 1
    cell: int | None = None


def in_text(text: str, place: Place, variables: Mapping[str, str] | None = None) -> Iterator[Reference]:
    """The references in command lines, with the variables that they set."""
    known = dict(variables or {})
    for command in split_commands(text, place.line, place.column):
        yield from in_command(command, place, known)


def split_commands(text: str, line: int = 1, column: int = 1) -> Iterator[list[Token]]:
    """The commands of a text, each as its words."""
    words: list[Token] = []
    start = 0
    first = column
    count = 0
    for match in _TOKEN.finditer(text):
        token = match.group(0)
        count += 1
        if count > MAX_TOKENS:
            return
        own_line, own_column = line, match.start() - start + first
        if "\n" in token:
            line += token.count("\n")
            start, first = match.start() + token.rindex("\n") + 1, 1
        if token.startswith("\\") and token.endswith("\n"):
            continue
        if token in ("\n", "\r\n", "&&", "||", ";", "|", "&", "(", ")") or token.startswith("#"):
            if words:
                yield words
            words = []
        else:
            words.append(Token(_unquote(token), own_line, own_column))
    if words:
        yield words


def in_command(words: list[Token], place: Place, variables: dict[str, str], serves: bool = False) -> Iterator[Reference]:
    """The references in one command; what it sets is added to the variables.

    Args:
        words: The words.
        place: Where they stand.
        variables: The variables that are set.
        serves: Whether they are handed to a program that serves models.
    """
    expanded = [Token(_expand(each.text, variables), each.line, each.column) for each in words]
    for each in expanded:
        match = _ASSIGNMENT.fullmatch(each.text)
        if match is None or each.text.startswith("-"):
            if each.text not in ("export", "env", "set", "ENV", "ARG"):
                break
            continue
        variables[match.group(1)] = match.group(2)
    taken: set[int] = set()
    for index, each in enumerate(expanded):
        name = each.text.rpartition("/")[2]
        for program in read_programs().by_name.get(name, ()):
            found = _argument(program, expanded, index)
            if found is not None and found[0] not in taken:
                reference = _reference(program.rule, expanded, found, place)
                if reference is not None:
                    taken.add(found[0])
                    yield reference
    yield from _after_image(expanded, place, taken)
    yield from _flags(expanded, place, taken, serves)
    yield from _posted(expanded, place, taken)
    for index, each in enumerate(expanded):
        if index not in taken and "://" in each.text and (address := hub_address(each.text)) is not None:
            clones = any(word.text in ("clone", "wget", "curl", "aria2c", "ADD") for word in expanded)
            yield Reference(
                address[1], each.text[:300], address[0], "download" if clones or "/resolve/" in each.text else "mention", place.file, each.line, each.column,
                cell=place.cell, provider="hub", revision=address[2], confidence="certain" if clones else "possible",
            )  # fmt: skip


def _argument(program: Program, words: list[Token], index: int) -> tuple[int, str] | None:
    """The place and the text of the argument of a program that names a model."""
    after = index + 1
    if program.words:
        while after < len(words) and words[after].text.startswith("-"):
            after += 1
        if after >= len(words) or words[after].text not in program.words:
            return None
        after += 1
    plain: list[int] = []
    skip = False
    for position in range(after, len(words)):
        text = words[position].text
        if skip:
            takes_value = "=" not in text and text not in _SWITCHES and position + 2 < len(words) and not words[position + 1].text.startswith("-")
            skip = text in _VALUED or (takes_value and bool(plain))
        else:
            plain.append(position)
    for take in program.rule.take:
        if isinstance(take, int):
            if take < len(plain):
                return plain[take], words[plain[take]].text
            continue
        for position in range(after, len(words)):
            text = words[position].text
            if text == take and position + 1 < len(words):
                return position + 1, words[position + 1].text
            if text.startswith(take + "="):
                return position, text[len(take) + 1 :]
    return None


_VALUED = frozenset(("--repo-type", "--revision", "--local-dir", "--cache-dir", "--token", "--include", "--exclude", "--max-workers"))
_SWITCHES = frozenset(("--quiet", "-q", "--trust-remote-code", "--insecure", "--verbose", "--enable-prefix-caching", "--no-cache", "-it", "-d", "--rm"))


def _reference(rule: Rule, words: list[Token], found: tuple[int, str], place: Place) -> Reference | None:
    position, text = found
    token = words[position]
    about = "dataset" if any(each.text == "dataset" and words[index - 1].text == "--repo-type" for index, each in enumerate(words) if index) else rule.about
    if "--repo-type" in {each.text for each in words} and any(each.text == "space" for each in words):
        return None
    if "$" in text or "{{" in text or text.startswith("<"):
        if not text.startswith("<") and "--" not in text:
            return Reference(
                text, text, about, rule.kind, place.file, token.line, token.column, cell=place.cell, provider=rule.provider, library=rule.library, resolved=None
            )
        return None
    name = read_name(text, rule, read_loaders().facts)
    if name is None:
        return None
    return Reference(
        name.name, text, about, rule.kind, place.file, token.line, token.column, cell=place.cell, provider=name.provider, library=rule.library,
        revision=name.revision or _revision(words), confidence="likely" if name.doubt else "certain",
    )  # fmt: skip


def _revision(words: list[Token]) -> str | None:
    return next((words[index + 1].text for index, each in enumerate(words[:-1]) if each.text == "--revision"), None)


def _flags(words: list[Token], place: Place, taken: set[int], serves: bool) -> Iterator[Reference]:
    """What flags of a program that nothing is known of name."""
    flags = read_programs().flags
    serves = serves or any(is_server(each.text) for each in words)
    for index, each in enumerate(words):
        flag, sign, text = each.text.partition("=")
        about = flags.get(flag)
        position = index if sign else index + 1
        if about is None or position >= len(words) or position in taken:
            continue
        value = text if sign else words[position].text
        base, _, revision = value.partition("@")
        facts = read_loaders().facts
        if (
            _HUB.fullmatch(base)
            and not is_path(base)
            and (serves or "." not in base.partition("/")[0])
            and not base.endswith((".py", ".json", ".yaml", ".yml", ".txt", ".bin", ".jsonl", ".csv"))
        ):
            taken.add(position)
            sure = "certain" if serves else "likely" if facts.has_model_word(base) or about == "dataset" else "possible"
            kind = "serve" if serves else "config"
            token = words[position]
            yield Reference(
                base,
                value,
                about,
                kind,
                place.file,
                token.line,
                token.column,
                cell=place.cell,
                provider="hub",
                library=None,
                revision=revision or None,
                confidence=sure,
            )
        elif about == "model" and looks_like_model(value, facts):
            taken.add(position)
            token = words[position]
            yield Reference(
                value, value, "model", "config", place.file, token.line, token.column, cell=place.cell, provider=facts.family(value), confidence="likely"
            )


def _after_image(words: list[Token], place: Place, taken: set[int]) -> Iterator[Reference]:
    """The model that follows the image of vLLM, whose first argument it is."""
    for index, each in enumerate(words[:-1]):
        if "vllm-openai" in each.text and any(word.text == "run" for word in words[:index]):
            token = words[index + 1]
            if _HUB.fullmatch(token.text) and not is_path(token.text):
                taken.add(index + 1)
                yield Reference(token.text, token.text, "model", "serve", place.file, token.line, token.column, cell=place.cell, provider="hub", library="vllm")
            return


def _posted(words: list[Token], place: Place, taken: set[int]) -> Iterator[Reference]:
    """The model in a request that `curl` sends."""
    facts = read_loaders().facts
    address = next((each.text for each in words if "://" in each.text), "")
    if not any(each.text in ("curl", "http", "wget", "xh") for each in words):
        return
    for index, each in enumerate(words):
        match = _POSTED.search(each.text)
        if match is None or index in taken:
            continue
        name = match.group(1)
        if looks_like_model(name, facts) or facts.has_model_word(name):
            taken.add(index)
            line = each.line + each.text.count("\n", 0, match.start())
            provider = facts.host(address) or facts.family(name) or "compatible"
            yield Reference(name, name, "model", "api", place.file, line, each.column, cell=place.cell, provider=provider, library=None, confidence="likely")


_POSTED = re.compile(r"""["']?model["']?\s*:\s*["']?([A-Za-z0-9][\w.:/@-]+)""")


def is_server(image: str) -> bool:
    """Whether a container image is that of a program that serves models."""
    return any(server in image for server in _SERVERS)


def _expand(text: str, variables: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        return variables.get(match.group(1)) or match.group(2) or match.group(0)

    return _VARIABLE.sub(value, text)[:2_000] if "$" in text else text


def _unquote(token: str) -> str:
    if "'" not in token and '"' not in token and "\\" not in token:
        return token
    return re.sub(r"""\\(.)|["']""", lambda match: match.group(1) or "", token, flags=re.DOTALL)
