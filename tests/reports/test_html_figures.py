"""The small pictures of a report: bars and lines whose labels can be read."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from registry.reports.html_figures import SIZES, draw_series

LABEL = re.compile(r'<text [^>]*x="([\d.]+)"[^>]*text-anchor="(middle|end)">([^<]+)</text>')
LETTER = 6.5
"""About the width of a figure at the size of the labels."""


@pytest.mark.parametrize("size", sorted(SIZES))
@pytest.mark.parametrize("months", [1, 2, 17, 18, 36])
@pytest.mark.parametrize("most", [7, 18_400_000, 782_400_000, 12_345_678_901])
def test_labels_of_a_series_stand_within_the_picture_and_apart(size: str, months: int, most: int) -> None:
    series = {f"{2020 + at // 12}-{at % 12 + 1:02d}": most - months + at for at in range(1, months + 1)}
    broad, _ = SIZES[size]
    taken = []
    for place, anchor, text in LABEL.findall(draw_series(series, "p", "Users", size)):
        wide = LETTER * len(text)
        begin = float(place) - (wide if anchor == "end" else wide / 2)
        assert 0 <= begin <= begin + wide <= broad + 1, text
        if anchor == "middle":
            taken.append((begin, begin + wide))
    assert all(left[1] <= right[0] for left, right in pairwise(taken))
