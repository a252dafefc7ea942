"""What could be written so that an application shows what licences order: a NOTICE, lines to display, texts that go along."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from registry.desk.audit.findings import Judged
from registry.desk.session import Desk
from registry.findings.duties import fold
from registry.reports.bom.text import one_line, plain
from registry.reports.markdown_escape import escape
from registry.reports.notice import render_notice

if TYPE_CHECKING:
    from registry.desk.notice.texts import FoundText
    from registry.reports.notice import NoticeBundle

HEADING = "## Models"
"""What stands over lines to display, in a README."""


def is_owed(judged: Judged) -> bool:
    """Whether the application's files lack something that is owed for it by now."""
    return any(duty["shown"] is False for duty in judged.duties)


def bundle_of(desk: Desk, owing: Sequence[Judged], use: Mapping[str, Any], interpretation: str) -> tuple[NoticeBundle, dict[str, FoundText]] | None:
    """The attribution bundle of the models for which something is owed; from what is on this machine, and for the very use that was audited."""
    from registry.desk.notice.bundle import gather_bundle

    names = [each.thing.name for each in owing if each.thing.recorded and each.thing.about == "model" and each.thing.first.kind != "artifact"]
    if not names:
        return None
    here = Desk(dataclasses.replace(desk.settings, offline=True, facts={}), desk.progress, desk.knowledge, desk.catalogue)
    return gather_bundle(here, names, {**use, **({} if "distribution" in use else {"distribution": []})}, interpretation=interpretation)


def notice_text(before: str | None, bundle: NoticeBundle | None, owing: Iterable[Judged]) -> str | None:
    """A NOTICE with what is owed; None where it holds all of it."""
    duties = [(judged, duty) for judged in owing for duty in judged.duties if duty["shown"] is False and duty["do"] in ("notice-file", "display")]
    wanted = [duty for _, duty in duties if duty["do"] == "notice-file" or duty["wording"] is None]
    if not wanted:
        return None
    parts = [before.rstrip("\n") + "\n"] if before else []
    if bundle is not None:
        parts.append(render_notice(bundle))
    named = fold("\n".join(parts))
    lines = [line for judged, _ in duties if (line := _credit(judged)) and fold(judged.thing.name.removeprefix("dataset:")) not in named]
    if lines:
        parts.append("Data and models that are credited\n\n" + "\n".join(dict.fromkeys(lines)) + "\n")
    text = "\n".join(parts)
    return text if text != before else None


def _credit(judged: Judged) -> str:
    """One line that names a thing, its maker and its licence."""
    item = judged.item
    if item is None or judged.thing.first.kind == "artifact":
        return ""
    name = judged.thing.name.removeprefix("dataset:")
    licenses = ", ".join(dict.fromkeys(license["name"] for license in item["licenses"] if license["from"] == judged.thing.name)) or "terms not recorded"
    owner = f" by {name.partition('/')[0]}" if "/" in name else ""
    what = "dataset" if judged.thing.about == "dataset" else "model"
    return one_line(f"- {name} ({what}){owner}, under {licenses}", 500)


def display_lines(owing: Iterable[Judged]) -> list[str]:
    """The words that licences order to be displayed and that nothing shows."""
    wanted = (duty["wording"] for judged in owing for duty in judged.duties if duty["do"] == "display" and duty["shown"] is False and duty["wording"])
    return list(dict.fromkeys(plain(str(wording)) for wording in wanted))


def readme_text(before: str | None, title: str, lines: Sequence[str]) -> str | None:
    """A README that shows lines; None where there are none to show."""
    if not lines:
        return None
    shown = "\n\n".join(lines)
    if before is None:
        return f"# {escape(title)}\n\n{HEADING}\n\n{shown}\n"
    rows = before.split("\n")
    at = next((number for number, row in enumerate(rows) if row.rstrip() == HEADING), None)
    if at is not None:
        rows[at + 1 : at + 1] = ["", *shown.split("\n")]
        return "\n".join(rows)
    return f"{before.rstrip()}\n\n{HEADING}\n\n{shown}\n"
