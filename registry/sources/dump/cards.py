"""Which cards of a batch have to be opened: those that may say more than the tags that the Hub makes of them.

Most cards that name a base say no more of it than the tag does. They are told by their text alone, so that few are parsed.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from typing import Any

# Keys by which a card says more than the tags that the Hub makes of it: a licence's name and link, and every way of writing lineage. The key
# `base_model` itself stands apart: every way of misspelling or lengthening it is here.
_BASE_MODEL = r"bas(?:s|[es]{2,})?[_ -]?m|base[ -]?m|base_m(?:[^o]|o[^d]|od[^e]|ode[^l]|odel[^\"])"
CARD_TELLS = (
    rf'"(licen[sc]e[_ -]?(name|link|url)|licence|licens[^e]|licenses|licenz|lisence|liscense|licnese|lincense|{_BASE_MODEL}|based?[_ -]?on|relation|model[_ -]?(base|s?[_ -]?merge|rel)|parent'
    r"|deriv|origin|upstream|foundation|pretrained|init|backbone|source[_ -]?m|fine|continued|adapter|lora|merge|quant|unquant|conver|duplicated|mirror|cop(y|ied)"
    r"|distil|teacher|train|dataset[^s])"
)
"""What a key that says more begins with."""

_ONE_BASE = r'"base_model"\s*:\s*(?P<one>null\b|"[^"\\]*"|\[[^\]\\{}\[]*\])'


def telling_cards(column: Any, tagged: tuple[Any, Any], is_stated_elsewhere: bool) -> Iterator[tuple[int, str]]:
    """The cards that have to be opened, with their rows, in order.

    Args:
        column: The cards as JSON text.
        tagged: What the tags on bases say, and the row of each.
        is_stated_elsewhere: Whether the table has a column for the relation, so that it matters who names a base.
    """
    compute = importlib.import_module("pyarrow.compute")
    # What is no object is looked at too, so that it is noted.
    odd = compute.invert(compute.and_(compute.starts_with(column, "{"), compute.ends_with(column, "}")))
    tells = compute.fill_null(compute.or_(odd, compute.match_substring_regex(column, CARD_TELLS, ignore_case=True)), False)
    # Letter case matters here: `Base_Model` is another key, which only a look at the card tells.
    named = compute.fill_null(compute.match_substring(column, "base_model", ignore_case=True), False)
    asked = compute.and_(named, compute.invert(tells))
    telling = set(compute.indices_nonzero(tells).to_pylist())
    if compute.any(asked).as_py():
        rows = compute.indices_nonzero(asked)
        texts = column.take(rows)
        values = compute.struct_field(compute.extract_regex(texts, _ONE_BASE), "one").to_pylist()
        many = compute.greater(compute.count_substring(texts, "base_model", ignore_case=True), 1).to_pylist()
        known: dict[int, set[str]] = {}
        if not is_stated_elsewhere:
            for base, row in zip(tagged[0].to_pylist(), tagged[1].to_pylist(), strict=True):
                known.setdefault(row, set()).add(base)
        for row, value, often in zip(rows.to_pylist(), values, many, strict=True):
            if often or value is None or not _names(value) <= known.get(row, set()):
                telling.add(row)
    ordered = sorted(telling)
    opened = column.take(importlib.import_module("pyarrow").array(ordered, "int64")).to_pylist()
    yield from zip(ordered, opened, strict=True)


def _names(written: str) -> set[str]:
    """The names in the JSON text of one name or a list of them; an impossible one where it is none."""
    if written == "null":
        return set()
    if written[0] == '"':
        return {written[1:-1]}
    try:
        return {each if isinstance(each, str) else "" for each in json.loads(written)}
    except (ValueError, RecursionError):
        return {""}
