"""The machine and the software of a run, as a record tells them: names and versions, nothing that says who or where."""

from __future__ import annotations

import os
import platform
import re
from importlib import metadata
from pathlib import Path

from registry.provenance.run import Environment
from registry.runner.events import Started

_CPU_INFO = Path("/proc/cpuinfo")
_SYSTEM_INFO = Path("/etc/os-release")


def read_environment(started: Started | None = None) -> Environment:
    """The environment of a run.

    Args:
        started: What the worker said of its device and its libraries; without it the run never came so far.
    """
    packages = installed_packages()
    if started is not None:
        packages.update(started.packages)
    return Environment(
        operating_system=operating_system(),
        python=platform.python_version(),
        cpu=cpu_model(),
        cores=_cores(),
        memory_bytes=memory_bytes(),
        device=started.device if started else "unknown",
        device_name=started.device_name if started else "unknown",
        driver=started.driver if started else None,
        packages=packages,
    )


def installed_packages() -> dict[str, str]:
    """Every installed package with its version; of two installations of one name, the one that an import would find."""
    found: dict[str, str] = {}
    for distribution in metadata.distributions():
        name = distribution.name or ""  # a damaged installation has none
        if name:
            found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), distribution.version)
    return dict(sorted(found.items()))


def operating_system() -> str:
    """The system's name with its version: on Linux that of the distribution and of the kernel."""
    if platform.system() == "Linux":
        pretty = re.search(r'^PRETTY_NAME="?([^"\n]*)', _read(_SYSTEM_INFO), re.MULTILINE)
        return f"{pretty[1]} (Linux {platform.release()})" if pretty else f"Linux {platform.release()}"
    if platform.system() == "Darwin":
        return f"macOS {platform.mac_ver()[0]}"
    return f"{platform.system()} {platform.version()}"


def cpu_model() -> str:
    """The processor, as its maker names it where the system tells."""
    named = re.search(r"^(?:model name|Hardware|cpu model)\s*:\s*(.+)$", _read(_CPU_INFO), re.MULTILINE)
    return named[1].strip() if named else platform.processor() or platform.machine()


def memory_bytes() -> int | None:
    """How much memory the machine has; None where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # only Linux tells which cores are ours
        return os.cpu_count() or 1


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
