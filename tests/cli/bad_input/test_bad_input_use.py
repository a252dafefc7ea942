"""Questions the command cannot use: wrong values, unknown names, hostile characters, broken fact files, batches and records."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.bad_input.refusal import Licet, refused


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "acme/base-7b", "--mau", "lots"], ["monthly_active_users", "lots"]),
        (["check", "acme/base-7b", "--mau", "2023-13=5"], ["monthly_active_users", "2023-13"]),
        (["check", "acme/base-7b", "--mau=-5"], ["monthly_active_users", "-5"]),
        (["check", "acme/base-7b", "--mau", "5M", "--mau", "2023-06=1"], ["monthly_active_users", "5M"]),
        (["check", "acme/base-7b", "--mau", "2023-06=1", "--mau", "2023-06=2"], ["monthly_active_users", "2023-06"]),
        (["check", "acme/base-7b", "--revenue", "2M FISH"], ["annual_revenue_usd", "FISH"]),
        (["check", "acme/base-7b", "--country", "Norway"], ["country", "Norway"]),
        (["check", "acme/base-7b", "--country", "XX"], ["country", "XX"]),
        (["check", "acme/base-7b", "--audience", "DE,Mars"], ["audience", "Mars"]),
        (["check", "acme/base-7b", "--purpose", "fun"], ["purpose", "fun"]),
        (["check", "acme/base-7b", "--distribution", "pigeon"], ["distribution", "pigeon"]),
        (["check", "acme/base-7b", "--field", "gardening-war"], ["fields_of_use", "gardening-war"]),
        (["check", "acme/base-7b", "--on", "31.12.2026"], ["date", "31.12.2026"]),
        (["check", "acme/base-7b", "--on", "2026-02-30"], ["date", "2026-02-30"]),
        (["check", "acme/base-7b", "--founded", "long ago"], ["founded", "long ago"]),
        (["check", "acme/base-7b", "--actor", "robot"], ["actor_kind", "robot"]),
        (["check", "acme/base-7b", "--unmet", "dance"], ["duties_unmet", "dance"]),
        (["check", "acme/base-7b", "--fact", "shoe_size=5"], ["shoe_size"]),
        (["check", "acme/base-7b", "--fact", "edge_devices=many"], ["edge_devices", "many"]),
        (["check", "acme/base-7b", "--fact", "monthly_active_user=5"], ["monthly_active_user", "monthly_active_users"]),
        (["models", "--mau", "lots"], ["monthly_active_users", "lots"]),
        (["register", "acme/new", "--base", "acme/base-7b", "--commercial", "--mau", "lots"], ["monthly_active_users", "lots"]),
        (["report", "acme/base-7b", "--country", "Norway"], ["country", "Norway"]),
        (["models", "--verdict", "fine"], ["fine", "permitted"]),
        (["models", "--after", "nonsense"], ["key"]),
        (["license", "show", "mit", "--on", "soon"], ["soon"]),
        (["catalog", "accept", "acme/base-7b", "--by", "Kim", "--on", "soon"], ["soon"]),
        (["show", "acme/base-7b", "--as-known", "soon"], ["soon"]),
    ],
)
def test_a_wrong_value_is_wrong_usage_and_its_fact_named(here: Licet, arguments: list[str], said: list[str]) -> None:
    refused(here(*arguments), 2, *said)


def test_the_installed_command_says_the_same(here: Licet, licet: Licet) -> None:
    for arguments in (["check", "acme/base-7b", "--mau", "lots"], ["models", "--verdict", "fine"], ["show", "acme/base-7"]):
        done, within = licet(*arguments), here(*arguments)
        assert (done.returncode, done.stdout, done.stderr) == (within.returncode, within.stdout, within.stderr)
        refused(done, 2)


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "acme/base-7"],
        ["check", "acme/two", "acme/base-7"],
        ["show", "acme/base-7"],
        ["lineage", "acme/base-7"],
        ["report", "acme/base-7"],
        ["register", "acme/new", "--base", "acme/base-7"],
        ["catalog", "accept", "acme/base-7", "--by", "Kim"],
        ["catalog", "add", "compute", "--set", "model=acme/base-7", "--set", "count=5"],
    ],
)
def test_an_unknown_model_offers_the_three_nearest(here: Licet, arguments: list[str]) -> None:
    done = here(*arguments)
    lines = refused(done, 2, "acme/base-7")
    assert len(set(re.findall(r"`(acme/[\w-]+)`", lines[-1]))) == 3
    assert done.stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [["check", "--license", "lama2"], ["license", "show", "lama2"], ["license", "compare", "mit", "lama2"], ["models", "--license", "lama2"]],
)
def test_an_unknown_licence_offers_the_three_nearest(here: Licet, arguments: list[str]) -> None:
    lines = refused(here(*arguments), 2, "lama2", "llama2")
    assert len(re.findall(r"llama", lines[-1])) == 3


@pytest.mark.parametrize("name", ["acme/\x1b[31mred\x1b[0m", "acme/bell\x07", "acme/\u202egnp.exe", "acme/line\nbreak", "\x9b31m", "acme/\u200bhidden", ""])
@pytest.mark.parametrize("command", [["check"], ["register", "--base", "acme/base-7b"]], ids=["check", "register"])
def test_a_name_with_control_characters_never_reaches_the_terminal(here: Licet, command: list[str], name: str) -> None:
    refused(here(command[0], name, *command[1:]), 2)


def test_a_debugged_error_shows_no_raw_control_characters_either(licet: Licet) -> None:
    refused(licet("check", "acme/\x1b[31mred"), 2)
    done = licet("check", "acme/\x1b[31mred", "--debug")
    assert done.returncode == 2
    assert "Traceback" in done.stderr
    assert "\x1b" not in done.stderr


def test_a_hostile_name_in_a_batch_is_spelt_out(licet: Licet) -> None:
    done = licet("check", "--batch", "-", stdin='{"model": "acme/\\u001b[31mred"}\n{"id": "\\u001b]0;x\\u0007", "license": "mit"}\n')
    assert done.returncode == 4
    assert "\x1b" not in done.stdout
    assert json.loads(done.stdout.splitlines()[1])["id"] == "\x1b]0;x\x07"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("facts:\n  commercial: [true\n", ["line 3"]),
        ("facts:\n  country: DE\n  country: FR\n", ["line 3", "country"]),
        ("- commercial\n", ["line 1"]),
        ("facts:\n  country: DE\nfact:\n  x: 1\n", ["line 3", "fact"]),
        ("\nfacts: commercial\n", ["line 2", "facts"]),
        ("facts:\n  country: DE\ninterpretation: kind\n", ["line 3", "kind"]),
        ("facts:\n\tcountry: DE\n", ["line 2"]),
        ("a: &a [x]\nfacts: {b: *c}\n", ["line 2"]),
        ("facts: !!python/object/apply:os.system [true]\n", ["line 1"]),
    ],
)
def test_a_broken_licet_yaml_is_named_with_its_line(here: Licet, catalogue: Path, content: str, said: list[str]) -> None:
    file = catalogue.parent / "licet.yaml"
    file.write_text(content, encoding="utf-8")
    refused(here("check", "acme/base-7b"), 2, str(file), *said)


def test_a_licet_yaml_that_cannot_be_read_is_named(here: Licet, catalogue: Path) -> None:
    file = catalogue.parent / "licet.yaml"
    file.write_bytes(b"facts: \xff\xfe\n")
    refused(here("models"), 2, str(file))
    file.write_bytes(b"#" * 1_100_000)
    refused(here("models"), 2, str(file))


@pytest.mark.parametrize(("fact", "said"), [("countryy: NO", "countryy"), ("country: Norway", "Norway"), ("commercial: perhaps", "perhaps")])
def test_a_wrong_fact_in_licet_yaml_names_the_fact_and_the_file(here: Licet, catalogue: Path, fact: str, said: str) -> None:
    file = catalogue.parent / "licet.yaml"
    file.write_text(f"facts:\n  {fact}\n", encoding="utf-8")
    refused(here("check", "acme/base-7b"), 2, fact.partition(":")[0], said, str(file))


BATCH = [
    '{"id": 1, "license": "mit", "use": {"commercial": true}}',
    "{broken",
    '["a", "list"]',
    '{"id": 4, "license": "no-such-licence-anywhere"}',
    '{"id": 5, "license": "mit", "use": {"shoe_size": 5}}',
    '{"id": 6, "license": 7}',
    '{"id": 7}',
    '{"id": 8, "model": "acme/no-such"}',
    "",
    '{"id": 9, "model": "acme/base-7b", "use": {"commercial": true}}',
    "[" * 100_000,
    '{"id": 11, "license": "mit", "use": {"monthly_active_users": NaN}}',
    '{"id": 12, "what_if": {"models": [{"name": "a", "bases": ["b"]}, {"name": "b", "bases": ["a"]}]}}',
    '{"id": 13, "license": "llama2", "use": {"commercial": true, "monthly_active_users": 5}}',
]


def test_broken_lines_of_a_batch_are_told_and_the_rest_answered(licet: Licet, catalogue: Path) -> None:
    (catalogue.parent / "questions.jsonl").write_text("\n".join(BATCH) + "\n", encoding="utf-8")
    done = licet("check", "--batch", "questions.jsonl")
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len([line for line in BATCH if line])
    assert [answer["id"] for answer in answers if "verdict" in answer] == [1, 4, 9, 13]
    assert answers[3]["verdict"] == "undetermined", "a name that leads to no text is no permission"
    for answer in answers:
        if "verdict" not in answer:
            assert set(answer) == {"id", "error"}
            assert answer["error"]["message"]
            assert answer["error"]["hint"]
    assert answers[1]["error"]["message"].startswith("line 2 ")
    assert "line 6" in answers[5]["error"]["message"]
    assert "license" in answers[5]["error"]["message"]
    assert "shoe_size" in answers[4]["error"]["message"]


def test_a_batch_that_cannot_be_read_is_named(here: Licet, catalogue: Path) -> None:
    refused(here("check", "--batch", "none.jsonl"), 2, "none.jsonl")
    refused(here("check", "--batch", "."), 2, "`.`")
    (catalogue.parent / "latin.jsonl").write_bytes(b'{"license": "mit"}\n{"license": "\xe9"}\n')
    refused(here("check", "--batch", "latin.jsonl"), 2, "latin.jsonl")


def test_a_record_that_cannot_be_read_is_named(here: Licet, catalogue: Path) -> None:
    file = catalogue.parent / "host.yaml"
    file.write_text("id: x\nkind: [api\n", encoding="utf-8")
    refused(here("catalog", "add", "host", "--from", "host.yaml"), 2, "host.yaml", "line 3")
    file.write_text("id: x\nkind: garage\n", encoding="utf-8")
    refused(here("catalog", "add", "host", "--from", "host.yaml"), 2, "kind")
    refused(here("catalog", "add", "host", "--from", "none.yaml"), 2, "none.yaml")
