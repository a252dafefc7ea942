"""The machine that a job computes on: device, precision, threads and seeds, made ready so that the same job gives the same outcome."""

from __future__ import annotations

import importlib.metadata
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from registry.runner.engines.interface import EngineError, Tell
from registry.runner.events import Started
from registry.runner.job import Machine
from registry.settings import cublas_workspace

if TYPE_CHECKING:
    import torch

MAX_SEED = 2**32 - 1
"""The largest seed that every random generator takes."""


@dataclass(frozen=True, slots=True)
class Readied:
    """A device that is ready, and the precision to compute in: `fp32`, `fp16` or `bf16`."""

    device: torch.device
    precision: str

    @property
    def dtype(self) -> torch.dtype:
        """The precision in torch's words."""
        import torch

        return {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}[self.precision]


def ready_machine(machine: Machine, tell: Tell) -> Readied:
    """Choose the device, seed every generator, fix what makes outcomes differ, and tell `Started`.

    Raises:
        EngineError: What was asked for is not there.
    """
    import torch
    import transformers

    transformers.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    if not 0 <= machine.seed <= MAX_SEED:
        raise EngineError("data", f"the seed {machine.seed} is not between 0 and {MAX_SEED}", "leave `--seed` out, or name one of these")
    if machine.threads is not None:
        if machine.threads < 1:
            raise EngineError("data", f"{machine.threads} threads cannot compute", "name one at least, or leave `--threads` out")
        torch.set_num_threads(machine.threads)
    device = _device(machine.device)
    precision = _precision(machine.precision, device)
    transformers.set_seed(machine.seed)
    if machine.deterministic:
        # Only a warning where an operation of an accelerator has no deterministic form: the run goes on, and says so.
        torch.use_deterministic_algorithms(True, warn_only=device.type != "cpu")
        torch.backends.cudnn.benchmark = False
    tell(
        Started(
            device=device.type,
            device_name=_device_name(device),
            driver=_driver(device),
            threads=torch.get_num_threads(),
            packages=packages(),
            determinism={
                "deterministic_algorithms": torch.are_deterministic_algorithms_enabled(),
                "warn_only": torch.is_deterministic_algorithms_warn_only_enabled(),
                "cudnn_benchmark": torch.backends.cudnn.benchmark,
                "tf32": torch.backends.cuda.matmul.allow_tf32,
                "cublas_workspace": cublas_workspace(),
                "cpu_capability": torch.backends.cpu.get_cpu_capability(),
                "precision": precision,
                "seed": str(machine.seed),
            },
        )
    )
    return Readied(device, precision)


def packages() -> dict[str, str]:
    """Every installed distribution with its version, by name."""
    found: dict[str, str] = {}
    for distribution in importlib.metadata.distributions():
        name = distribution.metadata["Name"]
        if name and name.lower() not in found:
            found[name.lower()] = distribution.version
    return dict(sorted(found.items()))


def _device(asked: str) -> torch.device:
    import torch

    mps = torch.backends.mps.is_available()
    if asked == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "mps" if mps else "cpu")
    if (asked == "cuda" and not torch.cuda.is_available()) or (asked == "mps" and not mps):
        raise EngineError("missing", f"there is no `{asked}` device on this machine", "leave `--device` out, or say `--device cpu`")
    return torch.device(asked)


def _precision(asked: str, device: torch.device) -> str:
    import torch

    if asked == "auto":
        if device.type != "cuda":
            return "fp32"
        return "bf16" if torch.cuda.is_bf16_supported() else "fp16"
    if asked == "fp16" and device.type == "cpu":
        raise EngineError("missing", "the CPU does not train or run in fp16", "say `--precision bf16` or `--precision fp32`")
    return asked


def _device_name(device: torch.device) -> str:
    import torch

    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8", errors="replace") as stream:
            for line in stream:
                name, _, value = line.partition(":")
                if name.strip() == "model name":
                    return value.strip()
    except OSError:  # not Linux
        pass
    return platform.processor() or platform.machine()


def _driver(device: torch.device) -> str | None:
    import torch

    if device.type != "cuda":
        return None
    try:
        first = Path("/proc/driver/nvidia/version").read_text(encoding="utf-8", errors="replace").splitlines()[0]
    except (OSError, IndexError):
        first = "driver not told"
    return f"CUDA {torch.version.cuda}; {first[:200]}"
