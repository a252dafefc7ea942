from __future__ import annotations

from dataclasses import replace

import pytest

from registry.findings.finding import Finding
from registry.policy.judge import Used, UsedLicense, apply_waivers, breaches
from registry.policy.policy import Choice, PathRule, Policy, Waiver, extend, matches, matches_path

LLAMA = UsedLicense("llama2", "custom", "community-custom")
MIT = UsedLicense("mit", "open-source", "permissive")


def codes(policy: Policy, used: Used) -> list[str]:
    return [finding.code for finding in breaches(policy, used)]


def test_no_policy_refuses_nothing() -> None:
    assert breaches(Policy(), Used("a/b", licenses=(LLAMA, UsedLicense("unknown")))) == []


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({"license_types": Choice(allow=("open-source",))}, ["POL001"]),
        ({"license_types": Choice(refuse=("custom",))}, ["POL001"]),
        ({"license_types": Choice(allow=("custom",))}, []),
        ({"families": Choice(refuse=("community-custom",))}, ["POL002"]),
        ({"licenses": Choice(refuse=("llama*",))}, ["POL002"]),
        ({"licenses": Choice(allow=("mit",), refuse=())}, ["POL002"]),
        ({"models": Choice(refuse=("META-llama/*",))}, ["POL003"]),
        ({"developers": Choice(allow=("mistralai",))}, ["POL003"]),
        ({"countries": Choice(refuse=("US",))}, ["POL003"]),
        ({"countries": Choice(refuse=("CN",))}, []),
        ({"hosts": Choice(allow=("local",))}, ["POL004"]),
        ({"datasets": Choice(refuse=("acme/scraped",))}, ["POL005"]),
        ({"datasets": Choice(allow=("acme/clean",))}, []),
    ],
)
def test_what_a_list_refuses_is_found(choices: dict[str, Choice], expected: list[str]) -> None:
    used = Used("meta-llama/Llama-2-7b-hf", "model", (LLAMA,), "meta-llama", "US", ("openai",), ("dataset:acme/scraped",))
    assert codes(Policy(choices=choices), used) == expected


def test_what_is_refused_is_refused_although_it_is_allowed() -> None:
    choices = {"licenses": Choice(allow=("*",), refuse=("llama2",))}
    assert codes(Policy(choices=choices), Used("a/b", licenses=(LLAMA, MIT))) == ["POL002"]


def test_what_is_not_known_passes_a_list_of_refusals_and_fails_a_list_of_the_allowed() -> None:
    assert codes(Policy(choices={"countries": Choice(refuse=("CN",))}), Used("a/b")) == []
    assert codes(Policy(choices={"countries": Choice(allow=("DE",))}), Used("a/b")) == ["POL003"]


def test_an_application_takes_only_the_datasets_that_are_allowed() -> None:
    policy = Policy(choices={"datasets": Choice(allow=("acme/*",))})
    assert codes(policy, Used("acme/clean", "dataset")) == []
    assert codes(policy, Used("other/clean", "dataset")) == ["POL005"]


@pytest.mark.parametrize(
    ("least", "found", "expected"), [("declared", "inferred", ["POL006"]), ("declared", "declared", []), ("attested", "detected", ["POL006"])]
)
def test_weak_evidence_is_found(least: str, found: str, expected: list[str]) -> None:
    assert codes(Policy(minimum_evidence=least), Used("a/b", licenses=(UsedLicense("mit", evidence=found),))) == expected


def test_a_duty_that_is_not_shown_is_found_where_the_policy_asks_for_it() -> None:
    lacking = {"notice-file": ("there is no NOTICE file",), "use-policy": ("nothing leads to it",)}
    policy = Policy(duties_shown=("notice-file", "display"))
    assert [(finding.code, finding.summary) for finding in breaches(policy, Used("a/b", lacking=lacking))] == [("POL007", "there is no NOTICE file")]
    assert codes(policy, Used("a/b")) == []
    assert codes(Policy(), Used("a/b", lacking=lacking)) == []


