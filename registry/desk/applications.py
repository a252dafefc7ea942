"""The applications that a `licet.yaml` describes: several may stand in one repository, each with its own folder and facts."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from registry.errors import UsageError
from registry.settings import Settings


@dataclass(frozen=True, slots=True)
class Application:
    """One application of a repository.

    Attributes:
        name: What it is called.
        path: Its folder, relative to what is audited.
        facts: The facts of its use, over those that are stated for all.
    """

    name: str
    path: Path = Path()
    facts: Mapping[str, Any] = field(default_factory=dict)


def read_applications(settings: Settings) -> tuple[Application, ...]:
    """The applications of `licet.yaml`.

    Raises:
        UsageError: They are written in a way that cannot be read.
    """
    file, listed = settings.config_file, settings.applications
    if listed is None:
        return ()
    if not isinstance(listed, list):
        raise UsageError(f"`{file}`: `applications` is not a list", "write one application an entry: `- {name: web, path: services/web}`")
    found: dict[str, Application] = {}
    for number, entry in enumerate(listed, 1):
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or not entry["name"]:
            raise UsageError(f"`{file}`: application {number} has no `name`", "write `- {name: web, path: services/web}`")
        for key in entry:
            if key not in ("name", "path", "facts"):
                raise UsageError(f"`{file}`: `{key}` is not a setting of the application `{entry['name']}`", "it takes `name`, `path` and `facts`")
        path, facts = entry.get("path", "."), entry.get("facts") or {}
        if not isinstance(path, str) or PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            raise UsageError(f"`{file}`: the `path` of `{entry['name']}` leads out of the repository", "name a folder within it")
        if not isinstance(facts, dict):
            raise UsageError(f"`{file}`: the `facts` of `{entry['name']}` are not a mapping", "write one fact a line")
        if entry["name"] in found:
            raise UsageError(f"`{file}`: two applications are called `{entry['name']}`", "give them names of their own")
        found[entry["name"]] = Application(entry["name"], Path(path), facts)
    return tuple(found.values())


def find_application(settings: Settings, name: str) -> Application:
    """The application of that name.

    Raises:
        UsageError: There is none; the hint names the nearest.
    """
    applications = read_applications(settings)
    found = next((each for each in applications if each.name == name), None)
    if found is None:
        names = [each.name for each in applications]
        near = difflib.get_close_matches(name, names, 1)
        hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(names)}" if names else "describe it under `applications:` in `licet.yaml`"
        raise UsageError(f"no application is called `{name}`", hint)
    return found
