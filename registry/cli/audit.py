"""`licet audit`: what there is to find of models, one by one or over the whole catalogue, for people and for other programs."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from registry.cli.errors import DONE, OPEN, REFUSED
from registry.cli.main import Command
from registry.cli.output import Column, Output, clean
from registry.cli.state import State, pass_state
from registry.cli.use import GivenUse, use_flags
from registry.cli.words import DISCLAIMER

if TYPE_CHECKING:
    from registry.reports.interface import AuditReport

FORMATS = ("table", "json", "csv", "sarif", "markdown", "github", "gitlab")
"""The forms of an audit, the first for people."""

SHOWN = 20
"""How many pairs and developers a table shows."""

FIRST = 10
"""How many findings it shows of a whole catalogue."""

PATIENCE = 20_000
"""A table looks through so many findings for the gravest; where those are rarer it shows what it has."""

USUAL = "prohibited,needs-permission"
"""What `--fail-on` is for named models, unless it is given."""

SEVERITY_COLORS = {"error": "red", "warning": "yellow", "note": "cyan"}
"""The colour of a severity on a terminal; the words say the same without it."""


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
@click.option("-o", "--output", "files", multiple=True, metavar="FORMAT=FILE", help="Also write it to a file in another form; may be given several times.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="How to print it.")
@click.option("--policy", metavar="FILE", help="For a PATH: hold it against this policy, a file or one that travels with the program.")
@click.option("--app", "application", metavar="NAME", help="For a PATH: only this application of `licet.yaml`.")
@click.option("--baseline", metavar="FILE", help="For a PATH: an earlier audit in JSON; what it found does not count again.")
@click.option("--diff", "since", metavar="REV", help="For a PATH: only what was added since this revision of git counts.")
@click.option("--lock", is_flag=True, help="For a PATH: write `licet.lock`, the models, revisions and texts that are in use.")
@click.option("--locked", is_flag=True, help="For a PATH: exit 1 where what is in use differs from `licet.lock`.")
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
    since: str | None,
    lock: bool,
    locked: bool,
    explain: str | None,
    strict: bool,
) -> None:
    """Say what there is to find: missing licences, licences looser than an ancestor's, duties that are not shown, data, contradictions.

    A TARGET is a folder or file, whose code, notebooks and configurations are searched for the models and datasets that they use; a model `org/name`; or
    `dataset:NAME`. `--all` takes every model of the catalogue, most downloaded first.

    Exit code: 0 done, 1 something that `--fail-on` names was met, 3 with `--strict` where the answer is open.
    """
    if explain is not None:
        from registry.cli.policy import tell_code

        tell_code(state, explain, form)
        return
    if bool(targets) == whole:
        raise click.UsageError("name a TARGET, or give `--all`")
    if lock and locked:
        raise click.UsageError("`--lock` writes what `--locked` compares with; give one of them")
    from registry.cli.audit_application import is_path

    if any(is_path(target) for target in targets):
        if len(targets) > 1:
            raise click.UsageError("one folder or file is audited at a time")
        asked = _Asked(use, policy, application, baseline, codes, severity, limit, fail_on, files, form, strict, since, lock, locked)
        context.exit(_audit_application(state, targets[0], asked))
    if policy or application or baseline or strict or since or lock or locked:
        raise click.UsageError("`--policy`, `--app`, `--baseline`, `--diff`, `--lock`, `--locked` and `--strict` are for a folder or file")
    from registry.desk.audit import AuditQuestion, audit_models, check_words, refusals
    from registry.desk.audit_catalogue import audit_catalogue

    words = _words([fail_on if fail_on is not None else "" if whole else USUAL])
    check_words(words)
    raw = use.raw if use.interpretation is None else {**use.raw, "interpretation": use.interpretation}
    question = AuditQuestion(raw, _words(codes), severity, developer, limit)
    desk = state.desk()
    with ExitStack() as stack:
        reports: list[AuditReport] = [stack.enter_context(_to_file(state, *_target(text))) for text in files]
        reports.append(TableReport(state.output, whole) if form == "table" else _report(form, state.output.stdout))
        summary = audit_catalogue(desk, question, reports, Meter(state.output)) if whole else audit_models(desk, targets, question, reports)
    for text in files:
        state.output.talk(f"wrote `{clean(_target(text)[1])}`")
    for report in reports:
        if left := getattr(report, "left_out", 0):
            state.output.talk(f"{left:,} findings were left out of the SARIF: GitHub takes 20 runs of 25,000; `--severity` or `--code` picks")
    met = refusals(summary, words)
    for text in met:
        state.output.talk(f"met: {text}")
    context.exit(REFUSED if met else DONE)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of an audit of an application."""

    use: GivenUse
    policy: str | None
    application: str | None
    baseline: str | None
    codes: tuple[str, ...]
    severity: str | None
    limit: int | None
    fail_on: str | None
    files: tuple[str, ...]
    form: str
    strict: bool
    since: str | None
    lock: bool
    locked: bool


