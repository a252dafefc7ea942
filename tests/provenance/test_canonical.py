"""Canonical JSON as RFC 8785 has it, and JSON from strangers."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import ProvenanceError
from registry.provenance.canonical import MAX_INTEGER, canonical_digest, canonical_json, is_canonical, read_json

pytest.importorskip("rfc8785")

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-MAX_INTEGER, MAX_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), inner, max_size=4),
    max_leaves=20,
)


def test_keys_are_sorted_blanks_are_gone_and_integers_stay_integers() -> None:
    assert canonical_json({"b": 1, "a": [0, 1.5, None, True], "ä": "é"}) == '{"a":[0,1.5,null,true],"b":1,"ä":"é"}'.encode()


def test_figures_are_written_as_the_standard_has_them() -> None:
    # RFC 8785, appendix B.
    assert canonical_json([1e-05, 5.28e17, 1e21, 1e23, 0.0, -0.0, 4.5]) == b"[0.00001,528000000000000000,1e+21,1e+23,0,0,4.5]"


def test_what_json_has_no_figure_for_is_written_as_text() -> None:
    assert canonical_json([math.nan, math.inf, -math.inf, 2**64]) == b'["NaN","Infinity","-Infinity","18446744073709551616"]'


@pytest.mark.property
@given(VALUES)
def test_what_is_written_is_canonical_and_reads_as_the_same(value: object) -> None:
    data = canonical_json(value)
    read = read_json(data, "it")
    assert read == value
    assert is_canonical(read, data)
    assert canonical_digest(read) == canonical_digest(value)


@pytest.mark.parametrize("text", ['{"a": 1}', '{"b":1,"a":2}', '{"a":1.0}', '{"a":1}\n', '{"a":"\\u00e9"}'])
def test_any_other_spelling_is_not_canonical(text: str) -> None:
    assert not is_canonical(json.loads(text), text.encode())


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'{"a":1,"a":2}', "a key stands twice"),
        (b'{"a":NaN}', "`NaN` is no figure"),
        (b'{"a":Infinity}', "`Infinity` is no figure"),
        (b'{"a":', "line 1: no JSON"),
        (b"", "no JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deep"),
        (b"[" * 80 + b"]" * 80, "nested too deep"),
        (b'{"a":' * 70 + b"1" + b"}" * 70, "nested too deep"),
        (b"9" * 10_000, "digits"),
    ],
)
def test_hostile_json_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(ProvenanceError, match=says):
        read_json(data, "`record.json`")


def test_what_is_nested_as_deep_as_a_record_may_be_is_read() -> None:
    assert read_json(b"[" * 60 + b"]" * 60, "it")
