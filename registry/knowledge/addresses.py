"""Addresses of licence texts, brought to one form: the same file is linked to in many ways.

`data/aliases.yaml` says which address patterns name a licence (`spdx.org/licenses/{name}`), and which single addresses are
known to hold which text. Addresses come from cards, so they are hostile: bounded, matched, never fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import unquote

MAX_ADDRESS = 2_000
"""A longer address is none that we look at."""

_SCHEME = re.compile(r"^(?:https?:)?//")
_HOST = re.compile(r"^(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}(?::\d{1,5})?(?=/|$)")
_RAW_GITHUB = re.compile(r"^raw\.githubusercontent\.com/([^/]+/[^/]+)/(?:refs/heads/)?(.+)$")
_FILE = re.compile(r"^(github\.com|huggingface\.co)/((?:datasets/|spaces/)?[^/]+/[^/]+)/(?:blob|raw|resolve|tree|blame)/(?:refs/heads/)?([^/]+)/(.+)$")
_PLACEHOLDER = re.compile(r"\{(name|version)\}")
_PARTS = {"name": r"(?P<name>[a-z0-9.+-]{1,60}?)", "version": r"(?P<version>[0-9][0-9.-]{0,8}?)"}


def is_address(written: str) -> bool:
    """Whether something looks like an address and not like a name."""
    return len(written) <= MAX_ADDRESS and _HOST.match(_bare(written)) is not None and "/" in _bare(written)


def plain_address(written: str, endings: Sequence[str] = ()) -> str:
    """An address in its one form: without scheme, `www.`, query and fragment; a file in a repository by its branch or commit.

    Args:
        written: As found.
        endings: What may end an address without naming another text (`.html`, `/deed.en`); longer ones first.
    """
    text = _bare(written)
    text = text.split("#")[0].split("?")[0]
    text = re.sub(r"[\s_]+", " ", unquote(text)).strip().rstrip("/")
    text = re.sub(r"^hf\.co/", "huggingface.co/", text)
    text = _RAW_GITHUB.sub(r"github.com/\1/blob/\2", text)
    found = _FILE.match(text)
    if found is not None:
        host, repository, branch, path = found.groups()
        text = f"{host}/{repository}/blob/{'main' if branch in ('main', 'master') else branch}/{path}"
    for _ in range(2):
        ending = next((each for each in endings if text.endswith(each) and len(text) > len(each)), None)
        if ending is None:
            break
        text = text.removesuffix(ending).rstrip("/")
    return text.removesuffix(".git")


def _bare(written: str) -> str:
    text = _SCHEME.sub("", written[: MAX_ADDRESS + 1].strip().casefold())
    return text.removeprefix("www.")


class Addresses:
    """Leads addresses to the names of licences.

    Args:
        links: Licence ids by address, several where the text behind it changed over time.
        patterns: Address patterns with the name that each stands for.
        endings: What may end an address without naming another text.
    """

    def __init__(self, links: Mapping[str, Sequence[str]], patterns: Iterable[Sequence[str]], endings: Sequence[str]) -> None:
        self._endings = sorted(endings, key=len, reverse=True)
        self._links: dict[str, list[str]] = {}
        for address, licenses in links.items():
            held = self._links.setdefault(plain_address(address, self._endings), [])
            held.extend(license for license in licenses if license not in held)
        self._patterns = [(_compiled(pattern), name) for pattern, name in patterns]

    def licenses_at(self, written: str) -> list[str]:
        """The licences whose text is known to stand at an address; none where that is not known."""
        return self._links.get(plain_address(written, self._endings), [])

    def name_in(self, written: str) -> str | None:
        """The licence's name that an address itself says, by one of the patterns."""
        address = plain_address(written, self._endings)
        for pattern, name in self._patterns:
            found = pattern.fullmatch(address)
            if found is not None:
                said = {part: value.replace("-", ".") if part == "version" else value for part, value in found.groupdict().items()}
                return _PLACEHOLDER.sub(lambda each, said=said: said[each[1]], name)  # type: ignore[misc]
        return None


def _compiled(pattern: str) -> re.Pattern[str]:
    """`spdx.org/licenses/{name}` as an expression; each part is bounded, so no address can make it slow."""
    parts = re.split(r"(\{(?:name|version)\})", pattern.casefold())
    return re.compile("".join(_PARTS[part[1:-1]] if part in ("{name}", "{version}") else re.escape(part) for part in parts))
