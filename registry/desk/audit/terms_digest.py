"""What stands for the terms of a licence as they are recorded: it changes when what they ask changes, and not when they are put in other words."""

from __future__ import annotations

import hashlib
import json

from registry.terms.conditions import to_data
from registry.terms.license import License


def terms_digest(license: License) -> str:
    """The digest, as `sha256:HEX`; the order in which the terms stand and our summaries of them do not count."""
    said = sorted(
        json.dumps(
            [
                term.kind,
                sorted(term.acts),
                term.section,
                sorted(term.binds),
                to_data(term.condition) if term.condition is not None else None,
                term.ask is not None,
                term.do,
                term.rule,
                term.wording,
                term.must,
                term.gate,
                sorted(term.disputed),
            ],
            sort_keys=True,
            default=str,
        )
        for term in license.terms
        if term.kind != "note"
    )
    return f"sha256:{hashlib.sha256(json.dumps(said).encode()).hexdigest()}"
