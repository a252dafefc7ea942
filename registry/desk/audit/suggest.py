"""What could be written so that an audit finds less, as one patch to review; nothing is written here, and nothing is applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.desk.audit.alternatives import alternatives
from registry.desk.audit.suggest_card import suggest_card
from registry.desk.audit.suggest_config import config_with_facts
from registry.desk.audit.suggest_notice import bundle_of, display_lines, is_owed, notice_text, readme_text
from registry.desk.audit.suggest_revisions import with_revisions
from registry.desk.audit.used import recorded_state
from registry.errors import RegistryError
from registry.reports.bom.text import one_line
from registry.reports.patch import Change, render_patch
from registry.settings import CONFIG_FILE

if TYPE_CHECKING:
    from registry.desk.audit.application import ApplicationAudit
    from registry.desk.notice.texts import FoundText
    from registry.desk.session import Desk
    from registry.reports.notice import NoticeBundle

SCHEMA = "licet.suggestions/1"
"""The schema of suggestions. Keys are only ever added."""

MAX_FILE = 2_000_000
"""A larger file is not changed."""

MOST_CARDS = 50
"""So many folders of weights are looked into."""

_READMES = ("README.md", "Readme.md", "readme.md", "README.markdown", "README.rst", "README.txt", "README")
_NOTICES = ("NOTICE", "NOTICE.txt", "NOTICE.md", "Notice", "Notice.txt")


@dataclass
class _Draft:
    """The files of an application as they could be.

    Attributes:
        top: From where a patch is applied: the top of the repository, or what is audited.
        changes: The changes so far, by path.
        notes: What could not be suggested, and why.
    """

    top: Path
    changes: dict[str, Change] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def read(self, path: Path) -> str | None:
        """What a file holds, with the changes so far; None where there is none that is text of ours to change."""
        name = self.name(path)
        if name in self.changes:
            return self.changes[name].after
        from registry.sources.folder.files import open_regular

        try:
            with open_regular(path) as stream:
                data = stream.read(MAX_FILE + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RegistryError(f"`{name}` is not changed: {error.strerror or error}") from error
        try:
            if len(data) > MAX_FILE:
                raise RegistryError(f"`{name}` is not changed: it is larger than {MAX_FILE:,} bytes")
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise RegistryError(f"`{name}` is not changed: it is not UTF-8") from error

    def name(self, path: Path) -> str:
        """A file's path in the patch."""
        return path.relative_to(self.top).as_posix()

    def write(self, path: Path, before: str | None, after: str | None, why: str) -> None:
        """Keep a change, over one that is kept already."""
        if after is None or after == before:
            return
        name = self.name(path)
        known = self.changes.get(name)
        self.changes[name] = Change(name, known.before if known is not None else before, after, f"{known.why}; {why}" if known is not None else why)


def suggest(desk: Desk, audit: ApplicationAudit) -> dict[str, Any]:
    """What could be written, and which models the use is better allowed with, as `licet.suggestions/1`."""
    root = (audit.root if audit.root.is_dir() else audit.root.parent).resolve()
    draft = _Draft(top_of(root))
    use, reading = dict(audit.head["use"]), str(audit.head["interpretation"])
    steps: tuple[Callable[[], None], ...] = (
        lambda: _notices(desk, draft, root, audit, use, reading),
        lambda: _cards(desk, draft, root, audit, reading),
        lambda: _config(desk, draft, root, audit, use),
        lambda: _revisions(desk, draft, root, audit),
    )
    for step in steps:
        try:
            step()
        except RegistryError as error:
            draft.notes.append(error.message)
    others = alternatives(desk, audit.judged, audit.use, reading, audit.policy) if audit.use is not None else []
    changes = sorted(draft.changes.values(), key=lambda each: each.path)
    remarks = list(_remarks(audit, changes, draft, others))
    return {
        "schema": SCHEMA,
        "subject": audit.head["subject"],
        "date": audit.head["date"],
        "apply_in": str(draft.top),
        "changes": [{"file": each.path, "new": each.before is None, "why": each.why} for each in changes],
        "notes": list(dict.fromkeys(draft.notes)),
        "alternatives": others,
        "patch": render_patch(changes, remarks) if changes else "",
        "knowledge": audit.head["knowledge"],
    }


def top_of(root: Path) -> Path:
    """The top of the repository that a folder stands in; the folder itself, where it stands in none."""
    return next((each for each in (root, *root.parents) if (each / ".git").exists()), root)


def _existing(root: Path, names: tuple[str, ...]) -> Path | None:
    return next((root / name for name in names if (root / name).is_file() and not (root / name).is_symlink()), None)


