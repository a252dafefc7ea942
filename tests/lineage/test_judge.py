"""What all that binds a model makes of a use."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import UnknownLicenseError
from registry.lineage.bindings import Binding, Conflict
from registry.lineage.judge import outcomes_by_interpretation
from registry.terms.combine import Named
from registry.terms.facts import Use
from registry.terms.license import License
from registry.terms.partial import Subject
from registry.terms.verdict import Verdict
from tests.lineage.build import a_graph, a_judge, judge
from tests.terms.build import a_license, a_term, a_use

COMMERCIAL = {"commercial": [True]}
INSIDE = a_use(commercial=True, distribution=["internal"])
GIVEN = a_use(commercial=True, distribution=["weights"], modified=True)
USERS = {"what": "active-users", "at": "once", "anchor": "model-release", "over": 700_000_000}

FREE = a_license(id="free")
ASKS = a_license(a_term("bar", ask="Acme", when=COMMERCIAL), id="asks", ask="Acme")
BARS = a_license(a_term("bar", when=COMMERCIAL), id="bars")
HANGS = a_license(a_term("bar", when={"actor_kind": ["company"]}), id="hangs")
OWES = a_license(a_term("duty", "all", do="display"), id="owes")
LICENSES = (FREE, ASKS, BARS, HANGS, OWES)


def of(
    *bindings: Binding | str,
    use: Use = INSIDE,
    interpretation: str = "mainstream",
    conflicts: tuple[Conflict, ...] = (),
    licenses: tuple[License, ...] = LICENSES,
) -> str:
    """The verdict over bindings; a name stands for a derivative's."""
    made = [Binding(each, "derivative") if isinstance(each, str) else each for each in bindings]
    return a_judge(use, interpretation, *licenses).of_model(made, Subject(), conflicts).verdict.word


def readings(*bindings: Binding, use: Use = INSIDE, licenses: tuple[License, ...] = LICENSES) -> list[str]:
    """The verdicts under strict, mainstream and permissive."""
    return [of(*bindings, use=use, interpretation=name, licenses=licenses) for name in ("strict", "mainstream", "permissive")]


def test_nothing_that_binds_is_a_yes() -> None:
    assert of() == "permitted"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("free",), "permitted"),
        (("free", "hangs"), "conditional"),
        (("free", "asks"), "needs-permission"),
        (("asks", "hangs"), "needs-permission"),
        (("bars", "asks", "free"), "prohibited"),
        (("bars", "hangs", "unstated"), "prohibited"),
        (("unstated", "hangs"), "undetermined"),
        (("none", "unstated"), "needs-permission"),
    ],
)
def test_the_worst_of_all_that_bind_decides(names: tuple[str, ...], expected: str) -> None:
    assert of(*names) == expected
    assert of(*reversed(names)) == expected


def test_a_permissive_label_does_not_loosen_what_an_ancestor_asks() -> None:
    graph = a_graph({"a": "bars", "b": "free"}, "b finetune a")
    assert judge(graph, "b", INSIDE, "mainstream", *LICENSES).verdict == Verdict.PROHIBITED
    assert judge(a_graph({"b": "free"}), "b", INSIDE, "mainstream", *LICENSES).verdict == Verdict.PERMITTED


def test_duties_of_all_licences_are_collected_once() -> None:
    outcome = a_judge(a_use(distribution=["saas"]), "mainstream", *LICENSES).of_model(
        [Binding("owes"), Binding("owes", "derivative"), Binding("free")], Subject()
    )
    assert outcome.verdict == Verdict.WITH_OBLIGATIONS
    assert [duty.license for duty in outcome.obligations] == ["owes"]