def _audit_application(state: State, target: str, asked: _Asked) -> int:
    """Audit a folder or file; the exit code."""
    from registry.cli.audit_application import ApplicationTable, settle_folder, settle_lock, tell_met
    from registry.desk.audit import check_words
    from registry.desk.audit_application import ApplicationQuestion, audit_application
    from registry.desk.audit_gate import is_open, words_to_fail_on

    path = Path(target).expanduser()
    settle_folder(state, path)
    if asked.fail_on is not None:
        check_words(word for word in _words([asked.fail_on]) if word not in ("policy", "none"))
    raw = asked.use.raw if asked.use.interpretation is None else {**asked.use.raw, "interpretation": asked.use.interpretation}
    question = ApplicationQuestion(raw, asked.policy, asked.application, asked.baseline, _words(asked.codes), asked.severity, asked.limit, asked.since)
    with ExitStack() as stack:
        reports: list[AuditReport] = [stack.enter_context(_to_file(state, *_target(text))) for text in asked.files]
        reports.append(ApplicationTable(state.output) if asked.form == "table" else _report(asked.form, state.output.stdout))
        audit = audit_application(state.desk(), path, question, reports)
    for text in asked.files:
        state.output.talk(f"wrote `{clean(_target(text)[1])}`")
    drifted = settle_lock(state, audit, asked.lock) if asked.lock or asked.locked else False
    if tell_met(state.output, audit, words_to_fail_on(audit, asked.fail_on)) or drifted:
        return REFUSED
    return OPEN if asked.strict and is_open(audit) else DONE


def _words(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for text in texts for word in (part.strip() for part in text.split(",")) if word)


def _target(text: str) -> tuple[str, str]:
    """The form and file of `FORMAT=FILE`."""
    form, sign, file = text.partition("=")
    if not sign or not file or form not in FORMATS[1:]:
        raise click.UsageError(f"`-o {text}` is not FORMAT=FILE with one of {', '.join(FORMATS[1:])}")
    return form, file


def _report(form: str, stream: TextIO) -> AuditReport:
    from registry.reports.registered import FORMATS as REGISTERED

    return next(each for each in REGISTERED if each.name == form).open(stream)


@contextmanager
def _to_file(state: State, form: str, name: str) -> Iterator[AuditReport]:
    """A report that is in its file whole when all went well, and otherwise not there."""
    from registry.errors import UsageError

    file = Path(name)
    if file.exists() and not file.is_file():
        raise UsageError(f"`{name}` cannot be written: it is no file", "name a file, or print it with `--format`")
    if file.exists():
        state.confirm(f"`{clean(name)}` exists; write over it?")
    # Beside the target, because a rename is atomic within one file system only.
    draft = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        stream = draft.open("x", encoding="utf-8", newline="\n")
    except (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError, FileExistsError) as error:
        raise UsageError(f"`{name}` cannot be written: {error.strerror}", "name a file in a folder that exists and is yours") from error
    try:
        with stream:
            yield _report(form, stream)
            stream.flush()
            os.fsync(stream.fileno())
        try:
            draft.replace(file)
        except OSError as error:
            raise UsageError(f"`{name}` cannot be written: {error.strerror}", "name a file in a folder that exists and is yours") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


