"""Bills of materials: what models and applications are made from, in a form that other tools read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.desk.bom.subject import gather_subject
from registry.errors import RegistryError, UsageError

if TYPE_CHECKING:
    from registry.desk.session import Desk
    from registry.reports.bom.score import Score
    from registry.reports.bom.subject import BomSubject

FORMATS = ("cyclonedx-json", "spdx-json")
"""The forms that are written, the first by default."""

MAX_REGISTRY_BYTES = 16_000_000
"""A larger field registry is none."""


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill of materials.

    Attributes:
        text: The document.
        models: How many models it names.
        datasets: How many datasets.
        score: How complete it is, where that was asked.
        notes: What it could not say.
    """

    text: str
    models: int
    datasets: int
    score: Score | None = None
    notes: tuple[str, ...] = ()


def make_bill(
    desk: Desk,
    targets: Sequence[str],
    raw: Mapping[str, Any],
    *,
    interpretation: str | None = None,
    form: str = FORMATS[0],
    spec: str | None = None,
    folders: Mapping[str, str] | None = None,
    registry: Path | None = None,
    hub: bool = False,
    author: str | None = None,
) -> Bill:
    """The bill on some targets; it keeps to the schema of its form.

    Args:
        desk: The desk.
        targets: Models, `app:NAME` and folders (`./path`).
        raw: The facts of the use, as given.
        interpretation: How unsettled points are taken.
        form: One of `FORMATS`.
        spec: The version of CycloneDX; the newest that is written, if not given.
        folders: Folders of models that are named, by the model's name.
        registry: A field registry to score the bill by.
        hub: Whether the Hub is asked about the models that are asked about.
        author: The organisation that makes the bill.

    Raises:
        UnknownModelError: A target leads to nothing, or to several.
        UsageError: A target, form or version is none that is known.
        SourceError: A folder cannot be read.
        FactError: A fact cannot be read.
        MissingExtraError: What writes that form is not installed.
    """
    from registry.reports.bom.cyclonedx import SPECS

    if form not in FORMATS:
        raise UsageError(f"a bill of materials cannot be written as `{form}`", f"the forms are {', '.join(FORMATS)}")
    if spec is not None and (form != FORMATS[0] or spec not in SPECS):
        raise UsageError(f"`--spec {spec}` is no version of `{form}` that is written", f"CycloneDX is written as {' or '.join(SPECS)}, SPDX as 3.0.1")
    notes: list[str] = []
    rules = _read_registry(registry) if registry is not None else None
    if rules is not None and form != FORMATS[0]:
        raise UsageError("only CycloneDX is scored", f"leave out `--format {form}`")

    def gathered() -> BomSubject:
        return replace(gather_subject(desk, targets, raw, interpretation, folders, hub=hub), author=author)

    if form == FORMATS[0]:
        document, text, subject = _as_cyclonedx(gathered, spec or SPECS[-1])
    else:
        from registry.reports.bom.spdx import render_spdx

        subject = gathered()
        document = render_spdx(subject)
        text = _write(document)
        notes += _unclaimed(document)
    from registry.reports.bom.score import score_bom

    score = score_bom(document, rules) if rules is not None else None
    return Bill(text, len(subject.models), len(subject.datasets), score, (*subject.notes, *notes))


def _as_cyclonedx(gathered: Callable[[], BomSubject], spec: str) -> tuple[dict[str, Any], str, BomSubject]:
    """A CycloneDX document that was held against its schema; what checks it is loaded beside while the catalogue is read."""
    from registry.reports.bom.cyclonedx import render_cyclonedx
    from registry.reports.bom.cyclonedx_check import schema_check
    from registry.settings import worker_environment

    with schema_check(spec, worker_environment()) as check:
        subject = gathered()
        document = render_cyclonedx(subject, spec)
        text = _write(document)
        faults = check.faults(text)
    if faults:
        raise RegistryError(f"the bill would break the schema of CycloneDX {spec}: {faults[0]}", "this is a fault of licet, please report it")
    return document, text, subject


def _unclaimed(document: Mapping[str, Any]) -> list[str]:
    """Which profiles an SPDX document does not claim, though it has packages of theirs."""
    about = next(each for each in document["@graph"] if each["type"] == "SpdxDocument")
    held = {each["type"] for each in document["@graph"]}
    found = []
    for profile, kind, title in (("ai", "ai_AIPackage", "AI"), ("dataset", "dataset_DatasetPackage", "dataset")):
        if kind in held and profile not in about["profileConformance"]:
            found.append(f"SPDX's {title} profile is not claimed: the comment of the document says what is not on record")
    return found


def _write(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)


def _read_registry(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_REGISTRY_BYTES + 1)
        found = json.loads(data) if len(data) <= MAX_REGISTRY_BYTES else None
    except OSError as error:
        raise UsageError(f"`{path}` cannot be read: {error.strerror}", "name the field_registry.json of OWASP's AIBOM generator") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"`{path}` is no JSON", "name the field_registry.json of OWASP's AIBOM generator") from error
    if not isinstance(found, Mapping):
        raise UsageError(f"`{path}` is no field registry", "name the field_registry.json of OWASP's AIBOM generator")
    return found
