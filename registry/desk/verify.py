"""Do the weights of a model bear out that it comes from a base: two local folders compared, and the result kept as evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.desk.facts import today
from registry.errors import RegistryError, UsageError
from registry.lineage.likeness import CLASSES, CLOSE, LITTLE, MOST, NEAR, UNLIKE_RELATIONS, Comparison, Opinion, judge_weights
from registry.supplychain.record import Record
from registry.supplychain.relation import INCONSISTENT, WEIGHTS, Relation
from registry.supplychain.source import Source
from registry.supplychain.words import MODEL_RELATIONS

if TYPE_CHECKING:
    from registry.catalogue.queries.lineage import Link
    from registry.desk.session import Desk
    from registry.sources.weights.comparison import Progress, TensorRow, WeightComparison
    from registry.sources.weights.tensors import TensorSet

MOST_ROWS = 100
"""So many tensors are given one by one, the least alike first."""

_RELATION_OF = {"copy": "converted", "converted": "converted", "quantized": "quantized", "adapter": "finetune", "finetune": "finetune"}
"""The relation that differences look like, where nobody says which it is: a merged adapter is published as a fine-tune."""


@dataclass(frozen=True, slots=True)
class _Ends:
    """The two models of the catalogue that the folders hold."""

    child: str
    child_id: int
    base: str


def verify_weights(
    desk: Desk,
    child: Path,
    base: Path,
    *,
    child_name: str | None = None,
    base_name: str | None = None,
    relation: str | None = None,
    store: bool = True,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Compare two model folders as `licet.verify/1`, and keep what came of it as evidence where both models are in the catalogue.

    Args:
        desk: The desk; its catalogue is opened only where something may be kept.
        child: The folder of the model in question.
        base: The folder of the model it is said to come from.
        child_name: The child's name in the catalogue; what its folder is called, if not given.
        base_name: The base's.
        relation: How the child is said to come from the base.
        store: Whether to keep the result.
        progress: Told how far it is.

    Raises:
        SourceError: A folder, or a file of weights in it, cannot be read.
        MissingExtraError: The extra `weights` is not installed.
        UnknownModelError: A name that was given is that of no model.
        UsageError: The two folders are one, or the relation is none.
    """
    from registry.sources.weights.comparison import WeightComparison, compare_weights
    from registry.sources.weights.tensors import read_tensor_set
    from registry.sources.weights.values import require_numpy

    if relation is not None and relation not in MODEL_RELATIONS:
        raise UsageError(f"`{relation}` is no relation between models", f"it is one of {', '.join(MODEL_RELATIONS)}")
    require_numpy()
    sets = {"child": read_tensor_set(child), "base": read_tensor_set(base)}
    if sets["child"].folder == sets["base"].folder:
        raise UsageError("CHILD and BASE are the same folder", "name the folders of two models")
    ends, not_stored = _ends(desk, sets, child_name, base_name) if store else (None, "`--no-store` was given")
    lacking = next(((word, one.lacks) for word, one in sets.items() if one.lacks), None)
    if lacking is not None:
        found = WeightComparison(Comparison(), (), "", "")
        opinion = Opinion("unverified", f"The {lacking[0]} cannot be compared: {lacking[1]}.")
    else:
        found = compare_weights(sets["child"], sets["base"], progress=progress)
        opinion = judge_weights(found.seen, relation)
    kept = None
    if ends is not None and opinion.result != "unverified":
        try:
            kept, not_stored = _keep(desk, ends, found, opinion, relation)
        except RegistryError as error:  # the comparison took long, and stands without the catalogue
            not_stored = error.message
    elif ends is not None:
        not_stored = "what is unverified is no evidence"
    return {
        "schema": "licet.verify/1",
        "result": opinion.result,
        "reason": opinion.reason,
        "looks_like": opinion.looks_like,
        **{word: _about(one, digest) for (word, one), digest in zip(sets.items(), (found.child_digest, found.base_digest), strict=True)},
        "classes": _classes(sets, found),
        "correlation": _rounded(found.seen.correlation),
        "relative_difference": _rounded(found.seen.relative),
        "low_rank": dict(zip(("tensors", "looked_at", "rank"), found.seen.low_rank, strict=True)) if found.seen.low_rank else None,
        "renamed": found.seen.renamed,
        "prefixes": [{"child": own, "base": other} for own, other in found.prefixes],
        "not_finite": found.seen.not_finite,
        "auxiliary": found.auxiliary,
        "thresholds": {"near": NEAR, "close": CLOSE, "consistent": MOST, "inconsistent": LITTLE},
        "tensors": [_row(row) for row in found.rows[:MOST_ROWS]],
        "tensors_in_all": len(found.rows),
        "notes": [
            {key: value for key, value in {"folder": word, "code": note.code, "message": note.message, "file": note.file}.items() if value is not None}
            for word, one in sets.items()
            for note in one.notes[:MOST_ROWS]
        ],
        "stored": kept,
        "not_stored": not_stored,
    }


def _about(one: TensorSet, digest: str) -> dict[str, Any]:
    return {
        "folder": str(one.folder),
        "files": len(one.files),
        "tensors": len(one.tensors),
        "parameters": one.parameters,
        "dtypes": sorted({tensor.dtype for tensor in one.tensors.values()}),
        "digest": digest or None,
    }


