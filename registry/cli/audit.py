"""`licet audit`: what there is to find of models, one by one or over the whole catalogue, for people and for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from registry.cli.audit_asked import Asked, listed, refuse_mixed
from registry.cli.audit_files import FORMATS, open_reports, read_destinations, tell_written
from registry.cli.errors import DONE, OPEN, REFUSED
from registry.cli.main import Command
from registry.cli.state import State, pass_state
from registry.cli.use import GivenUse, use_flags

if TYPE_CHECKING:
    from registry.desk.audit.models import AuditQuestion
    from registry.desk.session import Desk
    from registry.reports.interface import AuditReport

USUAL = "prohibited,needs-permission"
"""What `--fail-on` is for named models, unless it is given."""


@click.command("audit", cls=Command, short_help="what there is to find of an application, of models, or of the whole catalogue")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--all", "whole", is_flag=True, help="Audit every model of the catalogue.")
@click.option("--code", "codes", multiple=True, metavar="CODE,...", help="Only these findings; LIC1 stands for all that begin so.")
@click.option("--severity", type=click.Choice(["note", "warning", "error"]), help="Only findings at least as grave.")
@click.option("--developer", metavar="NAME", help="With --all: only models of this developer.")
@click.option("--limit", type=click.IntRange(0), help="List at most so many findings; all are counted.")
@click.option(
    "--fail-on",
    metavar="WORD,...",
    help=f"Exit 1 where one is met: codes, severities, verdicts, `policy`. For TARGETs {USUAL}; for a PATH policy too; with --all nothing.",
)
@click.option(
    "-o", "--output", "files", multiple=True, metavar="FORMAT[=FILE]", help="Write it to a file in this form, or print it so; may be given several times."
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="How to print it.")
@click.option("--policy", metavar="FILE", help="For a PATH: hold it against this policy, a file or one that travels with the program.")
@click.option("--app", "application", metavar="NAME", help="For a PATH: only this application of `licet.yaml`.")
@click.option("--baseline", metavar="FILE", help="For a PATH: an earlier audit in JSON; what it found does not count again.")
@click.option(
    "--against", "earlier", metavar="OLD.json", help="For a PATH: an earlier audit in JSON; say what changed since, and why. Only what is new meets --fail-on."
)
@click.option("--diff", "since", metavar="REV", help="For a PATH: only what was added since this revision of git counts.")
@click.option("--lock", is_flag=True, help="For a PATH: write `licet.lock`, the models, revisions and texts that are in use.")
@click.option("--locked", is_flag=True, help="For a PATH: exit 1 where what is in use differs from `licet.lock`.")
@click.option(
    "--suggest", is_flag=True, help="For a PATH: print what could be written, as a patch to review, and models with better terms; nothing is changed."
)
@click.option("--out", metavar="FILE", help="With --suggest: write the patch to this file.")
@click.option("--record", "keep", is_flag=True, help="For a PATH: keep it in the catalogue, as --app NAME or by its folder's name, with the models it uses.")
@click.option("--explain", metavar="CODE", help="Only say what the code of a finding means and how it is mended.")
@click.option("--strict", is_flag=True, help="For a PATH: exit 3 where an answer depends on missing facts or is not known.")
@use_flags(without=("derivative_name", "published_under"))
@click.pass_context
@pass_state
def command(
    state: State,
    context: click.Context,
    targets: tuple[str, ...],
    whole: bool,
    use: GivenUse,
    codes: tuple[str, ...],
    severity: str | None,
    developer: str | None,
    limit: int | None,
    fail_on: str | None,
    files: tuple[str, ...],
    form: str,
    policy: str | None,
    application: str | None,
    baseline: str | None,
    earlier: str | None,
    since: str | None,
    lock: bool,
    locked: bool,
    suggest: bool,
    out: str | None,
    keep: bool,
    explain: str | None,
    strict: bool,
) -> None:
    """Say what there is to find: missing licences, licences looser than an ancestor's, duties that are not shown, data, contradictions.

    A TARGET is a folder or file, whose code, notebooks and configurations are searched for the models and datasets that they use; a model `org/name`;
    `dataset:NAME`; or `app:NAME`, an application on record. `--all` takes every model of the catalogue, most downloaded first.

    Exit code: 0 done, 1 something that `--fail-on` names was met, 3 with `--strict` where the answer is open.
    """
    destinations = read_destinations(context, form, files)
    if explain is not None:
        from registry.cli.policy import tell_code

        tell_code(state, explain, form)
        return
    if bool(targets) == whole:
        raise click.UsageError("name a TARGET, or give `--all`")
    asked = Asked(use, policy, application, baseline, codes, severity, limit, fail_on, destinations, strict, since, lock, locked, earlier, suggest, out, keep)
    refuse_mixed(asked)
    from registry.cli.audit_application import is_path

    if any(is_path(target) for target in targets):
        if len(targets) > 1:
            raise click.UsageError("one folder or file is audited at a time")
        context.exit(_audit_application(state, targets[0], asked))
    if flags := asked.for_folders:
        raise click.UsageError(f"{listed(flags)} {'are' if len(flags) > 1 else 'is'} for a folder or file; one is named as `./NAME`")
    from registry.cli.audit_table import Meter, TableReport
    from registry.desk.audit.catalogue import audit_catalogue
    from registry.desk.audit.models import AuditQuestion, check_words, refusals

    words = _words([fail_on if fail_on is not None else "" if whole else USUAL])
    check_words(words)
    raw = use.raw if use.interpretation is None else {**use.raw, "interpretation": use.interpretation}
    question = AuditQuestion(raw, _words(codes), severity, developer, limit)
    desk = state.desk()
    with ExitStack() as stack:
        reports = open_reports(stack, state, destinations, lambda output: TableReport(output, whole))
        summary = audit_catalogue(desk, question, reports, Meter(state.output)) if whole else _audit_named(desk, targets, question, reports)
    tell_written(state, destinations)
    for report in reports:
        if left := getattr(report, "left_out", 0):
            state.output.talk(f"{left:,} findings were left out of the SARIF: GitHub takes 20 runs of 25,000; `--severity` or `--code` picks")
    met = refusals(summary, words)
    for text in met:
        state.output.talk(f"met: {text}")
    context.exit(REFUSED if met else DONE)


def _audit_named(desk: Desk, targets: Sequence[str], question: AuditQuestion, reports: Sequence[AuditReport]) -> dict[str, Any]:
    """Audit what goes by these names; a name that nothing goes by may have been meant for a folder."""
    from registry.desk.audit.models import audit_models
    from registry.errors import UnknownModelError

    try:
        return audit_models(desk, targets, question, reports)
    except UnknownModelError as error:
        if any("/" in target or ":" in target for target in targets):
            raise
        raise UnknownModelError(f"{error.message}, and no folder or file is", error.hint, error.nearest) from error


def _audit_application(state: State, target: str, asked: Asked) -> int:
    """Audit a folder or file; the exit code."""
    from registry.cli.audit_application import ApplicationTable, settle_folder, settle_lock, tell_met
    from registry.cli.audit_record import described, keep_application
    from registry.desk.audit.application import ApplicationQuestion, audit_application
    from registry.desk.audit.gate import is_open, words_to_fail_on
    from registry.desk.audit.models import check_words

    path = Path(target).expanduser()
    settle_folder(state, path)
    if asked.fail_on is not None:
        check_words(word for word in _words([asked.fail_on]) if word not in ("policy", "none"))
    raw = asked.use.raw if asked.use.interpretation is None else {**asked.use.raw, "interpretation": asked.use.interpretation}
    application = described(state, asked.application, asked.keep)
    question = ApplicationQuestion(raw, asked.policy, application, asked.baseline, _words(asked.codes), asked.severity, asked.limit, asked.since, online=True)
    if asked.suggest:
        from registry.cli.audit_suggest import print_suggestions

        return print_suggestions(state, path, question, asked.out, asked.destinations)
    if asked.earlier is not None:
        from registry.cli.audit_changes import print_changes

        return print_changes(state, path, question, asked.earlier, asked.destinations, asked.fail_on)
    with ExitStack() as stack:
        reports = open_reports(stack, state, asked.destinations, ApplicationTable)
        audit = audit_application(state.desk(), path, question, reports)
    tell_written(state, asked.destinations)
    if asked.keep:
        keep_application(state, audit, path, asked.application)
    drifted = settle_lock(state, audit, asked.lock) if asked.lock or asked.locked else False
    if tell_met(state.output, audit, words_to_fail_on(audit.policy.fail_on, asked.fail_on)) or drifted:
        return REFUSED
    return OPEN if asked.strict and is_open(audit) else DONE


def _words(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for text in texts for word in (part.strip() for part in text.split(",")) if word)
