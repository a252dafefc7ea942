"""Earlier audits, read from JSON: a baseline, or what a present audit is compared with."""

from __future__ import annotations

import json
from pathlib import Path

from registry.errors import UsageError

MAX_BASELINE_BYTES = 200_000_000
"""A larger baseline is refused."""


def read_baseline(file: str | None) -> frozenset[str]:
    """The findings of an earlier audit.

    Raises:
        UsageError: It cannot be read, or is no audit.
    """
    if file is None:
        return frozenset()
    try:
        path = Path(file)
        if path.stat().st_size > MAX_BASELINE_BYTES:
            raise UsageError(f"`{file}` is larger than {MAX_BASELINE_BYTES:,} bytes", "name an audit in JSON")
        data = json.loads(path.read_text(encoding="utf-8"))
        return frozenset(str(each["identity"]) for each in data["findings"])
    except OSError as error:
        raise UsageError(f"baseline `{file}` cannot be read: {error.strerror}", "write one with `licet audit PATH -o json=FILE`") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UsageError(f"baseline `{file}` is not an audit of an application in JSON", "write one with `licet audit PATH -o json=FILE`") from error