def test_a_licence_out_of_this_knowledge_is_an_error_and_no_yes() -> None:
    judged = a_judge(INSIDE)
    judged.expression_of = Named
    with pytest.raises(UnknownLicenseError, match="`gone`"):
        judged.of_model([Binding("gone")], Subject())


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("mit OR cc-by-nc-4.0", "permitted"),
        ("cc-by-nc-4.0 OR mit", "permitted"),
        ("mit AND cc-by-nc-4.0", "needs-permission"),
        ("(mit AND cc-by-nc-4.0) OR apache-2.0", "permitted"),
        ("(mit OR apache-2.0) AND cc-by-nc-4.0", "needs-permission"),
        ("unresolved OR mit", "permitted"),
        ("unresolved AND mit", "undetermined"),
    ],
)
def test_a_choice_is_as_good_as_its_best_and_a_sum_as_bad_as_its_worst(expression: str, expected: str) -> None:
    alone = of("cc-by-nc-4.0")
    assert of(expression) == (alone if expected == "needs-permission" else expected)


def test_an_ancestors_choice_is_a_choice_for_the_descendant() -> None:
    assert judge(a_graph({"a": "mit OR cc-by-nc-4.0", "b": "apache-2.0"}, "b finetune a"), "b", INSIDE).verdict == Verdict.PERMITTED


# Unsettled points


def test_training_data_bind_under_strict_only() -> None:
    binding = Binding("bars", "derivative", points=("data-to-weights",), otherwise="data")
    assert readings(binding) == ["prohibited", "permitted", "permitted"]


def test_a_data_term_that_names_results_binds_under_every_reading() -> None:
    results = a_license(a_term("bar", when=COMMERCIAL, binds={"data-result"}), id="results")
    binding = Binding("results", "derivative", points=("data-to-weights",), otherwise="data")
    assert readings(binding, licenses=(results,)) == ["permitted", "prohibited", "prohibited"]


def test_a_point_to_be_asked_about_softens_a_ban_to_a_question() -> None:
    no_change = a_license(a_term("bar", "give", binds={"derivative"}), id="no-change")
    binding = Binding("no-change", "derivative", points=("format-change",), otherwise="copy")
    assert readings(binding, use=a_use(distribution=["weights"]), licenses=(no_change,)) == ["prohibited", "needs-permission", "permitted"]


def test_a_softened_answer_keeps_its_reasons_and_says_their_softened_effect() -> None:
    no_change = a_license(a_term("bar", "give", binds={"derivative"}), id="no-change")
    binding = Binding("no-change", "derivative", points=("format-change",), otherwise="copy")
    outcome = a_judge(a_use(distribution=["weights"]), "mainstream", no_change).of_model([binding], Subject())
    assert [(reason.outcome, reason.effect) for reason in outcome.reasons] == [("decides", Verdict.NEEDS_PERMISSION)]


def test_a_point_to_be_asked_about_changes_nothing_where_both_readings_agree() -> None:
    binding = Binding("bars", "derivative", points=("format-change",), otherwise="copy")
    assert readings(binding) == ["prohibited", "prohibited", "prohibited"]
    free = Binding("free", "derivative", points=("format-change",), otherwise="copy")
    assert readings(free) == ["permitted", "permitted", "permitted"]


def test_a_point_to_be_asked_about_that_brings_duties_only_brings_duties() -> None:
    show = a_license(a_term("duty", "give", do="state-changes", binds={"derivative"}), id="show")
    binding = Binding("show", "derivative", points=("format-change",), otherwise="copy")
    assert readings(binding, use=a_use(distribution=["weights"]), licenses=(show,)) == ["permitted-with-obligations", "permitted-with-obligations", "permitted"]


def test_of_two_points_on_one_path_the_more_favourable_decides() -> None:
    binding = Binding("bars", "derivative", points=("data-to-weights", "format-change"), otherwise="none")
    assert readings(binding) == ["prohibited", "permitted", "permitted"]


def test_where_a_point_frees_it_altogether_nothing_is_owed() -> None:
    binding = Binding("none", "derivative", points=("silent-on-outputs",), otherwise="none")
    assert readings(binding) == ["needs-permission", "permitted", "permitted"]


