"""Findings about what is published: duties of the licences that reach it which nothing in it shows (LIC202 to LIC204, LIC206, LIC207).

Pure: the texts of the folder are passed in. That something is not shown is told by what can be looked for: words that a licence orders to be
reproduced, a licence file that was identified, the name of what was changed. Where a licence gives no words, the finding is less sure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.findings.finding import Finding

LOOKED_FOR = ("display", "license-copy", "notice-file", "retain-notices", "same-license")
"""The duties of which a folder of files can show whether they are done, whatever it holds."""

NOTICE_FILES = re.compile(r"(?:^|/)notice", re.IGNORECASE)
"""The files that are notices, by their names."""

BLANK = "To be filled in"
"""Begins what stands in a NOTICE in the place of words that were not known when it was made."""

_CHANGE = re.compile(
    r"modif|chang|fine-?tun|adapt|merg|quanti[sz]|convert|deriv|distil|built (?:on|with|from)|based on|trained (?:on|from)|made from", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Owed:
    """A duty that whoever publishes has.

    Attributes:
        do: What is to be done, in a word of the vocabulary.
        license: The licence.
        name: The licence's name.
        section: Where it says so.
        model: The model whose licence it is.
        wording: Words to be reproduced.
        marks: Other words by which it can be told that it is done: the steward's name, links of texts.
        rule: The detail.
        texts: Whether a text of the licence has to go along.
    """

    do: str
    license: str
    name: str
    section: str
    model: str
    wording: str | None = None
    marks: tuple[str, ...] = ()
    rule: Any = None
    texts: bool = False


@dataclass(frozen=True, slots=True)
class Published:
    """What is about to be published.

    Attributes:
        name: What it is called.
        texts: Its files of text, by name.
        licenses: The licences that its files were identified as.
        policies: The names of files that hold rules of use.
        derived: Whether it is made from other models.
    """

    name: str
    texts: Mapping[str, str] = field(default_factory=dict)
    licenses: frozenset[str] = frozenset()
    policies: tuple[str, ...] = ()
    derived: bool = False


def duty_findings(published: Published, duties: Iterable[Owed], folded: Mapping[str, str] | None = None) -> list[Finding]:
    """What is owed and not shown, each once, whichever clauses ask for it.

    Args:
        published: What is about to be published.
        duties: What is owed.
        folded: Its texts as `fold` makes them, where they are asked about often.
    """
    folded = {name: fold(text) for name, text in published.texts.items()} if folded is None else folded
    found: dict[tuple[str, str], Finding] = {}
    for duty in duties:
        finding = _finding(published, folded, duty)
        if finding is not None:
            found.setdefault((finding.code, finding.summary), finding)
    return list(found.values())


def _finding(published: Published, folded: Mapping[str, str], duty: Owed) -> Finding | None:
    if duty.do == "display":
        return _display(published, folded, duty)
    if duty.do == "notice-file":
        return _notice(published, folded, duty)
    if duty.do == "use-policy":
        return _policy(published, folded, duty)
    if duty.do == "state-changes":
        return _changes(published, folded, duty)
    if duty.texts and duty.license not in published.licenses:
        return _made("LIC206", published, duty, f"no file holds the text of {duty.name}, which has to go along")
    return None


def _display(published: Published, folded: Mapping[str, str], duty: Owed) -> Finding | None:
    if duty.wording is not None:
        shown = any(fold(duty.wording) in text for text in folded.values())
        return None if shown else _made("LIC202", published, duty, f"nothing shows “{duty.wording}”, as {duty.name} asks")
    marks = [fold(mark) for mark in (duty.model.rpartition("/")[2], *duty.marks) if mark]
    if any(mark in text for mark in marks for text in folded.values()):
        return None
    return _made("LIC202", published, duty, f"nothing names `{duty.model}` or its maker, as {duty.name} asks", "medium")


def _notice(published: Published, folded: Mapping[str, str], duty: Owed) -> Finding | None:
    notices = {name: text for name, text in folded.items() if NOTICE_FILES.search(name)}
    if duty.wording is None:
        if not notices:
            return _made("LIC203", published, duty, f"there is no NOTICE file, which {duty.name} asks for", "medium")
        is_blank = any(fold(f"[{BLANK}:") in text and fold(duty.name) in text for text in notices.values())
        return _made("LIC203", published, duty, f"the NOTICE leaves the words open that {duty.name} orders") if is_blank else None
    if any(fold(duty.wording) in text for text in notices.values()):
        return None
    what = "the NOTICE does not hold" if notices else "there is no NOTICE file with"
    return _made("LIC203", published, duty, f"{what} “{duty.wording}”, as {duty.name} asks")


def _policy(published: Published, folded: Mapping[str, str], duty: Owed) -> Finding | None:
    if published.policies or not duty.marks:
        return None
    if any(fold(mark) in text for mark in duty.marks for text in folded.values()):
        return None
    return _made("LIC204", published, duty, f"nothing passes the rules of use of {duty.name} on, nor leads to them", "medium")


def _changes(published: Published, folded: Mapping[str, str], duty: Owed) -> Finding | None:
    if not published.derived or duty.model == published.name:
        return None
    base = fold(duty.model.rpartition("/")[2])
    for text in folded.values():
        for line in text.split("\n"):
            if base in line and _CHANGE.search(line.replace(base, " ")):
                return None
    return _made("LIC207", published, duty, f"nothing says that `{duty.model}` was changed, as {duty.name} asks", "medium")


def _made(code: str, published: Published, duty: Owed, what: str, confidence: str = "high") -> Finding:
    ancestors = (duty.model,) if duty.model != published.name else ()
    return Finding(code, published.name, f"In `{published.name}` {what}.", duty.license, duty.section, confidence, ancestors)


def fold(text: str) -> str:
    """A text by which spellings meet: letter case, quotes, dashes, marks of rights and blanks do not tell it apart; lines stay lines."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = plain.replace("©", "(c)").replace("®", "").replace("™", "")
    plain = re.sub("[\u2018\u2019\u201c\u201d\"'`*_]", "", plain)
    plain = re.sub("[\u2010-\u2015]", "-", plain)
    return "\n".join(" ".join(line.split()) for line in plain.split("\n"))
