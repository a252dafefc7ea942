"""A compliance report as a value (`licet.report/1`): all that a document says, before it is given a form.

The desk fills it; every renderer takes this and nothing else, so that two forms of one report cannot say different things.
Answers, lineages and records keep the shapes of `licet.check/1`, `licet.lineage/1` and `licet.show/1`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

Plain = Mapping[str, Any]
"""A value in one of the documented JSON shapes."""

NOT_EXAMINED = (
    "patents and their licences beyond what a licence text itself says",
    "trade marks, beyond naming rules that a licence sets",
    "privacy and data protection",
    "export control and sanctions",
    "rights in the training data, beyond the recorded licences of datasets",
    "laws and regulations that apply whatever a licence says",
)
"""What no report of ours looks at."""

SIGNERS = ("Prepared by", "Reviewed by counsel", "Approved by")
"""Who signs a report."""


@dataclass(frozen=True, slots=True)
class Recheck:
    """When the answer has to be looked at again, and why then."""

    on: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one interpretation of the unsettled points makes of the use.

    Attributes:
        interpretation: Its name.
        verdict: The verdict under it.
        deciding: What decides under it, in a sentence.
        points: How it takes each point that matters here: `binds`, `ask`, `warn` or `free`.
    """

    interpretation: str
    verdict: str
    deciding: str
    points: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do next: what, and whose turn it is."""

    what: str
    who: str


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that has to be done, or should be.

    Attributes:
        license: The licence that asks for it.
        section: Where.
        title: What to do, in a few words.
        summary: What the text asks.
        trigger: What sets it off.
        text: Words that are ready to be used.
        where: Where they have to stand.
        source: Where the licence's text is.
        counts: It has to be done for this use to be allowed.
        only_when: It applies only if this turns out to be so.
        must: The text orders it, and does not only encourage it.
        reached_from: The model whose licence asks for it.
    """

    license: str
    section: str
    title: str
    summary: str
    trigger: str
    text: str | None
    where: tuple[str, ...]
    source: str | None
    counts: bool
    must: bool
    reached_from: str
    only_when: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What a report says of one model, dataset or folder.

    Attributes:
        name: The model; `dataset:NAME`; the name of a folder.
        kind: `model`, `dataset` or `folder`.
        host: The host through which it is reached.
        answer: The answer, as in `licet.check/1`.
        headline: The verdict in words.
        decides: What decides it, in a sentence.
        next: What to do next.
        duties: What has to be done, those that count first.
        readings: The verdict under each interpretation.
        points: The unsettled points that the answer touches, in words.
        lineage: As in `licet.lineage/1`.
        record: As in `licet.show/1`.
        history: Recorded changes, oldest first.
        recheck: When to look again.
        waivers: Findings that the policy sets aside: code, owner, reason, the day on which that ends, and whether it still holds.
        openness: The class by the Model Openness Framework: `class`, `title`, `next`, `missing`, `unknown`, `sentence`.
        overrides: Refusals that were passed over and claims that were set aside, in a sentence each.
        unknown: Facts that these licences read, that nobody stated, and that make no difference here.
        not_read: Text from outside that the entry could not be made of, in a sentence each.
    """

    name: str
    kind: str
    answer: Plain
    headline: str
    decides: str
    recheck: Recheck
    host: str | None = None
    next: tuple[Step, ...] = ()
    duties: tuple[Duty, ...] = ()
    readings: tuple[Reading, ...] = ()
    points: Mapping[str, str] = field(default_factory=dict)
    lineage: Plain | None = None
    record: Plain | None = None
    history: tuple[Plain, ...] = ()
    waivers: tuple[Plain, ...] = ()
    overrides: tuple[str, ...] = ()
    openness: Plain | None = None
    unknown: tuple[str, ...] = ()
    not_read: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextRecord:
    """One dated text of a licence; what nobody recorded is None.

    Attributes:
        name: Its title.
        dated: Its date.
        digest: The digest of its file.
        source: Where it is.
        read_on: The day on which it was read.
        links: Addresses that lead to it.
        words: Copies that were read, as `name` and `digest` of its words: case, markup and line breaks are left out of it.
    """

    name: str
    dated: str | None
    digest: str | None
    source: str | None
    read_on: str | None
    words: tuple[Plain, ...] = ()
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LicenseRecord:
    """What counsel asks of a licence that a report rests on; what nobody recorded is empty or None.

    Attributes:
        id: Its id.
        name: Its title.
        type: `open-source`, `custom` or `commercial`.
        type_reason: Why.
        steward: Who issues it.
        spdx: Its identifier in the SPDX world.
        osi_approved: Whether the OSI approved it.
        released: Its own date.
        confidence: How its terms were read.
        texts: The dated texts.
        in_force: From when to when.
        amendment: What it says of being changed.
        governing_law: What it says of law and courts.
        termination: What ends it.
        more: Other notes (patents, marks, acceptance, ...), by subject.
        remarks: What whoever read it remarked.
        links: Addresses where it can be read.
        digest: The digest of the terms as they were read; it changes when the reading does.
        placeholder: It stands for the absence of a readable licence.
    """

    id: str
    name: str
    type: str | None
    type_reason: str | None = None
    steward: str | None = None
    spdx: str | None = None
    osi_approved: bool = False
    released: str | None = None
    confidence: str | None = None
    texts: tuple[TextRecord, ...] = ()
    in_force: tuple[str | None, str | None] = (None, None)
    amendment: tuple[str, ...] = ()
    governing_law: tuple[str, ...] = ()
    termination: tuple[str, ...] = ()
    more: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    digest: str | None = None
    links: tuple[str, ...] = ()
    placeholder: bool = False


@dataclass(frozen=True, slots=True)
class NamedUse:
    """A use that several models are held against: a column of the matrix."""

    name: str
    title: str
    facts: Plain


@dataclass(frozen=True, slots=True)
class Row:
    """A model of a portfolio: one line of its table, with the verdict for each use of the matrix."""

    model: str
    verdict: str
    decides: str
    license: str | None = None
    license_type: str | None = None
    developer: str | None = None
    parameters: int | None = None
    downloads: int | None = None
    verdicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Many models side by side.

    Attributes:
        models: How many there are.
        by_verdict: How many have each verdict, over all of them.
        rows: The models that are listed.
        uses: The columns of the matrix.
        by_use: How many models have each verdict for each use, over all of them.
        left_out: How many are counted and not listed.
    """

    models: int
    by_verdict: Mapping[str, int]
    rows: tuple[Row, ...]
    uses: tuple[NamedUse, ...] = ()
    by_use: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """What is otherwise than in an earlier report."""

    subject: str
    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """All that is otherwise than in an earlier report."""

    since: str
    knowledge: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class AnnexField:
    """One field of a regulatory form: its value, or who has to supply it."""

    id: str
    label: str
    group: str
    value: str | None
    supplied_by: str
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class Annex:
    """A regulatory form about one model, filled as far as the records go."""

    id: str
    title: str
    source: str
    subject: str
    fields: tuple[AnnexField, ...]
    note: str | None = None

    @property
    def filled(self) -> int:
        """How many fields have a value."""
        return sum(field.value is not None for field in self.fields)


