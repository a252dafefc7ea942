"""Facts beside the rules: which tasks, names, hosts and families stand for which models, and what names of models look like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.resources import resource_dir
from registry.yaml12 import read_yaml

LEGACY = "legacy_models.yaml"
"""The file of `data/` that says which models of the Hub once had no owner."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Which tasks, names, hosts and families stand for which models.

    Attributes:
        tasks: The default model of a task of transformers.
        web_tasks: The default model of a task of transformers.js.
        names: Names that stand for a model of the Hub.
        hosts: Whose API answers at a host.
        families: Whose models begin with what.
        prefixes: The providers of a router's names.
        words: Words that names of models hold.
        owners: Of the prefixes, those that own models on the Hub too.
        builders: What stands for files, where a dataset could be named.
        bare: Names that libraries complete with an owner of their own.
        legacy: Names that models of the Hub had before each had an owner.
    """

    tasks: Mapping[str, str]
    web_tasks: Mapping[str, str]
    names: Mapping[str, str]
    hosts: Mapping[str, str]
    families: tuple[tuple[str, str], ...]
    prefixes: frozenset[str]
    words: re.Pattern[str]
    builders: frozenset[str]
    owners: frozenset[str]
    bare: re.Pattern[str]
    legacy: frozenset[str]

    def routes(self, name: str) -> bool:
        """Whether a name of the form `provider/model` is a router's, and not that of a model on the Hub."""
        owner, slash, rest = name.partition("/")
        return bool(slash) and owner in self.prefixes and (owner not in self.owners or (rest == rest.lower() and self.family(rest) is not None))

    def family(self, name: str) -> str | None:
        """The provider whose models have such names."""
        lowered = name.lower()
        return next((provider for prefix, provider in self.families if lowered.startswith(prefix)), None) or ("openai" if lowered in _SHORT else None)

    def lives_bare(self, name: str) -> bool:
        """Whether a name without an owner is that of a model of the Hub."""
        return name.lower() in self.legacy or self.bare.fullmatch(name) is not None or self.is_spacy(name)

    def is_spacy(self, name: str) -> bool:
        """Whether it is the name of a pipeline of spaCy."""
        return _SPACY.fullmatch(name) is not None

    def has_model_word(self, name: str) -> bool:
        """Whether a name holds a word that names of models hold, or a size."""
        return self.words.search(name.lower()) is not None

    def host(self, address: str) -> str | None:
        """Whose API answers at an address."""
        return next((provider for host, provider in self.hosts.items() if host in address), None)


_SPACY = re.compile(r"[a-z]{2,3}_(?:core|dep|ent|sent|pipeline)_(?:web|news|sci|wiki|ud|core|bionlp13cg|bc5cdr|craft|jnlpba)_?[a-z]*_(?:sm|md|lg|trf|scibert)")

SHORT = 4
"""A word of so few letters has to stand alone in a name; a longer one may be a part of a word."""

_SHORT = frozenset(("o1", "o3", "o4-mini", "gpt-4", "gpt4", "ada", "babbage", "curie", "davinci"))


def read_facts(data: Mapping[str, Any]) -> Facts:
    """The facts of `loaders.yaml`, made ready to be asked."""
    legacy = read_yaml((resource_dir("data") / LEGACY).read_text(encoding="utf-8"), LEGACY, ours=True)["models"]
    families = sorted(((prefix, provider) for provider, prefixes in data["families"].items() for prefix in prefixes), key=lambda pair: -len(pair[0]))
    words = sorted((word.rstrip("-") for word in data["model_words"]), key=len, reverse=True)
    short = "|".join(re.escape(word).replace(r"\*", r"[a-z]*") for word in words if len(word) <= SHORT or word.startswith("*"))
    long = "|".join(re.escape(word) for word in words if len(word) > SHORT and not word.startswith("*"))
    pattern = rf"(?:^|[-_./\d])(?:{short})(?=$|[-_.:\d])|(?:^|[-_./\d])\d+(?:\.\d+)?[bm](?:$|[-_.:])|(?:{long})"
    return Facts(
        data["tasks"],
        data["web_tasks"],
        data["names"],
        data["hosts"],
        tuple(families),
        frozenset(data["prefixes"]),
        re.compile(pattern),
        frozenset(data["builders"]),
        frozenset(data["owners"]),
        re.compile("|".join(f"(?:{pattern})" for pattern in data["bare"])),
        frozenset(legacy),
    )
