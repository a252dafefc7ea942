"""Why a replay gave something else: what the record says of device, threads and versions, against what there is now."""

from __future__ import annotations

from typing import Any

import pytest

from registry.runner.replay_account import explain


def reasons(**changed: tuple[Any, Any]) -> list[dict[str, Any]]:
    return [{"what": name.replace("_", " "), "recorded": first, "again": second} for name, (first, second) in changed.items()]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"device": ("cuda", "cpu"), "device_name": ("NVIDIA H200", "AMD EPYC"), "precision": ("bf16", "fp32")}, "device, device name."),
        ({"threads": (8, 2)}, "threads."),
        ({"package_torch": ("2.12", "2.13"), "package_rich": ("14", "15")}, "the version of torch."),
        ({"package_bitsandbytes": ("0.46", "0.50")}, "the version of bitsandbytes."),
        ({"learning rate": (1e-4, 1e-5)}, "learning rate."),
    ],
)
def test_what_an_outcome_hangs_on_is_named_first(changed: dict[str, tuple[Any, Any]], said: str) -> None:
    text = explain(False, reasons(**changed))
    assert text.startswith("The outcome differs, and so does what it depends on: ")
    assert said in text


def test_an_outcome_that_differs_for_no_recorded_reason_says_so() -> None:
    assert "Nothing that is recorded" in explain(False, [])


def test_the_same_outcome_on_another_machine_says_both() -> None:
    assert explain(True, []) == "The outcome is the same to the last bit."
    assert "although not everything" in explain(True, reasons(device=("cuda", "cpu")))
