"""The answer about a model or an application as a Markdown document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from registry.desk.check import check_models
from registry.desk.facts import today
from registry.desk.lineage import read_lineage
from registry.knowledge.store import Knowledge
from registry.reports.markdown import render_report

if TYPE_CHECKING:
    from registry.desk.session import Desk


def report_markdown(desk: Desk, target: str, raw: Mapping[str, Any]) -> str:
    """The report on a model (`org/name`), a dataset (`dataset:NAME`) or an application (`app:NAME`).

    Raises:
        UnknownModelError: Nothing, or several things, go by the name.
        FactError: A fact cannot be read.
    """
    from registry.catalogue.queries.catalogue_digest import catalogue_digest

    items = check_models(desk, [target], raw)
    lineages = {item["model"]: read_lineage(desk, item["model"]) for item in items if not str(item["model"]).startswith("dataset:")}
    with desk.catalogue.reading() as connection:
        digest = catalogue_digest(connection)
    application = target.startswith("app:")
    return render_report(
        {
            "title": f"Licence report: {target if application or not items else items[0]['model']}",
            "kind": "application" if application else "model",
            "date": today(),
            "items": items,
            "lineages": lineages,
            "knowledge": {"version": desk.knowledge.version, "digest": desk.knowledge.digest, "age": age_in_words(desk.knowledge)},
            "catalogue": {"digest": digest},
            "facts": "as the catalogue records them" if application else None,
        }
    )


def age_in_words(knowledge: Knowledge) -> str:
    """How old the licence knowledge is."""
    year, month = (int(part) for part in knowledge.version.split(".")[:2])
    now = date.fromisoformat(today())
    months = (now.year - year) * 12 + now.month - month
    return "of this month" if months <= 0 else f"{months} month{'s' if months > 1 else ''} old"
