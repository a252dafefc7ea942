"""`licet audit PATH`: what an application uses, under which terms, and what must change, grouped by model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.cli.output import Output, clean
from registry.cli.words import COLORS, DISCLAIMER

if TYPE_CHECKING:
    from registry.cli.state import State
    from registry.desk.audit.application import ApplicationAudit

UNPINNED = "LIC006"
"""The code of a revision that is not pinned."""

PLACES = 4
"""So many places of a model are shown."""

SEVERITIES = {"error": "red", "warning": "yellow", "note": "cyan"}
"""The colour of a severity."""


def is_path(target: str) -> bool:
    """Whether a target of an audit is a folder or file rather than the name of a model."""
    written = target in (".", "..") or target.startswith(("./", "../", "/", "~", ".\\", "..\\"))
    return written or target.endswith("/") or (not target.startswith(("dataset:", "app:")) and Path(target).exists())


def settle_folder(state: State, path: Path) -> None:
    """Take the `licet.yaml` that stands nearest to what is audited, rather than to the working folder."""
    state.folder = path if path.is_dir() else path.parent


class ApplicationTable:
    """An audit of an application for people.

    Args:
        output: Where it is printed.
    """

    def __init__(self, output: Output) -> None:
        self._output = output
        self._head: Mapping[str, Any] = {}
        self._found: dict[str, list[Mapping[str, Any]]] = {}

    def begin(self, head: Mapping[str, Any], counted: Mapping[str, Any]) -> None:
        """Keep what it is about."""
        self._head = head

    def add(self, finding: Mapping[str, Any]) -> bool:
        """Keep a finding with the others of its model."""
        self._found.setdefault(finding["subject"], []).append(finding)
        return True

    def end(self, summary: Mapping[str, Any]) -> None:
        """Print it."""
        output, head = self._output, self._head
        if not head["models"]:
            output.line("No models or datasets were found in use.")
        for model in head["models"]:
            self._model(model)
        known = {model["model"] for model in head["models"]} | {model["model"].removeprefix("dataset:") for model in head["models"]}
        others = [finding for subject, found in self._found.items() if subject not in known for finding in found]
        if others:
            output.heading("Beside these")
            for finding in others:
                self._finding(finding)
        self._end(summary)

    def _model(self, model: Mapping[str, Any]) -> None:
        output = self._output
        aside = ", only in tests or documents" if model["only_in_tests_or_documents"] else ""
        licenses = ", ".join(clean(each) for each in model["licenses"]) or "terms not recorded"
        output.line()
        output.line(f"{output.strong(clean(model['model']))}  {output.colored(model['verdict'], COLORS[model['verdict']])}  {licenses}{aside}")
        places = model["places"]
        shown = ", ".join(_place(each) for each in places[:PLACES])
        more = f" and {len(places) - PLACES} more" if len(places) > PLACES else ""
        output.paragraph(f"{shown}{more}", indent=4, first="  at ")
        for finding in (
            *self._found.get(model["model"], ()),
            *(self._found.get(model["model"].removeprefix("dataset:"), ()) if model["about"] == "dataset" else ()),
        ):
            if finding["code"] != UNPINNED or finding["severity"] != "note":
                self._finding(finding)
        duties = {(duty["license"], duty["do"], duty["section"]): duty for duty in model["obligations"]}.values()
        lacking = {(finding["license"], finding["clause"]) for finding in self._found.get(model["model"], ()) if finding["code"].startswith("LIC2")}
        for duty in duties:
            if duty["when"] is None and not (duty["shown"] is False and (duty["license"], duty["section"]) in lacking):
                done = "  shown: " if duty["shown"] else "  to do: "
                output.paragraph(f"{clean(duty['summary'])} ({clean(duty['license'])} {clean(duty['section'])})", indent=4, first=done)
        later: dict[str, list[str]] = {}
        for duty in duties:
            if duty["when"] is not None:
                later.setdefault(duty["when"], []).append(f"{clean(duty['do'])} ({clean(duty['license'])} {clean(duty['section'])})")
        for when, words in later.items():
            output.paragraph(f"{clean(when)}: {', '.join(words)}", indent=4, first="  when ")

    def _finding(self, finding: Mapping[str, Any]) -> None:
        output = self._output
        clause = f" ({clean(finding['license'])} {clean(finding['clause'])})" if finding["clause"] else ""
        place = f" [{clean(finding['file'])}:{finding['line']}]" if finding["code"] == "LIC310" else ""
        status = f" {finding['status']}{': ' + clean(finding['waiver']) if finding['waiver'] else ''}." if finding["status"] != "open" else ""
        first = f"  {finding['code']} {output.colored(finding['severity'], SEVERITIES[finding['severity']])}: "
        output.paragraph(f"{clean(finding['summary'])}{clause}{place}{status} To mend it: {clean(finding['hint'])}.", indent=4, first=first)

    def _end(self, summary: Mapping[str, Any]) -> None:
        output, head = self._output, self._head
        output.line()
        verdicts = ", ".join(f"{count} {verdict}" for verdict, count in summary["by_verdict"].items())
        counts = ", ".join(f"{count} {severity}{'s' if count != 1 else ''}" for severity, count in summary["by_severity"].items() if count)
        aside = ", ".join(f"{count} {word}" for word, count in summary["set_aside"].items() if count)
        output.fields(
            [
                ("verdict", clean(head["verdict"]) if head["verdict"] else None),
                ("in use", verdicts or None),
                ("findings", f"{counts or 'none'}{f' ({aside})' if aside else ''}"),
                ("policy", clean(head["policy"])),
            ]
        )
        unpinned = sum(finding["code"] == UNPINNED and finding["status"] == "open" for found in self._found.values() for finding in found)
        if unpinned:
            output.line(f"  {UNPINNED}: {unpinned} of these are loaded without a revision, so that they may change.")
        if head["missing_facts"]:
            output.heading("Facts that decide; put what holds into licet.yaml")
            for line in head["facts_to_state"].splitlines():
                output.line(clean(line))
        output.talk(f"{clean(head['assurance'])} {DISCLAIMER}")


def _place(place: Mapping[str, Any]) -> str:
    cell = f" cell {place['cell']}" if place["cell"] else ""
    sure = "" if place["confidence"] == "certain" else f" ({place['confidence']})"
    return f"{clean(place['file'])}{cell}:{place['line']}{sure}"


def tell_met(output: Output, audit: ApplicationAudit, words: tuple[str, ...]) -> bool:
    """Say which words of `--fail-on` were met; whether any was."""
    from registry.desk.audit.gate import refusals

    met = refusals(audit, words)
    for text in met:
        output.talk(f"met: {text}")
    return bool(met)


def settle_lock(state: State, audit: ApplicationAudit, write: bool) -> bool:
    """Write the lock, or compare with it; whether what is in use differs."""
    from registry.desk.audit.lock import FILE, drift, lock_of, read_lock, write_lock

    path = (audit.root if audit.root.is_dir() else audit.root.parent) / FILE
    now = lock_of(state.desk(), audit.things)
    if write:
        write_lock(path, now)
        state.output.talk(f"wrote `{clean(path)}`")
        return False
    told = drift(read_lock(path), now)
    for text in told:
        state.output.talk(f"drift: {clean(text)}")
    return bool(told)
