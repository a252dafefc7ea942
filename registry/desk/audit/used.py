"""What an application uses: its references, gathered by the model or dataset that they come to in the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry.desk.hosted_names import candidates
from registry.errors import UnknownModelError, UsageError
from registry.policy.policy import Policy
from registry.scanner.reference import CONFIDENCES, Reference

if TYPE_CHECKING:
    from registry.desk.answer import Answer
    from registry.desk.audit.hub import HubLookup
    from registry.desk.session import Desk
    from registry.terms.facts import Use

ASIDE = ("test", "docs")
"""Places that are no part of what is shipped."""

ONLY_NAMED = "missing-ancestor"
"""What stands for the licence of a model of which the catalogue has nothing but the name."""

COMMIT = 40
"""So many digits name a commit."""

HOSTED = ("api",)
"""Kinds of references through which somebody else's machine is asked."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One model or dataset that an application uses.

    Attributes:
        name: Its name: in the catalogue, or as written.
        about: `model` or `dataset`.
        references: Where it is named.
        recorded: Whether the catalogue has it.
        answer: What the use comes to for it, where something is known of it.
    """

    name: str
    about: str
    references: tuple[Reference, ...]
    recorded: bool
    answer: Answer | None = None

    @property
    def aside(self) -> bool:
        """Whether it stands only in tests and documents."""
        return all(each.place in ASIDE for each in self.references)

    @property
    def files(self) -> tuple[str, ...]:
        """The files that name it."""
        return tuple(dict.fromkeys(each.file for each in self.references))

    @property
    def hosts(self) -> tuple[str, ...]:
        """Through whom it is reached, where that is somebody else."""
        return tuple(sorted({each.provider for each in self.references if each.kind in HOSTED and each.provider}))

    @property
    def first(self) -> Reference:
        """The reference that shows it best: in what is shipped, surest, first."""
        return min(self.references, key=lambda each: (each.place in ASIDE, -CONFIDENCES.index(each.confidence), each.file, each.line))


def things_of(desk: Desk, references: Iterable[Reference], use: Use, reading: str, policy: Policy, hub: HubLookup | None = None) -> list[Thing]:
    """What references come to, each judged once.

    Files that the policy leaves out, mere mentions, names that could not be followed and the application's own files count for nothing here.

    Args:
        desk: The desk.
        references: The references.
        use: The facts of the use.
        reading: How unsettled points are taken.
        policy: The policy.
        hub: Who is asked about names that the catalogue does not have; nobody, if None.
    """
    groups: dict[tuple[str, str, str | None], list[Reference]] = {}
    for each in references:
        rule = policy.rule_for(each.file)
        if (
            each.is_use
            and each.resolved is not None
            and each.provider not in ("local", "web")
            and each.kind != "artifact"
            and not (rule is not None and rule.ignore)
        ):
            groups.setdefault((each.about, each.name, each.provider), []).append(each)
    uses = {key: use_through(group, use) for key, group in groups.items()}
    answers = {key: _answer(desk, group[0], uses[key], reading) for key, group in groups.items()}
    if hub is not None:
        hub.look_up(_named(*key) for key, answer in answers.items() if answer is None and key[2] == "hub")
    found: dict[tuple[str, str], Thing] = {}
    for (about, name, provider), group in groups.items():
        answer = answers[about, name, provider]
        recorded = answer is not None
        if answer is None and hub is not None and provider == "hub":
            answer = hub.answer(_named(about, name), uses[about, name, provider], reading, group[0].revision)
        called = answer.question.subject if answer is not None else _named(about, name)
        known = found.get((about, called))
        merged = (*known.references, *group) if known is not None else tuple(group)
        found[about, called] = Thing(called, about, merged, recorded, answer)
    return sorted(found.values(), key=lambda thing: (thing.aside, thing.about, thing.name))


def use_through(references: Iterable[Reference], use: Use) -> Use:
    """The use as far as it can be one of what is only asked through somebody's API: its weights are neither changed nor given away."""
    if any(each.kind not in HOSTED for each in references):
        return use
    ways = use.stated.get("distribution")
    if isinstance(ways, frozenset) and "weights" in ways:
        use = use.with_facts(distribution=(ways - {"weights"}) or frozenset({"internal"}))
    return use.without("modified") if use.stated.get("modified") is True else use


def _named(about: str, name: str, provider: str | None = None) -> str:
    """A name as a reference to the catalogue or the Hub."""
    return f"dataset:{name}" if about == "dataset" else name


def _answer(desk: Desk, reference: Reference, use: Use, reading: str) -> Answer | None:
    from registry.desk.check import answer_model

    for name in candidates(reference):
        try:
            given = answer_model(desk, name, use, reading, suggest=False)
        except (UnknownModelError, UsageError):
            continue
        if given.question.graph.nodes[given.question.subject].licenses != (ONLY_NAMED,):
            return given
    return None


def developer_of(desk: Desk, thing: Thing) -> tuple[str | None, str | None]:
    """Who made a model and where that is domiciled, as recorded."""
    from registry.catalogue.queries.find_model import find_model
    from registry.catalogue.queries.model_detail import read_model

    if thing.references[0].kind == "artifact":
        return None, None
    if not thing.recorded or thing.about != "model":
        return (thing.name.partition("/")[0] if "/" in thing.name else None), None
    with desk.catalogue.reading() as connection:
        detail = read_model(connection, find_model(connection, thing.name).id)
    return (detail.developer.name, detail.developer.country) if detail.developer is not None else (None, None)


def recorded_state(desk: Desk, name: str) -> tuple[str | None, list[str]]:
    """The commit of a model that was recorded last, None where none is, and the digests of licence texts that were seen with it."""
    from registry.catalogue.queries.find_model import find_model
    from registry.catalogue.queries.model_detail import read_model

    with desk.catalogue.reading() as connection:
        detail = read_model(connection, find_model(connection, name).id)
    commits = [each for each in detail.revisions if len(each.commit) == COMMIT and all(character in "0123456789abcdef" for character in each.commit)]
    newest = max(commits, key=lambda each: (each.committed_on or "", commits.index(each))).commit if commits else None
    return newest, sorted({each.text_digest for each in detail.statements if each.text_digest is not None})


def trained_on(answer: Answer) -> tuple[str, ...]:
    """The datasets in the lineage of a model, as far as recorded."""
    return tuple(sorted(name for name in answer.question.graph.nodes if name.startswith("dataset:")))


def reference_to_data(reference: Reference, thing: Thing | None) -> dict[str, Any]:
    """A reference as an item of `references` in `licet.audit/1`. Keys are only ever added."""
    return {
        "model": reference.name,
        "file": reference.file,
        "line": reference.line,
        "kind": reference.kind,
        "text": reference.snippet,
        "resolved": reference.resolved,
        "about": reference.about,
        "written": reference.written,
        "column": reference.column,
        "cell": reference.cell,
        "provider": reference.provider,
        "library": reference.library,
        "revision": reference.revision,
        "confidence": reference.confidence,
        "place": reference.place,
        "ignored": list(reference.ignored),
        "calls": [{"file": call.file, "line": call.line, "callee": call.callee} for call in reference.calls],
        "recorded_as": thing.name if thing is not None and thing.recorded else None,
    }
