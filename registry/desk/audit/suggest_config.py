"""What could stand in `licet.yaml`: the facts that were given as flags, and those that decide and nobody stated, as remarks to fill in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from registry.desk.audit.facts import example_of
from registry.errors import RegistryError
from registry.terms.vocabulary import Vocabulary
from registry.yaml12 import read_yaml

_FACTS = re.compile(r"facts:[ \t]*(?:#.*)?$")
_ENTRY = re.compile(r"( +)(?:# ?)?\w")


def config_with_facts(vocabulary: Vocabulary, text: str | None, stated: Mapping[str, Any], missing: Sequence[str]) -> str | None:
    """A `licet.yaml` with the facts that it lacks; None where nothing is to be added, or it is written in a way that this cannot add to.

    Args:
        vocabulary: The facts there are.
        text: What the file holds; None where there is none.
        stated: Facts that hold and that the file does not state.
        missing: Facts that decide and that nobody stated; they are added as remarks, which state nothing.
    """
    held = _facts_of(text) if text is not None else {}
    if held is None:
        return None
    new = {name: value for name, value in stated.items() if name in vocabulary.facts and name != "date" and name not in held}
    open_facts = [name for name in missing if name in vocabulary.facts and name not in held and name not in new and not _is_remarked(text or "", name)]
    if not new and not open_facts:
        return None
    remarks = [f"# {name}: {example_of(vocabulary.facts[name])}" for name in open_facts]
    if text is None:
        head = "# What is known of the use; every command of licet reads it. Take the sign away where a fact is known, and put in what holds.\n"
        return _checked(f"{head}facts:\n{_block(new, remarks, '  ')}", {}, new)
    lines = text.split("\n")
    at = next((number for number, line in enumerate(lines) if _FACTS.fullmatch(line.rstrip("\r"))), None)
    if at is not None:
        indent = next((match[1] for line in lines[at + 1 :] if (match := _ENTRY.match(line))), "  ") if held else "  "
        lines[at + 1 : at + 1] = _block(new, remarks, indent).rstrip("\n").split("\n")
        return _checked("\n".join(lines), held, new)
    if "facts" in (read_yaml(text, "licet.yaml") or {}):
        # Facts within braces: what is open is remarked above them, and nothing is put in between.
        number = next((number for number, line in enumerate(lines) if line.startswith("facts:")), None)
        if number is None or not remarks:
            return None
        lines[number:number] = remarks
        return _checked("\n".join(lines), held, {})
    joint = "" if not text or text.endswith("\n") else "\n"
    return _checked(f"{text}{joint}facts:\n{_block(new, remarks, '  ')}", held, new)


def _block(stated: Mapping[str, Any], remarks: Sequence[str], indent: str) -> str:
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in stated.items()]
    return "".join(f"{indent}{line}\n" for line in (*lines, *remarks))


def _is_remarked(text: str, name: str) -> bool:
    return re.search(rf"^\s*#\s*{re.escape(name)}:", text, re.MULTILINE) is not None


def _facts_of(text: str) -> Mapping[str, Any] | None:
    """The facts that a `licet.yaml` states; None where it cannot be read."""
    try:
        data = read_yaml(text, "licet.yaml")
    except RegistryError:
        return None
    if data is None:
        return {}
    facts = data.get("facts") if isinstance(data, Mapping) else None
    return (facts or {}) if isinstance(data, Mapping) and isinstance(facts, Mapping | None) else None


def _checked(text: str, held: Mapping[str, Any], new: Mapping[str, Any]) -> str | None:
    """The text, if it states what it stated before and the new facts, and nothing else."""
    found = _facts_of(text)
    return text if found is not None and dict(found) == {**held, **new} else None
