"""A policy as it is written in YAML: its settings, and what is wrong with one, named with its line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema, field_validator

from registry.errors import RegistryError, UsageError
from registry.policy.policy import LISTS
from registry.yaml12 import line_of, read_yaml

Place = tuple[str | int, ...]
"""Where something stands in a file: keys and positions from the top."""

MOST_WORDS = 2_000
"""So many names a list may hold."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORD_SCHEMA = {"type": "string", "minLength": 1, "maxLength": 300}


def _list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _day(value: Any) -> Any:
    # A number would be taken for seconds since 1970.
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("it is not a day like 2027-03-31")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"{value} is not a day of the calendar") from error


def _set(value: Any) -> Any:
    """The settings that hold something: a key whose lines are all remarks is as good as left out."""
    return {key: part for key, part in value.items() if part is not None} if isinstance(value, Mapping) else value


Word = Annotated[str, Field(min_length=1, max_length=300)]
Words = Annotated[
    list[Word],
    BeforeValidator(_list),
    Field(max_length=MOST_WORDS),
    WithJsonSchema({"anyOf": [_WORD_SCHEMA, {"type": "array", "items": _WORD_SCHEMA, "maxItems": MOST_WORDS}]}),
]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date", "pattern": f"^{_DAY.pattern}$"})]
Severity = Literal["ignore", "note", "warning", "error"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ChoiceFile(_Part):
    """What is allowed and what is refused of one kind; `*` stands for any text."""

    allow: Words | None = Field(None, description="Only these.")
    refuse: Words = Field(default_factory=list, description="None of these, whatever is allowed.")

    @field_validator("allow", mode="before")
    @classmethod
    def _says_something(cls, value: Any) -> Any:
        # A list whose lines are all remarks would let everything through, where its writer means to let through what he lists.
        if value is None:
            raise ValueError("it is empty; name what is allowed, or leave `allow` out")
        return value


class WaiverFile(_Part):
    """An exception, which has an owner, a reason and an end."""

    finding: str = Field(description="The code of a finding, or the beginning of codes.")
    owner: str = Field(min_length=1, max_length=200, pattern=r"\S", description="Who answers for it.")
    reason: str = Field(min_length=1, max_length=2_000, pattern=r"\S", description="Why it is right.")
    expires: Day = Field(description="The last day on which it holds.")
    model: Word | None = Field(None, description="Which models or datasets it is about, as a pattern; all, if it is left out.")
    path: Word | None = Field(None, description="Which files it is about, as a pattern; all, if it is left out.")


class PathFile(_Part):
    """What is different for some files."""

    match: Words = Field(description="Which files, as patterns; a folder stands for all in it.")
    ignore: bool = Field(False, description="They are not judged.")
    severity: dict[str, Severity] = Field(default_factory=dict, description="Severities by code or beginning of codes.")


class PolicyFile(_Part):
    """A policy as it is written."""

    extends: Word | None = Field(None, description="What it builds on: a file, from where this one stands, or a policy that travels with the program.")
    name: str = Field("policy", min_length=1, max_length=200, description="What it is called.")
    description: str = Field("", max_length=5_000, description="What it is for.")
    interpretation: Literal["strict", "mainstream", "permissive"] | None = Field(None, description="How unsettled points are taken.")
    license_types: ChoiceFile | None = Field(None, description="Types of licences: open-source, custom, commercial.")
    families: ChoiceFile | None = Field(None, description="Families of licences; `licet policy explain families` lists them.")
    licenses: ChoiceFile | None = Field(None, description="Licences by any name that is known.")
    developers: ChoiceFile | None = Field(None, description="Developers of models.")
    countries: ChoiceFile | None = Field(None, description="Where developers are domiciled: ISO 3166-1 alpha-2, or EU.")
    hosts: ChoiceFile | None = Field(None, description="Through whom models are reached, where that is somebody else: openai, bedrock, azure, ...")
    datasets: ChoiceFile | None = Field(None, description="Datasets. What is allowed is asked of those that the application takes itself.")
    models: ChoiceFile | None = Field(None, description="Models.")
    minimum_evidence: Literal["inferred", "declared", "detected", "attested"] | None = Field(
        None, description="The weakest evidence of a licence that will do."
    )
    duties_shown: Words = Field(default_factory=list, description="Duties that have to be shown to be done: notice-file, display, ...")
    severity: dict[str, Severity] = Field(default_factory=dict, description="Severities by code or beginning of codes.")
    fail_on: Words | None = Field(None, description="Codes, severities, verdicts, `policy` or `none`: what ends an audit with exit code 1.")
    unresolved: Severity = Field("note", description="What a name that could not be followed counts as.")
    waivers: list[WaiverFile] = Field(default_factory=list, max_length=5_000, description="Exceptions.")
    paths: list[PathFile] = Field(default_factory=list, max_length=1_000, description="What is different for some files; the last that is about a file counts.")


@dataclass(frozen=True, slots=True)
class Written:
    """A policy that was read, with where it stands.

    Attributes:
        policy: Its settings.
        file: The file, for messages.
        text: The whole text of the file.
        place: Where in it the policy stands.
    """

    policy: PolicyFile
    file: str
    text: str
    place: Place

    def wrong(self, where: Place, message: str, hint: str) -> UsageError:
        """What is wrong at a place of the policy, as an error to raise."""
        return UsageError(f"`{self.file}` line {line_of(self.text, (*self.place, *where)) or 1}: {message}", hint)


def read_text(text: str, file: str) -> Written:
    """A policy from its text: a file of its own, or the `policy` of a `licet.yaml`.

    Raises:
        UsageError: It says something that we do not know; the message names the line.
    """
    try:
        data = read_yaml(text, file)
    except RegistryError as error:
        raise UsageError(error.message, error.hint) from error
    if isinstance(data, dict) and isinstance(data.get("policy"), dict):
        return read_data(data["policy"], file, text, ("policy",))
    return read_data(data if data is not None else {}, file, text, ())


def read_data(data: Any, file: str, text: str, place: Place) -> Written:
    """A policy from what was read of a file.

    Raises:
        UsageError: It says something that we do not know; the message names the line, and the nearest that we do.
    """
    if not isinstance(data, Mapping):
        raise UsageError(f"`{file}` line {line_of(text, place) or 1}: not a mapping", "write a policy, a setting a line; `licet policy init` makes one")
    try:
        return Written(PolicyFile.model_validate(_set(data)), file, text, place)
    except ValidationError as error:
        raise _problem(error, file, text, place) from error


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The word that may be meant, as a question; None where none is near."""
    known = {each.lower(): each for each in words}
    found = difflib.get_close_matches(word.lower(), list(known), 1, 0.6)
    return f"did you mean `{known[found[0]]}`?" if found else None


def _problem(error: ValidationError, file: str, text: str, place: Place) -> UsageError:
    """What is wrong, in one line, with where it stands and what may be meant."""
    first = error.errors()[0]
    where = tuple(first["loc"])
    at = f"`{file}` line {line_of(text, (*place, *where)) or 1}"
    key = str(where[-1]) if where else ""
    kind, given = first["type"], first.get("input")
    if kind == "extra_forbidden":
        fields = _fields_at(where[:-1])
        return UsageError(f"{at}: `{key}` is not a setting of {_called(where[:-1])}", nearest(key, fields) or f"it takes {', '.join(fields)}")
    if kind == "missing":
        hint = "a waiver has a finding, an owner, a reason and a day on which it expires" if "waivers" in where else f"state `{key}`"
        return UsageError(f"{at}: `{key}` is missing", hint)
    name = ".".join(str(part + 1) if isinstance(part, int) else part for part in where)
    if kind == "literal_error":
        words = str(first["ctx"]["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        return UsageError(f"{at}: `{name}`: `{given}` is not one of {', '.join(words)}", nearest(str(given), words) or "take one of these")
    told, hint = _PLAIN.get(kind, (f"{first['msg'][:1].lower()}{first['msg'][1:]}", "mend the file at that line"))
    if kind == "value_error":
        told = str(first["ctx"]["error"])
    return UsageError(f"{at}: `{name}`: {told}", hint)


_PLAIN = {
    "model_type": ("it is not a mapping", "write `{allow: [...], refuse: [...]}` for what is chosen, and a setting a line elsewhere"),
    "dict_type": ("it is not a mapping", "write a code and a severity a line, such as `LIC401: error`"),
    "list_type": ("it is not a list", "write `[one, another]`, or an entry a line with a dash before it"),
    "string_type": ("it is not text", "put it into quotes, or name what is meant"),
    "bool_type": ("it is neither true nor false", "write `true` or `false`"),
    "string_too_short": ("it is empty", "name what is meant, or leave the line out"),
    "string_pattern_mismatch": ("it is empty", "say who or what, in words"),
    "string_too_long": ("it is too long", "say it in fewer words"),
    "too_long": ("it holds too many entries", "take patterns with `*`, or fewer entries"),
    "value_error": ("", "mend the file at that line"),
}


def _called(where: Place) -> str:
    first = str(where[0]) if where else ""
    return {"waivers": "a waiver", "paths": "an entry of `paths`", **{kind: f"`{kind}`" for kind in LISTS}}.get(first, "a policy")


def _fields_at(where: Place) -> list[str]:
    models: dict[str, type[BaseModel]] = {"waivers": WaiverFile, "paths": PathFile, **dict.fromkeys(LISTS, ChoiceFile)}
    model = models.get(str(where[0]), PolicyFile) if where else PolicyFile
    return list(model.model_fields)
