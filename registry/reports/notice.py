"""An attribution bundle as values, and the texts that are made of it: NOTICE, a page for people, an index for programs.

Words that a licence orders to be reproduced stand as it has them; everything else is ours.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.findings.duties import BLANK
from registry.reports.bom.text import address, one_line, plain
from registry.reports.markdown import DISCLAIMER, escape

SCHEMA = "licet.notice/1"
"""The schema of the index. Keys are only ever added."""

DATA = "dataset:"
"""What the names of data begin with."""

WIDTH = 100
"""Longer lines of a NOTICE are wrapped, but for words that are to be reproduced."""


@dataclass(frozen=True, slots=True)
class OwedDuty:
    """One thing that a licence asks of whoever passes a model on.

    Attributes:
        do: What is to be done, in a word of the vocabulary.
        license: The licence.
        section: Where it says so.
        summary: What it asks, in our words.
        model: The model whose licence it is.
        target: What was asked about.
        wording: Words to be reproduced.
        where: Where they are to stand.
        rule: The detail, such as a rule for names.
        when: The condition that decides, where it is open.
        credit: A line that gives credit, where credit is asked for in no given words.
        kept: For a rule of names: whether the name keeps it.
    """

    do: str
    license: str
    section: str
    summary: str
    model: str
    target: str
    wording: str | None = None
    where: tuple[str, ...] = ()
    rule: Any = None
    when: str | None = None
    credit: str | None = None
    kept: bool | None = None

    @property
    def lacks_words(self) -> bool:
        """Whether it orders words to be reproduced that are not known here."""
        return self.do == "notice-file" and self.wording is None


@dataclass(frozen=True, slots=True)
class LicenseCopy:
    """A licence with the copies of its texts.

    Attributes:
        id: Our id.
        name: Its name.
        exported: The id under which other tools know it.
        links: Where its texts are.
        policies: Its use policies: name and link.
        needed: Whether a duty asks for the text to go along.
        files: The copies: path in the bundle, SHA-256, and where each is from.
        tried: Where it was looked for, where it was not found.
        without_own: Models of which no copy of their own was found, where the copies say whose copyright it is.
    """

    id: str
    name: str
    exported: str
    links: tuple[str, ...] = ()
    policies: tuple[tuple[str, str | None], ...] = ()
    needed: bool = False
    files: tuple[tuple[str, str, str], ...] = ()
    tried: tuple[str, ...] = ()
    without_own: tuple[str, ...] = ()

    @property
    def missing(self) -> bool:
        """Whether the text has to go along and is not at hand."""
        return self.needed and not self.files

    @property
    def lent(self) -> tuple[str, ...]:
        """The models for which a copy that names another's copyright stands."""
        return self.without_own if self.needed and self.files else ()


@dataclass(frozen=True, slots=True)
class BundledModel:
    """A model of a bundle, or data (`dataset:NAME`): what it is to the target, its licences, and the notices that came with it."""

    name: str
    target: str
    relation: str
    licenses: tuple[str, ...] = ()
    verdict: str | None = None
    notices: tuple[tuple[str, str], ...] = ()
    page: str | None = None


