"""Desks over a seeded catalogue, as the tests of the use cases have them."""

from __future__ import annotations

from tests.desk.conftest import cache, copied, desk, desk_over, knowledge, reader, seeded

__all__ = ["cache", "copied", "desk", "desk_over", "knowledge", "reader", "seeded"]
