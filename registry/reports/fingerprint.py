"""What a finding is known by from one run to the next: what it says of whom, never how it is worded or on which line it stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

_PARTS = ("code", "subject", "license", "clause", "ancestors", "file")


def fingerprint(finding: Mapping[str, Any]) -> str:
    """The fingerprint, as hexadecimal digits."""
    said = [finding.get(part) or "" for part in _PARTS]
    return hashlib.sha256(json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()
