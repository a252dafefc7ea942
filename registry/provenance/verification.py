"""Verifying a model folder, or a single file, against the signatures and records that speak of it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from registry.errors import ProvenanceError
from registry.findings.finding import Finding
from registry.provenance.digests import FoundFile, Progress, digest_files, list_files, tree_digest
from registry.provenance.envelope import Envelope, read_envelope
from registry.provenance.keys import PublicKey, require_signing
from registry.provenance.layout import IGNORED, RECORD_FILE, RECORD_FILES, SIGNATURE_FILE, TERMS_FILE, record_beside, terms_beside
from registry.provenance.model_signature import ModelSignature, read_signature
from registry.provenance.model_signing_library import Identity, verify_by_library, verify_keyless
from registry.provenance.record_shape import read_run, read_terms_record
from registry.provenance.run import FileDigest, Run
from registry.provenance.signers import Signer, judge_signature, listed, signer_findings
from registry.provenance.terms import Terms, terms_of

MOST_FILES = 20
"""So many files are named one by one; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Documents:
    """Where the documents about one artefact stand, and what is to be left out of it."""

    record: Path
    terms: Path
    signature: Path | None


@dataclass(slots=True)
class Verification:
    """What came of verifying.

    Attributes:
        name: What the artefact is called in its records; the file's or folder's own name where there are none.
        sha256: Of a folder the digest over its files as they are, of a single file its own.
        tree: The digest over its files, which documents are about.
        files: How many there are.
        size: How many bytes.
        findings: Everything that is wrong.
        signers: What came of each signature.
        run: The run that made it, as a record says.
        terms: What a statement of terms says.
        own_signature: The signature over the files.
        signed: The digest of every file that a document names.
        notes: What could not be looked at, or should be known.
    """

    name: str
    sha256: str = ""
    tree: str = ""
    files: int = 0
    size: int = 0
    findings: list[Finding] = field(default_factory=list)
    signers: list[Signer] = field(default_factory=list)
    run: Run | None = None
    terms: Terms | None = None
    own_signature: ModelSignature | None = None
    signed: Mapping[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def trusted(self) -> bool:
        """Whether a record of a run is there whose signature holds by a trusted key."""
        return any(signer.result == "holds" and signer.file.endswith(RECORD_FILE) for signer in self.signers)


@dataclass(frozen=True, slots=True)
class _Claim:
    """What one document says of the files."""

    document: str
    digests: Mapping[str, str]
    ignored: Sequence[str]
    algorithm: str = "sha256"


def documents_of(target: Path, signature: Path | None = None) -> Documents:
    """The documents about a folder or a file; the signature may stand elsewhere."""
    if target.is_dir():
        return Documents(target / RECORD_FILE, target / TERMS_FILE, signature or target / SIGNATURE_FILE)
    return Documents(record_beside(target), terms_beside(target), signature)


def verify(
    target: Path,
    keys: Sequence[PublicKey],
    *,
    at: str,
    signature: Path | None = None,
    identity: Identity | None = None,
    offline: bool = False,
    progress: Progress | None = None,
) -> Verification:
    """Hold a folder or file against all that is signed of it.

    Args:
        target: The model folder, or a single file that has its records beside it.
        keys: The keys that are trusted.
        at: Now, RFC 3339 in UTC.
        signature: Where the signature over the files stands, if not in the folder as `model.sig`.
        identity: Who is expected to have signed the files without a key.
        offline: The network is not reached for; the keys of Sigstore are then those that came with its library.
        progress: Told how many bytes are digested.

    Raises:
        ProvenanceError: The target is not there or cannot be read.
    """
    if not target.exists():
        raise ProvenanceError(f"there is no `{target}`", "name a model folder, or a file that has its record beside it")
    found, claims, subject = _read(target, keys, at, signature)
    own = found.own_signature
    place = documents_of(target, signature).signature
    if own is not None and place is not None and own.material != "key":
        _judge_without_key(found, target, place, own, identity, offline)
    elif own is not None and not own.native:
        _judge_by_library(found, target, place)
    if not found.signers and not any(finding.code == "LIC505" for finding in found.findings):
        found.findings.append(Finding("LIC501", found.name, f"`{found.name}` has no signature: nothing tells whether its files are what somebody made."))
    _compare_files(found, target, claims, progress)
    _compare_documents(found, subject)
    return found


def read_documents(target: Path, keys: Sequence[PublicKey], *, at: str, signature: Path | None = None) -> Verification:
    """What is said of a folder or file and who signed it, without a look at the files themselves."""
    return _read(target, keys, at, signature)[0]


def _read(target: Path, keys: Sequence[PublicKey], at: str, signature: Path | None) -> tuple[Verification, list[_Claim], tuple[str, str] | None]:
    """The documents about a target, and what came of their signatures."""
    require_signing()
    documents = documents_of(target, signature)
    found = Verification(target.resolve().name)
    claims: list[_Claim] = []
    record = _read_record(found, documents.record, claims)
    terms, subject = _read_terms(found, documents.terms)
    found.own_signature = own = _read_own_signature(found, documents.signature, claims, named=signature is not None)
    found.signed = {name: digest for claim in claims for name, digest in claim.digests.items()}
    found.name = found.run.name if found.run else found.terms.name if found.terms else found.name
    if record is not None and found.run is not None:
        found.signers.append(judge_signature(documents.record.name, record, keys, None, found.run.ended, at))
    if terms is not None and found.terms is not None:
        found.signers.append(judge_signature(documents.terms.name, terms, keys, None, found.terms.stated, at))
    if own is not None and documents.signature is not None:
        _judge_own_signature(found, documents.signature, own, keys, at)
    found.findings.extend(signer_findings(found.name, found.signers, keys))
    return found, claims, subject


def _read_record(found: Verification, path: Path, claims: list[_Claim]) -> Envelope | None:
    if not path.exists():
        found.notes.append(f"there is no `{path.name}`, so nothing tells how it was made")
        return None
    try:
        envelope = read_envelope(path)
        found.run = read_run(envelope, f"`{path.name}`")
    except ProvenanceError as error:
        found.findings.append(Finding("LIC505", found.name, _sentence(error.message), file=path.name))
        return None
    claims.append(_Claim(path.name, {file.name: file.sha256 for file in found.run.files}, IGNORED))
    return envelope


def _read_terms(found: Verification, path: Path) -> tuple[Envelope | None, tuple[str, str] | None]:
    if not path.exists():
        return None, None
    try:
        envelope = read_envelope(path)
        found.terms, name, digest = read_terms_record(envelope, f"`{path.name}`")
    except ProvenanceError as error:
        found.findings.append(Finding("LIC505", found.name, _sentence(error.message), file=path.name))
        return None, None
    return envelope, (name, digest)


def _read_own_signature(found: Verification, path: Path | None, claims: list[_Claim], named: bool) -> ModelSignature | None:
    if path is None or not path.exists():
        if named:
            raise ProvenanceError(f"there is no signature `{path}`", "check the path")
        return None
    try:
        own = read_signature(path)
    except ProvenanceError as error:
        found.findings.append(Finding("LIC505", found.name, _sentence(error.message), file=path.name))
        return None
    if own.native:
        # OMS v1.0: a signature never speaks of itself, whether it says so or not.
        claims.append(_Claim(path.name, own.digests, (*own.ignored, path.name), own.algorithm))
    if others := sorted(set(own.ignored) - set(IGNORED) - {path.name}):
        found.notes.append(f"`{path.name}` says nothing of {listed(others)}")
    return own


def _judge_own_signature(found: Verification, path: Path, own: ModelSignature, keys: Sequence[PublicKey], at: str) -> None:
    if own.material == "key":
        # Such a signature does not say when it was made; a record of the same files by the same key does.
        same = found.run is not None and own.digests == {file.name: file.sha256 for file in found.run.files}
        beside = same and any(signer.file.endswith(RECORD_FILE) and signer.key and signer.key.id == own.hint for signer in found.signers)
        found.signers.append(judge_signature(path.name, own.envelope, keys, own.hint, found.run.ended if beside and found.run else None, at))
        return
    found.signers.append(Signer(path.name, "unknown-key", hint=own.material))


def _judge_without_key(found: Verification, target: Path, path: Path, own: ModelSignature, identity: Identity | None, offline: bool) -> None:
    """A signature that no key of ours can verify: by Sigstore if it is said who is expected, else not at all."""
    if own.material == "sigstore" and identity is not None:
        problem = verify_keyless(target, path, identity, native=own.native, offline=offline)
        if problem is None:
            at = next(index for index, signer in enumerate(found.signers) if signer.file == path.name)
            found.signers[at] = Signer(path.name, "holds", hint=identity.name)
        else:
            found.findings.append(Finding("LIC505", found.name, _sentence(problem), file=path.name))
        return
    kind = "a certificate" if own.material == "certificate" else "Sigstore, without a key"
    how = "`model_signing verify certificate` can verify it" if own.material == "certificate" else "say whom you expect with `--identity` and `--issuer`"
    found.findings.append(Finding("LIC504", found.name, f"`{path.name}` was signed with {kind}: {how}.", file=path.name))


def _judge_by_library(found: Verification, target: Path, path: Path | None) -> None:
    """Leave a signature in shards, or by BLAKE3, to the library that knows them."""
    signer = next((each for each in found.signers if path is not None and each.file == path.name), None)
    if signer is None or signer.key is None or path is None:
        return
    problem = verify_by_library(target, path, signer.key)
    if problem is not None:
        found.findings.append(Finding("LIC502", found.name, _sentence(problem), file=path.name))


def _compare_files(found: Verification, target: Path, claims: Sequence[_Claim], progress: Progress | None) -> None:
    refused: list[tuple[str, str]] = []
    if target.is_dir():
        common = set(IGNORED).intersection(*(claim.ignored for claim in claims)) if claims else set(IGNORED)
        follow = found.own_signature is not None and found.own_signature.links
        present = list_files(target, ignored=sorted(common), within=target if follow else None, refused=refused)
    else:
        path = target.resolve()
        present = [FoundFile(target.name, path, path.stat().st_size)]
    digests = digest_files(present, progress=progress)
    own = [file for file in digests if not _left_out(file.name, IGNORED)]
    found.tree, found.files, found.size = tree_digest(own), len(own), sum(file.size for file in own)
    found.sha256 = found.tree if target.is_dir() else digests[0].sha256
    unlooked = [name for name in IGNORED if name not in RECORD_FILES and os.path.lexists(target / name)] if target.is_dir() else []
    if unlooked:
        found.notes.append(
            f"{listed(unlooked)} {'is' if len(unlooked) == 1 else 'are'} left out of signatures and {'was' if len(unlooked) == 1 else 'were'} not looked at"
        )
    if present and claims and not any(claim.digests for claim in claims):
        found.notes.append("the record is of a run that made no model, so nothing is signed of the files here")
    said: dict[str, str] = {}
    for name, reason in refused:
        said[name] = f"`{name}` {reason}, which no signed model holds"
    for claim in claims:
        if claim.digests:
            _hold_against(found, claim, digests, present, said)
    for name in list(said)[:MOST_FILES]:
        found.findings.append(Finding("LIC502", found.name, f"{said[name][0].upper()}{said[name][1:]}.", file=name))
    if len(said) > MOST_FILES:
        found.findings.append(Finding("LIC502", found.name, f"And {len(said) - MOST_FILES:,} more files are not as they were signed."))


def _hold_against(found: Verification, claim: _Claim, digests: Sequence[FileDigest], present: Sequence[FoundFile], said: dict[str, str]) -> None:
    """Note every file that is not as one document has it; a document about quite another model is one finding."""
    if claim.algorithm != "sha256":
        digests = digest_files(present, algorithm=claim.algorithm)
    actual = {file.name: file.sha256 for file in digests if not _left_out(file.name, claim.ignored)}
    same = [name for name, digest in claim.digests.items() if actual.get(name) == digest]
    if not same:
        summary = f"`{claim.document}` is about another model: none of the {len(claim.digests):,} files that it names is here as it says."
        found.findings.append(Finding("LIC502", found.name, summary, file=claim.document))
        return
    for name in sorted({*claim.digests, *actual}):
        if name not in actual:
            said.setdefault(name, f"`{name}` is missing; `{claim.document}` names it")
        elif name not in claim.digests:
            said.setdefault(name, f"`{name}` was added; `{claim.document}` does not name it")
        elif actual[name] != claim.digests[name]:
            said.setdefault(name, f"`{name}` is not the file that `{claim.document}` names: its digest differs")


def _compare_documents(found: Verification, subject: tuple[str, str] | None) -> None:
    """Whether the statement of terms is about the same model, and tells of the same parents, as the record of the run."""
    run, terms = found.run, found.terms
    if terms is None or subject is None:
        return
    digest = tree_digest(run.files) if run and run.files else found.tree if run is None else None
    if (digest is not None and subject[1] != digest) or (run is not None and run.name != terms.name):
        summary = f"`{TERMS_FILE}` is about another model: `{subject[0]}` with the digest {subject[1][:12]}."
        found.findings.append(Finding("LIC502", found.name, summary, file=TERMS_FILE))
        return
    if run is not None:
        made = {(link.parent, link.relation) for link in terms_of(run).lineage}
        told = {(link.parent, link.relation) for link in terms.lineage if link.child == terms.name}
        for parent, relation in sorted(made ^ told):
            where, not_where = (RECORD_FILE, TERMS_FILE) if (parent, relation) in made else (TERMS_FILE, RECORD_FILE)
            summary = f"`{where}` says that `{found.name}` comes from `{parent}` ({relation}); `{not_where}` does not."
            found.findings.append(Finding("LIC503", found.name, summary, ancestors=(parent,), file=not_where))


def _left_out(name: str, ignored: Sequence[str]) -> bool:
    return any(name == path or name.startswith(f"{path}/") for path in ignored)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
