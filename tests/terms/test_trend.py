"""Growth at a steady rate, and when it passes a limit."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from registry.terms.trend import HORIZON, LEAST, PERIODS, crossing, fit_trend


def period(place: int, step: str = "month") -> str:
    return f"{place // 12}-{place % 12 + 1:02d}" if step == "month" else str(place)


def steady(value: float, rate: float, count: int, start: int = 2024 * 12) -> list[tuple[str, float]]:
    return [(period(start + at), value * (1 + rate) ** at) for at in range(count)]


@given(st.floats(1, 1e9), st.floats(-0.3, 0.5), st.integers(LEAST, 40))
def test_steady_growth_is_found_again(value: float, rate: float, count: int) -> None:
    trend = fit_trend(steady(value, rate, count))
    assert trend is not None
    assert trend.rate == pytest.approx(rate, abs=1e-9)
    assert trend.counts == min(count, PERIODS)
    assert (trend.step, trend.last) == ("month", period(2024 * 12 + count - 1))


@given(st.floats(1, 1e6), st.floats(0.001, 0.5), st.floats(1, 1e9), st.booleans())
def test_the_crossing_is_the_first_period_that_passes(value: float, rate: float, limit: float, inclusive: bool) -> None:
    trend = fit_trend(steady(value, rate, 6))
    assert trend is not None
    assume(trend.value < limit)
    found = crossing(trend, limit, inclusive)
    ahead = [trend.value * (1 + trend.rate) ** at for at in range(HORIZON["month"] + 1)]
    assume(all(abs(each - limit) > limit * 1e-6 for each in ahead))
    passing = [at for at, each in enumerate(ahead) if each > limit]
    assert found == (period(2024 * 12 + 5 + passing[0]) if passing else None)


def test_a_limit_that_is_met_is_passed_only_where_reaching_it_passes() -> None:
    trend = fit_trend([("2026-01", 1), ("2026-02", 2), ("2026-03", 4)])
    assert trend is not None
    rounded = crossing(trend, 7.999999, False)
    assert (rounded, crossing(trend, 8.000001, False)) == ("2026-04", "2026-05")


def test_only_the_last_twelve_months_count() -> None:
    old = [(each, 1e9) for each, _ in steady(1, 0, 12, 2023 * 12)]
    trend = fit_trend([*old, *steady(100, 0.1, 12, 2024 * 12)])
    assert trend is not None
    assert trend.rate == pytest.approx(0.1)
    assert trend.first == "2024-01"


def test_gaps_are_left_out_and_not_filled() -> None:
    series = [each for each in steady(100, 0.1, 12) if each[0] not in ("2024-03", "2024-04", "2024-09")]
    trend = fit_trend(series)
    assert trend is not None
    assert (trend.counts, trend.rate) == (9, pytest.approx(0.1))


def test_what_follows_a_month_without_users_is_fitted() -> None:
    trend = fit_trend([("2024-01", 500), ("2024-02", 0), *steady(100, 0.2, 3, 2024 * 12 + 2)])
    assert trend is not None
    assert (trend.first, trend.rate) == ("2024-03", pytest.approx(0.2))
    assert fit_trend([*steady(100, 0.2, 3), ("2024-04", 0)]) is None


@pytest.mark.parametrize("series", [[], steady(5, 0.1, 2), [*steady(5, 0.1, 2), ("2026-01", 50)]])
def test_too_few_counts_make_no_trend(series: list[tuple[str, float]]) -> None:
    assert fit_trend(series) is None


def test_years_are_carried_on_as_years() -> None:
    trend = fit_trend([("2024-06", 3), ("2022", 100), ("2023", 200), ("2024", 400)])
    assert trend is not None
    assert (trend.step, trend.counts, trend.rate) == ("year", 3, pytest.approx(1))
    assert crossing(trend, 1000, False) == "2026"


def test_what_shrinks_never_passes() -> None:
    trend = fit_trend(steady(100, -0.1, 6))
    assert trend is not None
    assert crossing(trend, 1000, False) is None
