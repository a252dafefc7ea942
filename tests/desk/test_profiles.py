"""The profiles that are stored are what the rules say, after any edits and on a real Hub."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from registry.catalogue.ingest.writer import ingest
from registry.catalogue.profiles import read_profiles
from registry.desk.facts import today
from registry.desk.imports import import_dump
from registry.desk.profiles import refresh_profiles
from registry.desk.session import Desk
from registry.knowledge.store import Knowledge
from tests.desk.conftest import settings_for, silent
from tests.desk.plain_lineage import depths, stored_bindings, walk_of
from tests.factories import model, record, relation, statement

HUB = Path(os.environ.get("LICET_SOURCE_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data") / "hub_2024-07" / "models_shared.parquet"
LICENSES = ("mit", "llama2", "gemma", "deepseek-1.0", "cc-by-nc-4.0", "gpl-3.0", "hyperclovax-seed", "llama3.2", "other")
LINKS = ("finetune", "adapter", "merge", "quantized", "converted", "distilled", "trained-on-outputs")
MODELS = [f"acme/m{n}" for n in range(6)]
EXISTING = ["meta-llama/Llama-2-7b-hf", "01-ai/Yi-34B"]
"""Models of the seed that edits may build on: one whose licence counts users, one that was relicensed."""


@st.composite
def edits(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """Things that one source says of one model, each time in place of what it said before."""
    made = []
    for _ in range(draw(st.integers(1, 6))):
        name = draw(st.sampled_from(MODELS))
        others = [each for each in (*MODELS, *EXISTING, "gone/base") if each != name]
        licenses = draw(st.lists(st.sampled_from(LICENSES), max_size=2, unique=True))
        until = draw(st.sampled_from([None, None, None, "2025-06-01"]))
        bases = draw(st.lists(st.tuples(st.sampled_from(others), st.sampled_from(LINKS)), max_size=2, unique=True))
        data = draw(st.lists(st.sampled_from(["dataset:glue", "dataset:heap"]), max_size=1))
        made.append(
            (
                model(name, released_on=draw(st.sampled_from([None, "2024-05-01"])), modality=draw(st.sampled_from(["text", "multimodal"]))),
                *(statement(name, each, valid_to=until) for each in licenses),
                *(relation(name, base, kind, evidence=draw(st.sampled_from(["declared", "inferred"]))) for base, kind in bases),
                *(relation(name, each, "trained-on") for each in data),
            )
        )
    return made


def standing(connection: Connection) -> dict[str, Any]:
    """All that is computed for models, by name."""
    profiles = {number: (each.profile, each.model_count) for number, each in read_profiles(connection).items() if each.model_count}
    periods: dict[int, list[Any]] = {}
    for row in connection.execute(text("SELECT model_id, from_on, to_on, profile_id FROM profile_at ORDER BY model_id, from_on")):
        bindings = read_profiles(connection, [row.profile_id])[row.profile_id].profile
        periods.setdefault(row.model_id, []).append((row.from_on, row.to_on, bindings))
    rows = connection.execute(text("SELECT id, name, profile_id, evidence_floor, name_ok FROM model ORDER BY id"))
    return {row.name: (profiles[row.profile_id], row.evidence_floor, row.name_ok, periods.get(row.id)) for row in rows}


class _UndoneError(Exception):
    """Ends a transaction without a trace."""


@pytest.mark.slow
@pytest.mark.property
def test_keeping_profiles_up_comes_to_what_computing_them_anew_does(desk: Desk) -> None:
    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(edits())
    def compare(made: list[tuple[Any, ...]]) -> None:
        with pytest.raises(_UndoneError), desk.catalogue.writing() as connection:  # noqa: PT012 - the whole transaction is what is undone
            for things in made:
                done = ingest(connection, [record(*things)], actor="tests", kind="test", allow_unknown_bases=True, allow_circles=True)
                refresh_profiles(connection, desk.knowledge, done.touched_models)
            kept_up = standing(connection)
            names = [*{things[0].name for things in made}, *EXISTING]
            walk = walk_of(connection, desk.knowledge, today())
            assert stored_bindings(connection, names) == {name: walk.bindings(name) for name in names}
            refresh_profiles(connection, desk.knowledge, None)
            assert standing(connection) == kept_up
            raise _UndoneError

    compare()


@pytest.mark.slow
@pytest.mark.skipif(not HUB.is_file(), reason="needs the shared listing of the Hub")
def test_profiles_of_a_real_hub_are_what_a_walk_from_each_model_finds(tmp_path: Path, cache: Path, knowledge: Knowledge) -> None:
    with closing(Desk(settings_for(tmp_path, tmp_path / "hub.db", cache), silent, knowledge)) as desk:
        assert import_dump(desk, HUB)["models_in_all"] > 500_000
        with desk.catalogue.reading() as connection:
            assert compare_sample(connection, knowledge) > 10_000


def compare_sample(connection: Connection, knowledge: Knowledge, report: Callable[[str], None] = silent) -> int:
    """Compare every model three links deep or more, and four thousand others; how many were compared."""
    walk = walk_of(connection, knowledge, today())
    deep = sorted(name for name, depth in depths(walk).items() if depth >= 3)
    models = sorted(name for name, node in walk.nodes.items() if node.kind == "model")
    some = random.Random(11).sample(models, min(4_000, len(models)))  # noqa: S311
    names = sorted({*deep, *some})
    report(f"{len(deep):,} deep models, {len(names):,} in all")
    stored = stored_bindings(connection, names)
    differing = [name for name in names if walk.bindings(name) != stored[name]]
    assert differing == []
    return len(names)