@dataclass(frozen=True, slots=True)
class NoticeBundle:
    """All that goes into a bundle.

    Attributes:
        notices: The notices that came with the models, as files: model, path in the bundle, SHA-256, and where each is from.
    """

    targets: tuple[str, ...]
    models: tuple[BundledModel, ...]
    duties: tuple[OwedDuty, ...]
    licenses: tuple[LicenseCopy, ...]
    changes: tuple[str, ...] = ()
    use: Mapping[str, Any] = field(default_factory=dict)
    date: str = ""
    created: str = ""
    interpretation: str = "mainstream"
    knowledge: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[tuple[str, str, str, str], ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every text that has to go along is there, and the words of every notice are known."""
        return not any(each.missing for each in self.licenses) and not self.wordless

    @property
    def wordless(self) -> tuple[OwedDuty, ...]:
        """The duties whose words are not known here, each licence and section once."""
        return tuple({(duty.license, duty.section): duty for duty in self.duties if duty.lacks_words}.values())

    def license(self, name: str) -> LicenseCopy | None:
        """A licence by our id."""
        return next((each for each in self.licenses if each.id == name), None)

    def of(self, *kinds: str) -> tuple[OwedDuty, ...]:
        """The duties of some kinds."""
        return tuple(duty for duty in self.duties if duty.do in kinds)


def render_notice(bundle: NoticeBundle) -> str:
    """The NOTICE: every attribution, the models, what was changed, and the notices that came with the models."""
    lines = [
        f"NOTICE for {', '.join(one_line(target) for target in bundle.targets)}",
        "",
        *_wrapped(f"This product contains or is built on the models{' and data' if any(each.name.startswith(DATA) for each in bundle.models) else ''} below."),
        "",
    ]
    for model in bundle.models:
        licenses = ", ".join(model.licenses) or "no licence on record"
        lines += _wrapped(
            f"- {one_line(model.name.removeprefix(DATA))} ({one_line(licenses)}){f': {one_line(model.relation, 300)}' if model.relation else ''}", "  "
        )
    owed = _distinct((duty.wording, duty.when) for duty in bundle.of("notice-file") if duty.wording)
    if owed:
        lines += ["", "Attributions", ""]
        for wording, when in owed:
            lines += [plain(wording), *([f"  (where {when})"] if when else []), ""]
    if bundle.wordless:
        lines += ["", "To be filled in", ""]
        for duty in bundle.wordless:
            lines += [blank(duty, bundle.license(duty.license)), ""]
    credits = _distinct((duty.credit, duty.when) for duty in bundle.of("display") if duty.credit)
    if credits:
        lines += ["", "Credits", ""]
        for credit, when in credits:
            lines += [*_wrapped(one_line(credit)), *([f"  (where {when})"] if when else []), ""]
    shown = _distinct((duty.wording, ", ".join(duty.where)) for duty in bundle.of("display") if duty.wording)
    if shown:
        lines += ["", "To be shown", ""]
        lines += [f"{plain(wording)}{f'  (on: {where})' if where else ''}" for wording, where in shown]
    if bundle.changes:
        lines += ["", "Changes", ""]
        for change in bundle.changes:
            lines += _wrapped(one_line(change, 500))
    for model in bundle.models:
        for name, text in model.notices:
            lines += ["", "-" * 72, f"{name} of {one_line(model.name)}", "", plain(text, 200_000)]
    return "\n".join(lines).rstrip() + "\n"


def blank(duty: OwedDuty, license: LicenseCopy | None) -> str:
    """What stands in a NOTICE in the place of words that a licence orders and that are not known here."""
    name, links = (license.name, license.links) if license is not None else (duty.license, ())
    return (
        f"[{BLANK}: the attribution notice that {one_line(name)}, {one_line(duty.section)}, words for {one_line(duty.model)}. "
        f"{f'Its words are at {links[0]}' if links else 'Where its words are, is not on record'}]"
    )


def render_people(bundle: NoticeBundle) -> str:
    """The page for people: which models, under what, what has to be done, where the texts are."""
    lines = [f"# Third-party models in {escape(', '.join(bundle.targets))}", ""]
    lines += [f"As of {bundle.date}, by licence knowledge {escape(bundle.knowledge.get('version', ''))}. {DISCLAIMER}", ""]
    if not bundle.complete:
        lacking = [escape(each.name) for each in bundle.licenses if each.missing]
        if lacking:
            what = (
                f"the text of {lacking[0]} has to go along and is not here"
                if len(lacking) == 1
                else f"the texts of {_joined(lacking)} have to go along and are not here"
            )
            lines += [f"**Not complete: {what}.**", ""]
        if bundle.wordless:
            words = ", ".join(f"{escape(duty.license)}, {escape(duty.section)}" for duty in bundle.wordless)
            lines += [f"**Not complete: the words of the notice that {words} orders are to be filled in.**", ""]
    lines += ["## Models", "", "| Model | What it is here | Licence |", "|---|---|---|"]
    for model in bundle.models:
        page = address(model.page)
        own = escape(model.name.removeprefix(DATA))
        name = f"[{own}]({page})" if page else own
        lines.append(f"| {name} | {escape(model.relation)} | {escape(', '.join(model.licenses) or 'not on record')} |")
    titles = (
        ("What to show", ("display", "disclose-ai", "watermark")),
        ("Attributions in the NOTICE", ("notice-file", "retain-notices", "cite")),
        ("Names", ("name-rule",)),
        ("Changes to say", ("state-changes",)),
        ("Licence texts and terms to pass on", ("license-copy", "license-link", "pass-on-terms", "same-license", "add-no-terms")),
        ("Rules of use to keep and pass on", ("use-policy",)),
    )
    told: set[str] = set()
    for title, kinds in titles:
        told |= set(kinds)
        lines += _duties(title, bundle.of(*kinds))
    lines += _duties("Everything else", [duty for duty in bundle.duties if duty.do not in told])
    lines += ["", "## Licences", ""]
    for license in bundle.licenses:
        copies = ", ".join(f"[{escape(path)}]({path})" for path, _, _ in license.files)
        links = ", ".join(f"<{found}>" for link in license.links[:2] if (found := address(link)))
        state = f"text: {copies}" if copies else "**text missing**" if license.missing else "text not needed here"
        lines.append(f"- {escape(license.name)} (`{license.exported}`): {state}{f'; at {links}' if links else ''}")
        if license.lent:
            lines.append(f"  - no copy with a copyright notice of their own was found for {escape(', '.join(license.lent))}: look for it with them")
        lines += [f"  - {escape(name)}{f': <{found}>' if (found := address(link)) else ''}" for name, link in license.policies]
    if bundle.changes:
        lines += ["", "## Changes", "", *(f"- {escape(change)}" for change in bundle.changes)]
    return "\n".join(lines).rstrip() + "\n"


def _duties(title: str, duties: Iterable[OwedDuty]) -> list[str]:
    lines: dict[str, None] = {}
    for duty in duties:
        given = duty.wording or duty.credit
        words = f" “{escape(given)}”" if given else ""
        where = f" (on: {escape(', '.join(duty.where))})" if duty.where else ""
        rule = "" if duty.do != "name-rule" else f" {escape(name_rule_in_words(duty.rule))}"
        kept = "" if duty.kept is None else f" `{escape(duty.target)}` {'keeps' if duty.kept else '**does not keep**'} it."
        when = f" Where {escape(duty.when)}." if duty.when else ""
        lines[f"- [ ] {escape(duty.summary)}{words}{where}{rule}{kept}{when} ({escape(duty.license)}, {escape(duty.section)}; for {escape(duty.model)})"] = None
    return ["", f"## {title}", "", *lines] if lines else []


def name_rule_in_words(rule: Any) -> str:
    """A rule for names in a sentence."""
    if not isinstance(rule, Mapping):
        return ""
    said = {"starts_with": "The name begins with", "contains": "The name holds", "not_primary": "The name does not begin with"}
    words = [f"{said[kind]} {' or '.join(map(str, wanted)) if isinstance(wanted, list) else wanted}." for kind, wanted in rule.items() if kind in said]
    return " ".join(words)


def index_of(bundle: NoticeBundle) -> dict[str, Any]:
    """The index, `licet.notice/1`."""
    return {
        "schema": SCHEMA,
        "targets": list(bundle.targets),
        "complete": bundle.complete,
        "created": bundle.created,
        "date": bundle.date,
        "interpretation": bundle.interpretation,
        "use": dict(bundle.use),
        "knowledge": dict(bundle.knowledge),
        "models": [
            {"name": each.name, "target": each.target, "relation": each.relation, "licenses": list(each.licenses), "verdict": each.verdict, "page": each.page}
            for each in bundle.models
        ],
        "licenses": [
            {
                "id": each.id,
                "name": each.name,
                "spdx": each.exported,
                "links": list(each.links),
                "use_policies": [{"name": name, "link": link} for name, link in each.policies],
                "needed": each.needed,
                "missing": each.missing,
                "files": [{"path": path, "sha256": digest, "from": place} for path, digest, place in each.files],
                "tried": list(each.tried),
                "without_own_notice": list(each.lent),
            }
            for each in bundle.licenses
        ],
        "duties": [
            {
                "do": each.do,
                "license": each.license,
                "section": each.section,
                "summary": each.summary,
                "model": each.model,
                "target": each.target,
                "wording": each.wording,
                "credit": each.credit,
                "where": list(each.where),
                "rule": each.rule,
                "when": each.when,
                "name_kept": each.kept,
            }
            for each in bundle.duties
        ],
        "changes": list(bundle.changes),
        "notices": [{"model": model, "path": path, "sha256": digest, "from": place} for model, path, digest, place in bundle.notices],
        "words_missing": [
            {"license": duty.license, "section": duty.section, "model": duty.model, "links": list(held.links if (held := bundle.license(duty.license)) else ())}
            for duty in bundle.wordless
        ],
    }


def placeholder(license: LicenseCopy) -> str:
    """What stands in the place of a text that has to go along and was not found."""
    where = "\n".join(f"  {link}" for link in license.links) or "  (where it is, is not on record)"
    tried = "\n".join(f"  {each}" for each in license.tried) or "  nowhere"
    return (
        f"The text of {license.name} ({license.exported}) has to go along with this bundle and was not found.\n"
        f"The bundle is not complete without it. Put the text here, from:\n{where}\nIt was looked for in:\n{tried}\n"
    )


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [""]


def _distinct(pairs: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    return list(dict.fromkeys(pairs))


def _joined(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"