def _classes(sets: Mapping[str, TensorSet], found: WeightComparison) -> dict[str, dict[str, Any]]:
    """Tensors and parameters by class; the share is of the child's, and of the base's for what is missing."""
    result = {}
    for name in CLASSES:
        tally = found.seen.of(name)
        whole = sets["base" if name == "missing" else "child"]
        result[name] = {
            "tensors": tally.tensors,
            "parameters": tally.parameters,
            "tensor_share": _share(tally.tensors, len(whole.tensors)),
            "parameter_share": _share(tally.parameters, whole.parameters),
        }
    return result


def _share(part: int, whole: int) -> float:
    return round(min(1.0, part / whole), 6) if whole else 0.0


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")


def _row(row: TensorRow) -> dict[str, Any]:
    from registry.sources.notes import shown

    like = row.likeness
    return {
        "name": shown(row.name, 200),
        "class": row.kind,
        "parameters": row.parameters,
        "base_name": None if row.base is None else shown(row.base, 200),
        "matched_by": row.how,
        "form": row.child_form,
        "base_form": row.base_form,
        "cosine": _rounded(like.cosine) if like else None,
        "correlation": _rounded(like.correlation) if like else None,
        "relative_difference": _rounded(like.relative) if like else None,
        "not_finite": like.values - like.finite if like else 0,
        "unscaled": like.unscaled if like else False,
    }


def _ends(desk: Desk, sets: Mapping[str, TensorSet], child_name: str | None, base_name: str | None) -> tuple[_Ends | None, str | None]:
    """The two models in the catalogue, or why the result cannot be kept.

    Raises:
        UnknownModelError: A name that was given is that of no model.
    """
    from registry.catalogue.queries.find_model import find_model
    from registry.sources.weights.tensors import folder_name

    found = []
    with desk.catalogue.reading() as connection:
        for word, given in (("child", child_name), ("base", base_name)):
            name = given or folder_name(sets[word].folder)
            try:
                model = find_model(connection, name)
            except UsageError:
                if given is not None:
                    raise
                return None, f"no model of the catalogue is called `{name}` as the folder is; name it with `--{word}`"
            if given is None and model.name.casefold() != name.casefold():
                # A folder's name is no word of the user: what merely comes near is not enough to keep evidence by.
                return None, f"no model of the catalogue is called `{name}` as the folder is, though `{model.name}` comes near; name it with `--{word}`"
            found.append(model)
    if found[0].id == found[1].id:
        raise UsageError(f"`{found[0].name}` cannot be its own base", "name two models")
    return _Ends(found[0].name, found[0].id, found[1].name), None


def _keep(desk: Desk, ends: _Ends, found: WeightComparison, opinion: Opinion, relation: str | None) -> tuple[dict[str, Any] | None, str | None]:
    """Write the evidence, and say what was written, or why not."""
    from registry.catalogue.ingest.writer import ingest
    from registry.catalogue.queries.lineage import links_of_children
    from registry.desk.profiles import refresh_profiles
    from registry.settings import read_actor

    with desk.catalogue.writing() as connection:
        links = links_of_children(connection, [ends.child_id], evidence=True)
        known = [link.relation for link in links if link.parent == ends.base]
        relations = _relations(known, opinion, relation)
        if not relations:
            return (
                None,
                f"no source says that `{ends.child}` comes from `{ends.base}`{f' as {relation}' if relation else ''}, so there is nothing to contradict",
            )
        source = Source(f"{ends.child}: weights {found.child_digest} against those of {ends.base}, {found.base_digest}", today())
        against = opinion.result == INCONSISTENT
        # Evidence against a relation stands at the lowest grade, so that nothing is ever raised by it.
        new = [
            Relation(ends.child, ends.base, each, "inferred" if against else "detected", source, f"{opinion.result}: {opinion.reason}") for each in relations
        ]
        record = Record(WEIGHTS, relations=(*_other_comparisons(links, ends), *new))
        done = ingest(connection, [record], actor=read_actor(), kind="verify")
        refresh_profiles(connection, desk.knowledge, done.touched_models)
    kept = {
        "child": ends.child,
        "base": ends.base,
        "relations": relations,
        "grade": new[0].evidence,
        "contradicts": against,
        "changed": done.change_set is not None,
    }
    return kept, None


def _relations(known: list[str], opinion: Opinion, asked: str | None) -> list[str]:
    """The relations that the evidence is about: the one asked about, else those on record, else what the differences look like."""
    if opinion.result == INCONSISTENT:
        return [each for each in known if (asked is None and each not in UNLIKE_RELATIONS) or each == asked]
    if asked is not None:
        return [asked]
    like = _RELATION_OF.get(opinion.looks_like or "", "finetune")
    return [like] if like in known or not known else known


def _other_comparisons(links: tuple[Link, ...], ends: _Ends) -> list[Relation]:
    """What comparisons with other bases found: a record replaces all that its origin said of the model before."""
    return [
        Relation(link.child, link.parent, link.relation, each.grade, each.source, each.says)
        for link in links
        if link.parent != ends.base
        for each in link.evidence
        if each.origin == WEIGHTS
    ]
