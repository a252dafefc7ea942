"""From where a licence file says that its text was read to an address that a reader can follow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_ADDRESS = re.compile(r"https?://[^\s;,()<>\"]+")
_REPOSITORY = re.compile(r"(?P<owner>[A-Za-z0-9_.-]+)/(?P<name>[A-Za-z0-9_.-]+)@(?P<commit>[0-9a-f]{7,40}):(?P<path>[^;()]+)")


def links_of(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The addresses of a licence's texts: where each was read, the address its steward gives it, and SPDX's page of a listed one.

    Args:
        data: The licence file, as `Knowledge.raw` gives it.
    """
    found: dict[str, None] = {}
    for alias in data.get("aliases", ()):
        found.update(dict.fromkeys(_ADDRESS.findall(str(alias))))
    for text in data.get("texts", ()):
        found.update(dict.fromkeys(links_in(str(text.get("source") or ""))))
    spdx = str(data.get("spdx") or "")
    if spdx and not spdx.startswith("LicenseRef-"):
        found.setdefault(f"https://spdx.org/licenses/{spdx}.html")
    return tuple(found)


def links_in(source: str) -> Iterable[str]:
    """The addresses in one line of sources; a file of a repository is one of GitHub at its commit."""
    yield from _ADDRESS.findall(source)
    for each in _REPOSITORY.finditer(_ADDRESS.sub(" ", source)):
        path = each["path"].strip().replace(" ", "%20")
        if path:
            yield f"https://github.com/{each['owner']}/{each['name']}/blob/{each['commit']}/{path}"
