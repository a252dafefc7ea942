"""YAML is read as 1.2: words stay words, nothing is built that data cannot be, and every refusal says where."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import KnowledgeError
from registry.yaml12 import MAX_BYTES, line_of, read_yaml


def value_of(text: str) -> Any:
    """What the document reads as."""
    return read_yaml(text, "test.yaml")


def refusal_of(text: str) -> KnowledgeError:
    """How the document is refused."""
    with pytest.raises(KnowledgeError) as caught:
        value_of(text)
    assert caught.value.hint
    assert "test.yaml" in caught.value.message
    assert "\n" not in caught.value.message
    return caught.value


@pytest.mark.parametrize("word", ["NO", "no", "No", "yes", "Yes", "on", "off", "y", "n", "N", "Y", "tRUE", "nULL"])
def test_words_that_older_yaml_took_for_truth_stay_words(word: str) -> None:
    assert value_of(f"country: {word}") == {"country": word}
    assert value_of(f"[{word}]") == [word]
    assert value_of(f"{word}: 1") == {word: 1}


@pytest.mark.parametrize(("text", "expected"), [("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False), ("FALSE", False)])
def test_truth_is_written_true_or_false(text: str, expected: bool) -> None:
    assert value_of(text) is expected


@pytest.mark.parametrize("text", ["null", "Null", "NULL", "~", ""])
def test_nothing_is_written_null_or_tilde_or_left_out(text: str) -> None:
    assert value_of(f"key: {text}") == {"key": None}


@pytest.mark.parametrize("text", ["2023-06-01", "2023-06", "2023-06-01T10:00:00Z", "2023-06-01 10:00:00", "12:30", "12:30:45"])
def test_dates_months_and_times_stay_text(text: str) -> None:
    assert value_of(f"from: {text}") == {"from": text}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("700_000_000", 700_000_000),
        ("700000000", 700_000_000),
        ("0", 0),
        ("-7", -7),
        ("+7", 7),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("1" * 30, int("1" * 30)),
    ],
)
def test_whole_numbers_are_read_in_every_spelling(text: str, expected: int) -> None:
    value = value_of(text)
    assert value == expected
    assert type(value) is int


@pytest.mark.parametrize("text", ["0b11", "0o8", "0x", "_700", "1_000.5", "1,000", "700M", "0.80.1", "=", "1.2.3"])
def test_what_is_no_number_of_the_core_schema_stays_text(text: str) -> None:
    assert value_of(f"value: {text}") == {"value": text}


@pytest.mark.parametrize(
    ("text", "expected"), [("0.80", 0.8), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0), ("-1.5E-2", -0.015), (".inf", float("inf")), ("-.INF", float("-inf"))]
)
def test_fractions_are_read(text: str, expected: float) -> None:
    value = value_of(text)
    assert value == expected
    assert type(value) is float


def test_not_a_number_is_read_as_such() -> None:
    value = value_of(".nan")
    assert value != value


@pytest.mark.parametrize("text", ["'NO'", '"true"', "'700'", "'2023-06-01'", "'~'"])
def test_quotes_keep_text(text: str) -> None:
    assert value_of(text) == text[1:-1]


def test_a_merge_key_is_a_key_like_any_other() -> None:
    assert value_of("base: &b {x: 1}\nother: {<<: *b, y: 2}") == {"base": {"x": 1}, "other": {"<<": {"x": 1}, "y": 2}}


def test_a_directive_for_yaml_1_1_does_not_bring_its_truths_back() -> None:
    assert value_of("%YAML 1.1\n---\na: no") == {"a": "no"}


@pytest.mark.parametrize("text", ["a: 1\na: 2", "{a: 1, b: 2, a: 3}", "a: 1\n'a': 2", "x:\n  - {b: 1, b: 1}", "1: a\n1: b", "~: a\nnull: b"])
def test_a_key_that_stands_twice_is_refused(text: str) -> None:
    assert "stands twice" in refusal_of(text).message


def test_a_key_that_stands_twice_is_named_with_its_line_and_column() -> None:
    assert refusal_of("a:\n  b: 1\n  c: 2\n  b: 3\n").message == "`test.yaml` line 4, column 3: key `b` stands twice"


@pytest.mark.parametrize("text", ["? [1, 2]\n: 3", "? {a: 1}\n: 3"])
def test_a_key_that_is_a_list_or_a_mapping_is_refused(text: str) -> None:
    refusal_of(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: 1\nb: 1: 2", 2), ("a: [1, 2", 1), ("a: 'open\n", 2), ("a: *nowhere", 1), ("a: 1\n\tb: 2", 2), ("a: 1\n--- 2", 2), ("- a\nb: 1", 2), ("a: @x", 1)],
)
def test_what_is_no_yaml_is_refused_with_its_line(text: str, line: int) -> None:
    message = refusal_of(text).message
    assert message.startswith("`test.yaml` line ")
    assert abs(int(message.split("line ")[1].split(",")[0]) - line) <= 1  # an open bracket is noticed where the document ends


@pytest.mark.parametrize("text", ["a: \0", "a: \x01", "\0", "a: b\x7f", "'\x1b[31m'"])
def test_control_characters_are_refused(text: str) -> None:
    assert "control characters" in refusal_of(text).message


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system ['true']",
        "!!python/name:os.system",
        "!!python/object/new:type {}",
        "!!python/module:os",
        "a: !foo x",
        "!include other.yaml",
    ],
)
def test_a_tag_builds_nothing(text: str) -> None:
    refusal_of(text)


@pytest.mark.parametrize("text", ["!!int abc", "a: !!float abc", "a: !!bool maybe", "!!int ''", "a: !!timestamp never"])
def test_a_tag_that_does_not_fit_its_value_is_refused(text: str) -> None:
    refusal_of(text)


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    refusal_of("limit: " + "9" * 5000)


def test_half_a_character_is_refused() -> None:
    refusal_of("a: \ud800")


def test_a_document_that_is_too_large_is_refused_before_it_is_read() -> None:
    assert f"{MAX_BYTES:,}" in refusal_of("[" * (MAX_BYTES + 1)).message


def test_aliases_that_multiply_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 12)]
    # A hundred lines of text, and more values than any reader could walk.
    refusal_of("\n".join(lines))


def test_a_node_that_holds_itself_is_refused() -> None:
    # Nothing that walks the data, JSON included, could come to an end.
    refusal_of("a: &x [*x]")


@pytest.mark.parametrize("nested", ["'[' * 100_000", "'[' * 100_000 + ']' * 100_000", "'{a: ' * 60_000", "'- ' * 100_000"])
def test_nesting_without_end_is_refused_and_does_not_bring_the_program_down(nested: str) -> None:
    program = f"""
