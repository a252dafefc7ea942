"""A model folder as part of a bill of materials: what its card and files say, its digests, and what its licences make of a use.

Nothing in it is loaded or kept; its bases are looked up in the catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.desk.bom.run import bom_run, read_run_of, recorded_digest
from registry.desk.facts import today
from registry.errors import SourceError, UsageError
from registry.reports.bom.subject import BomRun, Card, FileHash, Metric
from registry.supplychain.names import check_name
from registry.supplychain.source import Source

if TYPE_CHECKING:
    from registry.desk.session import Desk
    from registry.sources.card.facts import CardFacts
    from registry.sources.card.story import CardStory
    from registry.sources.folder.files import FolderFiles
    from registry.supplychain.record import Record


@dataclass(frozen=True, slots=True)
class ReadFolder:
    """What a model folder says.

    Attributes:
        name: The model's name.
        path: The folder.
        record: The model with its statements and relations.
        files: Its files with their digests.
        digest: One digest over them, as `sha256:HEX`; None where they were not digested.
        card: What its card and configuration say.
        energy_kwh: The energy of its training, where the card states one.
        run: The run that it came out of, where its record lies in it.
        notes: What was not understood.
    """

    name: str
    path: Path
    record: Record
    files: tuple[FileHash, ...]
    digest: str | None
    card: Card
    energy_kwh: float | None = None
    run: BomRun | None = None
    notes: tuple[str, ...] = ()


def read_folder(desk: Desk, path: str, name: str | None = None, *, digest: bool = True) -> ReadFolder:
    """Read a model folder.

    Args:
        desk: The desk.
        path: The folder, as the user wrote it.
        name: The model's name; that of its record or the folder's own, if not given.
        digest: Whether every file is digested, which reads all of it.

    Raises:
        UsageError: There is no such folder, or its name can be none.
        SourceError: It cannot be read, or shows no model.
    """
    from registry.desk.imports import folder_source
    from registry.sources.folder.files import FolderFiles

    folder = Path(path).expanduser()
    if not folder.is_dir():
        raise UsageError(f"`{path}` is not a folder", "name a folder with a model card or weights")
    run, problem = read_run_of(folder)
    model = check_name(name or (run.name if run is not None else folder.resolve().name), "model")
    source = folder_source(desk, folder, model, digest=False)
    record = next(iter(source.records()), None)
    files = FolderFiles(folder)
    if record is None or not record.models or not files.files:
        raise SourceError(f"`{path}` shows no model", "name a folder with a model card or weights")
    digests = files.digests() if digest else []
    by_name = {each.name: each.sha256 for each in digests}
    whole = files.digest(digests) if digest else None
    card, energy = read_card_of(files, str(folder.name))
    return ReadFolder(
        name=model,
        path=folder,
        record=record,
        files=tuple(FileHash(each.name, each.sha256, each.size) for each in digests),
        digest=(recorded_digest(run, by_name) if run is not None and digest else None) or whole,
        card=card,
        energy_kwh=energy,
        run=bom_run(run, model, folder, by_name) if run is not None else None,
        notes=(*((problem,) if problem else ()), *(f"{note.file}: {note.message}" if note.file else note.message for note in source.notes)),
    )


def read_card_of(files: FolderFiles, place: str) -> tuple[Card, float | None]:
    """What the card and the configuration of a folder say, and the energy of the training that the card states.

    Args:
        files: The folder.
        place: What the folder is called where it is cited.
    """
    from registry.sources.card.front_matter import MAX_CARD_BYTES
    from registry.sources.card.source import read_card
    from registry.sources.card.story import read_story
    from registry.sources.folder.facts import read_folder_facts
    from registry.sources.folder.model_shape import read_shape
    from registry.sources.folder.source import card_name

    named = card_name(files)
    data = (files.read(named, MAX_CARD_BYTES + 1) if named else None) or b""
    facts, story = read_card(data), read_story(data)
    shape = read_shape(files, read_folder_facts(files, []))
    return card_of(facts, story, shape, Source(f"{place}/{named or 'config.json'}", today())), story.energy_kwh


def card_of(facts: CardFacts, story: CardStory, shape: Mapping[str, str], cited: Source) -> Card:
    """What a card and a configuration say, as a bill tells of it."""
    return Card(
        task=facts.pipeline_tag,
        library=facts.library_name,
        tags=facts.tags,
        languages=facts.languages,
        texts=story.texts,
        links=story.links,
        metrics=tuple(Metric(each.type, each.value, each.data) for each in story.metrics),
        hyperparameters=story.hyperparameters,
        shape=shape,
        co2_kg=story.co2_kg,
        developer=story.developer,
        cited=cited,
    )


def check_folder(desk: Desk, folder: ReadFolder, raw: Mapping[str, Any], interpretation: str | None = None) -> dict[str, Any]:
    """The answer about a folder that is not on record, as an item of `licet.check/1`.

    Raises:
        FactError: A fact cannot be read.
    """
    from registry.desk.answer import answer
    from registry.desk.answer_item import to_item
    from registry.desk.folder_question import folder_question

    return to_item(desk.knowledge, answer(desk.knowledge, folder_question(desk, folder.record, raw, interpretation)))
