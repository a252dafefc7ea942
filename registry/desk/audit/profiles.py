"""What an audit finds of every profile: worked out once a profile, counted for all the models that share it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from registry.findings.derivation import Look
from registry.findings.finding import NAME, Finding
from registry.findings.profile import profile_findings
from registry.findings.tally import Wanted
from registry.knowledge.store import Knowledge
from registry.lineage.bindings import Binding, Conflict
from registry.lineage.conflicts import find_conflicts
from registry.lineage.judge import ANY_SUBJECT, Judge
from registry.terms.facts import Use

NAME_BREAKS = Finding("LIC201", NAME, f"The name `{NAME}` does not follow the rule of an ancestor.")
"""Stands for the rule that a name breaks where models are counted."""


@dataclass(frozen=True, slots=True)
class AuditedProfile:
    """What is found of the models of one profile.

    Attributes:
        findings: The findings asked for, of a model without a name.
        derived: Whether any of them names an ancestor, so that it differs from model to model.
        verdict: What the use comes to.
    """

    findings: tuple[Finding, ...]
    derived: bool
    verdict: str


class Auditor:
    """Finds, for one use under one interpretation.

    Args:
        knowledge: The licences.
        use: The facts.
        interpretation: Name of the interpretation.
        wanted: Which findings are asked for.
    """

    def __init__(self, knowledge: Knowledge, use: Use, interpretation: str, wanted: Wanted) -> None:
        self.knowledge = knowledge
        self.wanted = wanted
        self.judge = Judge(knowledge.evaluator, knowledge.license_of, knowledge.expression_of, use, knowledge.interpretation(interpretation))
        self.look = Look(self.judge.interpretation, knowledge.license_of, knowledge.expression_of, lambda binding: self.judge.of_binding(binding, ANY_SUBJECT))
        self._conflicts: dict[frozenset[tuple[str, str]], tuple[Conflict, ...]] = {}

    def conflicts(self, bindings: Iterable[Binding]) -> tuple[Conflict, ...]:
        """The clashes among bindings under the interpretation; they hang on licences and reaches alone, so they are found once for each set."""
        flowing = [each for each in bindings if self.judge.binds_weights(each) or each.reach == "output-model"]
        key = frozenset((each.license, each.reach) for each in flowing)
        if key not in self._conflicts:
            self._conflicts[key] = find_conflicts(flowing, self.knowledge.license_of)
        return self._conflicts[key]

    def of_profile(self, bindings: frozenset[Binding]) -> AuditedProfile:
        """What is found of the models that have these bindings; their names are looked at apart."""
        conflicts = self.conflicts(bindings)
        found = tuple(finding for finding in profile_findings(bindings, conflicts, self.look) if self.wanted.keeps(finding.code))
        verdict = self.judge.rank_of(bindings, conflicts).word
        return AuditedProfile(found, any(finding.ancestors for finding in found), verdict)

    def with_name(self, profile: AuditedProfile, name_breaks: bool) -> tuple[Finding, ...]:
        """What is found of a model of a profile, its name taken along."""
        return (*profile.findings, NAME_BREAKS) if name_breaks and self.wanted.keeps(NAME_BREAKS.code) else profile.findings


def audit_profiles(auditor: Auditor, profiles: Mapping[int, frozenset[Binding]]) -> dict[int, AuditedProfile]:
    """What is found of every profile, by its number."""
    return {number: auditor.of_profile(bindings) for number, bindings in profiles.items()}
