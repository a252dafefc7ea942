"""A model folder as a source: its card says (declared), its files show (detected); both are kept, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from registry.sources.card.facts import CardFacts
from registry.sources.card.front_matter import MAX_CARD_BYTES
from registry.sources.card.records import declared_relations, declared_statements, modality_of, named_datasets, named_models, signs_of, usable
from registry.sources.card.source import read_card
from registry.sources.folder.facts import FolderFacts, read_folder_facts
from registry.sources.folder.files import FolderFiles
from registry.sources.folder.license_files import Identification, Identifier, TermsFile, find_terms
from registry.sources.notes import Note, remarks_of, shown
from registry.sources.references import read_reference
from registry.sources.relation_rules import Signs, infer_relation
from registry.supplychain.model import Model, Revision
from registry.supplychain.names import check_name
from registry.supplychain.record import Record
from registry.supplychain.relation import Relation
from registry.supplychain.source import Source
from registry.supplychain.statement import LicenseStatement

_CARDS = ("README.md", "readme.md", "Readme.md", "README.MD", "README")


class FolderSource:
    """Reads a model folder.

    Args:
        folder: The folder.
        model: The model's name; the folder's own name, if not given.
        identify: Says which licence a text is; without it, licence files are only noted.
        resolve: Says which licence a declared name is, to tell whether card and files agree.
        commit: The Hub commit that the folder holds; the digest of its files, if not given.
        digest: Whether the content of every file is digested; without it and without `commit` no revision is recorded.
        within: Links are followed only to files below this folder.
        reference: Where the folder is from, for its claims; the model's name, if not given.
        read_on: The day on which it is read.
        origin: The origin of its records.
    """

    def __init__(
        self,
        folder: Path,
        *,
        model: str | None = None,
        identify: Identifier | None = None,
        resolve: Callable[[str], str | None] | None = None,
        commit: str | None = None,
        digest: bool = True,
        within: Path | None = None,
        reference: str | None = None,
        read_on: str | None = None,
        origin: str = "folder",
    ) -> None:
        self._folder = folder
        self._model = model
        self._identify = identify
        self._resolve = resolve
        self._commit = commit
        self._digest = digest
        self._within = within
        self._reference = reference
        self._read_on = read_on
        self._origin = origin
        self.notes: tuple[Note, ...] = ()
        """What was not understood or should be known; filled once the records were read."""

    @property
    def name(self) -> str:
        """The origin of its records."""
        return self._origin

    def records(self) -> Iterator[Record]:
        """One record with the model, its revision, and all that its card declares and its files show.

        Raises:
            SourceError: The folder cannot be read.
            UsageError: The model's name cannot be one.
        """
        files = FolderFiles(self._folder, self._within)
        name = check_name(self._model or files.root.name, "model")
        notes: list[Note] = []
        card = card_name(files)
        facts = self._card(files, card, notes)
        shows = read_folder_facts(files, notes)
        digest = files.digest() if self._digest else None
        commit = self._commit or digest
        source = self._source(name, card or "folder")
        signs = replace(signs_of(name, facts, shows.names), adapter_config=shows.adapter is not None, quantization_config=shows.quantized)
        relations = usable(
            [
                *declared_relations(name, facts, signs, source, notes, card),
                *self._shown_relations(name, facts, shows, signs, notes),
            ],
            notes,
        )
        statements = (
            *declared_statements(name, facts, source),
            *self._declared_in_headers(name, shows),
            *self._detected(name, files, commit, facts, notes),
        )
        notes.extend(contradictions(relations))
        self.notes = (*files.notes, *notes)
        model = Model(
            name,
            modality=modality_of(facts),
            architecture=shows.architecture,
            access="gated" if facts.gated else None,
            parameters=shows.parameters,
            source=source,
        )
        yield Record(
            self.name,
            models=(model, *named_models(relations)),
            datasets=tuple(named_datasets(relations)),
            revisions=(Revision(name, commit, digest, source=source),) if commit else (),
            statements=statements,
            relations=relations,
            remarks=remarks_of(name, self.notes, source),
        )

    def _source(self, model: str, file: str) -> Source:
        return Source(f"{self._reference or model}: {file}", self._read_on)

    def _card(self, files: FolderFiles, card: str | None, notes: list[Note]) -> CardFacts:
        if card is None:
            notes.append(Note("card-missing", "the folder has no README.md, so nothing is declared"))
            return CardFacts()
        facts = read_card(files.read(card, MAX_CARD_BYTES + 1) or b"")
        notes.extend(replace(note, file=card) for note in facts.notes)
        return facts

    def _shown_relations(self, name: str, facts: CardFacts, shows: FolderFacts, signs: Signs, notes: list[Note]) -> Iterator[Relation]:
        """The relations that files show: adapter and merge configurations, GGUF headers, and the checkpoint that a configuration came from."""
        if shows.adapter is not None:
            yield from self._one(name, shows.adapter.get("base_model_name_or_path"), "adapter", "detected", "adapter_config.json", notes)
        for written in shows.merged:
            yield from self._one(name, written, "merge", "detected", shows.merge_config or "mergekit_config.yml", notes)
        for file, header in shows.gguf.items():
            kind = "converted" if header.quantized is False else "quantized"
            for written, key in header.bases():
                yield from self._one(name, written, kind, "detected", file, notes, key)
            for written, key in header.datasets():
                reference = read_reference(written, {})
                if reference.kind == "id" and reference.id:
                    yield Relation(name, f"dataset:{reference.id}", "trained-on", "declared", self._source(name, file), key)
        loaded = shows.config.get("_name_or_path")
        if isinstance(loaded, str) and shows.adapter is None:
            reference = read_reference(loaded)
            known = {base.id.casefold() for base in facts.bases}
            if reference.kind in ("id", "legacy") and reference.id and reference.id.casefold() != name.casefold():
                found = infer_relation(signs, reference.id)
                if reference.id.casefold() in known or not known:
                    # The checkpoint that was loaded; often the model's own former name, so it is never more than inferred.
                    yield Relation(name, reference.id, found.relation, "inferred", self._source(name, "config.json"), "_name_or_path")
                else:
                    notes.append(
                        Note(
                            "config-names-other",
                            f"`_name_or_path` names `{shown(reference.id)}`, which the card does not",
                            file="config.json",
                            finding="LIC109",
                        )
                    )

    def _one(self, name: str, written: object, relation: str, evidence: str, file: str, notes: list[Note], key: str | None = None) -> Iterator[Relation]:
        """A relation that a file shows, if it names a model that can be looked up; else a note."""
        if not isinstance(written, str) or not written.strip():
            notes.append(Note("base-unnamed", "it names no base model", file=file))
            return
        reference = read_reference(written)
        if reference.kind in ("id", "legacy", "bare") and reference.id and reference.kind_of_repository == "model":
            if reference.id.casefold() == name.casefold():
                notes.append(Note("base-itself", "it names the model as its own base", file=file))
            else:
                yield Relation(name, reference.id, relation, evidence, self._source(name, file), key)
        elif reference.kind == "local":
            notes.append(Note("base-unnamed", "it names its base by a path on somebody's machine", file=file))
        else:
            notes.append(Note("base-unnamed", f"it names its base as `{shown(written)}`, which is no model of the Hub", file=file))

    def _declared_in_headers(self, name: str, shows: FolderFacts) -> Iterator[LicenseStatement]:
        """Licences that headers of weights state: somebody wrote them there, as on a card."""
        for file, header in shows.gguf.items():
            license, named, link = (header.text(f"general.license{part}") for part in ("", ".name", ".link"))
            plain = named if named and (license or "other").casefold() in ("other", "") else license
            if plain or link:
                yield LicenseStatement(name, raw_name=plain, raw_link=link, source=self._source(name, file))
        for file, tensor in shows.tensors.items():
            stated = tensor.metadata.get("modelspec.license") or tensor.metadata.get("license")
            if stated and stated.strip():
                yield LicenseStatement(name, raw_name=shown(stated.strip(), 200), source=self._source(name, file))

    def _detected(self, name: str, files: FolderFiles, commit: str | None, facts: CardFacts, notes: list[Note]) -> Iterator[LicenseStatement]:
        """What the licence files of a folder are."""
        for terms in find_terms(files):
            if not terms.readable:
                notes.append(Note("terms-unread", "it holds terms, but is no text that is read", file=terms.name))
            elif terms.role in ("notice", "other") or self._identify is None or terms.text is None:
                notes.append(Note(f"terms-{terms.role}", "it was not identified", file=terms.name))
            else:
                yield from self._identified(name, terms, self._identify(terms.text), commit, facts, notes)

    def _identified(
        self, name: str, terms: TermsFile, found: Identification, commit: str | None, facts: CardFacts, notes: list[Note]
    ) -> Iterator[LicenseStatement]:
        nearest = ", ".join(f"{rival} {score:.2f}" for rival, score in found.rivals[:3])
        if terms.role != "license" or found.part != "license":
            what = "the code" if terms.role == "code" else "a use policy"
            notes.append(Note(f"terms-{terms.role}", f"it is about {what}: `{found.license or 'not identified'}`", file=terms.name))
            return
        source = self._source(name, terms.name)
        if found.license is not None:
            notes.append(Note("terms-license", f"it is `{found.license}` ({found.method}, {found.score:.2f})", file=terms.name))
            yield LicenseStatement(name, "detected", found.license, terms.name, found.link, terms.digest, commit, source)
            declared = {self._resolve(license) for license in facts.licenses if license.casefold() != "other"} if self._resolve else set()
            if declared and found.license not in declared and None not in declared:
                said = ", ".join(sorted(str(each) for each in declared))
                notes.append(Note("license-differs", f"the card declares `{shown(said)}`, this file is `{found.license}`", file=terms.name, finding="LIC004"))
            return
        # A text that nobody can name must not leave the card's word standing alone: the files of the model say more than it.
        notes.append(Note("terms-unknown", f"its text is none that is known; nearest: {nearest or 'none'}", file=terms.name, finding="LIC002"))
        yield LicenseStatement(name, "detected", None, terms.name, found.link, terms.digest, commit, source)


def card_name(files: FolderFiles) -> str | None:
    """The name of a folder's card; none where there is none."""
    return next((each for each in _CARDS if each in files.files), None)


def contradictions(relations: tuple[Relation, ...]) -> Iterator[Note]:
    """Where card and files name different bases, or different relations to one."""
    declared = {
        each.parent.casefold() for each in relations if each.evidence != "detected" and each.says != "_name_or_path" and not each.parent.startswith("dataset:")
    }
    for each in relations:
        if each.evidence == "detected" and declared and each.parent.casefold() not in declared and not each.parent.startswith("dataset:"):
            file = each.source.reference.rsplit(": ", 1)[-1] if each.source else None
            if file is None or not file.lower().startswith("readme"):
                yield Note("lineage-differs", f"it names `{each.parent}` as the base, which the card does not", file=file, finding="LIC109")
