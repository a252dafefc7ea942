"""Texts in a Python file that name models without being handed to anything known: settings by the name they are kept under, addresses, and mere mentions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from registry.scanner.facts import Facts
from registry.scanner.names import hub_address, is_path, looks_like_model, name_of
from registry.scanner.python.scope import ModuleTree
from registry.scanner.python.shell import commands_of
from registry.scanner.reference import Reference

MODEL_KEYS = re.compile(
    r"(?i)(?:^|[_\W])(?:models?|llms?|checkpoint|ckpt|repo_id|pretrained|embedder|embeddings?|embed|engine|tokenizer|adapter|lora|reranker|(?:cross|bi)_?encoder|vae|unet|model_?(?:name|id|path|size|url|uri|repo))(?:$|[_\W\d])|model_?(?:name|id|path|url|uri|repo)|modelId|modelName"
)
"""The names under which people keep the name of a model."""

STRONG_KEYS = re.compile(r"(?i)repo_?id|pretrained|base_?model|checkpoint|model_?(?:name|id)|hf_|embed|adapter|lora|tokenizer|reranker|encoder")
"""Names under which hardly anything else is kept."""

DATA_KEYS = re.compile(r"(?i)(?:^|_)(?:datasets?|dataset_?(?:name|id|path)|data_path|train_data|corpus)(?:$|_)")
"""The names under which people keep the name of a dataset."""

OTHERS = frozenset(("model_type", "tokenizer_type", "tokenizer_class", "model_class", "processor_class", "model_dir", "model_max_length", "adapter_type", "model_format", "modelformat", "vector_store", "model_version", "model_kwargs",
    "hub_model_id", "export_hub_model_id", "push_to_hub_model_id", "hub_dataset_id", "push_dataset_to_hub", "hf_use_auth_token",
))  # fmt: skip
"""Names that speak of models, and under which none is kept that is used: forms of them, and where a finished one is to be put."""

HUB = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
"""A name of the form `owner/name`."""

_API_KEYS = frozenset(("messages", "prompt", "input", "contents", "max_tokens", "temperature", "inputs"))


def sweep(module: ModuleTree, facts: Facts) -> Iterator[Reference]:
    """What a file's texts name."""
    pending: list[tuple[ast.AST, str, bool]] = [(module.tree, "", False)]
    while pending:
        node, key, asked = pending.pop()
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                yield from _text(node, key, asked, module, facts)
            continue
        if isinstance(node, ast.Call):
            yield from commands_of(node, module.file)
        if not isinstance(node, _EMPTY) and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            pending.extend(_children(node, key))


_EMPTY = (ast.Name, ast.JoinedStr, ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop)
"""What holds no text that stands for itself."""


def _children(node: ast.AST, key: str) -> Iterator[tuple[ast.AST, str, bool]]:
    """The parts of a node, each with the name that it is kept under."""
    if isinstance(node, ast.Assign):
        name = next((_name(target) for target in node.targets if _name(target)), "")
        yield node.value, name, False
    elif isinstance(node, ast.AnnAssign):
        if node.value is not None:
            yield node.value, _name(node.target), False
    elif isinstance(node, ast.Dict):
        keys = {each.value for each in node.keys if isinstance(each, ast.Constant)}
        for entry, value in zip(node.keys, node.values, strict=True):
            own = entry.value if isinstance(entry, ast.Constant) and isinstance(entry.value, str) else key
            # A key such as `text-embedding-3-small` is a name, and not what a name is kept under.
            known = bool(MODEL_KEYS.search(own) or DATA_KEYS.search(own)) and not any(sign.isdigit() for sign in own)
            yield value, own if known else key, own == "model" and bool(keys & _API_KEYS)
            if entry is not None and not known:
                yield entry, key, False
    elif isinstance(node, ast.keyword):
        yield node.value, node.arg or "", False
    elif isinstance(node, ast.arguments):
        positional = [*node.posonlyargs, *node.args]
        for parameter, value in zip(positional[len(positional) - len(node.defaults) :], node.defaults, strict=True):
            yield value, parameter.arg, False
        for parameter, default in zip(node.kwonlyargs, node.kw_defaults, strict=True):
            if default is not None:
                yield default, parameter.arg, False
    elif isinstance(node, ast.Call):
        made = _name(node.func)
        flag = next((each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)), "")
        declares = isinstance(node.func, ast.Attribute) and node.func.attr in ("add_argument", "option", "getenv", "get")
        yield node.func, "", False
        for argument in node.args:
            yield argument, flag if declares else "", False
        for keyword in node.keywords:
            own = keyword.arg or ""
            if own in ("default", "choices", "initial", "value"):  # of a flag, a field, a widget
                own = flag if declares else key
            elif own in ("path", "name", "id", "repo", "source", "uri") and MODEL_KEYS.search(_SPLIT.sub("_", made)):
                own = f"model_{own}"
            yield keyword.value, own, False
    else:
        own = key if isinstance(node, ast.List | ast.Tuple | ast.Set | ast.IfExp | ast.BoolOp) else ""
        for child in ast.iter_child_nodes(node):
            yield child, own, False