def test_a_point_on_one_path_does_not_free_the_other() -> None:
    open_path = Binding("bars", "derivative", points=("data-to-weights",), otherwise="data")
    assert readings(open_path, Binding("bars", "derivative")) == ["prohibited", "prohibited", "prohibited"]


def test_every_reading_can_be_had_at_once() -> None:
    judges = {name: a_judge(INSIDE, name, *LICENSES) for name in ("strict", "mainstream", "permissive")}
    binding = Binding("bars", "derivative", points=("data-to-weights",), otherwise="data")
    assert outcomes_by_interpretation(judges, iter([binding]), Subject(), iter(())) == {
        "strict": Verdict.PROHIBITED,
        "mainstream": Verdict.PERMITTED,
        "permissive": Verdict.PERMITTED,
    }


# What a binding brings with it


def test_a_bindings_release_and_modality_stand_for_its_source() -> None:
    counts = a_license(a_term("bar", ask="Acme", when={"measure": USERS}), id="counts")
    use = a_use(distribution=["internal"], monthly_active_users={"2024-06": 1, "2025-01": 800_000_000})
    for released, expected in (("2024-07", "permitted"), ("2025-02", "needs-permission"), ("2025-01", "conditional")):
        assert of(Binding("counts", "derivative", released=released), use=use, licenses=(counts,)) == expected
    reads = a_license(a_term("bar", when={"subject.modality": ["multimodal"]}), id="reads")
    judged = a_judge(INSIDE, "mainstream", reads)
    assert judged.of_model([Binding("reads", "derivative", modality="multimodal")], Subject(modality="text")).verdict == Verdict.PROHIBITED
    assert judged.of_model([Binding("reads", "derivative")], Subject(modality="text")).verdict == Verdict.PERMITTED


def test_a_binding_is_evaluated_once_for_one_subject() -> None:
    judged = a_judge(INSIDE, "mainstream", *LICENSES)
    assert judged.of_binding(Binding("bars"), Subject()) is judged.of_binding(Binding("bars"), Subject())


def test_a_student_meets_the_ban_on_teaching_of_its_teacher() -> None:
    teacher = a_license(a_term("bar", "teach", binds={"original", "output"}, when={"outputs_train": ["foundation-model"]}), id="teacher")
    assert judge(a_graph({"a": "teacher", "b": "mit"}, "b trained-on-outputs a"), "b", INSIDE, "mainstream", teacher).verdict == Verdict.PROHIBITED
    family = a_graph({"a": "teacher", "b": "teacher", "c": "mit"}, "c finetune b", "c trained-on-outputs a")
    assert judge(family, "c", INSIDE, "mainstream", teacher).verdict == Verdict.PERMITTED


# Publishing under a licence

KEEPS_FREE = a_license(a_term("duty", "give", do="same-license", rule={"ids": ["sharing"]}, binds={"derivative"}), id="sharing", name="Sharing")


def test_publishing_under_a_licence_that_drops_what_flows_on_is_barred_and_curable() -> None:
    graph = a_graph({"a": "llama2", "b": "llama2"}, "b finetune a")
    outcome = judge(graph, "b", a_use(commercial=True, distribution=["weights"], monthly_active_users=5, published_under="mit"))
    assert (outcome.verdict, outcome.curable) == (Verdict.PROHIBITED, True)
    dropped = [reason for reason in outcome.reasons if reason.effect == Verdict.PROHIBITED]
    assert dropped
    assert all(reason.license == "llama2" and reason.cure and "llama2" in reason.cure for reason in dropped)


def test_publishing_under_the_ancestors_own_licence_drops_nothing() -> None:
    graph = a_graph({"a": "llama2", "b": "mit"}, "b finetune a")
    use = a_use(commercial=True, distribution=["weights"], monthly_active_users=5, published_under="llama2")
    assert judge(graph, "b", use).verdict == Verdict.WITH_OBLIGATIONS