def _notices(desk: Desk, draft: _Draft, root: Path, audit: ApplicationAudit, use: Mapping[str, Any], reading: str) -> None:
    """A NOTICE, lines to display, and licence texts that are at hand."""
    owing = [each for each in audit.judged if is_owed(each)]
    if not owing:
        return
    found = bundle_of(desk, owing, use, reading)
    notice = _existing(root, _NOTICES) or root / _NOTICES[0]
    before = draft.read(notice)
    draft.write(notice, before, notice_text(before, found[0] if found is not None else None, owing), "the notices and credits that licences order")
    readme = _existing(root, _READMES) or root / _READMES[0]
    lines = display_lines(owing)
    if lines:
        before = draft.read(readme)
        draft.write(readme, before, readme_text(before, root.name, lines), f"lines that licences order to be shown: {', '.join(f'“{line}”' for line in lines)}")
    if found is not None:
        _texts(draft, root, *found)


def _texts(draft: _Draft, root: Path, bundle: NoticeBundle, texts: Mapping[str, FoundText]) -> None:
    """Texts that have to go along, where this machine has them; for the others, where they stand."""
    for license in bundle.licenses:
        if not license.needed:
            continue
        for path, _, place in license.files:
            text = texts[path]
            try:
                held = text.data.decode("utf-8")
            except UnicodeDecodeError:
                continue
            target = root / path
            if not target.exists() and held:
                draft.write(target, None, held, f"the text of {license.name}, from {place}")
        if license.missing:
            link = license.links[0] if license.links else "a place that is not on record"
            draft.notes.append(f"the text of {license.name} has to go along and is not on this machine; it is at {link}")


def _cards(desk: Desk, draft: _Draft, root: Path, audit: ApplicationAudit, reading: str) -> None:
    """Front matter of the cards of models that lie in the tree."""
    files = [reference.file for thing in audit.things for reference in thing.references if reference.kind == "artifact"]
    folders = list(dict.fromkeys((root / file).parent for file in files))[:MOST_CARDS]
    for folder in folders:
        card = suggest_card(desk, folder, reading, has_terms=folder != root)
        if card is not None:
            draft.write(folder / card.name, card.before, card.after, f"what the files of the model show and its card does not say: {', '.join(card.keys)}")


def _config(desk: Desk, draft: _Draft, root: Path, audit: ApplicationAudit, use: Mapping[str, Any]) -> None:
    """Facts: those that flags stated, and those that decide and nobody stated."""
    file = desk.settings.config_file
    target = file.resolve() if file is not None else root / CONFIG_FILE
    if not target.is_relative_to(draft.top):
        draft.notes.append(f"the facts are read from a `{CONFIG_FILE}` outside of the repository, which is not changed")
        return
    before = draft.read(target)
    stated = {name: value for name, value in use.items() if name not in desk.settings.facts} if audit.application is None else {}
    missing = list(audit.head["missing_facts"])
    after = config_with_facts(desk.knowledge.vocabulary, before, stated, missing)
    open_facts = f"the facts that decide, as remarks to fill in: {', '.join(missing)}" if missing else ""
    why = "; ".join(part for part in (f"the facts that were stated: {', '.join(stated)}" if stated else "", open_facts) if part)
    draft.write(target, before, after, why)


def _revisions(desk: Desk, draft: _Draft, root: Path, audit: ApplicationAudit) -> None:
    """Commits at loads that name none, where the catalogue knows the newest."""
    commits: dict[str, str] = {}
    files: dict[str, None] = {}
    for judged in audit.judged:
        thing = judged.thing
        loads = [
            each for each in thing.references if each.provider == "hub" and each.kind in ("load", "download") and each.revision is None and each.place == "code"
        ]
        if not thing.recorded or thing.about != "model" or not loads:
            continue
        commit = recorded_state(desk, thing.name)[0]
        if commit is None:
            continue
        commits.update({each.written: commit for each in loads if each.resolved == "literal"})
        files.update({each.file: None for each in loads if each.file.endswith(".py") and each.resolved == "literal"})
    for file in files:
        path = root / file
        before = draft.read(path)
        draft.write(
            path,
            before,
            with_revisions(before, commits) if before is not None else None,
            "the commits that the catalogue knows, so that what is loaded stays the same",
        )


def _remarks(audit: ApplicationAudit, changes: list[Change], draft: _Draft, others: list[dict[str, Any]]) -> Iterator[str]:
    """What stands before the patch, for whoever reviews it."""
    yield one_line(
        f"What could be written after the audit of {audit.head['subject']} on {audit.head['date']}. Review it, then `git apply FILE` at the top of the repository.",
        300,
    )
    yield "Information, not legal advice."
    yield ""
    for each in changes:
        yield one_line(f"{each.path}: {each.why}", 400)
    for note in dict.fromkeys(draft.notes):
        yield one_line(f"not in this patch: {note}", 400)
    for other in others:
        yield ""
        own = other["instead_of"]
        yield one_line(f"{own['model']} ({own['verdict']}, {', '.join(own['licenses'])}): {own['decides']}", 400)
        for each in other["models"]:
            yield one_line(f"  instead: {each['model']} ({each['verdict']}, {', '.join(each['licenses'])})", 400)
