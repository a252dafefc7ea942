"""Estimates the energy of a run with codecarbon, where that is installed: offline, told to nobody, without files, for this process alone."""

from __future__ import annotations

import importlib.metadata
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_SECONDS_BETWEEN_LOOKS = 15
_ANY_COUNTRY = "USA"  # it decides on emissions, which are not asked for, and not on energy
_TO_NOBODY: dict[str, Any] = {
    # Each is stated, since a `.codecarbon.config` in the working folder, which may have come with anything, decides on the others.
    "output_methods": [],
    "output_handlers": [],
    "emissions_endpoint": None,
    "force_carbon_intensity_g_co2e_kwh": 0.0,  # else a token in that file would have it asked of a server
}


class EnergyMeter:
    """Runs beside a job; finding out about the hardware takes it some seconds, which nobody waits for."""

    def __init__(self) -> None:
        self._tracker: Any = None
        self._ready = threading.Event()
        try:
            from codecarbon import OfflineEmissionsTracker
        except ImportError:
            return
        self._tracker = OfflineEmissionsTracker(
            country_iso_code=_ANY_COUNTRY,
            tracking_mode="process",
            log_level="critical",
            allow_multiple_runs=True,
            measure_power_secs=_SECONDS_BETWEEN_LOOKS,
            **_TO_NOBODY,
        )
        threading.Thread(target=self._start, daemon=True).start()

    def wait(self, seconds: float = 60.0) -> bool:
        """Wait until it measures; whether it does."""
        return self._ready.wait(seconds)

    def stop(self) -> tuple[float, str] | None:
        """Kilowatt-hours and where the figure comes from; None where there is none, or the run was too short for one."""
        if self._tracker is None or not self._ready.is_set():
            return None
        tracker, self._tracker = self._tracker, None
        tracker.stop()
        data = getattr(tracker, "final_emissions_data", None)
        energy = float(getattr(data, "energy_consumed", 0.0) or 0.0)
        return (energy, f"codecarbon {importlib.metadata.version('codecarbon')}, estimated for the process") if energy > 0 else None

    def _start(self) -> None:
        self._tracker.start()
        self._ready.set()


@contextmanager
def energy_meter() -> Iterator[EnergyMeter]:
    """A meter that is stopped at the end, come what may."""
    meter = EnergyMeter()
    try:
        yield meter
    finally:
        meter.stop()
