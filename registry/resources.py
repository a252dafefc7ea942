"""Finds the folders that travel with the program: `data/` and `migrations/`.

In a wheel they stand inside the package; in a checkout (an editable install too) they stand beside it. Running from a zip is not supported.
"""

from __future__ import annotations

from pathlib import Path

from registry.errors import RegistryError


def resource_dir(name: str) -> Path:
    """The folder `name` of this installation.

    Args:
        name: `data` or `migrations`.

    Raises:
        RegistryError: The program was installed without it.
    """
    package = Path(__file__).resolve().parent
    checkout = package.parent
    if (package / name).is_dir():
        return package / name
    # The guard keeps a stray `data/` beside site-packages from being taken for ours.
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    raise RegistryError(f"licet was installed without its `{name}` folder", "reinstall it: `python -m pip install --force-reinstall licet`")