@dataclass(frozen=True, slots=True)
class Report:
    """A compliance report.

    Attributes:
        title: Its title.
        kind: `model`, `dataset`, `folder`, `application`, `portfolio` or `catalogue`.
        made_on: The day on which it was made.
        made_by: The program and its version.
        date: The date of the use.
        interpretation: How unsettled points are taken.
        use: The facts as stated.
        use_title: The name of the use, where it has one.
        stated_by: Where each stated fact comes from.
        knowledge: Version, digest and age of the licence knowledge.
        catalogue: `head`: the hash that stands for the whole history of the catalogue.
        verdict: The worst verdict of all that is reported.
        headline: That verdict in words.
        decides: What decides it.
        next: What to do next, over all entries.
        recheck: When to look again.
        entries: One for each model.
        licenses: Every licence that binds any of them.
        application: The application, as in `licet.show/1`.
        portfolio: Many models side by side.
        changes: What is otherwise than in an earlier report.
        annexes: Regulatory forms.
        facts: Where facts come from, if not from the asker.
        not_examined: What was not looked at.
        sign_off: Who signs.
    """

    title: str
    kind: str
    made_on: str
    made_by: str
    date: str
    interpretation: str
    use: Plain
    knowledge: Plain
    catalogue: Plain
    verdict: str | None
    headline: str
    decides: str
    recheck: Recheck | None
    use_title: str | None = None
    stated_by: Mapping[str, str] = field(default_factory=dict)
    next: tuple[Step, ...] = ()
    entries: tuple[Entry, ...] = ()
    licenses: tuple[LicenseRecord, ...] = ()
    application: Plain | None = None
    portfolio: Portfolio | None = None
    changes: Changes | None = None
    annexes: tuple[Annex, ...] = ()
    facts: str | None = None
    not_examined: tuple[str, ...] = NOT_EXAMINED
    sign_off: tuple[str, ...] = SIGNERS


def report_to_data(report: Report) -> dict[str, Any]:
    """A report as plain data: `licet.report/1`."""
    return {"schema": "licet.report/1", **_plain(report)}


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    if isinstance(value, frozenset | set):
        return sorted(_plain(part) for part in value)
    return value
