"""What the README shows is what the program prints, and everything the program has is in the README.

A fenced block after `<!-- help: licet check -->` is that command's help; one after `<!-- output: licet models --limit 3 -->` is what that
command prints to stdout on a fresh catalogue, beside the files that blocks after `<!-- file: app.py -->` hold. `pytest tests/test_docs.py --update-docs` writes them anew.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from registry.cli.main import Command, cli, commands

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
FILE = re.compile(r"<!-- file: ([\w/.-]+) -->\n```\w+\n(.*?)```\n", re.DOTALL)
BLOCK = re.compile(r"<!-- (help|output): (licet[^\n]*?) -->\n```text\n(.*?)```\n", re.DOTALL)


def blocks(kind: str) -> list[str]:
    return [match[2] for match in BLOCK.finditer(README.read_text(encoding="utf-8")) if match[1] == kind]


def run(command: str, home: Path) -> str:
    """What a command prints to stdout on a machine of its own."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("LICET_", "COLUMNS", "_LICET"))}
    variables.update(
        {
            "HOME": str(home),
            "USERPROFILE": str(home),
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_CONFIG_HOME": str(home / "config"),
            "PYTHONPATH": str(ROOT),
        }
    )
    done = subprocess.run(
        [sys.executable, "-m", "registry", *shlex.split(command)[1:]], cwd=home, env=variables, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode in (0, 1, 3), done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which licet was used once, so that its catalogue is made."""
    home = tmp_path_factory.mktemp("docs") / "home"
    home.mkdir()
    run("licet models --limit 1", home)
    return home


def compare_or_write(kind: str, command: str, printed: str, update: bool) -> None:
    text = README.read_text(encoding="utf-8")
    shown = next(match for match in BLOCK.finditer(text) if (match[1], match[2]) == (kind, command))
    if update:
        README.write_text(text[: shown.start(3)] + printed + text[shown.end(3) :], encoding="utf-8")
    else:
        assert shown[3] == printed, "the README is out of date: run `python -m pytest tests/test_docs.py --update-docs`"


@pytest.mark.parametrize("command", blocks("help"))
def test_help_texts_are_current(command: str, tmp_path: Path, update_docs: bool) -> None:
    compare_or_write("help", command, run(f"{command} --help", tmp_path), update_docs)


@pytest.mark.parametrize("command", blocks("output"))
def test_outputs_are_current(command: str, seeded: Path, tmp_path: Path, update_docs: bool) -> None:
    home = tmp_path / "home"
    shutil.copytree(seeded, home)
    for match in FILE.finditer(README.read_text(encoding="utf-8")):
        (home / match[1]).parent.mkdir(parents=True, exist_ok=True)
        (home / match[1]).write_text(match[2], encoding="utf-8")
    printed = run(command, home)
    assert printed.strip()
    compare_or_write("output", command, printed, update_docs)


def leaves() -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []
    for name in commands():
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        found.extend(_leaves_of(f"licet {name}", command))
    return found


def _leaves_of(name: str, command: click.Command) -> list[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        return [leaf for inner, below in command.commands.items() for leaf in _leaves_of(f"{name} {inner}", below)]
    return [(name, command)]


@pytest.mark.parametrize(("name", "command"), leaves(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_command_and_option_is_in_the_readme(name: str, command: click.Command) -> None:
    assert isinstance(command, Command)
    text = README.read_text(encoding="utf-8")
    assert f"`{name}" in text or f"<!-- help: {name} -->" in text, f"`{name}` is not described"
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts) if option.startswith("--")}
    missing = sorted(option for option in options if not re.search(rf"{re.escape(option)}(?![\w-])", text))
    assert not missing, f"{name}: {missing}"


def test_every_environment_variable_is_in_the_readme() -> None:
    source = (ROOT / "registry" / "settings.py").read_text(encoding="utf-8")
    text = README.read_text(encoding="utf-8")
    for name in set(re.findall(r"\"((?:LICET|HF|NO)_[A-Z_]+)\"", source)):
        assert f"`{name}" in text, name


def test_every_exit_code_is_in_the_readme() -> None:
    text = README.read_text(encoding="utf-8")
    for code in (0, 1, 2, 3, 4):
        assert re.search(rf"^\| {code} \|", text, re.MULTILINE), code


def test_every_file_the_readme_names_is_there() -> None:
    text = README.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)\)", text):
        assert (ROOT / target).exists(), target
