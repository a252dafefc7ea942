"""Which column of a table holds what: by the names that tables of Hub metadata use, or as the caller maps them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from registry.errors import SourceError, UsageError
from registry.sources.hub.rows import FIELDS
from registry.sources.hub.words import shown

_ONLY_DATASETS = frozenset({"source_datasets", "paperswithcode_id", "paperswithcodeId", "mainSize", "dataset_id", "datasetId", "citation"})
_ONLY_MODELS = frozenset({*FIELDS["pipeline_tag"], *FIELDS["library_name"], *FIELDS["safetensors"], *FIELDS["baseModels"], *FIELDS["base_model"]}) | {
    "modelId",
    "model_id",
    "config",
    "transformersInfo",
}


def read_map(written: Iterable[str]) -> dict[str, str]:
    """The mapping that was given as `FIELD=COLUMN`.

    Raises:
        UsageError: One of them has another form, or names no field.
    """
    found: dict[str, str] = {}
    for each in written:
        field, mark, column = each.partition("=")
        field, column = field.strip(), column.strip()
        if not mark or not column:
            raise UsageError(f"`{shown(each)}` maps nothing", "write `--map FIELD=COLUMN`, such as `--map id=model_name`")
        if field not in FIELDS:
            raise UsageError(f"`{shown(field)}` is no field that a dump can have", f"the fields are {', '.join(sorted(FIELDS))}")
        found[field] = column
    return found


def find_columns(present: Iterable[str], mapping: Mapping[str, str], file: str) -> dict[str, str]:
    """The column of each field that a table has.

    Raises:
        SourceError: No column holds the names, or a mapped column does not exist.
    """
    columns = list(dict.fromkeys(present))
    there = set(columns)
    for field, column in mapping.items():
        if column not in there:
            raise SourceError(f"`{file}` has no column `{shown(column)}` for `{field}`", f"its columns are {_listed(columns)}")
    found = dict(mapping)
    for field, names in FIELDS.items():
        if field not in found:
            held = next((name for name in names if name in there), None)
            if held is not None:
                found[field] = held
    if "id" not in found:
        raise SourceError(f"no column of `{file}` is known to hold names", f"say which with `--map id=COLUMN`; its columns are {_listed(columns)}")
    return found


def kind_of(columns: Iterable[str]) -> str:
    """What the rows of a table with these columns are: `dataset` where only the Hub's datasets have such, else `model`."""
    there = set(columns)
    return "dataset" if there & _ONLY_DATASETS and not there & _ONLY_MODELS else "model"


def _listed(columns: list[str]) -> str:
    more = f" and {len(columns) - 20} more" if len(columns) > 20 else ""
    return ", ".join(f"`{shown(name, 40)}`" for name in columns[:20]) + more
