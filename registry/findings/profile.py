"""Findings of a profile: what is found of every model that shares it, worked out once.

A profile knows which licences reach its models and in what capacity, but neither their names nor whom each licence came
from. So these findings say which codes, licences and clauses there are, and count models; the name, the ancestor and the
path of one model are filled in by `derivation_findings` where that model is shown.
"""

from __future__ import annotations

from collections.abc import Iterable

from registry.findings.derivation import Derivation, Look, derivation_findings
from registry.findings.finding import NAME, Finding
from registry.lineage.bindings import Binding, Conflict
from registry.lineage.graph import Edge
from registry.lineage.trace import Way

SOMEBODY = "an ancestor"
"""Stands for the ancestor that a licence came from."""

_BY_DATA = (Edge(NAME, SOMEBODY, "trained-on"),)
_BY_WEIGHTS = (Edge(NAME, SOMEBODY, "finetune"),)


def profile_findings(bindings: Iterable[Binding], conflicts: tuple[Conflict, ...], look: Look) -> tuple[Finding, ...]:
    """The findings of every model that has these bindings; those on its name (LIC201) are left to whoever knows the name.

    Args:
        bindings: All bindings of the profile.
        conflicts: Its clashes under the interpretation of `look`.
        look: How licences are looked up.
    """
    held = sorted(bindings, key=lambda each: (each.license, each.reach, each.points, each.released or "", each.modality or "", each.taught or ""))
    own = tuple(binding.license for binding in held if not is_inherited(binding))
    return tuple(derivation_findings(Derivation(NAME, own, {binding: _way(binding) for binding in held}, conflicts), look))


def is_inherited(binding: Binding) -> bool:
    """Whether a binding comes from an ancestor: no relation passes a licence on as the model's own."""
    return binding.reach != "original"


def _way(binding: Binding) -> Way:
    if not is_inherited(binding):
        return Way(NAME)
    # What came through a dataset reaches as data wherever it does not bind, and stays data over every later relation.
    return Way(SOMEBODY, _BY_DATA if "data" in (binding.reach, binding.otherwise) else _BY_WEIGHTS)