AGPL = UsedLicense("agpl-3.0", "open-source", "network-copyleft")
NO_COPYLEFT = Policy(choices={"families": Choice(refuse=("network-copyleft",))})


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        (((AGPL,), (MIT,)), []),
        (((AGPL,), (AGPL, MIT)), ["POL002"]),
        (((MIT, AGPL), (MIT,)), []),
        (((AGPL, UsedLicense("mit OR agpl-3.0", any_of=((AGPL,), (MIT,)))),), ["POL002"]),
    ],
)
def test_of_licences_to_choose_from_it_is_enough_that_one_choice_is_let_through(choices: tuple[tuple[UsedLicense, ...], ...], expected: list[str]) -> None:
    assert codes(NO_COPYLEFT, Used("a/b", licenses=(UsedLicense("choice", any_of=choices),))) == expected


def test_a_server_at_an_address_of_ones_own_is_called_that() -> None:
    (finding,) = breaches(Policy(choices={"hosts": Choice(allow=("azure",))}), Used("a/b", hosts=("compatible",)))
    assert "a server at an address of your own" in finding.summary


FOUND = Finding("LIC302", "acme/model", "x")


def waiver(**changes: str) -> Waiver:
    return Waiver(**{"finding": "LIC302", "owner": "legal", "reason": "bought", "expires": "2026-12-31", **changes})


def test_a_waiver_sets_a_finding_aside_until_its_last_day() -> None:
    policy = Policy(waivers=(waiver(),))
    assert apply_waivers(policy, [(FOUND, ())], "2026-12-31").waived == ((FOUND, policy.waivers[0]),)
    later = apply_waivers(policy, [(FOUND, ())], "2027-01-01")
    assert (later.kept, later.expired) == ((FOUND,), policy.waivers)


def test_a_waiver_that_covers_nothing_is_told_and_one_that_expired_unneeded_does_not_fail() -> None:
    policy = Policy(waivers=(waiver(finding="LIC401", expires="2020-01-01"),))
    judged = apply_waivers(policy, [(FOUND, ())], "2026-01-01")
    assert (judged.kept, judged.expired, judged.unused) == ((FOUND,), (), policy.waivers)


@pytest.mark.parametrize(
    ("changes", "files", "covered"),
    [
        ({"model": "acme/*"}, (), True),
        ({"model": "other/*"}, (), False),
        ({"finding": "LIC3"}, (), True),
        ({"path": "tests"}, ("tests/a.py", "tests/b/c.py"), True),
        ({"path": "tests"}, ("tests/a.py", "app.py"), False),
        ({"path": "tests"}, (), False),
    ],
)
def test_a_waiver_covers_only_what_it_names(changes: dict[str, str], files: tuple[str, ...], covered: bool) -> None:
    assert bool(apply_waivers(Policy(waivers=(waiver(**changes),)), [(FOUND, files)], "2026-01-01").waived) is covered


@pytest.mark.parametrize(
    ("subject", "model"), [("dataset:acme/data", "acme/data"), ("acme/data", "dataset:acme/*"), ("dataset:acme/data", "dataset:acme/data")]
)
def test_a_waiver_of_a_dataset_may_be_written_with_or_without_its_kind(subject: str, model: str) -> None:
    finding = Finding("LIC302", subject, "x")
    assert apply_waivers(Policy(waivers=(waiver(model=model),)), [(finding, ())], "2026-01-01").waived


def test_paths_are_counted_from_where_the_policy_stands() -> None:
    policy = Policy(within="services/web/", waivers=(waiver(path="services/web/tests"),), paths=(PathRule(("services/web/docs",), ignore=True),))
    assert policy.rule_for("docs/a.md") is policy.paths[0]
    assert apply_waivers(policy, [(FOUND, ("tests/a.py",))], "2026-01-01").waived


