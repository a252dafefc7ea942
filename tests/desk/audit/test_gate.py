"""What ends an audit with exit code 1."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.desk.audit.gate import refusals, words_to_fail_on
from registry.desk.session import Desk
from tests.desk.audit.applications import SAAS, app, audit, with_policy

WAIVED = "fail_on: [LIC1]\nwaivers:\n  - {finding: LIC302, model: CohereForAI/*, owner: legal, reason: bought, expires: EXPIRES}\n"


@pytest.mark.parametrize(
    ("expires", "given", "met"),
    [
        ("2020-01-01", None, ["POL008: 1"]),
        ("2020-01-01", "prohibited", ["prohibited: 1", "POL008: 1"]),
        ("2020-01-01", "policy", ["policy: 1"]),
        ("2020-01-01", "POL", ["POL: 1"]),
        ("2020-01-01", "none", []),
        ("2999-01-01", None, []),
    ],
)
def test_an_exception_that_has_run_out_fails_whatever_else_does(reader: Desk, tmp_path: Path, expires: str, given: str | None, met: list[str]) -> None:
    desk = with_policy(reader, tmp_path, WAIVED.replace("EXPIRES", expires))
    found = audit(desk, app(tmp_path / "app", "CohereForAI/c4ai-command-r-plus"), SAAS)
    assert refusals(found, words_to_fail_on(found.policy.fail_on, given)) == met


def test_an_exception_that_has_run_out_may_count_for_less(reader: Desk, tmp_path: Path) -> None:
    desk = with_policy(reader, tmp_path, WAIVED.replace("EXPIRES", "2020-01-01") + "severity: {POL008: warning}\n")
    found = audit(desk, app(tmp_path / "app", "CohereForAI/c4ai-command-r-plus"), SAAS)
    assert refusals(found, words_to_fail_on(found.policy.fail_on, None)) == []
