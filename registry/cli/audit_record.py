"""`licet audit PATH --record`: keep the application that was audited, and say what came and went."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.cli.output import clean

if TYPE_CHECKING:
    from registry.cli.state import State
    from registry.desk.audit.application import ApplicationAudit

SHOWN = 10
"""So many models that came or went are named."""


def described(state: State, application: str | None, keep: bool) -> str | None:
    """The application of `licet.yaml` that is meant: with `--record`, `--app` may also give a name to one that is described nowhere."""
    return None if keep and state.settings().applications is None else application


def keep_application(state: State, audit: ApplicationAudit, path: Path, application: str | None) -> None:
    """Keep it, and say so."""
    from registry.desk.audit.record import application_name, record_application

    desk = state.desk()
    result = record_application(desk, audit, application_name(desk, path, application))
    talk = state.output.talk
    done = "recorded" if result["created"] else "brought up to date" if result["change_set"] is not None else "recorded already"
    talk(f"{done}: app:{clean(result['application'])}, which uses {len(result['models']):,} models")
    for word, key in (("now uses", "added"), ("no longer uses", "removed")):
        if result[key] and not result["created"]:
            talk(f"  {word} {_named(result[key])}")
    if result["noted_by_name"]:
        talk(f"  noted by name, since nothing is recorded of them: {_names(result['noted_by_name'])}")
    if result["new_hosts"]:
        talk(f"  hosts whose terms are not recorded: {_names(result['new_hosts'])}; add them with `licet catalog add host`")
    if result["not_kept"]:
        talk(f"  left out, since no model on record goes by these names: {_names(result['not_kept'])}")


def _named(uses: list[dict[str, Any]]) -> str:
    return _names([f"{use['model']} through {use['host']}" if use["host"] else use["model"] for use in uses])


def _names(names: list[str]) -> str:
    shown = ", ".join(clean(name) for name in names[:SHOWN])
    return f"{shown} and {len(names) - SHOWN} more" if len(names) > SHOWN else shown
