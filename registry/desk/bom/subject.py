"""What a bill of materials is made from, in one value: who is in it, what each is under, and what the use comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from registry import __version__
from registry.desk.bom.folder import ReadFolder, check_folder, read_folder
from registry.desk.bom.gather import Gathered
from registry.desk.bom.licenses import license_infos
from registry.desk.facts import read_use, resolve_named_licenses
from registry.desk.session import is_folder
from registry.errors import UsageError
from registry.reports.bom.subject import BomSubject, VerdictNote
from registry.terms.facts import use_to_data

if TYPE_CHECKING:
    from registry.desk.session import Desk


@dataclass(frozen=True, slots=True)
class Gathering:
    """What a bill is made from, with the answers about all that was asked about, as items of `licet.check/1`."""

    subject: BomSubject
    items: tuple[Mapping[str, Any], ...]
    folders: Mapping[str, ReadFolder]


def gather_subject(
    desk: Desk,
    targets: Sequence[str],
    raw: Mapping[str, Any],
    interpretation: str | None = None,
    folders: Mapping[str, str] | None = None,
    *,
    hub: bool = False,
) -> BomSubject:
    """What a bill on some targets is made from; the arguments and errors are those of `gather`."""
    return gather(desk, targets, raw, interpretation, folders, hub=hub).subject


def gather(
    desk: Desk,
    targets: Sequence[str],
    raw: Mapping[str, Any],
    interpretation: str | None = None,
    folders: Mapping[str, str] | None = None,
    *,
    digest: bool = True,
    hub: bool = False,
) -> Gathering:
    """What a bill on some targets is made from, and what their licences make of the use.

    Args:
        desk: The desk.
        targets: Models, `app:NAME` and folders (`./path`).
        raw: The facts of the use, as given.
        interpretation: How unsettled points are taken.
        folders: Folders of models that are named, by the model's name.
        digest: Whether the files of folders are digested.
        hub: Whether the Hub is asked about the models that are asked about and whose folders are not given.

    Raises:
        UnknownModelError: A name leads to nothing, or to several.
        UsageError: A target is none of these, there are too many models, or the Hub may not be asked.
        SourceError: A folder cannot be read.
        FactError: A fact cannot be read.
    """
    from registry.catalogue.history import head_hash
    from registry.settings import read_source_date

    if not targets:
        raise UsageError("a bill of materials needs something to be about", "name a model, `app:NAME` or `./folder`")
    use = resolve_named_licenses(desk.knowledge, read_use(desk.knowledge, raw, desk.settings.facts))
    reading = desk.interpretation(interpretation or raw.get("interpretation"))
    gathered = Gathered(desk)
    for name, path in (folders or {}).items():
        gathered.folder(read_folder(desk, path, name, digest=digest))
    asked = [gathered.folder(read_folder(desk, target, digest=digest)) if is_folder(target) else gathered.target(target) for target in targets]
    gathered.close()
    if hub:
        gathered.ask_hub(asked)
    gathered.note_addresses(asked)
    items = _answers(desk, gathered, asked, raw, interpretation)
    verdicts = {str(item["model"]): _verdict_note(item) for item in items}
    reaching = {str(item["model"]): _inherited(item) for item in items}
    models = tuple(replace(each, verdict=verdicts.get(each.name), inherited=reaching.get(each.name, ())) for each in gathered.ordered(asked))
    datasets = tuple(gathered.datasets[name] for name in sorted(gathered.datasets))
    with desk.catalogue.reading() as connection:
        head = head_hash(connection)
    moment = read_source_date() or datetime.now(UTC)
    subject = BomSubject(
        targets=tuple(dict.fromkeys(asked)),
        models=models,
        datasets=datasets,
        applications=tuple(gathered.applications.values()),
        hosts=tuple(gathered.hosts.values()),
        licenses=license_infos(desk.knowledge, [*(each.licensing for each in models), *(each.licensing for each in datasets)]),
        links=tuple(sorted(gathered.links.values(), key=lambda link: (link.child, link.parent, link.relation))),
        runs=tuple(read.run for read in gathered.folders.values() if read.run is not None),
        use=use_to_data(use.stated),
        interpretation=reading,
        date=use.on,
        created=moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        knowledge={"version": desk.knowledge.version, "digest": desk.knowledge.digest},
        catalogue=head,
        tool=__version__,
        notes=tuple(gathered.notes),
    )
    return Gathering(subject, tuple(items), gathered.folders)


def _answers(desk: Desk, gathered: Gathered, asked: Iterable[str], raw: Mapping[str, Any], interpretation: str | None) -> list[Mapping[str, Any]]:
    """What the use comes to for everything that was asked about: by the catalogue where it knows the model, else by its folder."""
    from registry.desk.check import check_models

    found: list[Mapping[str, Any]] = []
    for name in dict.fromkeys(asked):
        read = gathered.folders.get(name)
        if read is not None and name not in gathered.numbers:
            found.append(check_folder(desk, read, raw, interpretation))
        else:
            found += check_models(desk, [name], raw, interpretation)
    return found


def _inherited(item: Mapping[str, Any]) -> tuple[Mapping[str, str], ...]:
    """What reaches a model from others: licence, whose, and in which capacity."""
    reached = [license for license in item["licenses"] if license["from"] not in (None, item["model"])]
    return tuple({"license": each["id"], "from": each["from"], "reach": each["reach"]} for each in reached)


def _verdict_note(item: Mapping[str, Any]) -> VerdictNote:
    from registry.reports.markdown import VERDICTS

    deciding = [reason for reason in item["reasons"] if reason["outcome"] == "decides"]
    return VerdictNote(
        verdict=item["verdict"],
        sentence=VERDICTS[item["verdict"]],
        deciding=tuple(f"{reason['license']} s. {reason['section']}: {reason['summary']}" for reason in deciding),
        obligations=tuple(f"{duty['license']} s. {duty['section']}: {duty['summary']}" for duty in item["obligations"]),
    )
