"""Makes `data/fingerprints.yaml` anew from folders of reference texts, by the list in `data/fingerprint_sources.yaml`.

    python -m registry.knowledge.fingerprint_build OUT FOLDER...

A text is looked for by its file name in each folder. The texts themselves stay where they are.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from registry.errors import KnowledgeError
from registry.knowledge.fingerprint_file import Reference, make_reference, write_references
from registry.resources import resource_dir
from registry.yaml12 import read_yaml

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def build(sources: Path, folders: Sequence[Path]) -> str:
    """The text of the file of fingerprints.

    Args:
        sources: The list of texts.
        folders: Where they are.

    Raises:
        KnowledgeError: The list is broken, or a text of it is nowhere.
    """
    listed = read_yaml(sources.read_text(encoding="utf-8"), sources.name)["texts"]
    return write_references(reference for entry in listed for reference in _references(entry, folders))


def _references(entry: dict[str, Any], folders: Sequence[Path]) -> Iterator[Reference]:
    file = entry.get("file", f"{entry['name']}.LICENSE")
    path = next((folder / file for folder in folders if (folder / file).is_file()), None)
    if path is None:
        raise KnowledgeError(f"there is no `{file}` in the folders given", "add the folder that holds it")
    text = _FRONT_MATTER.sub("", path.read_text(encoding="utf-8", errors="replace"))
    about: dict[str, Any] = {"part": entry.get("part", "license"), "strict": bool(entry.get("strict")), "must_line": entry.get("must_line")}
    yield make_reference(entry["name"], entry.get("license"), text, **about)
    if until := entry.get("until"):
        # Many copies leave out the appendix that says how to apply a licence.
        at = text.upper().find(until.upper())
        if at > 0:
            yield make_reference(f"{entry['name']} to {until.lower()}", entry.get("license"), text[: at + len(until)], **about)


def main(arguments: Sequence[str]) -> None:
    """Write the file of fingerprints to the first argument, from the folders that the others name."""
    out, *folders = map(Path, arguments)
    out.write_text(build(resource_dir("data") / "fingerprint_sources.yaml", folders), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
