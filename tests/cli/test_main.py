from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import click
import pytest

from registry import __version__
from registry.cli.errors import exit_code, show_error
from registry.cli.main import Command, cli, commands, run
from registry.cli.output import Output
from registry.cli.state import State
from registry.errors import CatalogueLockedError, FactError, UnknownModelError
from tests.cli.conftest import Licet

HEAVY = ("sqlalchemy", "alembic", "pydantic", "rich", "huggingface_hub", "yaml", "platformdirs", "license_expression")


def in_process(*arguments: str, state: State | None = None) -> tuple[int, str, str]:
    data, talk = io.StringIO(), io.StringIO()
    state = state or State()
    state.output = Output(data, talk)
    code = run(arguments, state)
    return code, data.getvalue(), talk.getvalue()


@pytest.mark.parametrize("arguments", [["--help"], ["models", "--help"], ["check", "--help"], ["license", "show", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(root: Path, arguments: list[str]) -> None:
    program = (
        "import sys, json\n"
        "from registry.cli.main import main\n"
        f"code = main({arguments!r})\n"
        f"print(json.dumps([code, [name for name in {HEAVY!r} if name in sys.modules]]), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert json.loads(done.stderr.splitlines()[-1]) == [0, []]


def test_every_command_loads_and_has_a_one_line_help() -> None:
    for name, line in commands().items():
        command = cli.get_command(click.Context(cli), name)
        assert isinstance(command, click.Command), name
        assert command.name == name
        assert command.get_short_help_str(200)
        assert len(line) < 90


def leaves_of(command: click.Command) -> list[click.Command]:
    """The commands of a group, and of the groups within it."""
    return [leaf for inner in command.commands.values() for leaf in leaves_of(inner)] if isinstance(command, click.Group) else [command]


def test_every_command_of_a_group_takes_the_global_options() -> None:
    for name in commands():
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        for leaf in leaves_of(command):
            assert isinstance(leaf, Command), leaf
            assert {"--db", "--offline", "--yes", "--debug"} <= {option for parameter in leaf.params for option in parameter.opts}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--db", "x.db", "models", "--fact", "broken"],
        ["models", "--fact", "broken", "--db", "x.db"],
        ["catalog", "--db", "x.db", "add", "dataset"],
        ["catalog", "add", "dataset", "--db", "x.db"],
    ],
)
def test_global_options_may_stand_before_or_after_the_command(arguments: list[str]) -> None:
    state = State()
    code, _, _ = in_process(*arguments, state=state)
    assert (code, state.catalogue) == (2, "x.db")


def test_version_is_the_package_s_own(licet: Licet) -> None:
    done = licet("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"licet {__version__}\n", "")


def test_no_arguments_print_the_help_and_are_no_error(licet: Licet) -> None:
    done = licet()
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: licet")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["modls"], "did you mean `models`"),
        (["--nope"], "--nope"),
        (["check"], "name a MODEL"),
        (["check", "x", "--batch", "y"], "`--batch` takes"),
        (["check", "x", "--interpretation", "kind"], "kind"),
        (["models", "--limit", "0"], "0"),
        (["models", "--limit", "many"], "many"),
        (["models", "--fact", "headcount"], "NAME=VALUE"),
        (["models", "--commercial", "--fact", "commercial=false"], "given twice"),
        (["register", "a/b"], "--base"),
        (["register", "a/b", "--base", "x:fintune"], "did you mean `finetune`"),
        (["catalog", "add", "moon"], "moon"),
        (["catalog", "add", "dataset"], "--from FILE"),
        (["catalog", "add", "dataset", "--set", "id"], "FIELD=VALUE"),
        (["lineage", "x", "--no-up"], "nothing to show"),
    ],
)
def test_wrong_usage_says_what_and_how_and_ends_with_2(licet: Licet, arguments: list[str], message: str) -> None:
    done = licet(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert lines[0].startswith("error: ")
    assert message in lines[0]
    assert lines[1].startswith("hint: run `licet")
    assert "Traceback" not in done.stderr


class Failing(State):
    """A state whose catalogue cannot be opened."""

    error: BaseException = ZeroDivisionError("x")

    def desk(self) -> NoReturn:
        raise self.error


@pytest.mark.parametrize(
    ("error", "code", "message", "hint"),
    [
        (FactError("`mau` is no fact", "try `monthly_active_users`"), 2, "error: `mau` is no fact", "hint: try `monthly_active_users`"),
        (UnknownModelError("no model `x`", "did you mean `y`?", nearest=("y",)), 2, "error: no model `x`", "hint: did you mean `y`?"),
        (CatalogueLockedError("another process holds it"), 4, "error: another process holds it", None),
        (OSError(28, "No space left on device", "/disk/file"), 4, "error: no space left", "hint: free some space"),
        (PermissionError(13, "Permission denied", "out.md"), 4, "error: `out.md`: Permission denied", "hint: check the path"),
        (ZeroDivisionError("division by zero"), 4, "error: unexpected: ZeroDivisionError: division by zero", "hint: run it again with `--debug`"),
        (ValueError("two\nlines"), 4, "error: unexpected: ValueError: two", "hint: "),
        (MemoryError(), 4, "error: not enough memory", "hint: "),
        (KeyboardInterrupt(), 130, "stopped", None),
        (click.Abort(), 130, "stopped", None),
        (RuntimeError("\x1b[31mred\x1b[0m"), 4, r"error: unexpected: RuntimeError: \x1b[31mred", "hint: "),
    ],
)
def test_every_error_ends_in_one_line_and_its_exit_code(error: BaseException, code: int, message: str, hint: str | None) -> None:
    state = Failing()
    state.error = error
    got, data, talk = in_process("models", state=state)
    assert (got, data) == (code, "")
    lines = talk.splitlines()
    assert lines[0].startswith(message)
    assert "Traceback" not in talk
    assert len(lines) == (2 if hint else 1)
    if hint:
        assert lines[1].startswith(hint)


def test_debug_shows_the_traceback() -> None:
    code, _, talk = in_process("models", "--debug", state=Failing())
    assert code == 4
    assert talk.startswith("Traceback")
    assert talk.splitlines()[-1] == "error: unexpected: ZeroDivisionError: x"


def test_a_question_nobody_answers_names_the_flag_that_does() -> None:
    talk = io.StringIO()
    aborted = click.Abort()
    aborted.__cause__ = EOFError()
    assert show_error(aborted, Output(talk=talk), debug=False) == 4
    assert "`--yes`" in talk.getvalue()


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([], 0),
        (["permitted", "permitted-with-obligations"], 0),
        (["permitted", "conditional"], 3),
        (["undetermined"], 3),
        (["conditional", "prohibited"], 1),
        (["needs-permission", "permitted"], 1),
        (["prohibited", None, "conditional"], 4),
    ],
)
def test_of_several_answers_the_gravest_gives_the_exit_code(verdicts: list[str | None], code: int) -> None:
    assert exit_code(verdicts) == code


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes of this kind")
def test_a_reader_that_leaves_is_not_an_error(root: Path) -> None:
    program = "from registry.cli.main import main\nimport sys\nsys.exit(main(['--help']))"
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stdout:
        done = subprocess.run([sys.executable, "-c", program], cwd=root, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 141
    assert done.stderr == ""


def test_the_shell_gets_a_completion_script(licet: Licet) -> None:
    done = licet(_LICET_COMPLETE="bash_source")
    assert done.returncode == 0
    assert "complete" in done.stdout


def test_completion_offers_the_commands(licet: Licet) -> None:
    done = licet(_LICET_COMPLETE="bash_complete", COMP_WORDS="licet li", COMP_CWORD="1")
    assert done.stdout.split() == ["plain,lineage", "plain,license"]
