"""One licence, whole and alone, for one use: the verdict with its reasons.

The acts of the use are a pure function of its facts. Every act needs a grant; a bar that holds refuses; a duty that fires
obliges; a gate that is not passed refuses until it is. Unknown facts leave a residual, which makes the answer conditional.
Grants of one licence never answer for another.
"""

from __future__ import annotations

from registry.terms.acts import ORIGINAL, Capacity, acts_of, taught_use
from registry.terms.bars import weigh_bar
from registry.terms.case import Case
from registry.terms.duties import weigh_duty
from registry.terms.facts import Use
from registry.terms.grants import weigh_grants
from registry.terms.interpretation import Interpretation
from registry.terms.license import License
from registry.terms.outcome import Outcome, Reason
from registry.terms.partial import Situation, Subject
from registry.terms.verdict import Verdict
from registry.terms.vocabulary import Vocabulary

UNKNOWN_SUBJECT = Subject()


class Evaluator:
    """Evaluates licences against uses with one vocabulary.

    Args:
        vocabulary: The closed words.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def evaluate(
        self, license: License, use: Use, interpretation: Interpretation, subject: Subject = UNKNOWN_SUBJECT, capacity: Capacity = ORIGINAL
    ) -> Outcome:
        """The outcome of one licence for one use.

        Args:
            license: The licence.
            use: The facts.
            interpretation: How unsettled points are taken.
            subject: The model that is used, as far as terms read it.
            capacity: How the licence reaches that model.
        """
        if license.placeholder:
            return _without_text(license, capacity)
        if capacity.taught is not None:
            use = taught_use(use, capacity.taught)
        situation = Situation(use, self.vocabulary, subject, license.released)
        case = Case(license, acts_of(self.vocabulary, license, use, interpretation, capacity), situation, interpretation, self.vocabulary)
        for term in license.terms:
            if term.kind == "bar":
                weigh_bar(case, term)
            elif term.kind == "duty":
                weigh_duty(case, term)
        if capacity.reach not in ("output-model", "data"):
            weigh_grants(case)
        return case.conclude()


def _without_text(license: License, capacity: Capacity) -> Outcome:
    """The outcome where no text is known: nothing is granted, or which terms bind is not known."""
    if capacity.reach == "data":
        return Outcome(Verdict.PERMITTED, (license,))  # what binds nobody in the text of a licence binds nobody without one
    if license.placeholder == "nothing-granted":
        summary = license.summary or f"{license.name}: nothing is granted"
        return _refusal(license, Verdict.NEEDS_PERMISSION, summary, "ask the developer")
    return _refusal(license, Verdict.UNDETERMINED, license.summary or f"{license.name}: which terms bind is not known")


def _refusal(license: License, verdict: Verdict, summary: str, cure: str | None = None) -> Outcome:
    return Outcome(verdict, (license,), (Reason(license.id, None, "-", "decides", verdict, summary, cure),))
