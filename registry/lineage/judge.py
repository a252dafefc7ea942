"""Judging: what all the bindings of a model together make of a use.

A use is evaluated once a binding; a model's outcome is the meet over its bindings, raised by conflicts among them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from registry.errors import UnknownLicenseError
from registry.lineage.bindings import Binding, Conflict
from registry.terms.acts import Capacity
from registry.terms.combine import Expression, evaluate_expression, license_ids, meet, soften
from registry.terms.conditions import Condition, FactTest
from registry.terms.evaluate import Evaluator
from registry.terms.facts import Use
from registry.terms.interpretation import Interpretation
from registry.terms.license import License
from registry.terms.outcome import Outcome, Reason
from registry.terms.partial import Subject
from registry.terms.publish import lost_under
from registry.terms.simplify import conjunction, disjunction, negation
from registry.terms.verdict import Verdict

ANY_SUBJECT = Subject()
WEIGHT_REACH = frozenset({"original", "derivative", "copy"})


@dataclass(slots=True)
class Judge:
    """Evaluates bindings, each once for a use and an interpretation.

    Attributes:
        evaluator: Evaluates one licence.
        license_of: A licence by id.
        expression_of: The expression behind a binding's licence string.
        use: The use in question.
        interpretation: How unsettled points are taken.
        change_is_lineage: The stated change of weights is the step from the bases to the model, not a further one.
        is_student: That step crosses outputs.
    """

    evaluator: Evaluator
    license_of: Callable[[str], License | None]
    expression_of: Callable[[str], Expression]
    use: Use
    interpretation: Interpretation
    change_is_lineage: bool = False
    is_student: bool = False
    _known: dict[tuple[Binding, Subject], Outcome] = field(default_factory=dict)

    def of_binding(self, binding: Binding, subject: Subject) -> Outcome:
        """The outcome of one binding; its own release month and modality stand in for the subject's."""
        own = replace(subject, released_on=binding.released or subject.released_on, modality=binding.modality or subject.modality)
        key = (binding, own)
        if key not in self._known:
            self._known[key] = self._evaluate(binding, own)
        return self._known[key]

    def _evaluate(self, binding: Binding, subject: Subject) -> Outcome:
        if self._is_unlicensed_data(binding):
            return Outcome(Verdict.PERMITTED, ())
        if not binding.points:
            return self._in_reach(binding, binding.reach, subject)
        settled = self.interpretation.settle(binding.points)
        if settled == "binds":
            return self._in_reach(binding, binding.reach, subject)
        unbound = self._in_reach(binding, binding.otherwise or "none", subject)
        if settled == "ask":
            return soften(self._in_reach(binding, binding.reach, subject), unbound)
        return unbound

    def _is_unlicensed_data(self, binding: Binding) -> bool:
        """A dataset without a known licence says nothing that could bind weights; a finding tells of it instead."""
        license = self.license_of(binding.license)
        return license is not None and license.placeholder is not None and "data" in (binding.reach, binding.otherwise)

    def _in_reach(self, binding: Binding, reach: str, subject: Subject) -> Outcome:
        if reach == "none":
            return Outcome(Verdict.PERMITTED, ())
        taught = binding.taught
        if taught == "foundation-model" and self.use.stated.get("outputs_train") == "narrow-model":
            taught = "narrow-model"  # only the asker can say that a student is narrow
        capacity = Capacity(reach, taught, self.change_is_lineage)
        # In a hypothetical lineage the stated training is the step over the outputs edge, not a further one.
        use = self.use.with_facts(outputs_train="none") if self.is_student and taught is None else self.use

        def evaluate(name: str) -> Outcome:
            license = self.license_of(name)
            if license is None:
                raise UnknownLicenseError(f"`{name}` is not a licence of this knowledge", "run `licet db upgrade` to read the knowledge anew")
            return self.evaluator.evaluate(license, use, self.interpretation, subject, capacity)

        return evaluate_expression(self.expression_of(binding.license), evaluate)

    def of_model(self, bindings: Iterable[Binding], subject: Subject, conflicts: Iterable[Conflict] = ()) -> Outcome:
        """The outcome of a model under all that binds it.

        Where the use asks about publishing it under a licence, its own licence gives way to that one: the asker owns the
        derivative, so only what flows from ancestors counts, and each burden that the new licence drops bars it.
        """
        held = sorted(bindings, key=lambda binding: (binding.reach != "original", binding.license, binding.reach))
        published = self.use.value("published_under")
        inherited = [binding for binding in held if binding.reach != "original"]
        if isinstance(published, str) and any(self.binds_weights(binding) for binding in inherited):
            held = inherited
        parts = [self.of_binding(binding, subject) for binding in held]
        parts += [self._conflict(conflict) for conflict in conflicts]
        if isinstance(published, str):
            parts += [self._published(binding, published) for binding in held if self._flows(binding)]
        return meet(parts)

    def rank_of(self, bindings: Iterable[Binding], conflicts: Iterable[Conflict] = ()) -> Verdict:
        """The verdict of a profile alone: a maximum over bindings that are each evaluated once."""
        if self.use.value("published_under") is not None:
            return self.of_model(bindings, ANY_SUBJECT, conflicts).verdict
        worst = max((self.of_binding(binding, ANY_SUBJECT).verdict for binding in bindings), default=Verdict.PERMITTED)
        return max([worst, *(self._conflict(conflict).verdict for conflict in conflicts)])

    def binds_weights(self, binding: Binding) -> bool:
        """Whether the binding reaches the model as its weights' own terms, under this interpretation."""
        if binding.points and self.interpretation.settle(binding.points) not in ("binds", "ask"):
            return binding.otherwise in WEIGHT_REACH
        return binding.reach in WEIGHT_REACH

    def _flows(self, binding: Binding) -> bool:
        return self.binds_weights(binding) or binding.reach == "output-model"

    def _published(self, binding: Binding, published: str) -> Outcome:
        """What publishing under an expression drops of what a binding's expression puts on derivatives.

        Of licences that recipients may choose from, each has to keep it; of licences that one may choose from as an heir, it
        is enough that one can be kept.
        """
        reach = "derivative" if self.binds_weights(binding) else "output-model"
        under = self.expression_of(published)
        labels = [self.license_of(name) for name in license_ids(under)]
        if any(label is None or label.placeholder for label in labels):
            reason = Reason(published, None, "-", "decides", Verdict.UNDETERMINED, f"`{published}` leads to no known text, so what it keeps is not known.")
            return Outcome(Verdict.UNDETERMINED, (), (reason,))
        lost = lost_under(under, self.expression_of(binding.license), reach, self.license_of)
        if not lost:
            return Outcome(Verdict.PERMITTED, ())
        soft = all(burden.term.confidence != "text-read" for _, burden in lost)
        reasons = tuple(
            Reason(
                ancestor.id,
                burden.term,
                burden.term.section,
                "decides",
                Verdict.PROHIBITED,
                f"Publishing under {published} drops a term that flows on: {burden.term.summary}",
                f"publish under {ancestor.id}, or keep this term",
            )
            for ancestor, burden in lost
        )
        verdict = Verdict.UNDETERMINED if soft else Verdict.PROHIBITED
        return Outcome(verdict, (), reasons, curable=not soft, leaning=Verdict.PROHIBITED if soft else None)

    def _conflict(self, conflict: Conflict) -> Outcome:
        """A conflict bars the acts on which the licences clash."""
        left: list[Condition] = []
        barred = False
        for act in self.evaluator.vocabulary.acts.values():
            if act.name not in conflict.acts:
                continue
            value = self.use.value(act.fact)
            if value is None:
                left.append(FactTest(act.fact, act.values))
            elif isinstance(value, frozenset):
                barred |= not value.isdisjoint(act.values)
            else:
                barred |= value in act.values
        effect = Verdict.PROHIBITED if barred else Verdict.CONDITIONAL
        if not barred and not left:
            return Outcome(Verdict.PERMITTED, ())
        reason = Reason(" + ".join(conflict.licenses), None, "-", "decides", effect, conflict.summary, "replace one of the ancestors")
        return Outcome(effect, (), (reason,), open=None if barred else conjunction([negation(disjunction(left))]))


def outcomes_by_interpretation(judges: Mapping[str, Judge], bindings: Iterable[Binding], subject: Subject, conflicts: Iterable[Conflict]) -> dict[str, Verdict]:
    """The verdict under every interpretation, to say which ones flip it."""
    held, clashes = list(bindings), list(conflicts)
    return {name: judge.of_model(held, subject, clashes).verdict for name, judge in judges.items()}
