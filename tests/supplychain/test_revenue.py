"""Revenue by month and year, and the years that months add up to."""

from __future__ import annotations

from registry.supplychain.revenue import Earned, Revenue, annual_revenue, monthly_revenue


def months(year: int, amount: float, scope: str = "licensee", currency: str = "USD") -> list[Revenue]:
    return [Revenue("kiosk", scope, f"{year}-{month:02d}", amount, currency) for month in range(1, 13)]


def test_twelve_months_in_a_row_make_a_year() -> None:
    given = [*months(2025, 10), Revenue("kiosk", "licensee", "2026-01", 40)]
    assert annual_revenue(given) == {"licensee": {"2025": Earned(120, "USD"), "2025-12": Earned(120, "USD"), "2026-01": Earned(150, "USD")}}
    assert monthly_revenue(given)["licensee"]["2026-01"] == Earned(40, "USD")


def test_a_month_that_is_missing_leaves_no_year() -> None:
    assert annual_revenue(months(2025, 10)[:-1]) == {}
    assert annual_revenue([each for each in months(2025, 10) if each.period != "2025-06"]) == {}


def test_a_recorded_year_stands_before_the_sum_of_its_months() -> None:
    given = [*months(2025, 10), Revenue("kiosk", "licensee", "2025", 130, "EUR")]
    assert annual_revenue(given)["licensee"]["2025"] == Earned(130, "EUR")


def test_months_in_several_currencies_make_no_sum() -> None:
    assert annual_revenue([*months(2025, 10)[1:], Revenue("kiosk", "licensee", "2025-01", 10, "EUR")]) == {}


def test_whose_revenue_it_is_is_kept_apart() -> None:
    found = annual_revenue([*months(2025, 10), *months(2025, 1, "product"), Revenue("kiosk", "group", "2024", 5)])
    assert {scope: sorted(series) for scope, series in found.items()} == {"product": ["2025", "2025-12"], "licensee": ["2025", "2025-12"], "group": ["2024"]}
