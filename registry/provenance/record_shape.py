"""The shape of signed records, held against what was read before anything is believed of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from registry.errors import ProvenanceError
from registry.provenance.canonical import is_canonical
from registry.provenance.envelope import Envelope
from registry.provenance.run import Run
from registry.provenance.statement import BUILD_TYPE, PROVENANCE_TYPE, run_of, subject_of
from registry.provenance.terms import TERMS_TYPE, Terms, read_terms

Hex256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
"""A name of anything."""

Text = Annotated[str, StringConstraints(max_length=4096)]
"""Words."""

Moment = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$")]
"""A moment by RFC 3339."""

_ITEMS = 100_001


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class _Digest(_Shape):
    sha256: Hex256


class _Size(_Shape):
    size: int = Field(ge=0)


class _File(_Shape):
    name: Name
    size: int = Field(ge=0)
    sha256: Hex256


class _Subject(_Shape):
    name: Name
    digest: _Digest


class _FileSubject(_Subject):
    annotations: _Size


class _Notes(_Shape):
    kind: Text
    relation: Text | None = None
    revision: Text | None = None
    version: None = None
    licenses: list[Text] = Field(default_factory=list, max_length=_ITEMS)
    files: list[_File] = Field(default_factory=list, max_length=_ITEMS)
    notes: dict[str, Any] = Field(default_factory=dict)


class _PackageNotes(_Shape):
    kind: Literal["package"]
    version: Text


class _SomeDigest(_Shape):
    sha256: Hex256 | None = None


class _Dependency(_Shape):
    name: Name
    uri: Text | None = None
    digest: _SomeDigest = Field(default_factory=_SomeDigest)
    annotations: _PackageNotes | _Notes


class _Byproduct(_Shape):
    name: Name
    annotations: dict[str, Any] = Field(min_length=1)


class _Environment(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    operating_system: Text
    python: Text
    cpu: Text
    cores: int
    memory_bytes: int | None
    device: Text
    device_name: Text
    driver: Text | None


class _Compute(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    examples: int | None = None
    tokens: int | None = None
    steps: int | None = None
    parameters_total: int | None = None
    parameters_trained: int | None = None
    flop: float | None = None
    flop_formula: Text | None = None
    peak_memory_bytes: int | None = None
    peak_device_memory_bytes: int | None = None
    energy_kwh: float | None = None
    energy_source: Text | None = None
    devices: int = 1


class _External(_Shape):
    name: Name
    task: Text
    parameters: dict[str, Any]


class _Internal(_Shape):
    settings: dict[str, Any]
    environment: _Environment


class _Build(_Shape):
    buildType: Literal["urn:licet:run:1"]  # noqa: N815 (SLSA's own name, as below)
    externalParameters: _External  # noqa: N815
    internalParameters: _Internal  # noqa: N815
    resolvedDependencies: list[_Dependency] = Field(max_length=_ITEMS)  # noqa: N815


class _Version(_Shape):
    licet: Text


class _Builder(_Shape):
    id: Text
    version: _Version


class _Metadata(_Shape):
    invocationId: Text  # noqa: N815
    startedOn: Moment  # noqa: N815
    finishedOn: Moment  # noqa: N815
    licet_outcome: Literal["completed", "interrupted", "failed"]
    licet_reason: Text | None = None
    licet_stage: Text | None = None
    licet_knowledge: dict[str, str]


class _Details(_Shape):
    builder: _Builder
    metadata: _Metadata
    byproducts: list[_Byproduct] = Field(max_length=_ITEMS)


class _Gate(_Shape):
    verdict: Text | None
    override: Text | None
    overridden_by: Text | None


class _ProvenancePredicate(_Shape):
    buildDefinition: _Build  # noqa: N815
    runDetails: _Details  # noqa: N815
    licet_gate: _Gate | None = None


class _ProvenanceStatement(_Shape):
    type: Literal["https://in-toto.io/Statement/v1"] = Field(alias="_type")
    subject: list[_Subject] = Field(min_length=1, max_length=_ITEMS)
    predicateType: Literal["https://slsa.dev/provenance/v1"]  # noqa: N815
    predicate: _ProvenancePredicate


class _FileSubjects(_Shape):
    subject: list[_FileSubject]


class _OwnCompute(_Shape):
    compute: _Compute


class _Link(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    child: Name
    parent: Name
    relation: Text
    evidence: Literal["attested", "detected", "declared", "inferred"]


class _Override(_Shape):
    reference: Text
    by: Text | None


class _TermsPredicate(_Shape):
    model: Name
    stated_on: Moment
    lineage: list[_Link] = Field(max_length=_ITEMS)
    license: Text | None
    verdict: Text | None
    interpretation: Text | None
    use: dict[str, Any]
    obligations: list[Any]
    check: dict[str, Any] | None
    override: _Override | None
    knowledge: dict[str, str]
    licet: Text


class _TermsStatement(_Shape):
    type: Literal["https://in-toto.io/Statement/v1"] = Field(alias="_type")
    subject: list[_Subject] = Field(min_length=1, max_length=1)
    predicateType: Literal["urn:licet:terms:1"]  # noqa: N815
    predicate: _TermsPredicate


def read_run(envelope: Envelope, what: str) -> Run:
    """The run that a record tells of.

    Args:
        envelope: What was read.
        what: Where, for the message.

    Raises:
        ProvenanceError: It is no record of a run, is not written as licet writes, or contradicts itself.
    """
    said = envelope.statement
    kind = said.get("predicateType")
    if kind != PROVENANCE_TYPE:
        raise ProvenanceError(f"{what} is a statement of `{_short(kind)}`, not a record of a run (`{PROVENANCE_TYPE}`)", "name a `provenance.json`")
    build = said.get("predicate")
    definition = build.get("buildDefinition") if isinstance(build, dict) else None
    own = definition.get("buildType") if isinstance(definition, dict) else None
    if own != BUILD_TYPE:
        raise ProvenanceError(f"{what} is a record of `{_short(own)}`, not of a run of licet (`{BUILD_TYPE}`)", "another tool made it, which can read it")
    _check(_ProvenanceStatement, envelope, what)
    _check(_FileSubjects, Envelope(b"", {"subject": said["subject"][1:]}, ()), what, canonical=False)
    for each in said["predicate"]["runDetails"]["byproducts"]:
        if each["name"] == "compute":
            _check(_OwnCompute, Envelope(b"", {"compute": each["annotations"].get("value")}, ()), what, canonical=False)
    run = run_of(said)
    if len({file.name for file in run.files}) != len(run.files):
        raise ProvenanceError(f"{what} names a file twice", "it was not written by licet; do not trust it")
    first = said["subject"][0]
    if (first["name"], first["digest"]["sha256"]) != subject_of(run):
        raise ProvenanceError(f"{what} contradicts itself: its subject is not the digest of the files it lists", "it was not written by licet; do not trust it")
    return run


def read_terms_record(envelope: Envelope, what: str) -> tuple[Terms, str, str]:
    """What a statement of terms says, with the name and SHA-256 of its subject.

    Raises:
        ProvenanceError: It is none, or is not written as licet writes.
    """
    kind = envelope.statement.get("predicateType")
    if kind != TERMS_TYPE:
        raise ProvenanceError(f"{what} is a statement of `{_short(kind)}`, not of terms (`{TERMS_TYPE}`)", "name a `terms.json`")
    _check(_TermsStatement, envelope, what)
    subject = envelope.statement["subject"][0]
    return read_terms(envelope.statement), subject["name"], subject["digest"]["sha256"]


def _check(shape: type[BaseModel], envelope: Envelope, what: str, canonical: bool = True) -> None:
    try:
        shape.model_validate(envelope.statement)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ProvenanceError(f"{what}: `{place}`: {first['msg']}", "it was made by another version of licet, or was damaged") from error
    if canonical and not is_canonical(envelope.statement, envelope.payload):
        raise ProvenanceError(f"{what} is not written in canonical JSON", "licet always does; do not trust it")


def _short(value: object) -> str:
    return str(value)[:100]
