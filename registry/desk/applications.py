"""The applications that a `licet.yaml` describes: several may stand in one repository, each with its own folder and facts."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from registry.errors import UsageError
from registry.settings import Settings

SETTINGS = ("name", "path", "facts", "app")
"""What an application of `licet.yaml` may hold."""

EXAMPLE = "write one application an entry: `- {name: web, path: services/web}`"
"""How applications are written."""


@dataclass(frozen=True, slots=True)
class Application:
    """One application of a repository.

    Attributes:
        name: What it is called.
        path: Its folder, relative to what is audited.
        facts: The facts of its use, over those that are stated for all.
        app: Its entry in the catalogue, whose facts are taken where none is stated.
    """

    name: str
    path: Path = Path()
    facts: Mapping[str, Any] = field(default_factory=dict)
    app: str | None = None


def read_applications(settings: Settings) -> tuple[Application, ...]:
    """The applications of `licet.yaml`.

    Raises:
        UsageError: They are written in a way that cannot be read.
    """
    listed = settings.applications
    if listed is None:
        return ()
    if not isinstance(listed, list):
        raise _wrong(settings, (), "`applications` is not a list", EXAMPLE)
    found: dict[str, Application] = {}
    for number, entry in enumerate(listed):
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or not entry["name"]:
            raise _wrong(settings, (number,), f"application {number + 1} has no `name`", EXAMPLE)
        name = entry["name"]
        for key in entry:
            if key not in SETTINGS:
                near = difflib.get_close_matches(str(key), SETTINGS, 1)
                hint = f"did you mean `{near[0]}`?" if near else f"it takes {', '.join(f'`{each}`' for each in SETTINGS)}"
                raise _wrong(settings, (number, key), f"`{key}` is not a setting of the application `{name}`", hint)
        path, facts, app = entry.get("path", "."), entry.get("facts") or {}, entry.get("app")
        if not isinstance(path, str) or PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            raise _wrong(settings, (number, "path"), f"the `path` of `{name}` leads out of the repository", "name a folder within it")
        if not isinstance(facts, dict):
            raise _wrong(settings, (number, "facts"), f"the `facts` of `{name}` are not a mapping", "write one fact a line")
        if app is not None and (not isinstance(app, str) or not app):
            raise _wrong(settings, (number, "app"), f"the `app` of `{name}` is not the name of an application", "name its entry in the catalogue")
        if name in found:
            raise _wrong(settings, (number, "name"), f"two applications are called `{name}`", "give them names of their own")
        found[name] = Application(name, Path(path), facts, app)
    return tuple(found.values())


def _wrong(settings: Settings, place: tuple[str | int, ...], message: str, hint: str) -> UsageError:
    """What is wrong, with the line on which it stands."""
    from registry.yaml12 import line_of

    file = settings.config_file
    line = line_of(file.read_text(encoding="utf-8"), ("applications", *place)) if file is not None else None
    return UsageError(f"`{file}`{f' line {line}' if line else ''}: {message}", hint)


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
