"""One entry of one layer, as somebody gives it on the command line: checked, and made a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from registry.errors import UsageError
from registry.sources.entries import (
    ApplicationEntry,
    DatasetEntry,
    DeveloperEntry,
    HostEntry,
    HostingEntry,
    LinkedTo,
    ModelEntry,
    TrainingEntry,
    UserGroupEntry,
    build_record,
    hosting_record,
    training_record,
    user_group_record,
)
from registry.sources.seed import said
from registry.supplychain.record import Record

ORIGIN = "catalog"
"""The origin of what is added by hand."""

_BUILDERS: dict[str, Callable[[Mapping[str, Any]], Record]] = {
    "developer": lambda data: build_record(ORIGIN, developers=[DeveloperEntry.model_validate(data)]),
    "dataset": lambda data: build_record(ORIGIN, datasets=[DatasetEntry.model_validate(data)]),
    "host": lambda data: build_record(ORIGIN, hosts=[HostEntry.model_validate(data)]),
    "model": lambda data: build_record(ORIGIN, models=[(None, ModelEntry.model_validate(data))]),
    "application": lambda data: build_record(ORIGIN, applications=[ApplicationEntry.model_validate(data)]),
    "compute": lambda data: _linked(data, "model", lambda to, rest: training_record(_run_origin(rest), to, TrainingEntry.model_validate(_without(rest, "id")))),
    "hosting": lambda data: _linked(data, "model", lambda to, rest: hosting_record(ORIGIN, to, HostingEntry.model_validate(rest))),
    "user-group": lambda data: _linked(data, "application", lambda to, rest: user_group_record(ORIGIN, to, UserGroupEntry.model_validate(rest))),
}

LAYERS = tuple(_BUILDERS)
"""What one entry can be of."""


def read_entry(layer: str, data: Mapping[str, Any]) -> Record:
    """The record of one entry, in the form of the seed data.

    An entry of `compute` or `hosting` names its `model`, one of `user-group` its `application`. A training run with an `id`
    stands beside the model's other runs; without one it replaces the run that was added before.

    Raises:
        UsageError: A field is missing, unknown or wrong; the message names it.
    """
    if layer not in _BUILDERS:
        raise UsageError(f"there is no layer `{layer}`", f"the layers are {', '.join(LAYERS)}")
    try:
        return _BUILDERS[layer](data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        field = ".".join(str(step) for step in first["loc"]) or layer
        raise UsageError(f"{layer} `{field}`: {said(first)}", "give it with `--set FIELD=VALUE`, or mend the file") from error


def _linked(data: Mapping[str, Any], key: str, build: Callable[[str, dict[str, Any]], Record]) -> Record:
    to = LinkedTo.model_validate({"to": data.get(key)}).to if key in data else None
    if to is None:
        raise UsageError(f"`{key}` is missing: an entry of this layer says what it belongs to", f"give it with `--set {key}=NAME`")
    return build(to, _without(data, key))


def _run_origin(data: Mapping[str, Any]) -> str:
    return f"{ORIGIN}/{data['id']}" if data.get("id") else ORIGIN


def _without(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != key}
