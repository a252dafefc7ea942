"""Policies as they are written: what is wrong with one is named with its line, and with what may be meant."""

from __future__ import annotations

import pytest

from registry.desk.policy.file import read_text
from registry.desk.policy.words import settle
from registry.errors import UsageError
from registry.knowledge.store import Knowledge
from registry.policy.policy import Choice

WAIVER = "waivers:\n  - {finding: LIC302, owner: a, reason: b, expires: EXPIRES}"


def wrong(knowledge: Knowledge, text: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        settle(knowledge, read_text(text, "policy.yaml"))
    return caught.value


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("licences: {allow: [mit]}", 1, "`licences` is not a setting of a policy", "did you mean `licenses`?"),
        ("name: x\nlicenses:\n  alow: [mit]", 3, "`alow` is not a setting of `licenses`", "did you mean `allow`?"),
        ("name: x\nlicenses: [mit]", 2, "`licenses`: it is not a mapping", "allow: [...]"),
        ("families:\n  allow:\n", 2, "`families.allow`: it is empty", "mend"),
        ("waivers:\n  - finding: LIC302\n    reason: x\n    expires: 2026-01-01", 2, "`owner` is missing", "an owner"),
        ("waivers:\n  - finding: LIC302\n    owner: ' '\n    reason: x\n    expires: 2026-01-01", 3, "`waivers.1.owner`: it is empty", "who or what"),
        (WAIVER.replace("EXPIRES", "soon"), 2, "`waivers.1.expires`: it is not a day like 2027-03-31", "mend"),
        (WAIVER.replace("EXPIRES", "2026-02-30"), 2, "2026-02-30 is not a day of the calendar", "mend"),
        (WAIVER.replace("EXPIRES", "20270331"), 2, "it is not a day like", "mend"),
        (WAIVER.replace("EXPIRES", "2027-03-31T00:00:00Z"), 2, "it is not a day like", "mend"),
        (WAIVER.replace("EXPIRES", "2027-03-31, ticket: 7"), 2, "`ticket` is not a setting of a waiver", "it takes finding, owner"),
        ("severity:\n  LIC999: error", 2, "`LIC999` is not the code of a finding", "did you mean"),
        ("severity:\n  lic302: error", 2, "`lic302` is not the code of a finding", "did you mean `LIC302`?"),
        ("severity:\n  LIC302: fatal", 2, "`fatal` is not one of ignore, note, warning, error", "take one"),
        ("paths:\n  - match: [docs]\n    severity: {LICX: note}", 3, "`LICX`", "did you mean"),
        ("paths:\n  - match: [docs]\n    ignore: yes", 3, "`paths.1.ignore`: it is neither true nor false", "write `true`"),
        ("fail_on: [prohibted]", 1, "`prohibted` is not a verdict, severity or code", "did you mean `prohibited`?"),
        ("minimum_evidence: strong", 1, "`strong` is not one of inferred, declared, detected, attested", ""),
        ("minimum_evidence: declard", 1, "`declard`", "did you mean `declared`?"),
        ("license_types: {allow: [opensource]}", 1, "`opensource` is not a type of licence", "did you mean `open-source`?"),
        ("families: {refuse: [non-commercial]}", 1, "`non-commercial` is not a family of licences", ""),
        ("families:\n  refuse:\n    - permissive\n    - copy-left", 4, "`copy-left` is not a family", "did you mean `copyleft`?"),
        ("countries: {refuse: [UK]}", 1, "`UK` is not a country code of ISO 3166-1", "did you mean `GB`?"),
        ("countries: {refuse: [de]}", 1, "`de` is not a country code", "did you mean `DE`?"),
        ("duties_shown: [notice]", 1, "`notice` is not a duty that can be looked for", "did you mean `notice-file`?"),
        ("licenses: {refuse: [apache-3]}", 1, "`apache-3`", "did you mean"),
        ("licenses: {refuse: ['zzz*']}", 1, "no licence goes by `zzz*`", "license ls"),
        ("developers: {refuse: [2024]}", 1, "`developers.refuse.1`: it is not text", "quotes"),
        ("- a", 1, "not a mapping", "policy init"),
        ("policy:\n  nam: x", 2, "`nam`", "did you mean `name`?"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_what_may_be_meant(knowledge: Knowledge, text: str, line: int, message: str, hint: str) -> None:
    error = wrong(knowledge, text)
    assert f"`policy.yaml` line {line}:" in error.message
    assert message in error.message
    assert hint in (error.hint or "")


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(8))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "line"),
        ("name: x\n\tdescription: y", "line 2, column 1"),
        ("name: x\nname: y", "key `name` stands twice"),
        ("licenses: {allow: [mit], allow: [apache-2.0]}", "key `allow` stands twice"),
        ("x: !!python/object:os.system {}", "line 1"),
        (BOMB, "aliases make it endless or larger"),
        ("a: &a [*a]", "endless"),
        ("name: " + "[" * 400, "nests deeper"),
        ("\x00", "`p.yaml`"),
        ("name: a\n---\nname: b", "`p.yaml`"),
    ],
)
def test_hostile_text_is_refused_with_the_name_of_the_file(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=r"`p\.yaml`") as caught:
        read_text(text, "p.yaml")
    assert message in caught.value.message


def test_norway_is_a_country_and_yes_is_a_name(knowledge: Knowledge) -> None:
    policy = settle(knowledge, read_text("countries: {refuse: [NO]}\ndevelopers: {refuse: [yes, on]}", "p.yaml"))
    assert policy.choices == {"countries": Choice(refuse=("NO",)), "developers": Choice(refuse=("yes", "on"))}


def test_the_union_stands_for_its_members(knowledge: Knowledge) -> None:
    allowed = settle(knowledge, read_text("countries: {allow: [EU, NO]}", "p.yaml")).choice("countries").allow
    assert allowed is not None
    assert {"DE", "FR", "NO"} <= set(allowed)
    assert not {"GB", "US", "EU"} & set(allowed)


def test_a_licence_may_be_named_in_any_way_that_is_known_and_one_name_may_mean_several_texts(knowledge: Knowledge) -> None:
    policy = settle(knowledge, read_text("licenses: {allow: [Apache 2.0, MIT, llama3*], refuse: [yi-license]}", "p.yaml"))
    assert policy.choice("licenses").allow == ("apache-2.0", "mit", "llama3*")
    assert len(policy.choice("licenses").refuse) > 1


def test_what_holds_only_remarks_is_as_good_as_left_out(knowledge: Knowledge) -> None:
    policy = settle(knowledge, read_text("waivers:\n  # none yet\nlicenses:\nseverity:\nfail_on:\n", "p.yaml"))
    assert (policy.waivers, dict(policy.choices), policy.fail_on) == ((), {}, None)


def test_an_empty_policy_refuses_nothing(knowledge: Knowledge) -> None:
    assert settle(knowledge, read_text("", "p.yaml")).choices == {}


def test_anchors_may_be_used_for_what_is_the_same(knowledge: Knowledge) -> None:
    text = "waivers:\n  - &one {finding: LIC302, owner: a, reason: b, expires: 2027-01-01}\n  - *one"
    assert len(settle(knowledge, read_text(text, "p.yaml")).waivers) == 2


def test_a_host_may_be_named_as_the_catalogue_does_or_as_code_is_read(knowledge: Knowledge) -> None:
    policy = settle(knowledge, read_text("hosts: {allow: [azure-openai, azure-ai-foundry, openai-api, bedrock, our-gateway]}", "p.yaml"))
    assert policy.choice("hosts").allow == ("azure", "azure", "openai", "bedrock", "our-gateway")
