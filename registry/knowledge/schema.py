"""What a licence file may hold, as pydantic models; the edge between `data/licenses/*.yaml` and `registry.terms`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Confidence = Literal["text-read", "quoted", "secondary", "memory", "unread"]
ReachClass = Literal["original", "derivative", "copy", "output-model", "data", "none"]


def _real_date(text: str) -> str:
    """A year, month or day that the calendar has."""
    date.fromisoformat(text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text)
    return text


IsoDate = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$"), AfterValidator(_real_date)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.+-]*$")]


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Words = Annotated[list[str], BeforeValidator(_as_list)]


class Strict(BaseModel):
    """A model that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class TextFile(Strict):
    """One dated text: the agreement, a use policy, an addendum."""

    id: Slug = "license"
    name: str
    dated: IsoDate | None = None
    digest: str | None = Field(default=None, pattern=r"^(sha256|sha1|git):[0-9a-f]+$")
    source: str
    read_on: IsoDate | None = None


class UnsettledReach(Strict):
    """A reach that hangs on an unsettled point: `else` is the class where the point does not bind."""

    unsettled: str
    reach: ReachClass = Field(default="derivative")
    otherwise: ReachClass = Field(alias="else", default="none")


class ExampleFile(Strict):
    """A use and the verdict that the licence must give for it; every licence file is its own test."""

    use: dict[str, Any]
    verdict: Literal["permitted", "permitted-with-obligations", "conditional", "undetermined", "needs-permission", "prohibited"]
    why: str | None = None


class TermFile(Strict):
    """One rule of a licence, as written in its file."""

    id: Slug
    kind: Literal["grant", "bar", "duty", "note"]
    section: Annotated[str, Field(min_length=1)]
    summary: Annotated[str, Field(min_length=3)]
    acts: Words = Field(default_factory=list)
    binds: Words | None = None
    condition: dict[str, Any] | None = Field(default=None, alias="if")
    confidence: Confidence | None = None
    ask: str | None = None
    text: str = "license"
    do: str | None = None
    rule: Any = None
    wording: str | None = None
    where: Words = Field(default_factory=list)
    to: str | None = None
    force: Literal["must", "should"] = "must"
    gate: bool = False
    about: str | None = None
    disputed: Words = Field(default_factory=list)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> TermFile:
        if self.kind == "duty" and not self.do:
            raise ValueError("a duty says what to `do`")
        if self.kind == "note" and not self.about:
            raise ValueError("a note says what it is `about`")
        if self.kind != "note" and not self.acts:
            raise ValueError("a term other than a note names its `acts`")
        if self.kind != "bar" and self.ask:
            raise ValueError("only a bar can `ask`")
        if self.kind != "duty" and (self.do or self.gate or self.force == "should"):
            raise ValueError("`do`, `force` and `gate` belong to a duty")
        return self


class LicenseFile(Strict):
    """A licence file in `data/licenses/`."""

    id: Slug
    name: str
    type: Literal["open-source", "custom", "commercial"]
    type_reason: str
    steward: str | None = None
    osi_approved: bool = False
    spdx: str | None = None
    family: str | None = None
    summary: str | None = None
    ask: str | None = None
    confidence: Confidence = "text-read"
    aliases: list[str] = Field(default_factory=list)
    applies_to: list[str] = Field(default_factory=list)
    in_force: dict[Literal["from", "to"], IsoDate | None] = Field(default_factory=dict)
    released: IsoDate | None = None
    replaces: Words = Field(default_factory=list)
    texts: list[TextFile] = Field(default_factory=list)
    reach: dict[str, ReachClass | UnsettledReach] = Field(default_factory=dict)
    extends: str | None = None
    drop: Words = Field(default_factory=list)
    placeholder: Literal["nothing-granted", "undetermined"] | None = None
    remarks: list[str] = Field(default_factory=list)
    terms: list[TermFile] = Field(default_factory=list)
    examples: list[ExampleFile] = Field(default_factory=list)

    @model_validator(mode="after")
    def _is_whole(self) -> LicenseFile:
        start, end = self.in_force.get("from"), self.in_force.get("to")
        if start and end and end < start:
            raise ValueError(f"it is in force to {end}, before {start}")
        if self.drop and not self.extends:
            raise ValueError("`drop` needs a licence that this one `extends`")
        ids = [term.id for term in self.terms]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"term `{twice[0]}` stands twice")
        if self.placeholder is None and not self.extends:
            if not self.texts:
                raise ValueError("a licence names its `texts`")
            if not any(term.kind == "grant" for term in self.terms):
                raise ValueError("a licence grants something, or is a `placeholder`")
        known = {text.id for text in self.texts} | {"license"}
        for term in self.terms:
            if not self.extends and term.text not in known:
                raise ValueError(f"term `{term.id}` stands in text `{term.text}`, which `texts` does not list")
        return self


class RelationsFile(Strict):
    """`data/relations.yaml`: the default reach of every relation, and how classes compose along a path."""

    relations: dict[str, ReachClass | UnsettledReach]
    compose: dict[ReachClass, dict[ReachClass, ReachClass]]


class InterpretationFile(Strict):
    """A file of `data/interpretations/`: how the unsettled points are taken."""

    name: str
    summary: str
    default: Literal["free", "warn", "ask", "binds"] = "binds"
    points: dict[str, Literal["free", "warn", "ask", "binds"]] = Field(default_factory=dict)


class AddressPattern(Strict):
    """A pattern of addresses that say a licence's name."""

    address: Annotated[str, Field(pattern=r"^[a-z0-9.-]+(/[A-Za-z0-9{}.+-]+)+$")]
    name: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _says_what_it_takes(self) -> AddressPattern:
        taken = {part for part in ("name", "version") if f"{{{part}}}" in self.address}
        said = {part for part in ("name", "version") if f"{{{part}}}" in self.name}
        if not said <= taken:
            raise ValueError(f"`name` says `{{{sorted(said - taken)[0]}}}`, which `address` does not take")
        return self


class AliasesFile(Strict):
    """`data/aliases.yaml`: addresses and names that lead to a licence, beyond those of the licence files."""

    read_on: IsoDate
    endings: list[str] = Field(default_factory=list)
    patterns: list[AddressPattern] = Field(default_factory=list)
    links: dict[str, list[str]] = Field(default_factory=dict)
    names: dict[str, list[str]] = Field(default_factory=dict)
