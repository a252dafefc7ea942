"""What the AI and dataset profiles of SPDX 3.0.1 demand beside its schema and its shapes, which do not ask for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_OF_MODELS = {
    "suppliedBy": "a supplier",
    "releaseTime": "a release time",
    "software_packageVersion": "a version",
    "software_downloadLocation": "a download location",
    "software_primaryPurpose": "a primary purpose",
}
"""What every AI package has."""

_OF_DATA = {
    "originatedBy": "an originator",
    "builtTime": "a time of building",
    "releaseTime": "a release time",
    "software_downloadLocation": "a download location",
    "software_primaryPurpose": "a primary purpose",
    "dataset_datasetType": "a type of data",
}
"""What every dataset package has."""


def missing_fields(elements: Iterable[Any]) -> dict[str, list[str]]:
    """What packages lack that their profile demands, in words, by profile: `ai` and `dataset`.

    Args:
        elements: The elements of a document, as the library makes them.
    """
    held = list(elements)
    found: dict[str, list[str]] = {"ai": [], "dataset": []}
    licensed: dict[tuple[str, str], int] = {}
    for each in held:
        if each.get_compact_type() == "Relationship":
            kind = str(each.relationshipType).rpartition("/")[2]
            if kind in ("hasDeclaredLicense", "hasConcludedLicense"):
                key = (_id_of(each.from_), kind)
                licensed[key] = licensed.get(key, 0) + len(list(each.to))
    for each in held:
        kind = each.get_compact_type()
        profile, wanted = {"ai_AIPackage": ("ai", _OF_MODELS), "dataset_DatasetPackage": ("dataset", _OF_DATA)}.get(kind or "", ("", {}))
        if not profile:
            continue
        lacking = [words for field, words in wanted.items() if not _holds(getattr(each, field))]
        lacking += [
            f"exactly one {words} licence"
            for relation, words in (("hasDeclaredLicense", "declared"), ("hasConcludedLicense", "concluded"))
            if licensed.get((_id_of(each), relation), 0) != 1
        ]
        if lacking:
            found[profile].append(f"{each.name} lacks {', '.join(lacking)}")
    return found


def _holds(value: Any) -> bool:
    if value is None or isinstance(value, str):
        return bool(value)
    try:
        return len(value) > 0
    except TypeError:
        return True


def _id_of(value: Any) -> str:
    return value if isinstance(value, str) else str(value._id)
