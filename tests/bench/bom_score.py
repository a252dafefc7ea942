"""How complete the bills of models of the Hub are, by OWASP's field registry: 20 records of the real Hub twice over, with what each lacks.

Run by hand: `python -m tests.bench.bom_score [MODELS]`, where the real data lies beside the checkout. Every record is imported, and its bill
is made twice: from the catalogue alone, and with what the Hub says of it (`--hub`), from a Hub on loopback that answers with the record.
Records of one set come without their cards, those of the other with them.
"""

from __future__ import annotations

import gzip
import importlib
import json
import os
import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from registry.desk.bom.bill import make_bill
from registry.desk.imports import import_dump
from registry.desk.session import Desk, open_desk
from registry.reports.bom.score import Score
from registry.settings import read_settings
from tests.bench.command import table
from tests.sources.hub_server import HubServer, serving
from tests.sources.real_data import real


def records(count: int) -> list[dict[str, Any]]:
    """So many records of 2024, at equal distances in the file; their cards are not at hand."""
    with gzip.open(real("hub_2024-07", "hub_api_model_records.jsonl.gz"), "rt", encoding="utf-8") as stream:
        return _spread([json.loads(line) for line in stream], count)


def records_with_cards(count: int) -> list[dict[str, Any]]:
    """So many records of 2022 with the card of the same day under `README.md`."""
    with gzip.open(real("cards", "model_cards_2022_shared.jsonl.gz"), "rt", encoding="utf-8") as stream:
        held = [json.loads(line) for line in stream]
    told = [{**each["api_2022_02"], "id": each["id"], "README.md": each["text"]} for each in held if each["api_2022_02"] and each["id"].count("/") == 1]
    return _spread([{**row, "siblings": [{"rfilename": name} for name in row["siblings"]]} for row in told], count)


def _spread(rows: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    return rows[:: max(len(rows) // count, 1)][:count]


def main(count: int) -> None:
    """Measure and print."""
    for title, rows in (("records alone", records(count)), ("records with their cards", records_with_cards(count))):
        with tempfile.TemporaryDirectory() as folder, serving() as hub:
            # The Hub's client has read its settings by the first time; later it is told.
            os.environ.update(HF_ENDPOINT=hub.endpoint, HF_HOME=f"{folder}/hf", HF_HUB_CACHE=f"{folder}/hf/hub")
            _reread()
            dump = Path(folder) / "records.jsonl"
            dump.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
            with closing(open_desk(read_settings(f"sqlite:///{folder}/catalogue.db"), lambda _message: None)) as desk:
                import_dump(desk, dump)
                print(f"\n{title}")  # noqa: T201
                _print([(row["id"], *_scores(desk, hub, row)) for row in rows])


def _reread() -> None:
    constants = importlib.import_module("huggingface_hub.constants")
    constants.ENDPOINT = os.environ["HF_ENDPOINT"]
    constants.HF_HUB_CACHE = os.environ["HF_HUB_CACHE"]
    constants.HUGGINGFACE_CO_URL_TEMPLATE = constants.ENDPOINT + "/{repo_id}/resolve/{revision}/{filename}"


def _scores(desk: Desk, hub: HubServer, row: dict[str, Any]) -> tuple[Score, Score]:
    registry = real("standards", "owasp-aibom", "field_registry.json")
    files = {"README.md": row["README.md"].encode()} if "README.md" in row else {}
    hub.add(row["id"], files=files, **{key: value for key, value in row.items() if key not in ("id", "README.md")})
    made = [make_bill(desk, [row["id"]], {}, registry=registry, hub=asked).score for asked in (False, True)]
    assert made[0] is not None
    assert made[1] is not None
    return made[0], made[1]


def _print(found: list[tuple[str, Score, Score]]) -> None:
    rows = [(name[:60], f"{before.total:g}", f"{after.total:g}", ", ".join(_missing(after, "critical", "important"))) for name, before, after in found]
    print(table(("model", "catalogue", "with --hub", "critical and important fields that are missing"), rows))  # noqa: T201
    means = [sum(scores) / len(found) for scores in zip(*((before.total, after.total) for _, before, after in found), strict=True)]
    print(f"mean {means[0]:.1f} from the catalogue, {means[1]:.1f} with --hub, of {len(found)} models")  # noqa: T201
    lacking = Counter(field for _, _, after in found for field in _missing(after, *after.missing))
    print("missing with --hub:", ", ".join(f"{field} {times}" for field, times in lacking.most_common()))  # noqa: T201


def _missing(score: Score, *tiers: str) -> list[str]:
    return [field for tier in tiers for field in score.missing[tier]]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
