"""`licet provenance` as a user runs it: a key, a signature, verifying, showing."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Licet
from tests.provenance.build import model_folder, signed

pytest.importorskip("securesystemslib")


def test_a_folder_is_signed_by_ones_own_key_and_verified(licet: Licet, tmp_path: Path, own_home: Path) -> None:
    model_folder(tmp_path / "model")
    made = licet("provenance", "keygen", "--name", "Acme models", "--valid-days", "30", "--format", "json")
    assert made.returncode == 0, made.stderr
    key = json.loads(made.stdout)
    assert stat.S_IMODE(Path(key["private"]).stat().st_mode) == 0o600
    assert Path(key["private"]).is_relative_to(own_home)
    signed_by = json.loads(licet("provenance", "sign", "model", "--name", "acme/m", "--format", "json").stdout)
    assert (signed_by["key"], signed_by["model"], signed_by["files"]) == (key["id"], "acme/m", 3)
    done = licet("provenance", "verify", "model", "--format", "json")
    result = json.loads(done.stdout)
    assert (done.returncode, result["schema"], result["verified"], result["findings"]) == (0, "licet.provenance-verify/1", True, [])
    assert [(each["file"], each["name"], each["result"]) for each in result["signatures"]] == [("model.sig", "Acme models", "holds")]


def test_the_key_of_the_environment_signs_with_its_passphrase(licet: Licet, tmp_path: Path) -> None:
    model_folder(tmp_path / "model")
    place = {"LICET_SIGNING_KEY": str(tmp_path / "team.pem"), "LICET_SIGNING_PASSPHRASE": "correct horse"}
    assert licet("provenance", "keygen", "--type", "ed25519", **place).returncode == 0
    assert b"ENCRYPTED" in (tmp_path / "team.pem").read_bytes()
    assert licet("provenance", "sign", "model", **place).returncode == 0
    assert licet("provenance", "verify", "model").returncode == 0
    nobody = licet("provenance", "sign", "model", "--replace", LICET_SIGNING_KEY=place["LICET_SIGNING_KEY"])
    assert nobody.returncode == 4
    assert "correct horse" not in nobody.stderr


def test_the_settings_of_a_folder_name_a_key_that_signs_but_none_that_is_trusted(licet: Licet, tmp_path: Path) -> None:
    from registry.provenance.keys import make_key

    make_key(tmp_path / "keys" / "team.pem")
    model_folder(tmp_path / "model")
    (tmp_path / "licet.yaml").write_text("signing_key: keys/team.pem\n", encoding="utf-8")
    assert licet("provenance", "sign", "model").returncode == 0
    done = licet("provenance", "verify", "model")
    assert done.returncode == 1
    assert "LIC504" in done.stdout
    (tmp_path / "licet.yaml").write_text("trusted_keys: keys\n", encoding="utf-8")
    refused = licet("provenance", "verify", "model")
    assert refused.returncode == 2
    assert "`trusted_keys` is not a setting" in refused.stderr


def test_a_key_of_somebody_else_is_trusted_by_hand(licet: Licet, tmp_path: Path) -> None:
    from tests.provenance.build import key

    signed(tmp_path / "model", key(tmp_path, "friend"))
    assert licet("provenance", "verify", "model").returncode == 1
    trusted = licet("provenance", "trust", "friend.pub", "--name", "A friend")
    assert trusted.returncode == 0, trusted.stderr
    done = licet("provenance", "verify", "model")
    assert done.returncode == 0, done.stdout
    assert "A friend" in done.stdout
    assert licet("provenance", "trust", "friend.pub", "--name", "A good friend").returncode == 0
    listed = json.loads(licet("provenance", "keys", "--format", "json").stdout)["items"]
    assert [(each["name"], each["own"], each["trusted"]) for each in listed] == [("A good friend", False, True)]


def test_ones_own_key_is_listed_and_before_it_is_made_it_is_said_how(licet: Licet, tmp_path: Path) -> None:
    assert "licet provenance keygen" in licet("provenance", "keys").stdout
    licet("provenance", "keygen", "--name", "Acme")
    table = licet("provenance", "keys").stdout
    assert "Acme" in table
    assert "own, trusted" in table


def test_a_record_may_be_named_instead_of_what_it_is_about(licet: Licet, tmp_path: Path) -> None:
    from tests.provenance.build import key

    signed(tmp_path / "model", key(tmp_path, "own"))
    for target in ("model/provenance.json", "model/model.sig", "model/terms.json"):
        assert licet("provenance", "verify", target, "--public-key", "own.pub").returncode == 0


def test_a_record_is_shown_as_a_tree_and_a_timeline(licet: Licet, tmp_path: Path) -> None:
    from tests.provenance.build import key

    signed(tmp_path / "model", key(tmp_path, "friend"))
    done = licet("provenance", "show", "model")
    assert done.returncode == 0, done.stderr
    for words in (
        "acme/support-7b: finetune/text-classification, completed",
        "├─ acme/base-7b (finetune, aaaaaaaaaaaa, apache-2.0)",
        "├─ tickets (trained-on, sha256:222222222222, 120 rows, mit)",
        "training   30.5 s",
        "0.5 before -> 0.9 after",
        "torch 2.13.0+cpu",
        "by a key that is not trusted",
        "5.28e+17",
    ):
        assert words in done.stdout, done.stdout
    data = json.loads(licet("provenance", "show", "model/provenance.json", "--format", "json").stdout)
    assert data["schema"] == "licet.provenance-show/1"
    assert data["run"]["parameters"]["used"]["epochs"] == 3
    assert [event["what"] for event in data["run"]["timeline"]] == ["started", "loading", "training", "completed"]


def test_a_record_is_added_to_by_whoever_signs_the_folder_next(licet: Licet, tmp_path: Path) -> None:
    from tests.provenance.build import key

    signed(tmp_path / "model", key(tmp_path, "maker"))
    key(tmp_path, "reviewer")
    assert licet("provenance", "sign", "model", "--replace", "--key", "reviewer.pem").returncode == 0
    envelope = json.loads((tmp_path / "model" / "provenance.json").read_text(encoding="utf-8"))
    assert len(envelope["signatures"]) == 2
    for name in ("maker.pub", "reviewer.pub"):
        arguments = ["--public-key", name] if name == "reviewer.pub" else ["--public-key", name, "--public-key", "reviewer.pub"]
        assert licet("provenance", "verify", "model", *arguments).returncode == 0


def test_a_base_in_the_cache_of_the_hub_is_held_against_the_record(licet: Licet, tmp_path: Path) -> None:
    from registry.provenance.digests import digest_folder
    from registry.provenance.run import Material
    from tests.provenance.build import key

    repository = tmp_path / "hub" / "models--acme--base-7b"
    commit = "b" * 40
    (repository / "blobs").mkdir(parents=True)
    (repository / "snapshots" / commit).mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit, encoding="utf-8")
    (repository / "blobs" / "1").write_bytes(b"the weights of the base")
    (repository / "snapshots" / commit / "model.safetensors").symlink_to(Path("../../blobs/1"))
    whole = digest_folder(repository / "snapshots" / commit, within=repository)
    signed(tmp_path / "model", key(tmp_path, "own"), materials=(Material("model", "acme/base-7b", "finetune", None, commit, whole.sha256, whole.files),))
    arguments = ("provenance", "verify", "model", "--public-key", "own.pub", "--format", "json")
    same = json.loads(licet(*arguments, HF_HUB_CACHE=str(tmp_path / "hub")).stdout)
    assert [(each["name"], each["result"]) for each in same["dependencies"]] == [("acme/base-7b", "same")]
    (repository / "blobs" / "1").write_bytes(b"other weights")
    done = licet(*arguments, HF_HUB_CACHE=str(tmp_path / "hub"))
    other = json.loads(done.stdout)
    assert (done.returncode, [each["code"] for each in other["findings"]]) == (1, ["LIC502"])
    gone = json.loads(licet(*arguments, HF_HUB_CACHE=str(tmp_path / "nowhere")).stdout)
    assert [each["result"] for each in gone["dependencies"]] == ["not at hand"]


def test_looking_at_the_help_loads_nothing_heavy(licet: Licet, root: Path, tmp_path: Path) -> None:
    import subprocess
    import sys

    script = (
        "import sys\nfrom registry.cli.main import main\nmain(['provenance', 'verify', '--help'])\n"
        "print(sorted({'torch', 'transformers', 'cryptography', 'sqlalchemy', 'pydantic', 'securesystemslib', 'sigstore'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
