"""Policies: that of `licet.yaml`, a file of its own, or one that travels with the program; begun, read, and said in words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.desk.policy.file import Written, nearest, read_data, read_text
from registry.desk.policy.words import settle
from registry.errors import UsageError
from registry.findings.codes import CODES
from registry.policy.policy import Policy, extend
from registry.resources import resource_dir
from registry.yaml12 import read_yaml

if TYPE_CHECKING:
    from registry.desk.session import Desk

SAMPLES = "policies"
"""The folder of `data/` that holds the policies that travel with the program."""

MAX_BYTES = 1_000_000
"""A larger policy is refused: it is not one."""


MOST_BASES = 5
"""So many policies may build on each other."""


def sample_policies() -> dict[str, str]:
    """The policies that travel with the program: what each is called, and what it is for."""
    found = {}
    for path in sorted((resource_dir("data") / SAMPLES).glob("*.yaml")):
        data = read_yaml(path.read_text(encoding="utf-8"), path.name, ours=True)
        found[path.stem] = " ".join(str(data["policy"]["description"]).split())
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
    if named is not None:
        return _built(desk, read_policy_file(named), Path(named).parent)
    if settings.policy is None:
        return Policy()
    around = settings.config_file.parent if settings.config_file is not None else Path()
    if isinstance(settings.policy, str):
        return _built(desk, read_policy_file(settings.policy, around), (around / settings.policy).parent)
    text = settings.config_file.read_text(encoding="utf-8") if settings.config_file is not None else ""
    return _built(desk, read_data(settings.policy, str(settings.config_file), text, ("policy",)), around)


def _built(desk: Desk, written: Written, around: Path, built_on: tuple[Path, ...] = ()) -> Policy:
    """A policy with what it builds on.

    Raises:
        UsageError: One of them cannot be read, or they build on each other in a circle.
    """
    own = settle(desk.knowledge, written)
    base = written.policy.extends
    if base is None:
        return own
    place = (around / base).resolve()
    if place in built_on or len(built_on) >= MOST_BASES:
        raise written.wrong(("extends",), "policies build on each other in a circle, or too deep", "leave out one `extends`")
    try:
        read = read_policy_file(base, around)
    except UsageError as error:
        raise written.wrong(("extends",), error.message, error.hint or "name a file, from where this one stands") from error
    return extend(_built(desk, read, place.parent, (*built_on, place)), own, frozenset(written.policy.model_fields_set))


def read_policy_file(named: str, around: Path = Path()) -> Written:
    """A policy by file, or by the name of one that travels with the program.

    Args:
        named: The file or the name.
        around: From where a relative path leads.

    Raises:
        UsageError: There is none, or it says something that we do not know.
    """
    path = around / named
    samples = sample_policies()
    if not path.is_file() and named in samples:
        path = resource_dir("data") / SAMPLES / f"{named}.yaml"
    try:
        if path.is_dir():
            raise UsageError(f"policy `{named}` is a folder", "name the file in it")
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise UsageError(f"policy `{named}` cannot be read: it is no file", "name a file")
        # One byte more than is taken, so that a file that grows is bounded, too.
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise UsageError(f"`{named}` is larger than {MAX_BYTES:,} bytes", "it is no policy")
        text = data.decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else "it is no path"
        hint = nearest(named, samples) or f"name a file, or one of {', '.join(samples)}"
        raise UsageError(f"policy `{named}` cannot be read: {reason}", hint) from error
    return read_text(text, named)


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
        raise UsageError(f"`{sample}` is not a policy that travels with the program", nearest(sample, samples) or f"there are {', '.join(samples)}")
    return (resource_dir("data") / SAMPLES / f"{sample}.yaml").read_text(encoding="utf-8")


def explain_code(code: str) -> dict[str, str]:
    """What the code of a finding means, and how it is mended.

    Raises:
        UsageError: There is no such code.
    """
    entry = CODES.get(code.upper())
    if entry is None:
        raise UsageError(f"`{code}` is not the code of a finding", nearest(code, CODES) or f"the codes are {', '.join(CODES)}")
    return {"code": entry.code, "title": entry.title, "severity": entry.severity, "fixable_by": entry.fixable_by, "fix": entry.fix}
