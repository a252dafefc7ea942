"""Licences in what a bill of materials is made from: what each source says, what is concluded, and how a licence is named to other tools."""

from __future__ import annotations

from dataclasses import dataclass

from registry.supplychain.source import Source


@dataclass(frozen=True, slots=True)
class LicenseInfo:
    """A licence as a bill names it.

    Attributes:
        id: Our id.
        exported: The id under which other tools know it: SPDX's, or a `LicenseRef-`.
        name: Its name.
        type: `open-source`, `custom` or `commercial`; None for a word that stands for no text.
        links: Where its texts are, as they can be pointed to.
        dated: The date of its text.
        digest: The digest of its text, where that is known.
        steward: Who wrote it.
        read_on: When the text was read.
    """

    id: str
    exported: str
    name: str
    type: str | None = None
    links: tuple[str, ...] = ()
    dated: str | None = None
    digest: str | None = None
    steward: str | None = None
    read_on: str | None = None


@dataclass(frozen=True, slots=True)
class LicenseClaim:
    """What one source says of the licence of something.

    Attributes:
        basis: `declared` or `detected`.
        written: The name as it was found.
        link: The link as it was found.
        license: What it comes to: an id or an expression of ours; None where it leads to no known text.
        exported: The same for other tools; None where there is none.
        text_digest: The digest of the text that was seen, as `sha256:HEX`.
        cited: Who says so.
    """

    basis: str
    written: str | None = None
    link: str | None = None
    license: str | None = None
    exported: str | None = None
    text_digest: str | None = None
    cited: Source | None = None


@dataclass(frozen=True, slots=True)
class Licensing:
    """Declared, detected and concluded, kept apart.

    Attributes:
        claims: What is declared and what files show.
        concluded: What we hold it to be under, by our ids; empty where nothing is held.
        exported: The same as one expression for other tools; None where nothing is held, or no text is known.
        reason: Why, in a sentence.
        on: The day of the conclusion.
    """

    claims: tuple[LicenseClaim, ...] = ()
    concluded: tuple[str, ...] = ()
    exported: str | None = None
    reason: str = ""
    on: str = ""

    def of(self, basis: str) -> tuple[LicenseClaim, ...]:
        """The claims of one basis."""
        return tuple(claim for claim in self.claims if claim.basis == basis)