def test_the_derivatives_own_licence_gives_way_to_the_one_it_is_published_under() -> None:
    graph = a_graph({"a": "mit", "b": "bars"}, "b finetune a")
    assert judge(graph, "b", INSIDE, "mainstream", *LICENSES).verdict == Verdict.PROHIBITED
    assert judge(graph, "b", INSIDE.with_facts(published_under="apache-2.0"), "mainstream", *LICENSES).verdict == Verdict.PERMITTED


def test_a_model_without_ancestors_keeps_its_own_licence_when_published_again() -> None:
    graph = a_graph({"a": "llama2"})
    use = a_use(commercial=True, distribution=["weights"], modified=True, monthly_active_users=5)
    assert judge(graph, "a", use.with_facts(published_under="mit")).verdict == Verdict.PROHIBITED
    assert judge(graph, "a", use.with_facts(published_under="llama2")).verdict == Verdict.WITH_OBLIGATIONS


def test_share_alike_is_dropped_by_every_licence_it_does_not_name() -> None:
    graph = a_graph({"a": "sharing", "b": "mit"}, "b finetune a")
    for under, expected in (("mit", Verdict.PROHIBITED), ("sharing", Verdict.WITH_OBLIGATIONS)):
        assert judge(graph, "b", GIVEN.with_facts(published_under=under), "mainstream", KEEPS_FREE).verdict == expected


def test_a_permissive_ancestor_may_be_published_under_anything() -> None:
    graph = a_graph({"a": "apache-2.0", "b": "apache-2.0"}, "b finetune a")
    for under in ("mit", "cc-by-nc-4.0", "llama2", "gpl-3.0"):
        assert judge(graph, "b", GIVEN.with_facts(published_under=under)).verdict == Verdict.WITH_OBLIGATIONS


def test_a_dropped_term_that_was_not_read_leaves_the_answer_undetermined() -> None:
    unread = a_license(a_term("bar", ask="Acme", when=COMMERCIAL, confidence="secondary"), id="unread")
    use = a_use(commercial=False, distribution=["weights"], published_under="mit")
    outcome = judge(a_graph({"a": "unread", "b": "mit"}, "b finetune a"), "b", use, "mainstream", unread)
    assert (outcome.verdict, outcome.leaning) == (Verdict.UNDETERMINED, Verdict.PROHIBITED)


@pytest.mark.parametrize("under", ["other", "unstated", "nobody knows this"])
def test_publishing_under_a_name_without_a_text_cannot_be_judged_as_a_yes(under: str) -> None:
    graph = a_graph({"a": "llama2", "b": "llama2"}, "b finetune a")
    use = a_use(commercial=True, distribution=["weights"], monthly_active_users=5, published_under=under)
    assert judge(graph, "b", use).verdict >= Verdict.CONDITIONAL


@pytest.mark.parametrize(("under", "expected"), [("MIT OR Apache-2.0", Verdict.PROHIBITED), ("mit AND apache-2.0", Verdict.PROHIBITED)])
def test_publishing_under_an_expression_that_keeps_nothing_is_barred(under: str, expected: Verdict) -> None:
    graph = a_graph({"a": "llama2", "b": "llama2"}, "b finetune a")
    use = a_use(commercial=True, distribution=["weights"], monthly_active_users=5, published_under=under)
    assert judge(graph, "b", use).verdict == expected


def test_an_ancestor_under_several_licences_at_once_is_not_freed_by_publishing() -> None:
    graph = a_graph({"a": "llama2 AND cc-by-nc-4.0", "b": "mit"}, "b finetune a")
    use = a_use(commercial=False, distribution=["weights"], monthly_active_users=5, published_under="mit")
    assert judge(graph, "b", use).verdict == Verdict.PROHIBITED


def test_data_bind_the_licence_of_the_weights_under_strict_only() -> None:
    graph = a_graph({"data": "cc-by-nc-sa-4.0", "b": "mit"}, "b trained-on data")
    use = a_use(commercial=False, distribution=["weights"], published_under="mit")
    assert [judge(graph, "b", use, name).verdict == Verdict.PROHIBITED for name in ("strict", "mainstream", "permissive")] == [True, False, False]


