"""What a written name stands for: a model of the Hub, of a provider, of Ollama, a file, or nothing of the kind."""

from __future__ import annotations

import re
from dataclasses import dataclass

from registry.scanner.facts import Facts
from registry.scanner.loaders import Rule

MAX_NAME = 300
"""A longer text names nothing."""

_PART = r"[A-Za-z0-9][\w.-]{0,95}"
_HUB = re.compile(rf"({_PART})/({_PART})")
_SINGLE = re.compile(r"[A-Za-z0-9][\w.-]{1,95}")
_API = re.compile(r"[A-Za-z0-9][\w.:/@+-]{1,199}")
_OLLAMA = re.compile(r"(?:(?:hf\.co|huggingface\.co)/)?(?:[\w.-]+/)?[A-Za-z0-9][\w.-]*(?:/[\w.-]+)?(?::[\w.-]+)?")
_HUB_ADDRESS = re.compile(
    rf"https?://(?:huggingface\.co|hf\.co|hf-mirror\.com)/(datasets/|spaces/)?({_PART})/({_PART}?)(?:\.git)?(?:/(?:resolve|blob|tree|raw)/([\w.-]+)(?:/[^\s\"'`)>]*)?)?/?(?=$|[\s\"'`)>\]?#,;|}}]|\.(?:\s|$))"
)
_INFERENCE_ADDRESS = re.compile(
    rf"https?://(?:api-inference\.huggingface\.co|router\.huggingface\.co/hf-inference)/(?:models|pipeline/[\w-]+)/({_PART})/({_PART})"
)
_FILE_ENDINGS = (".py", ".txt", ".json", ".yaml", ".yml", ".md", ".csv", ".tsv", ".jsonl", ".html", ".css", ".js", ".ts", ".png", ".jpg", ".jpeg", ".svg", ".toml", ".sh", ".cfg", ".ini", ".log", ".xml", ".pdf", ".parquet", ".wav", ".mp3", ".mp4", ".zip", ".gz", ".whl", ".so", ".dll", ".lock", ".ipynb", ".tsx", ".jsx", ".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".npz", ".npy", ".ico", ".gif", ".webp", ".sql", ".rs", ".go", ".java", ".tar", ".vue", ".scss", ".git")  # fmt: skip
_WEIGHT_ENDINGS = (
    ".gguf",
    ".ggml",
    ".bin",
    ".safetensors",
    ".onnx",
    ".pt",
    ".pth",
    ".ckpt",
    ".tflite",
    ".engine",
    ".h5",
    ".keras",
    ".pkl",
    ".model",
    ".mar",
    ".llamafile",
)
_NOT_OWNERS = frozenset(("application", "audio", "image", "images", "text", "video", "multipart", "font", "model", "models", "chemical", "message", "actions", "docker", "github", "src", "lib", "libs", "test", "tests", "docs", "doc", "data", "datasets", "dataset", "tmp", "temp", "usr", "etc", "var", "opt", "home", "root", "dev", "bin", "app", "apps", "api", "v1", "v2", "assets", "static", "public", "build", "dist", "out", "output", "outputs", "checkpoints", "checkpoint", "results", "logs", "log", "cache", "config", "configs", "scripts", "utils", "node_modules", "http", "https", "refs", "origin", "feature", "library", "nvidia/cuda"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Name:
    """A name that was understood.

    Attributes:
        name: What it is looked up by.
        provider: Where it lives.
        revision: The revision it carries.
        doubt: Whether its form leaves doubt that it names a model.
    """

    name: str
    provider: str
    revision: str | None = None
    doubt: bool = False


def read_name(written: str, rule: Rule, facts: Facts, second: str | None = None) -> Name | None:
    """What a text handed to a loader names; None where it can name nothing."""
    text = written.strip()
    if not text or len(text) > MAX_NAME or "\n" in text or is_placeholder(text):
        return None
    if rule.shape is not None and not rule.shape.search(text):
        return None
    return _BY_FORM[rule.form](text, rule, facts, second)


def _hub(text: str, rule: Rule, facts: Facts, second: str | None) -> Name | None:
    provider = rule.provider
    for prefix in ("hf-hub:", "hf_hub:", "hf://", "huggingface/", "models/", "hf:", "local:"):
        if text.startswith(prefix) and _HUB.match(text[len(prefix) :]):
            text, provider = text[len(prefix) :], "hub" if provider in ("timm", "open_clip") else provider
            break
    if text.startswith(("http://", "https://")):
        found = hub_address(text)
        return Name(found[1], "hub", found[2]) if found else Name(text, "web", doubt=True)
    if is_path(text):
        return Name(text, "local")
    base, _, revision = text.partition("@")
    match = _HUB.fullmatch(base)
    if match is not None and _SINGLE.fullmatch(revision or "main"):
        return Name(facts.names.get(base, base), provider, revision or None)
    if provider in ("replicate", "torch-hub"):
        base, _, revision = text.partition(":")
        return Name(base, provider, revision or None) if _HUB.fullmatch(base) else None
    if text.count("/") > 1:
        return Name(text, "local") if re.fullmatch(r"[\w./ {}~$-]+", text) else None
    if _SINGLE.fullmatch(text) is None:
        # A size of Whisper or a tag of CLIP may be written with a slash or a sign.
        return Name(facts.names[rule.bare_of(text, second)], provider) if rule.bare and rule.bare_of(text, second) in facts.names else None
    if text.lower().endswith(_WEIGHT_ENDINGS) and provider != "ultralytics":
        return Name(text, "local")
    if provider == "hub" and facts.family(text) is not None and not facts.lives_bare(text):
        return None  # a provider's own: where one variable serves several libraries, it is not meant for this one
    if rule.bare and text not in rule.keep:
        named = rule.bare_of(text.removesuffix(".pt") if provider == "ultralytics" else text, second)
        return Name(facts.names.get(named, named), provider)
    return Name(text, provider)


def _clip(text: str, rule: Rule, facts: Facts, second: str | None) -> Name | None:
    if text.startswith(("hf-hub:", "hf_hub:")):
        return _hub(text, rule, facts, None)
    if rule.bare and "{second}" in rule.bare and not second:
        return None  # an architecture without weights
    named = rule.bare_of(text, second)
    known = facts.names.get(named)
    return Name(known, "hub") if known else Name(named, "open_clip")


def _api(text: str, rule: Rule, facts: Facts, second: str | None) -> Name | None:
    if _API.fullmatch(text) is None:
        return None
    if text in facts.names:
        return Name(facts.names[text], "hub")
    owner, slash, rest = text.partition("/")
    if rule.provider == "google" and slash and owner == "models":
        text = rest
    if rule.provider == "replicate" and ":" in text:
        text, _, revision = text.partition(":")
        return Name(text, rule.provider, revision)
    return Name(text, rule.provider)


def _hub_or_api(text: str, rule: Rule, facts: Facts, second: str | None) -> Name | None:
    if text.startswith("local:") and _HUB.fullmatch(text[6:]):
        return Name(text[6:], "hub")
    if text.startswith(("default", "clip:")):
        return None
    if _HUB.fullmatch(text) and not facts.routes(text):
        return Name(text, "hub" if rule.kind != "api" else rule.provider)
    if is_path(text):
        return Name(text, "local")
    family = facts.family(text)
    return Name(text, rule.provider if rule.provider != "hub" or family is None else family, doubt=family is None) if _API.fullmatch(text) else None


def _litellm(text: str, rule: Rule, facts: Facts, second: str | None) -> Name | None:
    if _API.fullmatch(text) is None:
        return None
    for sign in ("/", ":"):
        provider, found, rest = text.partition(sign)
        if found and provider in facts.prefixes:
            return _of_provider(provider, rest, rule, facts)
    family = facts.family(text)
    return Name(text, family or (rule.provider if rule.provider != "litellm" else "other"), doubt=family is None)


def _of_provider(provider: str, text: str, rule: Rule, facts: Facts) -> Name | None:
    """The name behind the provider that a router's name begins with."""
    provider = _PROVIDERS.get(provider, provider)
    if not text:
        return None
    if provider == "azure":
        return Name(text, "azure", doubt=facts.family(text) is None)
    if provider == "bedrock":
        return _bedrock(text.removeprefix("converse/").removeprefix("invoke/"), rule, facts, None)
    if provider == "ollama":
        return _ollama(text, rule, facts, None)
    if provider == "hub":
        parts = text.split("/")
        return Name("/".join(parts[-2:]) if len(parts) > 2 else text, "hub")
    return Name(text, provider)


_PROVIDERS = {
    "huggingface": "hub", "hf": "hub", "local": "hub", "hosted_vllm": "hub", "vllm": "hub", "azure_ai": "azure", "azure_text": "azure", "ollama_chat": "ollama",
    "bedrock_converse": "bedrock", "aws": "bedrock", "vertex_ai": "vertex", "vertex_ai_beta": "vertex", "google_vertexai": "vertex", "google-vertex": "vertex",
    "gemini": "google", "palm": "google", "google_genai": "google", "google-gla": "google", "mistralai": "mistral", "together_ai": "together",
    "fireworks_ai": "fireworks", "cohere_chat": "cohere", "ai21_chat": "ai21", "text-completion-openai": "openai", "nvidia_nim": "nvidia",
}  # fmt: skip


def _bedrock(text: str, rule: Rule, facts: Facts, second: str | None) -> Name | None:
    if text.startswith("arn:"):
        kind, slash, name = text.rpartition("/")
        if not slash or not ("foundation-model" in kind or "inference-profile" in kind):
            return Name(text, "bedrock", doubt=True)
        text = name
    if _API.fullmatch(text) is None:
        return None
    match = re.fullmatch(r"(?:us|eu|apac|global|us-gov)\.([a-z0-9]+\..+)", text)
    return Name(match.group(1) if match else text, "bedrock")


def _ollama(text: str, rule: Rule, facts: Facts, second: str | None) -> Name | None:
    if is_path(text) or _OLLAMA.fullmatch(text) is None:
        return None
    for prefix in ("hf.co/", "huggingface.co/"):
        if text.startswith(prefix):
            name, _, tag = text[len(prefix) :].partition(":")
            return Name(name, "hub", tag or None)
    return Name(text, "ollama")


def _path(text: str, rule: Rule, facts: Facts, second: str | None) -> Name | None:
    if text.startswith(("http://", "https://")):
        found = hub_address(text)
        return Name(found[1], "hub", found[2]) if found else Name(text, "web")
    if rule.provider == "tfds":
        return Name(text, "tfds") if _API.fullmatch(text) else None
    return Name(text, rule.provider if rule.provider == "gpt4all" else "local")


def _any(text: str, rule: Rule, facts: Facts, second: str | None) -> Name | None:
    return Name(text, "hub" if "/" in text else "other", doubt=True) if _API.fullmatch(text) and not is_path(text) else None


def _arguments(text: str, rule: Rule, facts: Facts, second: str | None) -> Name | None:
    match = re.search(r"(?:^|,)(?:pretrained|model)=([^,]+)", text)
    return _hub(match.group(1), rule, facts, None) if match else None


def _deployment(text: str, rule: Rule, facts: Facts, second: str | None) -> Name | None:
    # A deployment is called as its owner likes; only what reads like a model's own name says which model it is.
    return Name(text, "azure", doubt=facts.family(text) is None) if _API.fullmatch(text) else None


_BY_FORM = {
    "hub": _hub, "api": _api, "hub-or-api": _hub_or_api, "litellm": _litellm, "bedrock": _bedrock, "ollama": _ollama, "path": _path, "deployment": _deployment,
    "open-clip": _clip, "any": _any, "arguments": _arguments,
}  # fmt: skip


def is_path(text: str) -> bool:
    """Whether it is written as a place on a disk or in a bucket."""
    return (
        text.startswith((".", "/", "~", "$", "\\", "s3:", "gs:", "file:", "dbfs:", "runs:", "azureml:"))
        or "\\" in text
        or bool(re.match(r"[A-Za-z]:[\\/]", text))
    )


def hub_address(text: str) -> tuple[str, str, str | None] | None:
    """The model or dataset that an address of the Hub leads to: about, name, revision."""
    match = _HUB_ADDRESS.search(text)
    if match is None or match.group(1) == "spaces/" or not match.group(3):
        found = _INFERENCE_ADDRESS.search(text)
        return ("model", f"{found.group(1)}/{found.group(2)}", None) if found else None
    if match.group(2) in _HUB_PAGES:
        return None
    revision = match.group(4)
    return ("dataset" if match.group(1) else "model", f"{match.group(2)}/{match.group(3)}", revision if revision not in (None, "main") else None)


_HUB_PAGES = frozenset(
    (
        "settings",
        "docs",
        "blog",
        "learn",
        "papers",
        "spaces",
        "models",
        "datasets",
        "join",
        "login",
        "tasks",
        "chat",
        "organizations",
        "collections",
        "course",
        "pricing",
        "new",
        "search",
        "posts",
        "api",
        "front",
        "oauth",
        "inference",
    )
)


def looks_like_model(text: str, facts: Facts) -> bool:
    """Whether a bare text, that nothing is known of, reads like the name of a model of the Hub or of a provider."""
    if len(text) > MAX_NAME or is_placeholder(text):
        return False
    match = _HUB.fullmatch(text)
    if match is None:
        if "/" in text:
            rest = text.partition("/")[2]
            return facts.routes(text) and _API.fullmatch(text) is not None and (facts.has_model_word(rest) or facts.family(rest) is not None)
        return (
            _API.fullmatch(text) is not None
            and (facts.family(text) not in ((None,) if "-" in text else (None, "bedrock")) or facts.lives_bare(text))
            and not text.lower().endswith((*_FILE_ENDINGS, *_WEIGHT_ENDINGS))
        )
    owner, name = match.groups()
    if owner == "models" and facts.family(text) is not None:
        return True  # as Google writes its own
    if owner.lower() in _NOT_OWNERS or name.lower().endswith((*_FILE_ENDINGS, *_WEIGHT_ENDINGS)) or _VERSION.fullmatch(owner):
        return False
    return facts.has_model_word(name) or (facts.has_model_word(owner) and "-" in name)


_VERSION = re.compile(r"v?\d+(?:\.\d+)+")
_PLACEHOLDER = re.compile(r"(?i)^(?:your[-_ ]?|<|\{\{|username/|user/repo|path[-_/]to\b|xxx)|/path/to/|/(?:your[-_]|<)")


def is_placeholder(text: str) -> bool:
    """Whether a text stands for a name that the reader has to put there."""
    return _PLACEHOLDER.search(text) is not None


def name_of(text: str, facts: Facts) -> Name:
    """What a text that reads like a model's name stands for: the Hub's, a provider's that it routes to, or that of a family."""
    if text.startswith("models/") and (family := facts.family(text)) is not None:
        return Name(text.removeprefix("models/"), family)
    if "/" in text or (":" in text and text.partition(":")[0] in facts.prefixes):
        if facts.routes(text.replace(":", "/", 1)):
            return _litellm(text, _ROUTED, facts, None) or Name(text, "other")
        return Name(text, "hub")
    if facts.is_spacy(text):
        return Name(f"spacy/{text}", "hub")
    if _SENTENCE.match(text) and facts.lives_bare(text):
        return Name(f"sentence-transformers/{text}", "hub")
    return Name(text, facts.family(text) or ("hub" if facts.lives_bare(text) else "other"))


_SENTENCE = re.compile(r"(?:all|multi-qa|paraphrase|msmarco|distiluse|gtr|sentence-t5)-")
"""How the models of sentence-transformers begin, whose owner people leave out."""

_ROUTED = Rule("", "litellm", kind="api", form="litellm")
