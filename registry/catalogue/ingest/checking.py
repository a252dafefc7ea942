"""What a record may hold: closed words, dates, sizes, and text that both engines can keep."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from registry.errors import UsageError
from registry.supplychain import words
from registry.supplychain.names import check_name, split_reference
from registry.supplychain.record import Record
from registry.supplychain.revenue import SCOPES

MAX_TEXT = 4000
"""A text longer than this is no fact of ours."""

MAX_COUNT = 2**63 - 1
"""The largest whole number that both engines keep."""

_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_YEAR = re.compile(r"\d{4}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_DATE_FIELDS = frozenset({"released_on", "stated_on", "valid_from", "valid_to", "read_on", "accepted_on", "committed_on"})


def check_record(record: Record) -> None:
    """Refuse a record that cannot be written.

    Raises:
        UsageError: It names the thing and the field.
    """
    for developer in record.developers:
        check_name(developer.name, "developer")
        _word(developer.kind, words.DEVELOPER_KINDS, developer.name, "kind")
    for dataset in record.datasets:
        check_name(dataset.name, "dataset")
        _word(dataset.personal_data, words.ANSWERS, dataset.name, "personal_data")
    for host in record.hosts:
        check_name(host.name, "host")
        _word(host.kind, words.HOST_KINDS, host.name, "kind")
    for model in record.models:
        check_name(model.name, "model")
        if split_reference(model.name)[0] != "model" or "@" in model.name:
            raise UsageError(f"`{model.name}` cannot be the name of a model", "a model's name has no `dataset:` or `app:` before it and no `@` in it")
        for alias in model.aliases:
            check_name(alias, "model")
        if model.title is not None:
            check_name(model.title, "model")
        _word(model.modality, words.MODALITIES, model.name, "modality")
        _word(model.stage, words.STAGES, model.name, "stage")
        _word(model.access, words.ACCESSES, model.name, "access")
        _word(model.openness.weights, words.WEIGHTS_OPENNESS, model.name, "openness.weights")
        _word(model.openness.training_code, words.CODE_OPENNESS, model.name, "openness.training_code")
        _word(model.openness.inference_code, words.CODE_OPENNESS, model.name, "openness.inference_code")
        _word(model.openness.data, words.DATA_OPENNESS, model.name, "openness.data")
    for revision in record.revisions:
        check_name(revision.commit, "revision")
    for hosting in record.hostings:
        _word(hosting.access, words.ACCESSES, f"{hosting.model} on {hosting.host}", "access")
    for application in record.applications:
        check_name(application.name, "application")
        for form in application.distribution:
            _word(form, words.DISTRIBUTIONS, application.name, "distribution")
    for group in record.user_groups:
        check_name(group.name, "user group")
        _word(group.segment, words.SEGMENTS, f"{group.application}/{group.name}", "segment")
        for month in group.monthly_users:
            if not _MONTH.fullmatch(month):
                raise UsageError(f"`{group.application}/{group.name}`: `{month}` is no month", "write months as `2026-05`")
    for revenue in record.revenues:
        _word(revenue.scope, SCOPES, f"app:{revenue.application}", "scope")
        if not _MONTH.fullmatch(revenue.period) and not _YEAR.fullmatch(revenue.period):
            raise UsageError(f"`app:{revenue.application}`: `{revenue.period[:40]}` is no month or year", "write `2026-05` or `2025`")
        if not _CURRENCY.fullmatch(revenue.currency):
            raise UsageError(f"`app:{revenue.application}`: `{revenue.currency[:40]}` is no currency", "write it as ISO 4217 has it, such as `EUR`")
    for statement in record.statements:
        _word(statement.basis, words.BASES, statement.subject, "basis")
        if statement.license is None and statement.raw_name is None and statement.raw_link is None:
            raise UsageError(f"a licence statement on `{statement.subject}` names no licence", "give a licence id, or the name or link as found")
        if statement.valid_from is not None and statement.valid_to is not None and statement.valid_to <= statement.valid_from:
            raise UsageError(f"a licence statement on `{statement.subject}` ends before it begins", "correct `valid_from` or `valid_to`")
    for relation in record.relations:
        known = words.DATASET_RELATIONS if relation.parent.startswith("dataset:") else words.MODEL_RELATIONS
        _word(relation.relation, known, relation.child, "relation")
        _word(relation.evidence, words.GRADES, relation.child, "evidence")
    _check_values(record, record.origin)


def _word(value: str | None, known: Iterable[str], name: str, what: str) -> None:
    if value is not None and value not in known:
        raise UsageError(f"`{name}`: `{what}` cannot be `{value[:60]}`", f"it is one of {', '.join(known)}")


_FIELDS: dict[type, tuple[str, ...] | None] = {}


def _fields(kind: type) -> tuple[str, ...] | None:
    """The fields of a noun, worked out once a kind; none for anything else."""
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(part.name for part in fields(kind)) if is_dataclass(kind) else None
    return _FIELDS[kind]


def _check_values(value: Any, owner: str) -> None:
    """Walk through a noun and all it holds."""
    names = _fields(type(value)) or ()
    owner = getattr(value, "name", None) or getattr(value, "model", None) or getattr(value, "subject", None) or getattr(value, "child", None) or owner
    for name in names:
        found = getattr(value, name)
        if found is None or found is True or found is False:
            continue
        if isinstance(found, tuple):
            held: Iterable[Any] = found
        elif isinstance(found, Mapping):
            held = found.values()
        else:
            held = (found,)
        for each in held:
            if isinstance(each, str):
                check_words(each, name, owner)
            elif isinstance(each, int | float):
                _check_number(each, name, owner)
            elif _fields(type(each)) is not None:
                _check_values(each, owner)


def check_words(value: str, field: str, owner: str) -> None:
    """Refuse text that is too long, holds control characters, or is no date where one belongs.

    Raises:
        UsageError: It names the owner and the field.
    """
    if len(value) > MAX_TEXT:
        raise UsageError(f"`{_shown(owner)}`: `{field}` is longer than {MAX_TEXT} characters", "shorten it")
    if _CONTROL.search(value):
        raise UsageError(f"`{_shown(owner)}`: `{field}` holds control characters", "remove them")
    if field in _DATE_FIELDS and not _DATE.fullmatch(value):
        raise UsageError(f"`{_shown(owner)}`: `{field}` is no date: `{value[:40]}`", "write dates as `2023`, `2023-07` or `2023-07-18`")


def _check_number(value: float, field: str, owner: str) -> None:
    if not (value >= 0 and math.isfinite(value) and (isinstance(value, float) or value <= MAX_COUNT)):
        raise UsageError(f"`{_shown(owner)}`: `{field}` cannot be {value}", "give a number that is not negative and not larger than the engines keep")


def _shown(owner: str) -> str:
    """A name as a message can show it."""
    return owner if owner.isprintable() else ascii(owner)
