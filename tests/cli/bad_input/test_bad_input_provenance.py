"""Keys, records and signatures that cannot be used: one line says which and why, and the catalogue stays as it was."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from registry.provenance.keys import SigningKey
from tests.cli.bad_input.refusal import Licet, refused
from tests.provenance.build import key, model_folder, run, signed

pytest.importorskip("securesystemslib")


@pytest.fixture
def own(tmp_path: Path) -> SigningKey:
    """A key that nobody trusts yet."""
    return key(tmp_path, name="own")


@pytest.fixture
def folder(tmp_path: Path, own: SigningKey) -> Path:
    """A model folder with all its records, whose base is in the catalogue."""
    from registry.provenance.run import Material

    signed(tmp_path / "model", own, materials=(Material("model", "acme/one", "finetune", None, None, "0" * 64),))
    return tmp_path / "model"


def test_the_installed_command_says_what_is_wrong_and_ends_with_1(licet: Licet, folder: Path, tmp_path: Path) -> None:
    (folder / "config.json").write_text("{}", encoding="utf-8")
    done = licet("provenance", "verify", "model", "--public-key", "own.pub")
    assert done.returncode == 1, done.stderr
    assert "LIC502 error: `config.json` is not the file" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["verify", "show", "sign", "replay"])
def test_a_folder_that_is_not_there(here: Licet, own: SigningKey, command: str) -> None:
    arguments = ["--key", "own.pem"] if command == "sign" else []
    refused(here("provenance", command, "gone", *arguments), 4, "`gone`")


def test_a_folder_without_records_has_nothing_to_show(here: Licet, tmp_path: Path) -> None:
    model_folder(tmp_path / "plain")
    refused(here("provenance", "show", "plain"), 4, "has no record")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no JSON"),
        (b'{"payloadType": "application/json", "payload": "", "signatures": []}', "application/json"),
        (b"[" * 10_000, "nested too deep"),
        (b'{"payload":"' + b"A" * 5000, "no JSON"),
    ],
)
def test_a_record_that_cannot_be_read(here: Licet, folder: Path, content: bytes, says: str) -> None:
    (folder / "provenance.json").write_bytes(content)
    for name in ("terms.json", "model.sig"):
        (folder / name).unlink()
    refused(here("provenance", "show", "model"), 4, says)
    refused(here("register", "--from-record", "model"), 1, says)


def test_a_record_of_a_hundred_megabytes(here: Licet, folder: Path) -> None:
    with (folder / "provenance.json").open("wb") as stream:
        stream.truncate(100_000_000)
    (folder / "terms.json").unlink()
    (folder / "model.sig").unlink()
    refused(here("provenance", "show", "model/provenance.json"), 4, "larger than 64,000,000 bytes")


def test_a_key_that_others_can_read(here: Licet, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "own.pem").chmod(0o644)
    refused(here("provenance", "sign", "model", "--replace", "--key", "own.pem"), 4, "can be read by others", "chmod 600")


def test_a_key_with_another_passphrase(here: Licet, folder: Path, tmp_path: Path) -> None:
    key_file = tmp_path / "locked.pem"
    from registry.provenance.keys import make_key

    make_key(key_file, passphrase="right")
    (tmp_path / "words").write_text("wrong\n", encoding="utf-8")
    refused(here("provenance", "sign", "model", "--replace", "--key", "locked.pem", "--passphrase-file", "words"), 4, "the passphrase is wrong")
    (tmp_path / "words").write_text("right\n", encoding="utf-8")
    assert here("provenance", "sign", "model", "--replace", "--key", "locked.pem", "--passphrase-file", "words").returncode == 0


def test_a_passphrase_that_nobody_can_type(licet: Licet, tmp_path: Path) -> None:
    from registry.provenance.keys import make_key

    make_key(tmp_path / "locked.pem", passphrase="right")
    model_folder(tmp_path / "plain")
    refused(licet("provenance", "sign", "plain", "--key", "locked.pem"), 4, "has a passphrase", "--passphrase-file")
    refused(licet("provenance", "keygen", "--out", "new.pem", "--passphrase"), 2, "no terminal")
    assert not (tmp_path / "new.pem").exists()


def test_an_empty_passphrase_file(here: Licet, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "words").write_text("\n", encoding="utf-8")
    refused(here("provenance", "keygen", "--out", "new.pem", "--passphrase-file", "words"), 2, "holds no passphrase")
    assert not (tmp_path / "new.pem").exists()


@pytest.mark.parametrize("content", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_file_that_is_no_key(here: Licet, folder: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd.pem").write_bytes(content)
    (tmp_path / "odd.pem").chmod(0o600)
    refused(here("provenance", "sign", "model", "--replace", "--key", "odd.pem"), 4, "odd.pem")
    refused(here("provenance", "verify", "model", "--public-key", "odd.pem"), 4, "odd.pem")
    refused(here("provenance", "trust", "odd.pem"), 4, "odd.pem")


def test_a_private_key_where_a_public_one_belongs(here: Licet, folder: Path) -> None:
    refused(here("provenance", "verify", "model", "--public-key", "own.pem"), 4, "keep it to yourself")


def test_a_key_that_is_there_already(here: Licet, folder: Path, tmp_path: Path) -> None:
    before = (tmp_path / "own.pem").read_bytes()
    refused(here("provenance", "keygen", "--out", "own.pem"), 4, "is there already")
    assert (tmp_path / "own.pem").read_bytes() == before


@pytest.mark.parametrize("days", ["0", "-5", "99999999"])
def test_a_validity_that_cannot_be(here: Licet, days: str) -> None:
    refused(here("provenance", "keygen", "--out", "new.pem", "--valid-days", days), 2, "days")


def test_a_folder_that_is_signed_already(here: Licet, folder: Path) -> None:
    refused(here("provenance", "sign", "model", "--key", "own.pem"), 2, "signed already", "--replace")


def test_a_folder_with_a_link_is_not_signed(here: Licet, tmp_path: Path, own: SigningKey) -> None:
    model_folder(tmp_path / "plain")
    (tmp_path / "plain" / "link").symlink_to("/etc/passwd")
    refused(here("provenance", "sign", "plain", "--key", "own.pem"), 4, "`link` is a link")


def test_records_about_other_files_are_not_signed(here: Licet, folder: Path) -> None:
    (folder / "config.json").write_text("{}", encoding="utf-8")
    refused(here("provenance", "sign", "model", "--replace", "--key", "own.pem"), 4, "not about the files")


def test_keyless_offline(here: Licet, tmp_path: Path) -> None:
    model_folder(tmp_path / "plain")
    refused(here("--offline", "provenance", "sign", "plain", "--keyless"), 2, "needs the network")
    refused(here("provenance", "sign", "plain", "--keyless", "--key", "own.pem"), 2, "takes no key")
    refused(here("provenance", "sign", "plain", "--identity-token", "x"), 2, "goes with `--keyless`")
    assert not (tmp_path / "plain" / "model.sig").exists()


@pytest.mark.parametrize("given", ["acme/one", "=here", "acme/one="])
def test_a_dependency_that_is_not_written_as_one(here: Licet, folder: Path, given: str) -> None:
    refused(here("provenance", "verify", "model", "--dependency", given), 2, "NAME=PATH")


def test_a_dependency_that_did_not_go_in(here: Licet, folder: Path) -> None:
    refused(here("provenance", "verify", "model", "--public-key", "own.pub", "--dependency", "acme/two=."), 2, "did not go in", "acme/one")


def test_a_tampered_record_is_not_registered(here: Licet, folder: Path, tmp_path: Path) -> None:
    value = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    value["signatures"][0]["sig"] = "AAAA" + value["signatures"][0]["sig"][4:]
    (folder / "provenance.json").write_text(json.dumps(value), encoding="utf-8")
    refused(here("register", "--from-record", "model", "--public-key", "own.pub", "--allow-unknown-key"), 1, "cannot be believed", "provenance.json")


def test_a_record_by_an_unknown_key_is_not_registered(here: Licet, folder: Path) -> None:
    refused(here("register", "--from-record", "model/provenance.json"), 1, "not attested", "licet provenance trust")


def test_a_record_of_an_expired_key_is_not_registered(here: Licet, tmp_path: Path) -> None:
    from datetime import date

    signed(tmp_path / "model", key(tmp_path, "old", valid_days=5, today=date(2026, 1, 1)))
    refused(here("register", "--from-record", "model", "--public-key", "old.pub"), 1, "valid from 2026-01-01 until 2026-01-05")


def test_a_record_beside_another_model_is_not_registered(here: Licet, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "model.safetensors").write_bytes(b"another model")
    shutil.copy(folder / "provenance.json", other)
    refused(here("register", "--from-record", "other", "--public-key", "own.pub"), 1, "about another model")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--from-record", "model", "--base", "acme/one"), "`--base` stands in the record"),
        (("--from-record", "model", "--revision", "abc"), "`--revision` stands in the record"),
        (("acme/x", "--base", "acme/one", "--allow-unknown-key"), "go with `--from-record`"),
        (("acme/x",), "name what it is made from"),
        ((), "name the model"),
    ],
)
def test_flags_of_registering_that_do_not_go_together(here: Licet, folder: Path, arguments: tuple[str, ...], says: str) -> None:
    refused(here("register", *arguments), 2, says)


def test_names_from_a_record_do_nothing_to_a_terminal(here: Licet, tmp_path: Path, own: SigningKey) -> None:
    from registry.provenance.run import Material

    odd = run(name="acme/\x1b]0;title\x07x", materials=(Material("model", "a\x1b[31mb", "finetune", None, None, "0" * 64),), reason="\x1b[2J")
    from registry.desk.provenance.write import write_records

    write_records(model_folder(tmp_path / "model"), odd, own)
    for command in ("show", "verify"):
        done = here("provenance", command, "model", "--public-key", "own.pub")
        assert "\x1b" not in done.stdout + done.stderr
        assert "\x07" not in done.stdout + done.stderr


def test_a_pipe_for_a_record_is_not_waited_for(here: Licet, folder: Path) -> None:
    (folder / "provenance.json").unlink()
    os.mkfifo(folder / "provenance.json")
    done = here("provenance", "verify", "model", "--public-key", "own.pub")
    assert done.returncode == 1
    assert "LIC505" in done.stdout


def test_keyless_where_sigstore_cannot_be_reached(licet: Licet, tmp_path: Path) -> None:
    pytest.importorskip("model_signing")
    model_folder(tmp_path / "plain")
    nowhere = dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy"), "http://127.0.0.1:9")
    done = licet("provenance", "sign", "plain", "--keyless", "--identity-token", "none", environment=nowhere)
    refused(done, 4, "cannot be signed with Sigstore", "without `--keyless`")
    assert not (tmp_path / "plain" / "model.sig").exists()


@pytest.mark.parametrize("command", ["verify model", "show model", "sign model --key own.pem", "keygen --out new.pem", "trust own.pub", "keys"])
def test_without_the_library_that_signs_it_is_said_which_extra_is_missing(root: Path, folder: Path, tmp_path: Path, command: str) -> None:
    import subprocess
    import sys

    (tmp_path / "without.py").write_text(
        "import sys\n"
        "for name in ('cryptography', 'securesystemslib', 'rfc8785', 'model_signing', 'sigstore'):\n"
        "    sys.modules[name] = None\n"
        "from registry.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))\n",
        encoding="utf-8",
    )
    variables = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "without.py", "provenance", *command.split()], cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
    )
    if command == "keys":  # there is no key yet to be read
        assert done.returncode == 0, done.stderr
        return
    refused(done, 4, "needs the `sign` extra", "pip install 'licet[sign]'")