class TableReport:
    """An audit for people: what was counted, then the first findings.

    Args:
        output: Where it is printed.
        whole: Whether it is about every model of the catalogue.
    """

    def __init__(self, output: Output, whole: bool) -> None:
        self._output = output
        self._whole = whole
        self._head: Mapping[str, Any] = {}
        self._first: list[Mapping[str, Any]] = []
        self._gravest = ""
        self._passed = 0

    def begin(self, head: Mapping[str, Any], counted: Mapping[str, Any]) -> None:
        """Keep what it is about, and which severity is the gravest."""
        self._head = head
        self._gravest = next((severity for severity, count in counted["by_severity"].items() if count), "")

    def add(self, finding: Mapping[str, Any]) -> bool:
        """Keep the first of the gravest; of named models all."""
        if not self._whole:
            self._first.append(finding)
            return True
        self._passed += 1
        if finding["severity"] == self._gravest and len(self._first) < FIRST:
            self._first.append(finding)
        return len(self._first) < FIRST and self._passed < PATIENCE

    def end(self, summary: Mapping[str, Any]) -> None:
        """Print it."""
        output = self._output
        if not self._whole:
            verdicts = ", ".join(f"{verdict} {count}" if summary["models"] > 1 else verdict for verdict, count in summary["by_verdict"].items())
            output.fields([("models", ", ".join(clean(name) for name in self._head["subjects"])), ("verdict", verdicts)])
        else:
            share = summary["models_with_findings"] / summary["models"] if summary["models"] else 0
            output.line(f"{summary['models']:,} models; {summary['models_with_findings']:,} with findings ({share:.1%}).")
            self._counts(summary)
        if self._first:
            title = f"{self._gravest.capitalize()}s of the most downloaded models" if self._whole else "Findings"
            output.heading(title)
            for finding in self._first:
                _print(output, finding)
        elif not summary["models_with_findings"]:
            output.line("Nothing was found.")
        output.talk(f"For {_use(self._head)}. {DISCLAIMER}")

    def _counts(self, summary: Mapping[str, Any]) -> None:
        output = self._output
        if summary["by_code"]:
            output.heading("By finding")
            output.table(CODE_COLUMNS, summary["by_code"], indent=2)
        if summary["by_pair"]:
            output.heading("By declared licence and licence of the ancestor")
            output.table(PAIR_COLUMNS, summary["by_pair"][:SHOWN], indent=2)
            _more(output, len(summary["by_pair"]))
        if summary["by_developer"]:
            output.heading("By developer")
            output.table(DEVELOPER_COLUMNS, summary["by_developer"][:SHOWN], indent=2)
            _more(output, summary["developers_with_findings"])
        if summary["by_verdict"]:
            output.heading("By verdict")
            output.table(VERDICT_COLUMNS, [{"verdict": word, "models": count} for word, count in summary["by_verdict"].items()], indent=2)


def _more(output: Output, count: int) -> None:
    if count > SHOWN:
        output.line(f"  and {count - SHOWN:,} more")


def _use(head: Mapping[str, Any]) -> str:
    stated = ", ".join(f"{clean(name.replace('_', ' '))} {clean(value)}" for name, value in head["use"].items() if name != "date")
    return f"a use with {stated}, on {head['date']}" if stated else f"any ordinary use on {head['date']}"


def _color(text: str) -> str:
    return SEVERITY_COLORS.get(text, "")


CODE_COLUMNS = (
    Column("CODE", lambda row: row["code"]),
    Column("SEVERITY", lambda row: row["severity"], style=_color),
    Column("MODELS", lambda row: f"{row['models']:,}", right=True),
    Column("WHAT", lambda row: row["title"], wraps=True),
)
PAIR_COLUMNS = (
    Column("DECLARED", lambda row: row["declared"]),
    Column("ANCESTOR", lambda row: row["ancestor"]),
    Column("MODELS", lambda row: f"{row['models']:,}", right=True),
    Column("FINDINGS", lambda row: ", ".join(row["codes"]), wraps=True),
)
DEVELOPER_COLUMNS = (
    Column("DEVELOPER", lambda row: row["developer"]),
    Column("MODELS", lambda row: f"{row['models']:,}", right=True),
    Column("WITH ERRORS", lambda row: f"{row['errors']:,}", right=True),
)
VERDICT_COLUMNS = (
    Column("VERDICT", lambda row: row["verdict"]),
    Column("MODELS", lambda row: f"{row['models']:,}", right=True),
)


def _print(output: Output, finding: Mapping[str, Any]) -> None:
    """One finding as a sentence, with the clause and who can mend it."""
    subject = clean(finding["subject"])
    summary = clean(finding["summary"])
    about = "" if f"`{subject}`" in summary else f"`{subject}`: "
    clause = f" ({clean(finding['license'])} {clean(finding['clause'])})" if finding["clause"] else ""
    place = f" ({clean(finding['file'])}{', line ' + str(finding['line']) if finding['line'] else ''})" if finding["file"] else ""
    first = f"  {finding['code']} {output.colored(finding['severity'], SEVERITY_COLORS[finding['severity']])}: "
    output.paragraph(f"{about}{summary}{clause}{place} To mend it: {clean(finding['hint'])}.", indent=4, first=first)


class Meter:
    """Says on stderr how far a long audit has come, once a second at most."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._started = self._said = time.monotonic()

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """Take note of how much is done, and of how much."""
        now = time.monotonic()
        if now - self._said < 1:
            return
        self._said = now
        share = f" ({done / total:.0%})" if total else ""
        self._output.talk(f"{what} {done:,} models{share}")