_SPLIT = re.compile(r"(?<=[a-z])(?=[A-Z])")
"""Between the words of a name such as `EmbeddingModel`."""


def _text(node: ast.Constant, key: str, asked: bool, module: ModuleTree, facts: Facts) -> Iterator[Reference]:
    text = str(node.value)
    if len(text) > 2_000 or len(text) < 3:
        return
    place = (module.file, node.lineno, node.col_offset + 1)
    if " " in text:
        yield from _told(text, place, facts)
    if "://" in text:
        found = hub_address(text)
        if found is not None:
            kind = "api" if "inference" in text else "download" if "/resolve/" in text else "mention"
            confidence = "likely" if kind != "mention" else "possible"
            yield Reference(found[1], text[:300], found[0], kind, *place, provider="hub", revision=found[2], confidence=confidence)
        return
    if asked and (looks_like_model(text, facts) or (SIZED.fullmatch(text) and facts.has_model_word(text))):
        name = name_of(text, facts)
        provider = "compatible" if name.provider == "other" else name.provider
        yield Reference(name.name, text, "model", "api", *place, provider=provider, confidence="likely")
        return
    data = bool(DATA_KEYS.search(key)) and not MODEL_KEYS.search(key)
    kept = data or (bool(MODEL_KEYS.search(key)) and key.lower() not in OTHERS)
    routed = not data and facts.routes(text)
    if kept and not routed and HUB.fullmatch(text) and not is_path(text) and not is_file(text):
        sure = data or bool(STRONG_KEYS.search(key)) or facts.has_model_word(text.partition("/")[2])
        yield Reference(text, text, "dataset" if data else "model", "config" if sure else "mention", *place, provider="hub", confidence="possible")
    elif looks_like_model(text, facts):
        name = name_of(text, facts)
        yield Reference(name.name, text, "model", "config" if kept else "mention", *place, provider=name.provider, confidence="possible")
    elif kept and not data and SIZED.fullmatch(text) and (_APART.search(text) or _RUNNER.search(key)) and facts.has_model_word(text) and not is_file(text):
        yield Reference(text, text, "model", "config", *place, provider="ollama" if ":" in text else "other", confidence="possible")


SIZED = re.compile(r"(?=[^:]*\d)(?!my-|spacy\.)[A-Za-z][A-Za-z0-9.-]*(?::[\w.-]+)?")
"""A name that has no owner, but a number: `llama3.1:8b`, `gemma3`."""

_APART = re.compile(r"[.:-]")
_RUNNER = re.compile(r"(?i)ollama|llm|groq")
"""Keys under which even a name such as `gemma3` is none of an architecture."""


def _told(text: str, place: tuple[str, int, int], facts: Facts) -> Iterator[Reference]:
    """What a message tells people to give: `--base_model='owner/name'`, `MODEL=owner/name`."""
    for match in _GIVEN.finditer(text):
        name = match.group(1)
        if looks_like_model(name, facts):
            yield Reference(name, name, "model", "mention", *place, provider="hub", confidence="possible")


_GIVEN = re.compile(r"(?:=|--[\w-]+[= ])['\"]?([A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*[A-Za-z0-9])")


def is_file(text: str) -> bool:
    """Whether it names a file, or something in a folder of files."""
    return bool(
        re.search(
            r"\.(?:py|json|ya?ml|txt|csv|md|html?|png|jpe?g|bin|pt|pth|onnx|safetensors|jsonl|parquet|gguf|ggml|ckpt|llamafile|zip|gz|tar|j2|jinja2?|tmpl|tpl|npz|npy|wav|mp3|mp4|ico|env)$",
            text,
        )
    ) or text.partition("/")[0] in (
        "application",
        "image",
        "audio",
        "text",
        "models",
        "model",
        "data",
        "checkpoints",
        "video",
        "assets",
    )


def _name(target: ast.expr) -> str:
    if isinstance(target, ast.Name):
        return target.id
    if isinstance(target, ast.Attribute):
        return target.attr
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        return str(target.slice.value)
    return ""
