"""Holding what an application uses against a policy: what is refused, and which exceptions cover a finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
        any_of: Where one may choose between licences, the sets of them that one may choose; each set binds whole.
    """

    id: str
    type: str | None = None
    family: str | None = None
    evidence: str = "declared"
    any_of: tuple[tuple[UsedLicense, ...], ...] = ()


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
        lacking: Of the duties of this use, by their word, what there is to say where they are not shown to be done.
    """

    name: str
    about: str = "model"
    licenses: tuple[UsedLicense, ...] = ()
    developer: str | None = None
    country: str | None = None
    hosts: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


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
    found = [finding for license in used.licenses for finding in _of_license(policy, used, license)]
    found += _named(policy, used)
    found += [Finding("POL007", used.name, summary, details=(duty,)) for duty in dict.fromkeys(policy.duties_shown) for summary in used.lacking.get(duty, ())]
    return found


def _of_license(policy: Policy, used: Used, license: UsedLicense) -> list[Finding]:
    """What a policy refuses of one licence; of several to choose from, nothing where one choice is let through."""
    if license.any_of:
        refused = [[finding for each in choice for finding in _of_license(policy, used, each)] for choice in license.any_of]
        return [] if any(not each for each in refused) else refused[0]
    found: list[Finding] = []
    if policy.choice("license_types").refuses(license.type):
        what = f"of type {license.type}" if license.type else "of no known type"
        found.append(Finding("POL001", used.name, f"The policy does not allow licences {what}, and {license.id} binds {used.name}.", license.id))
    if policy.choice("families").refuses(license.family):
        summary = f"The policy does not allow the family {license.family or 'of no name'}, to which {license.id} belongs."
        found.append(Finding("POL002", used.name, summary, license.id))
    elif policy.choice("licenses").refuses(license.id):
        found.append(Finding("POL002", used.name, f"The policy does not allow {license.id}, which binds {used.name}.", license.id))
    if policy.minimum_evidence is not None and _weaker(license.evidence, policy.minimum_evidence):
        summary = f"The policy asks for licences that are {policy.minimum_evidence}; {license.id} of {used.name} is {license.evidence}."
        found.append(Finding("POL006", used.name, summary, license.id))
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
            yield Finding("POL004", used.name, f"The policy does not allow {_HOSTS.get(host, host)}, through which {used.name} is reached.", details=(host,))
    names = (used.name,) if used.about == "dataset" else used.datasets
    for name in names:
        if _refuses_dataset(policy.choice("datasets"), name, used.about):
            yield Finding("POL005", used.name, f"The policy does not allow the dataset {name.removeprefix('dataset:')}.", ancestors=(name,))


_HOSTS = {"compatible": "a server at an address of your own (`compatible`)", "other": "a host that is not known (`other`)"}
"""The words of the scanner for hosts that have no name."""


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
        standing = tuple(policy.within + file for file in files)
        covering = [waiver for waiver in policy.waivers if waiver.covers(finding.code, finding.subject, standing)]
        holding = next((waiver for waiver in covering if waiver.holds(on)), None)
        for waiver in covering:
            needed[waiver] = True
        if holding is not None:
            waived.append((finding, holding))
        else:
            kept.append(finding)
    expired = tuple(waiver for waiver in policy.waivers if waiver in needed and not waiver.holds(on))
    return Judged(tuple(kept), tuple(waived), expired, tuple(waiver for waiver in policy.waivers if waiver not in needed))
