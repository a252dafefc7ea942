"""Counting findings: how many models each code, each pair of licences, each developer and each verdict is about.

A model counts once for a code however often it is found of it, so that counting profile by profile and model by model come to the same.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.errors import UsageError
from registry.findings.codes import CODES, SEVERITIES
from registry.findings.finding import Finding

PAIR_CODES = frozenset({"LIC101", "LIC104", "LIC107"})
"""The findings that hold a declared licence against the licence of an ancestor."""

MOST_DEVELOPERS = 100
"""How many developers a summary names; the others are counted."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings are asked for.

    Attributes:
        codes: Codes, none for all.
        severity: The least severity.
    """

    codes: frozenset[str] = frozenset()
    severity: str = SEVERITIES[0]

    def keeps(self, code: str) -> bool:
        """Whether findings of a code are asked for."""
        return (not self.codes or code in self.codes) and SEVERITIES.index(CODES[code].severity) >= SEVERITIES.index(self.severity)


def read_wanted(codes: Iterable[str], severity: str | None) -> Wanted:
    """What is asked for, from words; the beginning of codes (`LIC1`) stands for all that begin so.

    Raises:
        UsageError: A word is neither a code nor the beginning of one.
    """
    found: set[str] = set()
    for word in codes:
        meant = {code for code in CODES if code.startswith(word.upper())}
        if not meant or len(word) < len("LIC"):
            raise UsageError(f"`{word}` is not the code of a finding", f"the codes are {', '.join(CODES)}")
        found |= meant
    return Wanted(frozenset(found), severity or SEVERITIES[0])


@dataclass(slots=True)
class Tally:
    """Counts of models, filled in group by group."""

    models: int = 0
    concerned: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    severities: Counter[str] = field(default_factory=Counter)
    pairs: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    pair_models: Counter[tuple[str, str]] = field(default_factory=Counter)
    developers: list[tuple[int, int, int]] = field(default_factory=list)
    developer_count: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)

    def add(self, findings: Collection[Finding], *, count: int = 1, verdict: str | None = None) -> None:
        """Count models of which all the same is found.

        Args:
            findings: What is found of each of them.
            count: How many they are.
            verdict: What the use comes to for them.
        """
        self.models += count
        if verdict is not None:
            self.verdicts[verdict] += count
        if not findings:
            return
        self.concerned += count
        codes = {finding.code for finding in findings}
        for code in codes:
            self.codes[code] += count
        worst = max((CODES[code].severity for code in codes), key=SEVERITIES.index)
        self.severities[worst] += count
        self._pair(findings, count)

    def _pair(self, findings: Iterable[Finding], count: int) -> None:
        seen: dict[tuple[str, str], set[str]] = {}
        for finding in findings:
            if finding.code in PAIR_CODES and finding.declared is not None and finding.license is not None:
                seen.setdefault((finding.declared, finding.license), set()).add(finding.code)
        for pair, codes in seen.items():
            self.pair_models[pair] += count
            own = self.pairs.setdefault(pair, Counter())
            for code in codes:
                own[code] += count

    def rank_developers(self, concerned: Sequence[int], errors: Sequence[int]) -> None:
        """Name the developers of whose models most is found; the others are counted.

        Args:
            concerned: How many models of each developer, by its number, something was found of.
            errors: Of how many of these an error.
        """
        leading = heapq.nlargest(MOST_DEVELOPERS, range(len(concerned)), key=lambda number: (concerned[number], errors[number], -number))
        self.developers = [(number, concerned[number], errors[number]) for number in leading if concerned[number]]
        self.developer_count = sum(1 for count in concerned if count)

    def to_data(self, names: Mapping[int, str]) -> dict[str, Any]:
        """The summary of `licet.audit/1`. Keys are only ever added.

        Args:
            names: What the developers are called, by their number.
        """
        return {
            "models": self.models,
            "models_with_findings": self.concerned,
            "by_severity": {severity: self.severities[severity] for severity in reversed(SEVERITIES)},
            "by_code": [
                {"code": code, "severity": CODES[code].severity, "title": CODES[code].title, "models": self.codes[code]} for code in CODES if self.codes[code]
            ],
            "by_pair": [
                {"declared": declared, "ancestor": ancestor, "models": count, "codes": dict(sorted(self.pairs[declared, ancestor].items()))}
                for (declared, ancestor), count in sorted(self.pair_models.items(), key=lambda item: (-item[1], item[0]))
            ],
            "by_developer": [
                {"developer": names.get(number, str(number)), "models": concerned, "errors": errors} for number, concerned, errors in self.developers
            ],
            "developers_with_findings": self.developer_count,
            "by_verdict": dict(sorted(self.verdicts.items())),
        }
