"""What a question about an application comes to: the policy and the facts that hold, what is looked at, and what is left out of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from registry.desk.facts import read_use, resolve_named_licenses
from registry.errors import RegistryError, UsageError
from registry.policy.policy import Policy
from registry.terms.facts import Use

if TYPE_CHECKING:
    from registry.desk.applications import Application
    from registry.desk.audit.application import ApplicationQuestion
    from registry.desk.session import Desk
    from registry.scanner.scan import Scan


@dataclass(frozen=True, slots=True)
class Settled:
    """What holds for one audit.

    Attributes:
        policy: What is let through.
        use: The facts of the use.
        root: The folder or file that is judged: the application's own, where one is named.
        repository: Where notices and displayed lines are looked for: the folder of `licet.yaml`, where that is above.
        folder: The application's folder below what is scanned, with a slash at its end; empty for all of it.
        left_out: Patterns of what is left out, as in a `.gitignore`.
        place: Where what is scanned stands in its repository of git, with a slash at its end; empty for its top, or where there is none.
    """

    policy: Policy
    use: Use
    root: Path
    repository: Path
    folder: str
    left_out: tuple[str, ...]
    place: str = ""

    def narrow(self, found: Scan) -> Scan:
        """What of a scan is about the application. All is scanned, since names may be followed through what applications share."""
        if not self.folder:
            return found
        own = tuple(each for each in found.references if each.file.startswith(self.folder))
        return replace(found, references=own, notes=tuple(each for each in found.notes if not each.file or each.file.startswith(self.folder)))


def settle_question(desk: Desk, path: Path, question: ApplicationQuestion) -> Settled:
    """The policy, the facts, what is scanned and what is left out.

    Raises:
        FactError: A fact cannot be read.
        UsageError: There is no such path or application, or the policy cannot be read.
    """
    from registry.desk.applications import find_application, read_applications
    from registry.desk.policy.policies import find_policy

    if not path.exists():
        raise UsageError(f"`{path}` does not exist", "name a folder or a file")
    policy = find_policy(desk, question.policy)
    looked = (path if path.is_dir() else path.parent).resolve()
    base = _base(desk, looked)
    within = f"{looked.relative_to(base).as_posix()}/" if looked != base else ""
    chosen = find_application(desk.settings, question.application) if question.application is not None else None
    if chosen is None and (several := read_applications(desk.settings)):
        names = ", ".join(f"`--app {each.name}`" for each in several[:3])
        desk.progress(
            f"{len(several)} applications are described in `licet.yaml`; this judges all by the facts that are stated for all, {names} one by its own"
        )
    root, folder = (path, "") if chosen is None else _place(base, path, looked, chosen)
    facts = {**desk.settings.facts, **(chosen.facts if chosen is not None else {})}
    use = read_use(desk.knowledge, question.raw, facts)
    linked = (chosen.app if chosen is not None else None) or desk.settings.app
    if linked is not None:
        use = _with_recorded(desk, use, linked)
    use = resolve_named_licenses(desk.knowledge, use)
    return Settled(
        replace(policy, within=within), use, root, base, folder, tuple(_left_out(desk, policy, within, question, base, looked)), _in_repository(looked)
    )


def _base(desk: Desk, looked: Path) -> Path:
    """From where the paths of `licet.yaml` count: its own folder where that is above what is looked at, else what is looked at."""
    file = desk.settings.config_file
    folder = file.parent.resolve() if file is not None else looked
    return folder if looked.is_relative_to(folder) else looked


def _in_repository(looked: Path) -> str:
    top = next((folder for folder in (looked, *looked.parents) if (folder / ".git").exists()), looked)
    return f"{looked.relative_to(top).as_posix()}/" if top != looked else ""


def _place(base: Path, path: Path, looked: Path, chosen: Application) -> tuple[Path, str]:
    """The folder of an application, and where it is below what is scanned.

    Raises:
        UsageError: It is not there, or elsewhere than what is scanned.
    """
    place = (base / chosen.path).resolve()
    if not place.exists():
        raise UsageError(f"the application `{chosen.name}` stands in `{base / chosen.path}`, which does not exist", "mend its `path` in `licet.yaml`")
    if looked.is_relative_to(place):
        return path, ""
    if not place.is_relative_to(looked):
        raise UsageError(f"the application `{chosen.name}` stands in `{base / chosen.path}`, outside of `{path}`", "name a folder that holds it")
    folder = place.relative_to(looked).as_posix()
    return path / folder, f"{folder}/"


def _with_recorded(desk: Desk, use: Use, name: str) -> Use:
    """The use with what the catalogue records of the application, where nothing else is stated.

    Raises:
        UsageError: The catalogue has no such application.
    """
    from registry.desk.lookup import application_use, find_app

    try:
        row, users = find_app(desk, f"app:{name.removeprefix('app:')}")
    except RegistryError as error:
        raise UsageError(f"`{desk.settings.config_file}`: `app: {name}`: {error.message}", error.hint) from error
    return application_use(desk, use, row, users, frozenset(use.stated))


def _left_out(desk: Desk, policy: Policy, within: str, question: ApplicationQuestion, base: Path, looked: Path) -> Iterator[str]:
    """Patterns of what is left out, counted from what is scanned.

    Raises:
        UsageError: `exclude` is not a list of patterns.
    """
    exclude = desk.settings.exclude
    if exclude is not None and not (isinstance(exclude, list) and all(isinstance(each, str) for each in exclude)):
        raise UsageError(f"`{desk.settings.config_file}`: `exclude` is not a list of patterns", "write `exclude: [vendor/, data/]`")
    for pattern in exclude or ():
        # As in a `.gitignore`: a pattern with a slash before its end counts from the folder of the file, any other holds everywhere.
        if "/" not in pattern.rstrip("/") or pattern.startswith("**/"):
            yield pattern
        elif pattern.lstrip("/").startswith(within):
            yield f"/{pattern.lstrip('/').removeprefix(within)}"
    written = desk.settings.policy
    named = [Path(question.policy) if question.policy is not None else None]
    named += [base / each for each in (written, written.get("extends") if isinstance(written, dict) else None) if isinstance(each, str)]
    for file in [each.resolve() for each in named if each is not None]:  # a policy names models to say something of them, and uses none
        if file.is_file() and file.is_relative_to(looked):
            yield f"/{file.relative_to(looked).as_posix()}"
    for rule in policy.paths if not within else ():
        if rule.ignore:
            yield from (f"/{pattern.removeprefix('./').lstrip('/')}" for pattern in rule.match)
