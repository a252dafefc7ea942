"""Says which licence a text is, from fingerprints: numbers made of its words.

In this order: the digest of all words; the likeness to reference texts, by the share of a reference that a text has (coverage) and
the share of the text that the reference explains (precision); the title, for licences of which no text is at hand; a link, where the
text only points elsewhere. A text that is a short open licence with something added or turned is none: it is flagged as `modified`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from registry.knowledge.fingerprint_file import Reference, read_references
from registry.knowledge.fingerprint_names import knowledge_titles, knowledge_wordings
from registry.knowledge.fingerprint_strict import STRICT_COVERAGE, STRICT_PRECISION, is_gapped, is_turned, only_holders, reads_like_terms, uncovered
from registry.knowledge.license_titles import Title, dates_in, head_words, titles_in, versions_in
from registry.knowledge.license_words import shingles_of, text_digest, words_of
from registry.knowledge.store import Knowledge

THRESHOLD = 0.85
"""Below this score no licence is named."""

TITLE_SCORE = 0.85
"""What a title that only one licence has is worth, for a licence without a reference text."""

_RIVAL = 0.3
_ENOUGH_COVERAGE = 0.72
_ENOUGH_PRECISION = 0.5
_POINTER_WORDS = 400
_LINK = re.compile(r"https?://[^\s<>()\[\]\"'`]+")
_LINK_TO_TERMS = re.compile(r"licen[cs]e|legal|terms|agreement|policy|copying", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Identified:
    """What a text is."""

    license: str | None
    """The licence, or none where the text is not sure to be one that we know."""

    score: float
    """How near it is to the reference, from 0 to 1; no licence is named below `THRESHOLD`."""

    rivals: tuple[tuple[str, float], ...] = ()
    """The nearest licences with their scores, the nearest first; `~NAME` is a text that is no licence of ours."""

    method: str = "none"
    """`exact`, `similar`, `title`, `wording` (a modified MIT licence, told by the words it orders to be displayed), `modified` (a known text with something added or turned), `pointer` (only a link), `other` (a text that
    is no licence of ours) or `none`."""

    part: str = "license"
    """`license`, or `use-policy` where the text is the policy that goes with that licence."""

    link: str | None = None
    """The address that a pointer leads to."""


@dataclass(frozen=True, slots=True)
class _Match:
    reference: Reference
    coverage: float
    precision: float

    @property
    def score(self) -> float:
        """The harmonic mean of coverage and precision."""
        both = self.coverage + self.precision
        return 2 * self.coverage * self.precision / both if both else 0.0


class Identifier:
    """Identifies licence texts.

    Args:
        references: Fingerprints of the texts at hand.
        titles: The titles of licences, for those of which no text is at hand.
        wordings: What modified MIT licences order to be displayed, as words, by licence.
    """

    def __init__(self, references: Sequence[Reference], titles: Iterable[Title] = (), wordings: Iterable[tuple[str, tuple[str, ...]]] = ()) -> None:
        self._references = tuple(references)
        self._titles = tuple(titles)
        self._wordings = tuple(wordings)

    @classmethod
    def load(cls, data_dir: Path, knowledge: Knowledge) -> Identifier:
        """The identifier of a data folder.

        Raises:
            KnowledgeError: The fingerprints are missing or broken.
        """
        return cls(read_references(data_dir / "fingerprints.yaml"), knowledge_titles(knowledge), knowledge_wordings(knowledge))

    @cached_property
    def _index(self) -> Mapping[int, tuple[int, ...]]:
        """The references that hold each number."""
        found: dict[int, tuple[int, ...]] = {}
        for at, reference in enumerate(self._references):
            for number in reference.shingles:
                found[number] = (*found.get(number, ()), at)
        return found

    @cached_property
    def _versions(self) -> Mapping[str, frozenset[str]]:
        """The versions in the titles of each licence."""
        found: dict[str, frozenset[str]] = {}
        for title in self._titles:
            found[title.license] = found.get(title.license, frozenset()) | versions_in(list(title.words))
        return found

    @cached_property
    def _known(self) -> frozenset[str]:
        """The licences of which a text is at hand."""
        return frozenset(reference.license for reference in self._references if reference.license and reference.part == "license")

    def identify(self, text: str) -> Identified:
        """Which licence a text is. Never raises: what cannot be told has no licence."""
        words = words_of(text)
        if len(words) < 3:
            return Identified(None, 0.0)
        digest = text_digest(words)
        for reference in self._references:
            if reference.digest == digest:
                method = "exact" if reference.license else "other"
                return Identified(reference.license, 1.0, ((_name(reference), 1.0),), method, reference.part)
        shingles = shingles_of(words)
        matches = self._matches(shingles)
        rivals = _rivals(matches)
        head, dates = head_words(text), dates_in(text)
        own = set(shingles)
        best = next((match for match in matches if _same_version(match.reference, head, dates) and match.reference.must <= own), None)
        titled = self._titled(text, dates)
        near = best is not None and best.coverage >= _ENOUGH_COVERAGE and best.precision >= _ENOUGH_PRECISION
        if best is not None and near and (best.score >= THRESHOLD or best.reference.strict) and not _outdone(best, titled, self._known):
            return self._settled(best, words, rivals)
        if titled is not None and (titled.part != "license" or reads_like_terms(words) or not _LINK.search(text)):
            return Identified(titled.license, TITLE_SCORE, rivals, "title", titled.part)
        if best is not None and best.reference.strict and best.coverage >= STRICT_COVERAGE:
            return self._modified(best, words, rivals)
        link = _pointer(text, words if titled is None else [])
        if link is not None:
            return Identified(None, 0.0, rivals, "pointer", link=link)
        return Identified(None, rivals[0][1] if rivals else 0.0, rivals)

    def _matches(self, shingles: list[int]) -> list[_Match]:
        """The references with anything in common, the nearest first; near ones are told apart by what only one of them holds."""
        own = set(shingles)
        hits: Counter[int] = Counter(at for number in own for at in self._index.get(number, ()))
        sampled = {keep: sum(number % keep == 0 for number in own) or 1 for keep in {reference.keep for reference in self._references}}
        found = []
        for at, count in hits.items():
            reference = self._references[at]
            coverage = count / len(reference.shingles)
            if coverage >= 0.15:
                found.append(_Match(reference, coverage, min(1.0, count / sampled[reference.keep])))
        found.sort(key=lambda match: (-match.score, match.reference.name))
        for first in range(min(len(found), 8) - 1):
            for second in range(first + 1, min(len(found), first + 8)):
                if found[first].score - found[second].score < 0.06 and _nearer(found[second].reference, found[first].reference, own):
                    found[first], found[second] = found[second], found[first]
        return found

    def _titled(self, text: str, dates: frozenset[str]) -> Title | None:
        """The title at the top of a text, if it is that of one licence; of several licences, the one whose date stands there too."""
        found = versions_in(head_words(text))
        named = titles_in(text, self._titles)
        if not found and any(title.open and title.license in self._known and self._versions.get(title.license) for title in named):
            return None  # one of these has a text at hand and versions, and nothing says which version this is
        titles = [
            title
            for title in named
            if not (title.open and title.license in self._known)
            and not (found and self._versions.get(title.license) and not found & self._versions[title.license])
        ]
        if len({title.license for title in titles}) > 1 and dates:
            titles = [title for title in titles if title.dates & dates]
        # Where licences share one text (for some models a rider comes with it), the text as such is the one that the others are named after.
        first = min(titles, key=lambda title: title.license, default=None)
        return first if first is not None and all(title.license.startswith(first.license) for title in titles) else None

    def _modified(self, best: _Match, words: list[str], rivals: tuple[tuple[str, float], ...]) -> Identified:
        """An open licence with something added: the licence of that name whose own ordered words stand in what is added, if it is one."""
        added = [word for run in uncovered(best.reference, words) for word in [*run, ""]]
        licenses = {license for license, wording in self._wordings if any(tuple(added[at : at + len(wording)]) == wording for at in range(len(added)))}
        if best.reference.license == "mit" and len(licenses) == 1:
            return Identified(licenses.pop(), TITLE_SCORE, rivals, "wording")
        return Identified(None, round(best.score, 3), rivals, "modified")

    def _settled(self, best: _Match, words: list[str], rivals: tuple[tuple[str, float], ...]) -> Identified:
        """What a near match comes to: the licence, a modified one, another text, or nothing sure."""
        reference, score = best.reference, round(best.score, 3)
        if reference.strict and (
            is_gapped(reference, best.coverage) or (best.precision < STRICT_PRECISION and not only_holders(reference, words)) or is_turned(reference, words)
        ):
            return self._modified(best, words, rivals)
        if reference.license is None:
            return Identified(None, score, rivals, "other")
        return Identified(reference.license, score, rivals, "similar", reference.part)


def _nearer(one: Reference, other: Reference, own: set[int]) -> bool:
    """Whether a text has more of what only the one reference holds than of what only the other does."""
    keep = max(one.keep, other.keep)
    mine = {number for number in one.shingles if number % keep == 0}
    theirs = {number for number in other.shingles if number % keep == 0}
    only_mine, only_theirs = mine - theirs, theirs - mine
    share_mine = len(only_mine & own) / len(only_mine) if only_mine else None
    share_theirs = len(only_theirs & own) / len(only_theirs) if only_theirs else None
    if share_mine is None or share_theirs is None:
        # One text holds all of the other: the longer one it is if what it adds is there.
        return (share_mine or 0.0) > 0.5 if share_theirs is None else share_theirs < 0.5
    return share_mine > share_theirs


def _same_version(reference: Reference, head: list[str], dates: frozenset[str]) -> bool:
    """Whether the version and the date at the top of a text, where they are there, are those of the reference."""
    versions = versions_in(head)
    if versions and reference.versions and not versions & reference.versions:
        return False
    return not (dates and reference.dates and not dates & reference.dates)


def _outdone(best: _Match, titled: Title | None, known: frozenset[str]) -> bool:
    """Whether the title is that of another licence, of which no text is at hand and which may be all but this one."""
    if titled is None or (titled.license, titled.part) == (best.reference.license, best.reference.part):
        return False
    return best.score < 0.985 and (titled.license not in known or titled.part != best.reference.part)


def _rivals(matches: list[_Match]) -> tuple[tuple[str, float], ...]:
    found: dict[str, float] = {}
    for match in matches:
        if match.score >= _RIVAL:
            found.setdefault(_name(match.reference), round(match.score, 3))
    return tuple(list(found.items())[:5])


def _name(reference: Reference) -> str:
    return reference.license or f"~{reference.name}"


def _pointer(text: str, words: list[str]) -> str | None:
    """The address of the terms, where a short text only leads to them."""
    if len(words) > _POINTER_WORDS:
        return None
    links = [link.rstrip(".,;:)") for link in _LINK.findall(text[:20_000])]
    return next((link for link in links if _LINK_TO_TERMS.search(link)), links[0] if len(links) == 1 else None)
