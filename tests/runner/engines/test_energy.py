"""The energy of a run is estimated without anybody being told, whatever a configuration file of the library says."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from importlib.util import find_spec
from pathlib import Path

import pytest

from registry.runner.engines.energy import energy_meter

HOSTILE = """
[codecarbon]
emissions_endpoint = http://127.0.0.1:9/emissions
output_methods = csv,api
save_to_file = true
save_to_api = true
api_endpoint = http://127.0.0.1:9
electricitymaps_api_token = secret
co2_signal_api_token = secret
"""

MEASURED = """
    import json, sys, time
    reached = []
    sys.addaudithook(lambda event, arguments: reached.append(str(arguments[-1])) if event in ("socket.connect", "socket.getaddrinfo") else None)
    from registry.runner.engines.energy import energy_meter
    with energy_meter() as meter:
        meter.wait()
        until = time.monotonic() + 2
        while time.monotonic() < until:
            sum(range(100_000))
        print(json.dumps({"energy": meter.stop(), "reached": reached}))
"""


@pytest.mark.slow
@pytest.mark.skipif(find_spec("codecarbon") is None, reason="codecarbon is not installed")
def test_the_library_tells_nobody_and_leaves_no_file(tmp_path: Path, root: Path) -> None:
    (tmp_path / ".codecarbon.config").write_text(HOSTILE)
    script = f"import sys\nsys.path.insert(0, {str(root)!r})\n{textwrap.dedent(MEASURED)}"
    done = subprocess.run([sys.executable, "-P", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    energy, source = told["energy"]
    assert 0 < energy < 0.01
    assert source.startswith("codecarbon ")
    assert source.endswith("estimated for the process")
    assert told["reached"] == []
    assert [path.name for path in tmp_path.iterdir()] == [".codecarbon.config"]


STAND_IN = """
class OfflineEmissionsTracker:
    asked = {}

    def __init__(self, **options):
        OfflineEmissionsTracker.asked = options

    def start(self):
        pass

    def stop(self):
        self.final_emissions_data = type("Data", (), {"energy_consumed": 0.25})
"""


def test_an_estimate_comes_with_its_source_and_goes_to_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "codecarbon"]:
        monkeypatch.delitem(sys.modules, name)
    (tmp_path / "codecarbon").mkdir()
    (tmp_path / "codecarbon" / "__init__.py").write_text(STAND_IN)
    (tmp_path / "codecarbon-9.9.dist-info").mkdir()
    (tmp_path / "codecarbon-9.9.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: codecarbon\nVersion: 9.9\n")
    monkeypatch.syspath_prepend(tmp_path)
    try:
        with energy_meter() as meter:
            meter.wait()
            assert meter.stop() == (0.25, "codecarbon 9.9, estimated for the process")
            assert meter.stop() is None
        asked = sys.modules["codecarbon"].OfflineEmissionsTracker.asked
    finally:
        sys.modules.pop("codecarbon", None)
    assert (asked["output_methods"], asked["output_handlers"], asked["emissions_endpoint"]) == ([], [], None)
    assert asked["tracking_mode"] == "process"


@pytest.mark.skipif(find_spec("codecarbon") is not None, reason="codecarbon is installed")
def test_without_the_library_there_is_no_estimate() -> None:
    with energy_meter() as meter:
        assert meter.stop() is None