def test_a_policy_that_builds_on_another_states_only_what_differs() -> None:
    base = Policy("company", "of all", "strict", {"licenses": Choice(refuse=("a",)), "hosts": Choice(allow=("azure",))}, "declared", ("display",))
    base = replace(base, severity={"LIC": "note", "LIC4": "error"}, fail_on=("policy",), waivers=(waiver(),), paths=(PathRule(("docs",)),))
    own = Policy("team", choices={"licenses": Choice(refuse=("b",))}, severity={"LIC4": "warning"}, waivers=(waiver(finding="LIC401"),))
    found = extend(base, own, frozenset({"name", "licenses", "severity", "waivers"}))
    assert (found.name, found.description, found.interpretation, found.minimum_evidence, found.fail_on) == ("team", "of all", "strict", "declared", ("policy",))
    assert found.choices == {"licenses": Choice(refuse=("b",)), "hosts": Choice(allow=("azure",))}
    assert found.severity == {"LIC": "note", "LIC4": "warning"}
    assert found.waivers == base.waivers + own.waivers
    assert found.paths == base.paths
    assert extend(base, Policy(), frozenset()) == base


def test_what_a_policy_states_counts_even_where_it_is_less() -> None:
    base = Policy(duties_shown=("display",), fail_on=("error",), minimum_evidence="attested")
    own = Policy(duties_shown=(), fail_on=None, minimum_evidence=None)
    found = extend(base, own, frozenset({"duties_shown", "fail_on", "minimum_evidence"}))
    assert (found.duties_shown, found.fail_on, found.minimum_evidence) == ((), None, None)


def test_the_longest_beginning_of_a_code_says_how_grave_it_is() -> None:
    policy = Policy(severity={"LIC": "note", "LIC4": "warning", "LIC401": "error"})
    assert [policy.severity_of(code, "error") for code in ("LIC001", "LIC404", "LIC401", "SEC001")] == ["note", "warning", "error", "error"]


def test_a_rule_for_files_counts_only_where_it_is_about_all_of_them() -> None:
    policy = Policy(paths=(PathRule(("tests",), severity={"LIC": "note"}),))
    assert policy.severity_of("LIC302", "error", ("tests/a.py",)) == "note"
    assert policy.severity_of("LIC302", "error", ("tests/a.py", "app.py")) == "error"
    assert policy.severity_of("LIC302", "error") == "error"


def test_the_last_rule_that_is_about_a_file_counts() -> None:
    rules = (PathRule(("src/**",), ignore=True), PathRule(("src/keep/**",)))
    policy = Policy(paths=rules)
    assert (policy.rule_for("src/a.py"), policy.rule_for("src/keep/b.py"), policy.rule_for("c.py")) == (rules[0], rules[1], None)


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("tests/a.py", "tests/", True),
        ("tests/a.py", "./tests", True),
        ("pkg/tests/a.py", "tests", False),
        ("pkg/tests/a.py", "**/tests/**", True),
        ("tests/a.py", "**/tests/**", True),
        ("a/b.py", "*.py", False),
        ("a/b.py", "**/*.py", True),
        ("b.py", "**/*.py", True),
        ("a.md", "*.?d", True),
    ],
)
def test_patterns_of_files(path: str, pattern: str, expected: bool) -> None:
    assert matches_path(path, pattern) is expected


def test_patterns_of_names_do_not_care_for_large_and_small_letters() -> None:
    assert matches("Meta-Llama/Llama-2", ("meta-llama/*",))
    assert not matches("meta-llama/Llama-2", ("meta-llama",))
    assert not matches("a.b", ("a?b?",))


@pytest.mark.parametrize("pattern", ["tatsu-lab/*", "dataset:tatsu-lab/*"])
def test_a_waiver_of_a_dataset_is_written_with_or_without_the_word(pattern: str) -> None:
    waiver = Waiver("LIC302", "legal@example.org", "bought", "2027-01-01", model=pattern)
    assert waiver.covers("LIC302", "dataset:tatsu-lab/alpaca", ())
