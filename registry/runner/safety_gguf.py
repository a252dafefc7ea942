"""Whether a GGUF file may be converted: it is one by its header, and whole, be it of one file or of several."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from registry.runner.safety import PICKLE_HINT, list_files, unsafe, unusable
from registry.sources.folder.files import FolderFiles
from registry.sources.folder.gguf_header import GgufHeader, read_gguf_header
from registry.sources.notes import shown
from registry.sources.weights.headers import begins_like_pickle

MAX_PARTS = 1_000
"""More files than any model is split into."""

_PART = re.compile(r"-(\d{5})-of-(\d{5})(\.gguf)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SafeGguf:
    """A model in GGUF that may be converted."""

    paths: tuple[Path, ...]
    """Its files in order; of most models one."""

    header: GgufHeader
    """What the first of them says."""


def check_gguf(folder: Path, file: str, name: str) -> SafeGguf:
    """Look at a GGUF file before it is converted, and at the others where it is one part of several.

    Args:
        folder: The folder that holds it.
        file: Its name below the folder.
        name: The model's name, for messages.

    Raises:
        RunError: There is no such file, it is no whole GGUF file, or parts are missing.
    """
    files = list_files(folder, name)
    if file not in files.files:
        others = [each for each in files.files if each.lower().endswith(".gguf")]
        hint = f"it holds `{shown(others[0], 80)}`" if others else "name the folder that holds the GGUF file"
        raise unusable(name, f"it holds no file `{shown(file, 80)}`", hint)
    header = _header(files, file, name)
    if header.parts == 1:
        return SafeGguf((files.files[file].path,), header)
    if header.parts > MAX_PARTS or _PART.search(file) is None:
        raise unusable(
            name,
            f"`{shown(file, 80)}` is one of {header.parts:,} parts, and its name does not say which",
            "name them as they were split: NAME-00001-of-00002.gguf",
        )
    names = [_PART.sub(rf"-{number:05}-of-{header.parts:05}\3", file) for number in range(1, header.parts + 1)]
    missing = next((each for each in names if each not in files.files), None)
    if missing is not None:
        raise unusable(name, f"`{shown(file, 80)}` is one of {header.parts:,} parts, and `{shown(missing, 80)}` is not there", "fetch all of its parts")
    headers = [_header(files, each, name) for each in names]
    for number, (each, said) in enumerate(zip(names, headers, strict=True)):
        if said.parts != header.parts or said.values.get("split.no") != number:
            raise unusable(name, f"`{shown(each, 80)}` is another part than its name says", "fetch all of its parts anew")
    return SafeGguf(tuple(files.files[each].path for each in names), headers[0])


def whole_models(names: Iterable[str]) -> list[str]:
    """The GGUF files among some names, each model once: of one in several parts the first."""
    found = [(name, _PART.search(name)) for name in names if name.lower().endswith(".gguf")]
    return [name for name, part in found if part is None or int(part[1]) == 1]


def _header(files: FolderFiles, file: str, name: str) -> GgufHeader:
    said: tuple[GgufHeader | None, str | None] = files.look(file, read_gguf_header) or (None, "it cannot be read")
    header, problem = said
    if header is not None and problem is None:
        return header
    if begins_like_pickle(files.read(file, 4) or b""):
        raise unsafe(name, f"`{shown(file, 80)}` is a pickle, whatever its name says", PICKLE_HINT)
    raise unusable(name, f"`{shown(file, 80)}` cannot be read: {problem}", "fetch the file anew")
