"""What a folder that is about to be published lacks of what the licences that reach it ask for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from registry.desk.audit.models import to_item
from registry.desk.bom.folder import check_folder, read_folder
from registry.desk.notice.bundle import INDEX, needs_text, owed_duties, with_distribution
from registry.errors import UsageError
from registry.findings.duties import Owed, Published, duty_findings
from registry.findings.finding import Finding
from registry.knowledge.text_links import links_in
from registry.reports.notice import SCHEMA

if TYPE_CHECKING:
    from registry.desk.session import Desk
    from registry.sources.folder.files import FolderFile, FolderFiles
    from registry.terms.license import License

MAX_TEXT = 2_000_000
"""So many bytes of a text file are looked at."""

MOST_TEXTS = 500
"""So many text files are looked at."""

_TEXTS = (".md", ".txt", ".rst", ".html", ".htm", "")
_OF_NAMES = frozenset({"LIC201", "LIC205"})


class Files(Protocol):
    """Files that may show that something is done."""

    @property
    def files(self) -> Mapping[str, FolderFile]:
        """The files by name."""

    def read(self, name: str, limit: int) -> bytes | None:
        """The first bytes of one; None where it cannot be read."""


def check_published(desk: Desk, path: str, targets: Sequence[str], raw: Mapping[str, Any], interpretation: str | None = None) -> dict[str, Any]:
    """What a folder lacks, as `licet.notice-check/1`.

    Args:
        desk: The desk.
        path: The folder.
        targets: The models and applications that are passed on in it; the model that lies in it, if none are named.
        raw: The facts of the use, as given.
        interpretation: How unsettled points are taken.

    Raises:
        UsageError: There is no such folder.
        UnknownModelError: A target leads to nothing, or to several.
        SourceError: The folder cannot be read, or shows no model and none is named.
        FactError: A fact cannot be read.
    """
    from registry.desk.check import check_models
    from registry.sources.folder.files import FolderFiles

    folder = Path(path).expanduser()
    if not folder.is_dir():
        raise UsageError(f"`{path}` is not a folder", "name the folder that is about to be published")
    files = FolderFiles(folder)
    facts = with_distribution(desk, raw, targets)
    if targets:
        items = [item for target in targets for item in check_models(desk, [target], facts, interpretation)]
        name = folder.resolve().name
    else:
        read = read_folder(desk, path)
        items = [check_folder(desk, read, facts, interpretation)]
        name = read.name
    published = published_of(desk, files, name, items)
    owed = [each for item in items for each in owed_of(desk, item)]
    findings = [*_of_names(items), *duty_findings(published, owed)]
    return {
        "schema": "licet.notice-check/1",
        "folder": name,
        "targets": [item["model"] for item in items],
        "duties": len(owed),
        "findings": [to_item(finding, None) for finding in findings],
        "missing_texts": _incomplete(files),
        "knowledge": {"version": desk.knowledge.version, "digest": desk.knowledge.digest},
    }


def owed_of(desk: Desk, item: Mapping[str, Any]) -> list[Owed]:
    """The duties of one answer, each with the marks by which it can be told that it is done."""
    found = []
    for duty in owed_duties(item):
        license = desk.knowledge.license_of(duty.license)
        if license is None:
            continue
        policies = [text for text in license.texts if text.id != "license"]
        marks = _makers(desk, duty.model, license) if duty.do == "display" else ()
        if duty.do == "use-policy":
            # A licence without a policy of its own has its rules of use within its text, which goes along by itself.
            marks = tuple(mark for text in policies for mark in (text.name, *links_in(text.source or "")))
        found.append(
            Owed(
                duty.do, duty.license, license.name, duty.section, duty.model, duty.wording, tuple(mark for mark in marks if mark), duty.rule, needs_text(duty)
            )
        )
    return found


def _makers(desk: Desk, model: str, license: License) -> tuple[str, ...]:
    """The words by which it can be told that a model's maker is named: its developer's names, and who wrote a licence of his own."""
    from registry.catalogue.queries.find_model import find_model
    from registry.catalogue.queries.model_detail import read_model

    # Who wrote a licence that all the world uses is not who is to be credited.
    own = license.steward if desk.knowledge.exported_id(license.id).startswith("LicenseRef-") else None
    with desk.catalogue.reading() as connection:
        try:
            maker = read_model(connection, find_model(connection, model).id).developer
        except UsageError:  # data, or a name that nobody recorded
            maker = None
    owner = model.removeprefix("dataset:").rpartition("/")[0]
    return tuple(name for name in (own, maker.title if maker else None, maker.name if maker else owner) if name)


def published_of(desk: Desk, files: Files, name: str, items: Sequence[Mapping[str, Any]]) -> Published:
    """What some files show: their texts, the licences that these are, and the rules of use that go along."""
    from registry.desk.identify import identifier
    from registry.sources.folder.license_files import role_of

    identify = identifier(desk).identify
    texts: dict[str, str] = {}
    licenses: set[str] = set()
    policies: list[str] = []
    for path, file in files.files.items():
        own = path.rpartition("/")[2]
        suffix = f".{own.rpartition('.')[2].lower()}" if "." in own else ""
        role = role_of(own)
        if (suffix not in _TEXTS and role is None) or own.startswith(".") or len(texts) >= MOST_TEXTS or file.size > MAX_TEXT:
            continue
        data = files.read(path, MAX_TEXT) or b""
        if b"\0" in data[:4096] or own == "MISSING.txt":
            continue
        text = texts[path] = data.decode("utf-8", "replace")
        if role == "use-policy":
            policies.append(path)
        elif role in ("license", "code", "other") or (role is None and path.startswith("licenses/")):
            found = identify(text).license
            if found is not None:
                licenses.add(str(found))
    derived = any(license["from"] not in (None, item["model"]) for item in items for license in item["licenses"])
    return Published(name, texts, frozenset(licenses), tuple(policies), derived)


def _of_names(items: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """What the answers say of names already."""
    return [
        Finding(
            each["code"],
            each["subject"],
            each["summary"],
            each["license"],
            each["clause"],
            each["confidence"],
            tuple(each["ancestors"]),
        )
        for item in items
        for each in item["findings"]
        if each["code"] in _OF_NAMES
    ]


def _incomplete(files: FolderFiles) -> list[str]:
    """The licences whose texts a bundle in the folder says are missing."""
    found = []
    for path in files.files:
        if path.rpartition("/")[2] == INDEX:
            try:
                index = json.loads(files.read(path, MAX_TEXT) or b"{}")
            except (ValueError, RecursionError):
                continue
            if isinstance(index, dict) and index.get("schema") == SCHEMA and isinstance(index.get("licenses"), list):
                found += [str(each.get("name")) for each in index["licenses"] if isinstance(each, dict) and each.get("missing") is True]
    return found
