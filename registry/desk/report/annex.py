"""Regulatory forms: their fields come from `data/annexes/`, their values from what is recorded; a field without a value says who supplies it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from registry.desk.report.facts import READERS, Facts
from registry.errors import KnowledgeError, UsageError
from registry.reports.report import Annex, AnnexField, Report
from registry.resources import resource_dir

if TYPE_CHECKING:
    from registry.desk.session import Desk


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class AnnexFieldFile(_Strict):
    """One field of a form."""

    id: str = Field(min_length=1)
    group: str = Field(min_length=1)
    label: str = Field(min_length=1)
    reader: str | None = Field(default=None, alias="from")
    by: str = Field(min_length=1)


class AnnexFile(_Strict):
    """A file of `data/annexes/`."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str = Field(min_length=1)
    source: str = Field(min_length=1)
    read_on: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    note: str | None = None
    fields: list[AnnexFieldFile] = Field(min_length=1)


def annex_names() -> list[str]:
    """The forms there are."""
    return sorted(path.stem for path in _folder().glob("*.yaml"))


def read_annex(name: str) -> AnnexFile:
    """The fields of a form.

    Raises:
        UsageError: There is no such form.
        KnowledgeError: Its file is wrong.
    """
    from registry.yaml12 import read_yaml

    if name not in annex_names():
        raise UsageError(f"there is no annex `{name}`", f"the annexes are {', '.join(annex_names())}")
    path = _folder() / f"{name}.yaml"
    try:
        form = AnnexFile.model_validate(read_yaml(path.read_text(encoding="utf-8"), path.name))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise KnowledgeError(f"`annexes/{path.name}` field `{'.'.join(str(step) for step in first['loc'])}`: {first['msg']}") from error
    unknown = sorted({field.reader for field in form.fields if field.reader} - set(READERS))
    if unknown:
        raise KnowledgeError(f"`annexes/{path.name}` asks for `{unknown[0]}`, which no report holds", "name a fact of `registry/desk/report/facts.py`")
    return form


def fill_annexes(desk: Desk, names: Sequence[str], report: Report) -> tuple[Annex, ...]:
    """Every form that is asked for, for every model that the report goes into.

    Raises:
        UsageError: There is no such form, or the report goes into no model.
    """
    forms = [read_annex(name) for name in dict.fromkeys(names)]
    if forms and not report.entries:
        raise UsageError("an annex is about single models", "name the models instead of `--all`")
    return tuple(_fill(form, Facts(desk, report, entry)) for form in forms for entry in report.entries)


def _fill(form: AnnexFile, facts: Facts) -> Annex:
    fields = tuple(
        AnnexField(field.id, field.label, field.group, facts.read(field.reader) if field.reader else None, field.by, field.reader) for field in form.fields
    )
    return Annex(form.id, form.title, form.source, facts.entry.name, fields, form.note)


def _folder() -> Path:
    return resource_dir("data") / "annexes"
