"""Writing the records of a run: the statement of how it came about, the statement of terms, and the signature over the model's files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from registry.errors import ProvenanceError
from registry.provenance.digests import Progress, digest_file, digest_folder
from registry.provenance.envelope import seal
from registry.provenance.files import write_json
from registry.provenance.keys import SigningKey, require_signing
from registry.provenance.layout import RECORD_FILE, SIGNATURE_FILE, TERMS_FILE, record_beside, terms_beside
from registry.provenance.model_signature import sign_files
from registry.provenance.run import Run
from registry.provenance.statement import provenance_statement, subject_of
from registry.provenance.terms import Terms, terms_of, terms_statement


@dataclass(frozen=True, slots=True)
class Records:
    """What was written.

    Attributes:
        sha256: The digest over all files of the model, which both statements and the signature are about.
        key: The id of the key that signed; None where nothing is signed.
        record: The statement of how it came about.
        terms: The statement of terms.
        signature: The signature over the model's files; None where there are none, or no key.
    """

    sha256: str
    key: str | None
    record: Path
    terms: Path
    signature: Path | None


def write_records(folder: Path, run: Run, key: SigningKey | None, *, terms: Terms | None = None, progress: Progress | None = None) -> Records:
    """Write `provenance.json`, `terms.json` and `model.sig` into the folder of what a run made.

    Write everything else first: whatever is in the folder is digested and signed. A run that made no model (it failed, or was
    interrupted) gets the two statements alone, about the run as it was asked for.

    Args:
        folder: The folder, which is in place or will be renamed as a whole.
        run: The run. Where `run.files` is empty and the run was completed, the folder's files are digested now.
        key: What signs; without it the statements are written unsigned, and verifying says so.
        terms: What it comes from and which terms bind it; made from the run, if not given.
        progress: Told how many bytes are digested.

    Raises:
        ProvenanceError: A file cannot be read or written, or the folder holds a link.
    """
    if not run.files and run.outcome == "completed":
        run = replace(run, files=digest_folder(folder, progress=progress).files)
    signature = None
    if run.files and key is not None:
        signature = folder / SIGNATURE_FILE
        write_json(signature, sign_files(run.name, run.files, key))
    return _write(run, key, terms, folder / RECORD_FILE, folder / TERMS_FILE, signature)


def write_file_records(file: Path, run: Run, key: SigningKey | None, *, terms: Terms | None = None) -> Records:
    """Write the records of a single file, such as of answers that a model gave, beside it: `FILE.provenance.json` and `FILE.terms.json`.

    Raises:
        ProvenanceError: A file cannot be read or written.
    """
    if not run.files:
        run = replace(run, files=(digest_file(file),))
    if [each.name for each in run.files] != [file.name]:
        raise ProvenanceError(f"the record of `{file.name}` speaks of other files", "record each file by itself")
    return _write(run, key, terms, record_beside(file), terms_beside(file), None)


def _write(run: Run, key: SigningKey | None, terms: Terms | None, record: Path, terms_file: Path, signature: Path | None) -> Records:
    require_signing()
    keys = [key] if key is not None else []
    subject = subject_of(run)
    write_json(record, seal(provenance_statement(run), keys))
    write_json(terms_file, seal(terms_statement(terms or terms_of(run), subject), keys))
    return Records(subject[1], key.public.id if key else None, record, terms_file, signature)
