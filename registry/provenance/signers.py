"""Who signed: whether a signature is by a trusted key, within its validity, and what is to be said where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.findings.finding import Finding
from registry.provenance.envelope import Envelope, check_signature
from registry.provenance.keys import PublicKey

MOST_NAMES = 20
"""So many files are named in one sentence."""


@dataclass(frozen=True, slots=True)
class Signer:
    """What came of the signature on one document.

    Attributes:
        file: The document.
        result: `holds`, `unknown-key`, `outside-validity`, `broken` or `unsigned`.
        key: The key that made it, where it is known.
        hint: The id of the key that the signature names.
        on: When it was made, as the signer says; None where nothing says so.
    """

    file: str
    result: str
    key: PublicKey | None = None
    hint: str | None = None
    on: str | None = None


def judge_signature(file: str, envelope: Envelope, keys: Sequence[PublicKey], hint: str | None, on: str | None, at: str) -> Signer:
    """Which key made a signature, and whether it holds.

    Args:
        file: The document.
        envelope: What it holds.
        keys: The keys that are trusted.
        hint: The id of the key that it names outside of its envelope.
        on: When it was made, as the signer says.
        at: Now.
    """
    hint = hint or next((each.key for each in envelope.signatures if each.key), None)
    if not envelope.signatures:
        return Signer(file, "unsigned", on=on)
    key = next((key for key in keys if check_signature(envelope, key)), None)
    if key is None:
        named = next((key for key in keys if key.id == hint), None)
        return Signer(file, "broken" if named else "unknown-key", named, hint, on)
    return Signer(file, "holds" if key.holds_on(on or at) else "outside-validity", key, hint, on)


def signer_findings(name: str, signers: Sequence[Signer], keys: Sequence[PublicKey]) -> list[Finding]:
    """A finding for every signature that does not hold; documents that lack the same key share one.

    Args:
        name: What the documents are about.
        signers: What came of each signature.
        keys: The keys that are trusted.
    """
    found: list[Finding] = []
    unknown: dict[str | None, list[str]] = {}
    for signer in signers:
        key, file = signer.key, signer.file
        if signer.result == "broken" and key is not None:
            summary = f"The signature on `{file}` is not by the key that it names, {key.label}: the file was changed after it was signed."
            found.append(Finding("LIC505", name, summary, file=file))
        elif signer.result == "outside-validity" and key is not None:
            when = f"on {signer.on[:10]}" if signer.on else "at a time that nothing tells"
            lasts = " ".join(part for part in (key.not_before and f"from {key.not_before}", key.not_after and f"until {key.not_after}") if part)
            found.append(Finding("LIC504", name, f"`{file}` was signed {when}; the key {key.label} is valid {lasts}.", file=file))
        elif signer.result == "unknown-key" and signer.hint not in ("certificate", "sigstore"):
            unknown.setdefault(signer.hint, []).append(file)
    unsigned = [signer.file for signer in signers if signer.result == "unsigned"]
    if unsigned:
        summary = f"{listed(unsigned)} {'carries' if len(unsigned) == 1 else 'carry'} no signature: anybody can have written {'it' if len(unsigned) == 1 else 'them'}."
        found.append(Finding("LIC501", name, summary, file=unsigned[0]))
    for hint, files in unknown.items():
        which = f"the key {hint[:12]}" if hint else "a key that nothing names"
        among = f"which is not among the {len(keys)} you trust" if keys else "and you trust no key yet"
        summary = f"{listed(files)} {'was' if len(files) == 1 else 'were'} signed by {which}, {among}."
        found.append(Finding("LIC504", name, summary, file=files[0]))
    return found


def listed(names: Sequence[str]) -> str:
    """Names in a sentence, the first of many."""
    shown = ", ".join(f"`{name}`" for name in names[:MOST_NAMES])
    return f"{shown} and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else shown
