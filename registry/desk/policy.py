"""Reading policies: from `licet.yaml`, from a file, or one that travels with the program; what is wrong is named with its line."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from registry.errors import RegistryError, UsageError
from registry.findings.codes import CODES
from registry.policy.policy import LISTS, Choice, PathRule, Policy, Waiver
from registry.resources import resource_dir
from registry.terms.verdict import VERDICT_WORDS
from registry.yaml12 import line_of, read_yaml

if TYPE_CHECKING:
    from registry.desk.session import Desk

SAMPLES = "policies"
"""The folder of `data/` that holds the policies that travel with the program."""

MAX_BYTES = 1_000_000
"""A larger policy is refused: it is not one."""


def _list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Words = Annotated[list[Annotated[str, Field(min_length=1, max_length=300)]], BeforeValidator(_list), Field(max_length=2_000)]
Severity = Literal["ignore", "note", "warning", "error"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ChoiceFile(_Part):
    """What is allowed and what is refused of one kind; `*` stands for any text."""

    allow: Words | None = Field(None, description="Only these.")
    refuse: Words = Field(default_factory=list, description="None of these.")


class WaiverFile(_Part):
    """An exception, which has an owner, a reason and an end."""

    finding: str = Field(min_length=3, max_length=20, description="The code of a finding, or the beginning of codes.")
    owner: str = Field(min_length=1, max_length=200, description="Who answers for it.")
    reason: str = Field(min_length=1, max_length=2_000, description="Why it is right.")
    expires: date = Field(description="The last day on which it holds.")
    model: str | None = Field(None, max_length=300, description="Which models it is about, as a pattern; all, if it is left out.")
    path: str | None = Field(None, max_length=500, description="Which files it is about, as a pattern; all, if it is left out.")


class PathFile(_Part):
    """What is different for some files."""

    match: Words = Field(description="Which files, as patterns; a folder stands for all in it.")
    ignore: bool = Field(False, description="They are not judged.")
    severity: dict[str, Severity] = Field(default_factory=dict, description="Severities by code or beginning of codes.")


class PolicyFile(_Part):
    """A policy as it is written."""

    name: str = Field("policy", min_length=1, max_length=200)
    description: str = Field("", max_length=5_000)
    interpretation: Literal["strict", "mainstream", "permissive"] | None = Field(None, description="How unsettled points are taken.")
    license_types: ChoiceFile | None = Field(None, description="open-source, custom, commercial.")
    families: ChoiceFile | None = Field(None, description="Families of licences, as `licet license list` shows them.")
    licenses: ChoiceFile | None = Field(None, description="Licences by any name that is known.")
    developers: ChoiceFile | None = Field(None, description="Developers of models.")
    countries: ChoiceFile | None = Field(None, description="Where developers are domiciled, ISO 3166-1 alpha-2.")
    hosts: ChoiceFile | None = Field(None, description="Through whom models are reached.")
    datasets: ChoiceFile | None = Field(None, description="Datasets.")
    models: ChoiceFile | None = Field(None, description="Models.")
    minimum_evidence: Literal["inferred", "declared", "detected", "attested"] | None = Field(
        None, description="The weakest evidence of a licence that will do."
    )
    duties_shown: Words = Field(default_factory=list, description="Duties that have to be shown to be done: notice-file, display, ...")
    severity: dict[str, Severity] = Field(default_factory=dict, description="Severities by code or beginning of codes.")
    fail_on: Words | None = Field(None, description="Codes, severities, verdicts and `policy`: what ends an audit with exit code 1.")
    unresolved: Severity = Field("note", description="What a name that could not be followed counts as.")
    waivers: list[WaiverFile] = Field(default_factory=list, max_length=5_000)
    paths: list[PathFile] = Field(default_factory=list, max_length=1_000)


def policy_schema() -> dict[str, Any]:
    """The JSON schema of a policy file, as it is published in `data/schemas/`."""
    schema = PolicyFile.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A policy of licet",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def sample_policies() -> dict[str, str]:
    """The policies that travel with the program: what each is called, and what it is for."""
    found = {}
    for path in sorted((resource_dir("data") / SAMPLES).glob("*.yaml")):
        data = read_yaml(path.read_text(encoding="utf-8"), path.name, ours=True)
        found[path.stem] = " ".join(str(data["description"]).split())
    return found


def find_policy(desk: Desk, named: str | None) -> Policy:
    """The policy that holds: the one that is named, else that of `licet.yaml`, else none.

    Args:
        desk: The desk.
        named: A file, or the name of a policy that travels with the program.

    Raises:
        UsageError: It cannot be read, or says something that we do not know.
    """
    settings = desk.settings
    written: Any = named if named is not None else settings.policy
    if written is None:
        return Policy()
    if isinstance(written, str):
        around = settings.config_file.parent if named is None and settings.config_file is not None else Path()
        return _checked(desk, read_policy_file(written, around), written)
    file = str(settings.config_file)
    text = settings.config_file.read_text(encoding="utf-8") if settings.config_file is not None else ""
    return _checked(desk, parse_policy(written, file, text, ("policy",)), file)


def read_policy_file(named: str, around: Path = Path()) -> Policy:
    """A policy by file, or by the name of one that travels with the program.

    Raises:
        UsageError: There is none, or it says something that we do not know.
    """
    path = around / named
    if not path.exists() and named in sample_policies():
        path = resource_dir("data") / SAMPLES / f"{named}.yaml"
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"`{named}` is larger than {MAX_BYTES:,} bytes", "it is no policy")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"policy `{named}` cannot be read: {reason}", f"name a file, or one of {', '.join(sample_policies())}") from error
    return parse_policy_text(text, named)


def parse_policy_text(text: str, file: str) -> Policy:
    """A policy from its text: a file of its own, or the `policy` of a `licet.yaml`.

    Raises:
        UsageError: It says something that we do not know; the message names the line.
    """
    try:
        data = read_yaml(text, file)
    except RegistryError as error:
        raise UsageError(error.message, error.hint) from error
    if isinstance(data, dict) and isinstance(data.get("policy"), dict):
        return parse_policy(data["policy"], file, text, ("policy",))
    return parse_policy(data if data is not None else {}, file, text, ())


def parse_policy(data: Any, file: str, text: str, place: tuple[str | int, ...]) -> Policy:
    """A policy from what was read of a file.

    Raises:
        UsageError: It says something that we do not know; the message names the line, and the nearest that we do.
    """
    if not isinstance(data, Mapping):
        raise UsageError(f"`{file}` line {line_of(text, place) or 1}: not a mapping", "write a policy, a setting a line; `licet policy init` makes one")
    try:
        written = PolicyFile.model_validate(data)
    except ValidationError as error:
        raise _problem(error, file, text, place) from error
    _check_words(written, file, text, place)
    return Policy(
        written.name,
        written.description,
        written.interpretation,
        {
            kind: Choice(tuple(part.allow) if part.allow is not None else None, tuple(part.refuse))
            for kind in LISTS
            if (part := getattr(written, kind)) is not None
        },
        written.minimum_evidence,
        tuple(written.duties_shown),
        dict(written.severity),
        tuple(written.fail_on) if written.fail_on is not None else None,
        written.unresolved,
        tuple(Waiver(each.finding.upper(), each.owner, each.reason, each.expires.isoformat(), each.model, each.path) for each in written.waivers),
        tuple(PathRule(tuple(each.match), each.ignore, dict(each.severity)) for each in written.paths),
    )


def _check_words(written: PolicyFile, file: str, text: str, place: tuple[str | int, ...]) -> None:
    """Refuse codes and words that could never be met.

    Raises:
        UsageError: One of them is none; the message names the line.
    """
    words: list[tuple[tuple[str | int, ...], str, bool]] = [(("severity", code), code, False) for code in written.severity]
    words += [(("paths", index, "severity", code), code, False) for index, each in enumerate(written.paths) for code in each.severity]
    words += [(("waivers", index, "finding"), each.finding, False) for index, each in enumerate(written.waivers)]
    words += [(("fail_on", index), word, True) for index, word in enumerate(written.fail_on or ())]
    for where, word, any_word in words:
        known = any(code.startswith(word.upper()) for code in CODES) and len(word) >= 3
        if known or (any_word and (word in VERDICT_WORDS or word in ("policy", "note", "warning", "error", "none"))):
            continue
        near = _nearest(word, [*CODES, *(VERDICT_WORDS if any_word else ())])
        raise UsageError(
            f"`{file}` line {line_of(text, (*place, *where)) or 1}: `{word}` is not the code of a finding",
            near or "`licet policy explain CODE` says what a code means",
        )


def _problem(error: ValidationError, file: str, text: str, place: tuple[str | int, ...]) -> UsageError:
    """What is wrong, in one line, with where it stands and what may be meant."""
    first = error.errors()[0]
    where = tuple(part for part in first["loc"])
    line = line_of(text, (*place, *where)) or 1
    key = str(where[-1]) if where else ""
    if first["type"] == "extra_forbidden":
        fields = _fields_at(where[:-1])
        return UsageError(f"`{file}` line {line}: `{key}` is not a setting of a policy", _nearest(key, fields) or f"it takes {', '.join(fields)}")
    if first["type"] == "missing":
        return UsageError(
            f"`{file}` line {line}: `{key}` is missing",
            "a waiver has a finding, an owner, a reason and a day on which it expires" if "waivers" in where else f"state `{key}`",
        )
    return UsageError(f"`{file}` line {line}: `{'.'.join(map(str, where))}`: {first['msg'][:1].lower()}{first['msg'][1:]}", "mend the file at that line")


def _fields_at(where: tuple[str | int, ...]) -> list[str]:
    models: dict[str, type[BaseModel]] = {"waivers": WaiverFile, "paths": PathFile, **dict.fromkeys(LISTS, ChoiceFile)}
    model = models.get(str(where[0]), PolicyFile) if where else PolicyFile
    return list(model.model_fields)


def _nearest(word: str, words: list[str]) -> str | None:
    found = difflib.get_close_matches(word, words, 1, 0.6) or difflib.get_close_matches(word.upper(), words, 1, 0.6)
    return f"did you mean `{found[0]}`?" if found else None


def _checked(desk: Desk, policy: Policy, file: str) -> Policy:
    """The policy with its licences brought to our ids.

    Raises:
        UsageError: It names a licence that is not known.
    """
    choice = policy.choices.get("licenses")
    if choice is None:
        return policy
    from dataclasses import replace

    def known(names: tuple[str, ...]) -> tuple[str, ...]:
        found = []
        for name in names:
            try:
                found.append(name if "*" in name else desk.knowledge.find(name, None).id)
            except UsageError as error:
                raise UsageError(f"`{file}`: {error.message}", error.hint) from error
        return tuple(found)

    checked = Choice(known(choice.allow) if choice.allow is not None else None, known(choice.refuse))
    return replace(policy, choices={**policy.choices, "licenses": checked})


def policy_to_data(policy: Policy) -> dict[str, Any]:
    """A policy as plain data, for people and programs."""
    return {
        "name": policy.name,
        "description": " ".join(policy.description.split()),
        "interpretation": policy.interpretation,
        **{kind: {"allow": list(choice.allow) if choice.allow is not None else None, "refuse": list(choice.refuse)} for kind, choice in policy.choices.items()},
        "minimum_evidence": policy.minimum_evidence,
        "duties_shown": list(policy.duties_shown),
        "severity": dict(policy.severity),
        "fail_on": list(policy.fail_on) if policy.fail_on is not None else None,
        "unresolved": policy.unresolved,
        "waivers": [
            {"finding": each.finding, "model": each.model, "path": each.path, "owner": each.owner, "reason": each.reason, "expires": each.expires}
            for each in policy.waivers
        ],
        "paths": [{"match": list(each.match), "ignore": each.ignore, "severity": dict(each.severity)} for each in policy.paths],
    }


def is_code(text: str) -> bool:
    """Whether a word has the form of the code of a finding."""
    return bool(re.fullmatch(r"(?i)(?:LIC|SEC|POL)\d{3}", text))


def new_config(sample: str) -> str:
    """A `licet.yaml` to begin with: facts to fill in, and a policy that travels with the program.

    Raises:
        UsageError: There is no such policy.
    """
    samples = sample_policies()
    if sample not in samples:
        raise UsageError(f"`{sample}` is not a policy that travels with the program", _nearest(sample, list(samples)) or f"there are {', '.join(samples)}")
    text = (resource_dir("data") / SAMPLES / f"{sample}.yaml").read_text(encoding="utf-8")
    policy = "".join(f"  {line}\n" if line else "\n" for line in text.splitlines())
    return f"{_FACTS}\npolicy:\n{policy}"


_FACTS = """\
# What is known of your use. `licet audit .` says which of these decide; take away the sign where you know.
facts:
  # commercial: true
  # distribution: [saas]
  # country: DE
  # audience: [EU, US]
  # monthly_active_users: 10k
  # annual_revenue_usd: 1M
"""


def explain_code(code: str) -> dict[str, str]:
    """What the code of a finding means, and how it is mended.

    Raises:
        UsageError: There is no such code.
    """
    entry = CODES.get(code.upper())
    if entry is None:
        raise UsageError(f"`{code}` is not the code of a finding", _nearest(code, list(CODES)) or f"the codes are {', '.join(CODES)}")
    return {"code": entry.code, "title": entry.title, "severity": entry.severity, "fixable_by": entry.fixable_by, "fix": entry.fix}


def write_schema(path: Path) -> None:
    """Write the schema of policies to a file."""
    path.write_text(json.dumps(policy_schema(), indent=2) + "\n", encoding="utf-8")
