"""Holding what an application uses against a policy: what is refused, and which exceptions cover a finding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from registry.findings.finding import Finding
from registry.lineage.graph import EVIDENCE
from registry.policy.policy import Choice, Policy, Waiver


@dataclass(frozen=True, slots=True)
class UsedLicense:
    """A licence that binds something in use.

    Attributes:
        id: Its id.
        type: Its type.
        family: Its family.
        evidence: What it is known by.
    """

    id: str
    type: str | None = None
    family: str | None = None
    evidence: str = "declared"


@dataclass(frozen=True, slots=True)
class Used:
    """A model or dataset in use, as far as a policy asks.

    Attributes:
        name: Its name.
        about: `model` or `dataset`.
        licenses: What binds it.
        developer: Who made it.
        country: Where that is domiciled.
        hosts: Through whom it is reached.
        datasets: What it was trained on, as far as recorded.
        duties: The duties of this use, by their word.
        shown: Those of them that are shown to be done.
    """

    name: str
    about: str = "model"
    licenses: tuple[UsedLicense, ...] = ()
    developer: str | None = None
    country: str | None = None
    hosts: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    shown: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Judged:
    """Findings after the exceptions were looked at.

    Attributes:
        kept: What is still to be mended.
        waived: What an exception covers, with it.
        expired: Exceptions that are needed and no longer hold.
        unused: Exceptions that cover nothing.
    """

    kept: tuple[Finding, ...] = ()
    waived: tuple[tuple[Finding, Waiver], ...] = ()
    expired: tuple[Waiver, ...] = ()
    unused: tuple[Waiver, ...] = field(default=())


def breaches(policy: Policy, used: Used) -> list[Finding]:
    """What a policy refuses of something in use."""
    found: list[Finding] = []
    for license in used.licenses:
        if policy.choice("license_types").refuses(license.type):
            what = f"of type {license.type}" if license.type else "of no known type"
            found.append(Finding("POL001", used.name, f"The policy does not allow licences {what}, and {license.id} binds {used.name}.", license.id))
        if policy.choice("families").refuses(license.family):
            found.append(
                Finding(
                    "POL002", used.name, f"The policy does not allow the family {license.family or 'of no name'}, to which {license.id} belongs.", license.id
                )
            )
        elif policy.choice("licenses").refuses(license.id):
            found.append(Finding("POL002", used.name, f"The policy does not allow {license.id}, which binds {used.name}.", license.id))
        if policy.minimum_evidence is not None and _weaker(license.evidence, policy.minimum_evidence):
            summary = f"The policy asks for licences that are {policy.minimum_evidence}; {license.id} of {used.name} is {license.evidence}."
            found.append(Finding("POL006", used.name, summary, license.id))
    found += _named(policy, used)
    missing = [duty for duty in policy.duties_shown if duty in used.duties and duty not in used.shown]
    found += [Finding("POL007", used.name, f"The policy asks that the duty {duty} of {used.name} be shown to be done.", details=(duty,)) for duty in missing]
    return found


def _named(policy: Policy, used: Used) -> Iterable[Finding]:
    """What is refused by name: models, developers, countries, hosts, datasets."""
    if used.about == "model" and policy.choice("models").refuses(used.name):
        yield Finding("POL003", used.name, f"The policy does not allow the model {used.name}.")
    if used.about == "model" and policy.choice("developers").refuses(used.developer):
        yield Finding("POL003", used.name, f"The policy does not allow models of {used.developer or 'a developer that is not known'}.")
    if used.about == "model" and policy.choice("countries").refuses(used.country):
        where = f"domiciled in {used.country}" if used.country else "whose country is not recorded"
        yield Finding("POL003", used.name, f"The policy does not allow developers {where}; {used.developer or used.name} is one.")
    for host in used.hosts:
        if policy.choice("hosts").refuses(host):
            yield Finding("POL004", used.name, f"The policy does not allow {host}, through which {used.name} is reached.")
    names = (used.name,) if used.about == "dataset" else used.datasets
    for name in names:
        if _refuses_dataset(policy.choice("datasets"), name, used.about):
            yield Finding("POL005", used.name, f"The policy does not allow the dataset {name.removeprefix('dataset:')}.", ancestors=(name,))


def _refuses_dataset(choice: Choice, name: str, about: str) -> bool:
    plain = name.removeprefix("dataset:")
    # What is allowed is meant for what the application itself takes; nobody lists every dataset that a model was trained on.
    return choice.refuses(plain) if about == "dataset" else replace(choice, allow=None).refuses(plain)


def _weaker(evidence: str, least: str) -> bool:
    order = {word: rank for rank, word in enumerate(EVIDENCE)}
    return order.get(evidence, -1) < order.get(least, -1)


def apply_waivers(policy: Policy, findings: Iterable[tuple[Finding, tuple[str, ...]]], on: str) -> Judged:
    """Set aside what an exception covers on a day.

    Args:
        policy: The policy.
        findings: The findings, each with the files that show it.
        on: The day.
    """
    kept: list[Finding] = []
    waived: list[tuple[Finding, Waiver]] = []
    needed: dict[Waiver, bool] = {}
    for finding, files in findings:
        covering = [waiver for waiver in policy.waivers if waiver.covers(finding.code, finding.subject, files)]
        holding = next((waiver for waiver in covering if waiver.holds(on)), None)
        for waiver in covering:
            needed[waiver] = True
        if holding is not None:
            waived.append((finding, holding))
        else:
            kept.append(finding)
    expired = tuple(waiver for waiver in policy.waivers if waiver in needed and not waiver.holds(on))
    return Judged(tuple(kept), tuple(waived), expired, tuple(waiver for waiver in policy.waivers if waiver not in needed))