# Conflicts


def clash(*acts: str) -> Conflict:
    """A conflict on these acts."""
    return Conflict("LIC103", frozenset(acts), ("one", "two"), "No licence keeps both.")


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        (a_use(distribution=["internal"]), "permitted"),
        (a_use(distribution=["weights"]), "prohibited"),
        (a_use(distribution=["saas", "weights"]), "prohibited"),
        (a_use(distribution=["saas"]), "permitted"),
        (a_use(), "conditional"),
    ],
)
def test_a_conflict_bars_the_acts_on_which_licences_clash_and_no_other(use: Use, expected: str) -> None:
    assert of("free", use=use, conflicts=(clash("give", "ship"),)) == expected


def test_an_open_conflict_says_for_which_ways_it_is_a_yes() -> None:
    outcome = a_judge(a_use(), "mainstream", *LICENSES).of_model([Binding("free")], Subject(), [clash("give")])
    assert outcome.open is not None
    assert outcome.reasons[-1].license == "one + two"


def test_a_conflict_only_raises_the_verdict() -> None:
    for use in (a_use(), a_use(distribution=["weights"]), a_use(distribution=["internal"])):
        for name in ("free", "asks", "bars", "hangs", "unstated"):
            without, with_it = (Verdict.from_word(of(name, use=use, conflicts=conflicts)) for conflicts in ((), (clash("give"),)))
            assert with_it >= without


NAMES = st.sampled_from(["free", "asks", "bars", "hangs", "owes", "unstated", "none", "mit OR cc-by-nc-4.0"])
BINDINGS = st.builds(Binding, NAMES, st.sampled_from(["original", "derivative", "copy", "data"])) | st.builds(
    Binding,
    NAMES,
    st.just("derivative"),
    points=st.sampled_from([("data-to-weights",), ("format-change",), ("silent-on-outputs",)]),
    otherwise=st.sampled_from(["data", "copy", "none"]),
)
USES = st.builds(
    lambda distribution, commercial: a_use(distribution=distribution, commercial=commercial),
    st.sampled_from([None, ["internal"], ["weights"], ["saas", "api"]]),
    st.sampled_from([None, True, False]),
)


@pytest.mark.property
@settings(deadline=None, derandomize=True)
@given(st.lists(BINDINGS, max_size=4), BINDINGS, USES)
def test_one_more_binding_never_makes_the_answer_better(bindings: list[Binding], more: Binding, use: Use) -> None:
    assert Verdict.from_word(of(*bindings, more, use=use)) >= Verdict.from_word(of(*bindings, use=use))


@pytest.mark.property
@settings(deadline=None, derandomize=True)
@given(st.lists(BINDINGS, max_size=4), USES)
def test_order_and_repetition_of_bindings_change_nothing(bindings: list[Binding], use: Use) -> None:
    assert of(*bindings, use=use) == of(*reversed(bindings), *bindings, use=use)


@pytest.mark.property
@settings(deadline=None, derandomize=True)
@given(st.lists(BINDINGS, max_size=4), USES)
def test_the_rank_of_a_profile_is_the_verdict_of_its_model(bindings: list[Binding], use: Use) -> None:
    judged = a_judge(use, "mainstream", *LICENSES)
    assert judged.rank_of(bindings, [clash("give")]) == judged.of_model(bindings, Subject(), [clash("give")]).verdict


@pytest.mark.property
@settings(deadline=None, derandomize=True)
@given(st.lists(BINDINGS, max_size=4), USES)
def test_a_stricter_reading_of_lineage_is_never_better(bindings: list[Binding], use: Use) -> None:
    assert [Verdict.from_word(of(*bindings, use=use, interpretation=name)) for name in ("strict", "mainstream", "permissive")] == sorted(
        (Verdict.from_word(of(*bindings, use=use, interpretation=name)) for name in ("strict", "mainstream", "permissive")), reverse=True
    )
