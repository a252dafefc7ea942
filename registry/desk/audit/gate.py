"""What ends an audit of an application with exit code 1: words of `--fail-on` that what is still open meets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry.findings.codes import SEVERITIES
from registry.terms.verdict import VERDICT_WORDS

if TYPE_CHECKING:
    from registry.desk.audit.application import ApplicationAudit

EXPIRED = "POL008"
"""The code of an exception that has run out: it ends an audit with exit code 1 unless nothing is to."""

USUAL = ("prohibited", "needs-permission", "policy")
"""What ends an audit of an application with exit code 1, where neither a flag nor the policy says otherwise."""


def words_to_fail_on(policy: tuple[str, ...] | None, given: str | None) -> tuple[str, ...]:
    """What ends the audit with exit code 1: what the flag says, else the policy, else what is usual.

    Args:
        policy: What the policy says; None where it says nothing.
        given: What the flag says.

    Raises:
        UsageError: A word is neither a code, a severity, a verdict nor `policy`.
    """
    from registry.desk.audit.models import check_words

    usual = policy if policy is not None else USUAL
    words = tuple(word.strip() for word in given.split(",") if word.strip()) if given is not None else usual
    words = tuple(word for word in words if word != "none")
    check_words(word for word in words if word != "policy")
    return words


def refusals(audit: ApplicationAudit, words: Sequence[str]) -> list[str]:
    """Which of these words are met by what is still open, and how often."""
    return met_words(words, [Counted(each.finding.subject, each.finding.code, each.severity, each.verdict) for each in audit.told if each.status == "open"])


def new_refusals(changes: Mapping[str, Any], words: Sequence[str]) -> list[str]:
    """Which of these words are met by what a comparison shows to be new, or to count now and not before."""
    findings = changes["findings"]
    come = [each for each in findings["new"] if each["status"] == "open"] + [each for each in findings["changed"] if each["worse"]]
    return met_words(words, [Counted(each["subject"], each["code"], each["severity"], each["verdict"]) for each in come])


@dataclass(frozen=True, slots=True)
class Counted:
    """A finding that counts, as far as words of `--fail-on` ask: whom it is about, its code, how grave it is, and from which verdict it comes."""

    subject: str
    code: str
    severity: str
    verdict: str | None


def met_words(words: Sequence[str], kept: Sequence[Counted]) -> list[str]:
    """Which of these words are met by some findings, and how often; an exception that has run out is met by any."""
    met = []
    for word in words:
        if word == "policy":
            count = sum(each.code.startswith("POL") and each.severity == "error" for each in kept)
        elif word in VERDICT_WORDS:
            count = len({each.subject for each in kept if each.verdict == word})
        elif word in SEVERITIES:
            count = sum(SEVERITIES.index(each.severity) >= SEVERITIES.index(word) for each in kept)
        else:
            count = sum(each.code.startswith(word.upper()) and each.severity != "note" for each in kept)
        if count:
            met.append(f"{word}: {count:,}")
    expired = sum((each.code, each.severity) == (EXPIRED, "error") for each in kept)
    if expired and words and not any(word in ("policy", *SEVERITIES) or EXPIRED.startswith(word.upper()) for word in words):
        met.append(f"{EXPIRED}: {expired:,}")
    return met


def is_open(audit: ApplicationAudit) -> bool:
    """Whether anything in use is only allowed under conditions, or not known."""
    return any(each.status == "open" and each.finding.code in ("LIC308", "LIC309", "LIC310") for each in audit.told)
