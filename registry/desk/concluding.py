"""Which licence a claim comes to, by which step, and from what.

A claim can hold a link, the digest of a text, a name and an id. They are tried in this order, and the first that leads to a known
text decides: where the link points, the text's own fingerprint, the name with the date it was used on, the id. What the others
would have said is kept beside it. Nothing here is fetched or guessed: what leads to no known text stays `unresolved`.

Of several claims about one thing, those of the strongest basis count (`supplychain.statement.statements_on`): what we hold ourselves,
then what its files show, then what its card says. All of those bind, save `other`, which only says that the Hub has no tag for the
licence: it gives way to a claim that names a text. Where nobody says anything, its ancestors bind it, but they grant it nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from registry.supplychain.statement import LicenseStatement, statements_on

if TYPE_CHECKING:
    from registry.knowledge.store import Knowledge

STEPS = ("link", "fingerprint", "name", "id", "open", "inherited", "nothing")
"""What decided, in the order of trying; `open` where something was said that leads to no known text, and of a thing of which nothing
is said `inherited` where its ancestors bind it, else `nothing`."""

OTHER = "other"
"""The Hub's tag for a licence that it has no tag for."""

REMEMBERED = 200_000
"""For so many different claims it is remembered what they come to."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What one claim comes to.

    Attributes:
        license: Id or expression over our ids; `unresolved` or `unstated` where it leads to no known text.
        step: Which of `STEPS` decided.
        resolved_from: What it was resolved from, as it was found.
        rivals: What the further steps would have said: step and licence, where that is another.
    """

    license: str
    step: str
    resolved_from: str | None
    rivals: tuple[tuple[str, str], ...] = ()


def conclude(
    knowledge: Knowledge, license: str | None, raw_name: str | None, raw_link: str | None, text_digest: str | None, on: str | None = None
) -> Conclusion:
    """What a claim comes to. A pure function of its arguments, so that callers may remember it.

    Args:
        knowledge: The licences.
        license: The licence that it was resolved to when it was written, if it was.
        raw_name: The name or id, as found.
        raw_link: The link, as found.
        text_digest: The digest of the text that was seen.
        on: The date that tells apart texts sharing a name: when it was said, else when the model was released.
    """
    if license is not None:
        known = knowledge.license_of(license) is not None or " " in license
        held = license if known else knowledge.resolve(license, on).license
        return Conclusion(held, "fingerprint" if text_digest else "id", text_digest or license)
    found: list[tuple[str, str, str]] = []
    for step, written in (("link", raw_link), ("fingerprint", text_digest), ("name", raw_name)):
        if written:
            resolved = knowledge.resolve(written, on)
            if resolved.reason not in ("unknown", "ambiguous", "none"):
                own = "id" if step == "name" and resolved.reason in ("id", "expression") else step
                found.append((own, resolved.license, written))
    if not found:
        written = raw_name or raw_link or text_digest
        return Conclusion("unresolved" if raw_name or raw_link else "unstated", "open" if written else "nothing", written)
    # `other`, a bare `gpl` or a family's name is no text: what is named beside it decides.
    chosen = next((each for each in found if is_text(knowledge, each[1])), found[0])
    step, held, written = chosen
    return Conclusion(held, step, written, tuple((other, said) for other, said, _ in found if said != held and is_text(knowledge, said)))


def is_text(knowledge: Knowledge, license: str) -> bool:
    """Whether something is a licence with a text, or an expression of such, and not a word that stands for one."""
    found = knowledge.license_of(license)
    return " " in license if found is None else found.placeholder is None


@dataclass
class Conclusions:
    """Concludes many claims, each different one once.

    Attributes:
        knowledge: The licences.
    """

    knowledge: Knowledge
    _known: dict[tuple[str | None, ...], Conclusion] = field(default_factory=dict)

    def of(
        self, license: str | None, raw_name: str | None = None, raw_link: str | None = None, text_digest: str | None = None, on: str | None = None
    ) -> Conclusion:
        """What a claim comes to; the arguments are those of `conclude`."""
        key = (license, raw_name, raw_link, text_digest, on)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            found = self._known[key] = conclude(self.knowledge, *key)
        return found

    def of_statement(self, statement: LicenseStatement, released_on: str | None) -> Conclusion:
        """What a statement comes to: on the day it was made, else on that of the model's release."""
        return self.of(statement.license, statement.raw_name, statement.raw_link, statement.text_digest, statement.stated_on or released_on)


def concluded_licenses(conclusions: Conclusions, statements: Iterable[LicenseStatement], released_on: str | None, on: str) -> list[str]:
    """The licences that a thing is held to be under on a date, by what is said of it; none where nothing is said."""
    counting = statements_on(statements, on)
    return list(parts_held(conclusions.knowledge, [conclusions.of_statement(statement, released_on).license for statement in counting]))


def parts_held(knowledge: Knowledge, licenses: Sequence[str]) -> tuple[str, ...]:
    """The licences that claims of one standing come to together, each once, in order; `other` only where no claim names a text."""
    if OTHER in licenses and any(is_text(knowledge, license) for license in licenses):
        licenses = [license for license in licenses if license != OTHER]
    return tuple(dict.fromkeys(part for license in licenses for part in knowledge.parts_of(license)))


def in_words(conclusion: Conclusion) -> str:
    """Which step decided, and from what, in a few words."""
    written = conclusion.resolved_from
    if conclusion.step == "link":
        return f"by where its link leads ({written})"
    if conclusion.step == "fingerprint":
        return "by the text itself"
    if conclusion.step == "name":
        return f"by the name `{written}` on its date"
    if conclusion.step == "id":
        return f"by the id `{written}`"
    return f"`{written}` leads to no known text" if conclusion.step == "open" else "nothing is said"
