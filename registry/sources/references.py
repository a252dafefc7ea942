"""References to models and datasets as cards write them: ids, links, old ids without an owner, placeholders, paths.

Reading one never raises. What is no reference is named for what it is, so that the caller can note it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from registry.errors import RegistryError
from registry.resources import resource_dir
from registry.yaml12 import read_yaml

_PART = r"[A-Za-z0-9_](?:[\w.\-]{0,94}[\w\-+])?"
_ID = re.compile(rf"{_PART}/{_PART}", re.ASCII)
_BARE = re.compile(_PART, re.ASCII)
_HUB_HOSTS = frozenset({"huggingface.co", "www.huggingface.co", "hf.co", "hf-mirror.com", "huggingface.com"})
_NOT_OWNERS = frozenset({"api", "blog", "collections", "docs", "join", "learn", "login", "models", "organizations", "papers", "pricing", "settings", "tasks"})
_MARKDOWN_LINK = re.compile(r"^!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)$")
_PLACEHOLDER = re.compile(
    r"[\[({<]*\s*(more information needed|needs? more information|information needed|to be (added|determined|filled)|tb[adc]|to-?do|fixme|n/?a|not applicable"
    r"|none|null|nil|unknown|unspecified|undefined|\?+|-+|\.{2,}|your[-_ ]?(base[-_ ]?)?model([-_ ]?(id|name))?|base[-_ ]?model([-_ ]?(id|name))?|model[-_ ]?(id|name)"
    r"|(user|username|org|organization|owner)/(repo|model|name|model[-_]?name))\s*[\])}>]*\.?",
    re.IGNORECASE,
)
_LOCAL = re.compile(r"^(?:[A-Za-z]:[\\/]|[\\~]|/|\.{1,2}(?:[\\/]|$)|file:|\$)|\\|/(?:content|kaggle|home|mnt|workspace|root|data|tmp|gpfs|scratch)/")


@dataclass(frozen=True, slots=True)
class Reference:
    """What a written reference comes to."""

    kind: str
    """`id`, `legacy` (an old id, brought to its present one), `bare` (a name without an owner that nobody knows), `link` (an address
    elsewhere), `local` (a path on somebody's machine), `placeholder`, `empty` or `unreadable`."""

    id: str | None = None
    """The id on the Hub, or the bare name."""

    revision: str | None = None
    """The revision that it names."""

    kind_of_repository: str = "model"
    """`model`, `dataset` or `space`, where a link says so."""


def read_reference(written: str, legacy: Mapping[str, str] | None = None) -> Reference:
    """What a written reference to a model or dataset comes to.

    Args:
        written: As the card has it.
        legacy: Old ids by their case-folded form; the table that travels with the program, if not given.
    """
    text = unicodedata.normalize("NFKC", written).strip().strip("`'\"“”‘’").strip()
    if not text:
        return Reference("empty")
    if is_placeholder(text):
        return Reference("placeholder")
    markdown = _MARKDOWN_LINK.match(text)
    if markdown:
        text = markdown[1]
    if re.match(r"^(?:https?:)?//", text, re.IGNORECASE) or re.match(r"^(?:www\.)?(?:huggingface\.co|hf\.co|hf-mirror\.com)/", text, re.IGNORECASE):
        return _read_link(text, legacy)
    if text.startswith("hf://"):
        return _read_path(text[5:].strip("/").split("/"), legacy)
    if _LOCAL.search(text):
        return Reference("local")
    for prefix in ("models/", "models--"):
        if text.startswith(prefix):
            text = text[len(prefix) :].replace("--", "/", 1)
    name, mark, revision = text.partition("@")
    name = name.rstrip("/").strip()
    return _read_id(name, revision.strip() if mark and revision.strip() else None, legacy)


def is_placeholder(text: str) -> bool:
    """Whether a text only holds the place of one: `[More Information Needed]`, `TBD`, `n/a`."""
    return _PLACEHOLDER.fullmatch(text.strip()) is not None


def _read_id(name: str, revision: str | None, legacy: Mapping[str, str] | None) -> Reference:
    if _ID.fullmatch(name) and not name.endswith(".git"):
        return Reference("id", name, revision)
    if name.endswith(".git") and _ID.fullmatch(name[:-4]):
        return Reference("id", name[:-4], revision)
    if _BARE.fullmatch(name):
        known = (legacy_models() if legacy is None else legacy).get(name.casefold())
        return Reference("legacy", known, revision) if known else Reference("bare", name, revision)
    return Reference("unreadable")


def _read_link(text: str, legacy: Mapping[str, str] | None) -> Reference:
    address = text if "://" in text else f"https:{text}" if text.startswith("//") else f"https://{text}"
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").lower()
    except ValueError:
        return Reference("unreadable")
    if host not in _HUB_HOSTS:
        return Reference("link")
    return _read_path([unquote(step) for step in parts.path.split("/") if step], legacy)


def _read_path(steps: list[str], legacy: Mapping[str, str] | None) -> Reference:
    """The repository behind the path of a Hub address: `org/name/tree/main`, `datasets/org/name`, `gpt2`."""
    repository = {"datasets": "dataset", "spaces": "space"}.get(steps[0], "model") if steps else "model"
    if repository != "model":
        steps = steps[1:]
    if not steps or steps[0].lower() in _NOT_OWNERS:
        return Reference("link", kind_of_repository=repository)
    bare = len(steps) == 1 or steps[1] in ("tree", "blob", "resolve", "commit", "raw", "discussions")
    rest = steps[1:] if bare else steps[2:]
    revision = rest[1] if len(rest) > 1 and rest[0] in ("tree", "blob", "resolve", "commit", "raw") and rest[1] != "main" else None
    found = _read_id(steps[0] if bare else "/".join(steps[:2]), revision, legacy if repository == "model" else {})
    return Reference(found.kind, found.id, found.revision, repository)


@lru_cache(maxsize=1)
def legacy_models() -> Mapping[str, str]:
    """The present id of every model that the Hub once kept without an owner, by its case-folded old id.

    Raises:
        RegistryError: The table is missing or cannot be read.
    """
    return read_legacy_models(resource_dir("data") / "legacy_models.yaml")


def read_legacy_models(path: Path) -> Mapping[str, str]:
    """The table of old ids in a file.

    Raises:
        RegistryError: The file is missing or has another form.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RegistryError(f"`{path.name}` cannot be read: {error}", "reinstall licet") from error
    data = read_yaml(text, path.name)
    models = data.get("models") if isinstance(data, Mapping) else None
    if not isinstance(models, Mapping) or not all(isinstance(name, str) for name in models.values()):
        raise RegistryError(f"`{path.name}` has no `models` that lead old ids to new ones", "mend the file")
    return {str(old).casefold(): new for old, new in models.items()}
