"""`licet audit --offline` opens no socket, whatever it writes; without it, a name that is not recorded is asked about."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Licet

WATCH = """
import os, sys
def watch(event, arguments):
    if event in ("socket.__new__", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        with open(os.environ["SOCKETS"], "a") as stream:
            stream.write(event + "\\n")
sys.addaudithook(watch)
"""
"""Notes every socket that a process opens; Python runs it as it starts."""

FORMS = ("table", "json", "csv", "sarif", "markdown", "html", "github", "gitlab")


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("offline") / "catalogue.db"


@pytest.fixture
def watched(licet: Licet, catalogue: Path, tmp_path: Path, root: Path) -> Licet:
    """Runs `licet` over an application with names that nobody recorded, and notes sockets."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    (tmp_path / "app").mkdir()
    names = ("acme/unheard-of-7b", "meta-llama/Llama-2-7b-chat-hf", "black-forest-labs/FLUX.1-dev")
    source = "from transformers import AutoModel\n" + "".join(f'AutoModel.from_pretrained("{name}")\n' for name in names)
    (tmp_path / "app" / "main.py").write_text(source, encoding="utf-8")
    for command in (["init", "-q"], ["add", "."], ["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "one"]):
        subprocess.run(["git", *command], cwd=tmp_path / "app", check=True, capture_output=True)
    variables = {"LICET_DB": str(catalogue), "PYTHONPATH": f"{tmp_path / 'site'}:{root}", "SOCKETS": str(tmp_path / "sockets")}
    return lambda *arguments: licet(*arguments, **variables)


USE = ("--commercial", "--distribution", "product", "--mau", "900M", "--fail-on", "none")


def test_offline_no_form_and_no_flag_opens_a_socket(watched: Licet, tmp_path: Path) -> None:
    for arguments in (
        tuple(word for form in FORMS for word in ("-o", f"{form}=out.{form}")),
        ("--against", "out.json"),
        ("--suggest", "--out", "out.patch"),
        ("--diff", "HEAD"),
        ("--lock",),
        ("--locked",),
    ):
        done = watched("--offline", "audit", "app/", *USE, *arguments)
        assert done.returncode == 0, (arguments, done.stderr)
        assert not (tmp_path / "sockets").exists(), arguments
    assert all((tmp_path / f"out.{form}").stat().st_size for form in FORMS)


def test_online_a_name_that_is_not_recorded_is_asked_about_and_silence_is_said(watched: Licet, tmp_path: Path) -> None:
    done = watched("audit", "app/", *USE)
    assert done.returncode == 0, done.stderr
    assert "socket.connect" in (tmp_path / "sockets").read_text(encoding="utf-8")
    assert "the Hub did not answer" in done.stderr