from registry.errors import KnowledgeError
from registry.yaml12 import line_of, read_yaml
text = {nested}
try:
    read_yaml(text, "test.yaml")
except KnowledgeError:
    print("refused")
line_of(text, ("a",))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "refused"), done.stderr[-300:]


DOCUMENT = """\
id: one
texts:
  - {id: license, name: One}
  - id: policy
    name: Two
terms:
  - id: grant
    if:
      all:
        - commercial: [true]
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("id",), 1),
        (("texts",), 2),
        (("texts", 0, "name"), 3),
        (("texts", 1), 4),
        (("texts", 1, "name"), 5),
        (("terms", 0, "if", "all", 0, "commercial"), 10),
        (("terms", 0, "absent"), 7),
        (("texts", 7), 2),
        (("absent", "deeper"), 1),
        (("texts", "name"), 2),
    ],
)
def test_the_line_of_a_node_or_of_the_deepest_one_above_it(path: tuple[str | int, ...], line: int) -> None:
    assert line_of(DOCUMENT, path) == line


@pytest.mark.parametrize("text", ["", "# nothing here\n", "a: [", "\0"])
def test_a_document_without_nodes_has_no_lines(text: str) -> None:
    assert line_of(text, ("a",)) is None


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | st.text(st.characters(exclude_categories=["C"]), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["C"]), max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.property
@settings(deadline=None, derandomize=True)
@given(PLAIN)
def test_json_is_yaml(data: Any) -> None:
    assert value_of(json.dumps(data, ensure_ascii=False)) == data


@pytest.mark.property
@settings(deadline=None, derandomize=True)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_by_our_own_error(text: str) -> None:
    with suppress(KnowledgeError):
        value_of(text)


@pytest.mark.property
@settings(deadline=None, derandomize=True)
@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=6), st.integers(0, 9), min_size=1, max_size=8))
def test_every_key_of_a_block_stands_on_its_line(data: dict[str, int]) -> None:
    text = yaml.safe_dump(data, sort_keys=False)
    assert [line_of(text, (key,)) for key in data] == list(range(1, len(data) + 1))
