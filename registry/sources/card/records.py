"""What a card states, as claims of the registry: statements, relations and the models and datasets that they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from registry.errors import SourceError, UsageError
from registry.sources.card.facts import CardFacts
from registry.sources.card.front_matter import MAX_CARD_BYTES
from registry.sources.card.source import read_card
from registry.sources.folder.files import open_regular
from registry.sources.hub.words import MODALITY_OF_TASK
from registry.sources.notes import Note, remarks_of, shown
from registry.sources.relation_rules import Signs, indexed_bases, infer_relation
from registry.supplychain.data import Dataset
from registry.supplychain.model import Model
from registry.supplychain.names import check_name
from registry.supplychain.record import Record
from registry.supplychain.relation import Relation
from registry.supplychain.source import Source
from registry.supplychain.statement import LicenseStatement


def signs_of(name: str, facts: CardFacts, files: Sequence[str] = ()) -> Signs:
    """What a card tells of how its model comes from its bases, without what it states base by base."""
    bases = {base.id.casefold() for base in facts.bases} - {name.casefold()}
    return Signs(name, max(len(bases), 1), None, facts.tags, facts.library_name, facts.quantized_by is not None, tuple(files))


def declared_statements(subject: str, facts: CardFacts, source: Source) -> Iterator[LicenseStatement]:
    """One statement for each licence that a card names; a link belongs to the first. `other` only stands where nothing else is said."""
    names = [name for name in facts.licenses if name.casefold() != "other"]
    if facts.license_name and facts.license_name not in names and len(names) < len(facts.licenses) + (not facts.licenses):
        names.append(facts.license_name)  # it says what `other` is, or stands where no licence does
    if not names and facts.licenses and not facts.license_link:
        names = ["other"]
    link = facts.license_link
    for name in names:
        yield LicenseStatement(subject, raw_name=name, raw_link=link, source=source)
        link = None
    if link is not None:
        yield LicenseStatement(subject, raw_link=link, source=source)


def declared_relations(name: str, facts: CardFacts, signs: Signs, source: Source, notes: list[Note], file: str | None = None) -> Iterator[Relation]:
    """The relations that a card declares, each with the rule that decided what it is; a model that names itself is noted."""
    for base in facts.bases:
        if base.id.casefold() == name.casefold():
            notes.append(Note("base-itself", "the card names the model as its own base", base.line, file))
            continue
        found = infer_relation(replace(signs, stated=base.relation), base.id)
        says = base.word if found.rule == "stated" else found.says
        # Files may tell what sort of link it is; that there is one, and to this base, is only the card's word.
        evidence = "declared" if found.evidence == "detected" else found.evidence
        yield Relation(name, base.id, found.relation, evidence, source, says)
    known = {base.id.casefold() for base in facts.bases} | {name.casefold()}
    for base_id, relation in indexed_bases(facts.tags).items():
        if base_id.casefold() not in known:
            tagged = infer_relation(signs, base_id)
            yield Relation(name, base_id, relation or tagged.relation, "declared" if relation else tagged.evidence, source, tagged.says)
    for dataset in facts.datasets:
        yield Relation(name, f"dataset:{dataset.id}", dataset.relation, "declared", source)


def named_models(relations: Iterable[Relation]) -> Iterator[Model]:
    """The models that relations only name, once each."""
    seen: set[str] = set()
    for relation in relations:
        if not relation.parent.startswith("dataset:") and relation.parent not in seen:
            seen.add(relation.parent)
            yield Model(relation.parent, recorded=False)


def named_datasets(relations: Iterable[Relation]) -> Iterator[Dataset]:
    """The datasets that relations only name, once each."""
    for name in dict.fromkeys(relation.parent[8:] for relation in relations if relation.parent.startswith("dataset:")):
        yield Dataset(name, recorded=False)


def modality_of(facts: CardFacts) -> str | None:
    """What the task of a card makes of its model; None where it names none that is known."""
    return MODALITY_OF_TASK.get(facts.pipeline_tag or "")


class CardSource:
    """Reads one card.

    Args:
        path: The file.
        model: The model that it is about: a card does not say.
        reference: Where the card is from, for its claims; its file name, if not given.
        read_on: The day on which it is read.
    """

    def __init__(self, path: Path, model: str, *, reference: str | None = None, read_on: str | None = None) -> None:
        self._path = path
        self._model = model
        self._source = Source(reference or f"{model}: {path.name}", read_on)
        self.notes: tuple[Note, ...] = ()
        """What was not understood; known once the records were read."""

    @property
    def name(self) -> str:
        """The origin of its records."""
        return "card"

    def records(self) -> Iterator[Record]:
        """One record with the model and what its card states.

        Raises:
            SourceError: The file cannot be read.
            UsageError: The model's name cannot be one.
        """
        check_name(self._model, "model")
        facts = read_card(_read(self._path))
        notes = list(facts.notes)
        relations = usable(declared_relations(self._model, facts, signs_of(self._model, facts), self._source, notes, self._path.name), notes)
        statements = tuple(declared_statements(self._model, facts, self._source))
        model = Model(self._model, modality=modality_of(facts), access="gated" if facts.gated else None, source=self._source)
        self.notes = tuple(notes)
        yield Record(
            self.name,
            models=(model, *named_models(relations)),
            datasets=tuple(named_datasets(relations)),
            statements=statements,
            relations=relations,
            remarks=remarks_of(self._model, self.notes, self._source),
        )


def usable(relations: Iterable[Relation], notes: list[Note]) -> tuple[Relation, ...]:
    """The relations whose parents have names that the catalogue takes, once each; the others are noted."""
    found: dict[tuple[str, str, str, str | None, str | None], Relation] = {}
    for relation in relations:
        try:
            check_name(relation.parent.removeprefix("dataset:"), "model")
        except UsageError as error:
            notes.append(Note("id-unreadable", error.message))
            continue
        origin = relation.source.reference if relation.source else None
        found.setdefault((relation.parent, relation.relation, relation.evidence, relation.says, origin), relation)
    return tuple(found.values())


def _read(path: Path) -> bytes:
    try:
        with open_regular(path.resolve(strict=True)) as stream:
            return stream.read(MAX_CARD_BYTES + 1)
    except (OSError, RuntimeError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise SourceError(f"`{shown(path, 200)}` cannot be read: {shown(why, 120)}", "name a card: the README.md of a model") from error
