"""The attribution bundle: what has to go along with models when they, or what is built on them, are passed on."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.desk.bom.licenses import links_to
from registry.desk.bom.subject import gather
from registry.desk.notice.parts import bundled_models, changes_of, credited
from registry.desk.notice.texts import FoundText, TextFinder
from registry.errors import UsageError
from registry.knowledge.text_links import links_in
from registry.reports.notice import (
    SCHEMA,
    BundledModel,
    LicenseCopy,
    NoticeBundle,
    OwedDuty,
    index_of,
    placeholder,
    render_notice,
    render_people,
)
from registry.terms.combine import license_ids
from registry.terms.names import breaks_name_rule

if TYPE_CHECKING:
    from registry.desk.session import Desk
    from registry.knowledge.store import Knowledge

INDEX = "index.json"
"""The index of a bundle."""

# A line that says whose copyright it is; a form to be filled in has brackets there.
_NAMES_HOLDER = re.compile(r"^\W{0,10}copyright\b(?![^\n]{0,200}[\[<{])[^\n]{0,100}\b(?:19|20)\d\d\b", re.IGNORECASE | re.MULTILINE)

_BLANK = re.compile(r"\[name of [^\]\n]{1,80}\]", re.IGNORECASE)

PASSED_ON = ("product", "weights")
"""How what a bundle is made for reaches others, where nobody says."""


def with_distribution(desk: Desk, raw: Mapping[str, Any], targets: Sequence[str]) -> dict[str, Any]:
    """The facts of the use with the way it is passed on, where nobody states it and no application records it."""
    if "distribution" in raw or "distribution" in desk.settings.facts or any(target.startswith("app:") for target in targets):
        return dict(raw)
    return {**raw, "distribution": list(PASSED_ON)}


def gather_bundle(
    desk: Desk,
    targets: Sequence[str],
    raw: Mapping[str, Any],
    *,
    interpretation: str | None = None,
    folders: Mapping[str, str] | None = None,
) -> tuple[NoticeBundle, dict[str, FoundText]]:
    """What has to go along with some targets, and the texts by their path in the bundle.

    Args:
        desk: The desk.
        targets: Models, `app:NAME` and folders (`./path`).
        raw: The facts of the use, as given.
        interpretation: How unsettled points are taken.
        folders: Folders of models, by the model's name.

    Raises:
        UnknownModelError: A target leads to nothing, or to several.
        UsageError: A folder is none.
        SourceError: A folder cannot be read.
        FactError: A fact cannot be read.
    """
    facts = with_distribution(desk, raw, targets)
    gathering = gather(desk, targets, facts, interpretation, folders, digest=False)
    subject, items = gathering.subject, gathering.items
    finder = TextFinder(desk, {name: read.path for name, read in gathering.folders.items()})
    models = [model for target in subject.targets for model in bundled_models(subject, target, finder)]
    duties = tuple(credited(duty, subject) for item in items for duty in owed_duties(item))
    licenses, texts = _copies(desk.knowledge, items, duties, models, finder)
    notices = _notices(models, finder)
    texts.update({path: text for _, path, text in notices})
    bundle = NoticeBundle(
        targets=subject.targets,
        models=tuple(models),
        duties=duties,
        licenses=tuple(licenses),
        notices=tuple((model, path, text.sha256, text.place) for model, path, text in notices),
        changes=tuple(changes_of(subject, items)),
        use=subject.use,
        date=subject.date,
        created=subject.created,
        interpretation=subject.interpretation,
        knowledge=subject.knowledge,
    )
    return bundle, texts


def owed_duties(item: Mapping[str, Any]) -> list[OwedDuty]:
    """The duties of one answer."""
    found = []
    for duty in item["obligations"]:
        is_name = duty["do"] == "name-rule"
        found.append(
            OwedDuty(
                do=duty["do"],
                license=duty["license"],
                section=duty["section"],
                summary=duty["summary"],
                model=duty["from"],
                target=item["model"],
                wording=_filled(duty["wording"], item["model"]),
                where=tuple(duty["where"]),
                rule=duty["rule"],
                when=duty["when"],
                kept=not breaks_name_rule(item["model"], duty["rule"]) if is_name and duty["from"] != item["model"] else None,
            )
        )
    return found


def _filled(wording: str | None, model: str) -> str | None:
    """Words to be reproduced, with the name of what they are put on where they leave a blank for it."""
    return None if wording is None else _BLANK.sub(lambda _match: model.rpartition("/")[2], wording)


def _notices(models: Sequence[BundledModel], finder: TextFinder) -> list[tuple[str, str, FoundText]]:
    """The notices that came with the models, byte for byte: the model, the path in the bundle, and the file."""
    found: dict[str, tuple[str, str, FoundText]] = {}
    for model in models:
        for each in finder.of_model(model.name, on_hub=model.page is not None)[0]:
            if each.role == "notice":
                path = f"notices/{_safe(model.name.replace('/', '--'))}/{_safe(each.name)}"
                found.setdefault(path, (model.name, path, each))
    return list(found.values())


def needs_text(duty: OwedDuty) -> bool:
    """Whether a duty asks that the text of the licence goes along."""
    return duty.do in ("license-copy", "retain-notices", "same-license") or (duty.do == "pass-on-terms" and duty.rule == "verbatim")


def _copies(
    knowledge: Knowledge, items: Sequence[Mapping[str, Any]], duties: Sequence[OwedDuty], models: Sequence[BundledModel], finder: TextFinder
) -> tuple[list[LicenseCopy], dict[str, FoundText]]:
    """Every licence that reaches a target, with copies of its texts where they are at hand."""
    wanted: dict[str, list[str]] = {}
    for item in items:
        for license in item["licenses"]:
            for name in license_ids(knowledge.expression_of(license["id"])):
                known = knowledge.license_of(name)
                if known is not None and known.placeholder is None:
                    wanted.setdefault(name, []).append(license["from"] or item["model"])
    pages = {model.name: model.page is not None for model in models}
    texts: dict[str, FoundText] = {}
    copies = []
    for name, sources in wanted.items():
        found: dict[str, FoundText] = {}
        tried: dict[str, None] = {}
        bare: list[str] = []
        for model in dict.fromkeys(sources):
            held, looked = finder.of_model(model, on_hub=pages.get(model, False))
            tried.update(dict.fromkeys(looked))
            own = {each.sha256: each for each in held if each.license == name and each.role in ("license", "code", "use-policy", "other")}
            found.update(own)
            bare += [] if own or model.startswith("dataset:") else [model]
        if not any(each.role != "use-policy" for each in found.values()):
            found.update({each.sha256: each for each in finder.everywhere() if each.license == name})
        license = knowledge.license_of(name)
        files = []
        for each in found.values():
            path = f"licenses/{_safe(name)}/{_safe(each.name)}"
            if path in texts and texts[path].sha256 != each.sha256:
                path = f"licenses/{_safe(name)}/{each.sha256[:8]}-{_safe(each.name)}"
            texts[path] = each
            files.append((path, each.sha256, each.place))
        policies = [(text.name, next(iter(links_in(text.source or "")), None)) for text in (license.texts if license else ()) if text.id != "license"]
        copies.append(
            LicenseCopy(
                id=name,
                name=license.name if license is not None else name,
                exported=knowledge.exported_id(name),
                links=links_to(knowledge, name),
                policies=tuple(policies),
                needed=any(duty.license == name and needs_text(duty) for duty in duties),
                files=tuple(files),
                tried=tuple(tried),
                without_own=tuple(bare) if any(_NAMES_HOLDER.search(each.data.decode("utf-8", "replace")) for each in found.values()) else (),
            )
        )
    return copies, texts


def _safe(name: str) -> str:
    """A name as a file may bear it."""
    plain = re.sub(r"[^A-Za-z0-9._+-]+", "-", name.rpartition("/")[2]).strip(".-")[:80]
    return plain or "text"


def write_bundle(bundle: NoticeBundle, texts: Mapping[str, FoundText], out: Path, *, force: bool = False) -> list[str]:
    """Write a bundle, whole or not at all; gives the paths of its files.

    Raises:
        UsageError: The folder is there already and may not be replaced, or cannot be written.
    """
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise UsageError(f"`{out}` is there and is no folder", "name a new folder")
    if out.exists() and any(out.iterdir()):
        if not force:
            raise UsageError(f"`{out}` is there and holds something", "name a new folder, or replace an earlier bundle with `--force`")
        if not is_bundle(out):
            raise UsageError(f"`{out}` holds something that is no bundle, which is not replaced", "name a new folder")
    files: dict[str, bytes] = {
        "NOTICE": render_notice(bundle).encode(),
        "THIRD-PARTY-MODELS.md": render_people(bundle).encode(),
        **{path: text.data for path, text in texts.items()},
        **{f"licenses/{_safe(each.id)}/MISSING.txt": placeholder(each).encode() for each in bundle.licenses if each.missing},
    }
    files[INDEX] = (json.dumps(index_of(bundle), ensure_ascii=False, indent=2) + "\n").encode()
    try:
        draft = Path(tempfile.mkdtemp(prefix=f".{out.name}.partial-", dir=out.parent))
        try:
            for path, data in files.items():
                place = draft / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data)
            draft.chmod(0o755)
            _swap(draft, out)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except (FileNotFoundError, PermissionError, NotADirectoryError) as error:
        raise UsageError(f"`{out}` cannot be written: {error.strerror}", "name a folder in one that exists and is yours") from error
    return sorted(files)


def _swap(draft: Path, out: Path) -> None:
    """Put a finished folder in its place; what stood there goes only when the new one stands."""
    if not out.exists():
        draft.rename(out)
        return
    old = out.with_name(f".{out.name}.old-{os.getpid()}")
    out.rename(old)
    try:
        draft.rename(out)
    except OSError:
        old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)


def is_bundle(folder: Path) -> bool:
    """Whether a folder is a bundle of ours, by its index."""
    try:
        with (folder / INDEX).open("rb") as stream:
            return f'"schema": "{SCHEMA}"'.encode() in stream.read(1_000)
    except OSError:
        return False
