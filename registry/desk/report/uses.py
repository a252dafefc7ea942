"""Uses by name or file: the columns of a portfolio's matrix, and facts that several reports share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.desk.facts import read_use
from registry.errors import RegistryError, UsageError
from registry.reports.report import NamedUse
from registry.resources import resource_dir

if TYPE_CHECKING:
    from registry.desk.session import Desk

MOST_BYTES = 1_000_000
"""A larger file of facts is refused: it is none."""

MOST_USES = 12
"""A matrix of more columns cannot be read."""


@dataclass(frozen=True, slots=True)
class CompanyUse:
    """A use as named, with its facts as they were written."""

    named: NamedUse
    raw: Mapping[str, Any]


def name_uses(desk: Desk, names: Sequence[str]) -> list[CompanyUse]:
    """The uses that go by these names, or stand in these files.

    Args:
        desk: The desk.
        names: Each `all` for every use that licet knows by name, such a name, or a file with `facts:` (and perhaps a `title:`).

    Raises:
        UsageError: There is no such use, or its file cannot be read.
        FactError: It states what is not a fact.
    """
    if not names:
        return []
    known = {use.named.name: use for use in known_uses()}
    found: list[CompanyUse] = []
    for name in names:
        found += known.values() if name == "all" else [known[name] if name in known else _of_file(name, sorted(known))]
    if len(found) > MOST_USES:
        raise UsageError(f"{len(found)} uses are more than a matrix has room for", f"name {MOST_USES} at most")
    for use in found:
        read_use(desk.knowledge, use.raw, desk.settings.facts)
    return list({use.named.name: use for use in found}.values())


def facts_of_column(use: CompanyUse, uses: Sequence[CompanyUse], raw: Mapping[str, Any]) -> dict[str, Any]:
    """The facts under which a column of a matrix is asked: its own, and of those stated beside it what no column is about (users, revenue, country, ...).

    Args:
        use: The use of the column.
        uses: The uses of all columns.
        raw: The facts of the report, with its date and how facts are to be taken.
    """
    told_apart = {fact for each in uses for fact in each.raw}
    return {**{fact: value for fact, value in raw.items() if fact not in told_apart}, **use.raw}


def known_uses() -> list[CompanyUse]:
    """The uses that licet knows by name."""
    from registry.yaml12 import read_yaml

    path = resource_dir("data") / "uses" / "portfolio.yaml"
    rows: Any = read_yaml(path.read_text(encoding="utf-8"), path.name)
    return [CompanyUse(NamedUse(str(row["id"]), str(row["title"]), dict(row["facts"])), dict(row["facts"])) for row in rows]


def _of_file(name: str, known: Sequence[str]) -> CompanyUse:
    from registry.yaml12 import read_yaml

    path = Path(name)
    hint = f"name a YAML file that states `facts:`, or one of {', '.join(known)}, all"
    if not path.is_file():
        raise UsageError(f"there is no use and no file `{name}`", hint)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UsageError(f"`{name}` is larger than {MOST_BYTES:,} bytes", hint)
        data: Any = read_yaml(path.read_text(encoding="utf-8"), name)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"`{name}` cannot be read: {error}", hint) from error
    except RegistryError as error:
        raise UsageError(error.message, error.hint) from error
    facts = data.get("facts", data) if isinstance(data, Mapping) else None
    if not isinstance(facts, Mapping):
        raise UsageError(f"`{name}` line 1: states no facts", hint)
    title = str(data.get("title") or path.stem) if "facts" in data else path.stem
    raw = {str(fact): value for fact, value in facts.items()}
    return CompanyUse(NamedUse(path.stem, title, raw), raw)
