"""`licet bom` and `licet notice` as a user runs them: files, exit codes, and refusals that say what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Licet
from tests.desk.bom_folders import mit_text, support_folder
from tests.sources.hub_server import serving

pytest.importorskip("cyclonedx")
LLAMA = "meta-llama/Llama-2-7b-chat-hf"


def test_a_bill_goes_to_stdout_or_to_a_file(licet: Licet, tmp_path: Path) -> None:
    printed = licet("bom", LLAMA, "--commercial", "--spec", "1.6", "--author", "Acme GmbH")
    assert printed.returncode == 0, printed.stderr
    assert json.loads(printed.stdout)["metadata"]["manufacturer"] == {"name": "Acme GmbH"}
    assert json.loads(printed.stdout)["specVersion"] == "1.6"
    written = licet("bom", LLAMA, "--format", "spdx-json", "--out", "bill.json")
    assert written.returncode == 0, written.stderr
    assert written.stdout == ""
    assert "wrote `bill.json`: 2 models" in written.stderr
    assert "@graph" in json.loads((tmp_path / "bill.json").read_text(encoding="utf-8"))
    again = licet("bom", LLAMA, "--out", "bill.json")
    assert again.returncode == 2
    assert again.stderr.splitlines()[-2:] == ["error: `bill.json` exists", "hint: name another file, or write over it with `--force`"]
    assert licet("bom", LLAMA, "--out", "bill.json", "--force").returncode == 0
    assert json.loads((tmp_path / "bill.json").read_text(encoding="utf-8"))["bomFormat"] == "CycloneDX"
    taken = licet("import", "bom", "bill.json")
    assert taken.returncode == 0, taken.stderr


def test_refusals_say_what_to_do_and_leave_nothing(licet: Licet, tmp_path: Path) -> None:
    cases = (
        (("bom",), 2),
        (("bom", "no/such-model"), 2),
        (("bom", LLAMA, "--out", "no/such/folder.json"), 2),
        (("bom", LLAMA, "--out", "."), 2),
        (("bom", LLAMA, "--folder", "x"), 2),
        (("bom", LLAMA, "--format", "spdx-json", "--spec", "1.7"), 2),
        (("bom", LLAMA, "--score", "no-such.json"), 2),
        (("bom", "./nowhere"), 2),
        (("notice", LLAMA), 2),
        (("notice", "--check", "nowhere"), 2),
        (("notice", LLAMA, "--check", ".", "--out", "x"), 2),
        (("notice", "no/such", "--out", "x"), 2),
    )
    for arguments, code in cases:
        done = licet(*arguments, "--offline")
        assert done.returncode == code, (arguments, done.stderr)
        assert "error: " in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""
    assert [each for each in tmp_path.iterdir() if each.name != "home"] == []


def test_hostile_names_are_refused_or_shown_plainly(licet: Licet) -> None:
    for name in ("<script>alert(1)</script>", "a/\u202egnp.exe", "a\x1b[31m/b", "x" * 10_000, "../../etc/passwd", "a/b\nc"):
        done = licet("bom", name)
        assert done.returncode == 2, name
        assert "\x1b" not in done.stderr
        assert "\u202e" not in done.stderr
        assert "Traceback" not in done.stderr


def test_a_missing_extra_says_which(licet: Licet, tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    for name in ("cyclonedx", "spdx_python_model"):
        (hidden / f"{name}.py").write_text("raise ImportError('not here')", encoding="utf-8")
    for form in ("cyclonedx-json", "spdx-json"):
        done = licet("bom", LLAMA, "--format", form, PYTHONPATH=f"{hidden}:{Path(__file__).resolve().parents[2]}")
        assert done.returncode == 4
        assert "needs the `bom` extra" in done.stderr
        assert "licet[bom]" in done.stderr


def test_a_bundle_with_all_its_texts_is_done_and_one_without_is_refused(licet: Licet, tmp_path: Path) -> None:
    (tmp_path / "e5").mkdir()
    (tmp_path / "e5" / "LICENSE").write_text(mit_text(), encoding="utf-8")
    whole = licet("notice", "intfloat/multilingual-e5-large", "--out", "out", "--folder", "intfloat/multilingual-e5-large=e5", "--offline")
    assert whole.returncode == 0, whole.stderr
    assert whole.stdout.splitlines() == ["NOTICE", "THIRD-PARTY-MODELS.md", "index.json", "licenses/mit/LICENSE"]
    lacking = licet("notice", LLAMA, "--out", "other", "--offline", "--format", "json")
    assert lacking.returncode == 1
    assert json.loads(lacking.stdout)["complete"] is False
    assert "missing: the text of Llama 2 Community License Agreement: https://" in lacking.stderr


def test_a_folder_to_be_published_is_checked(licet: Licet, tmp_path: Path) -> None:
    support_folder(tmp_path / "support-7b")
    done = licet("notice", "--check", "support-7b", "--offline")
    assert done.returncode == 1
    assert "LIC203" in done.stdout
    assert "LIC206" in done.stdout
    found = json.loads(licet("notice", "--check", "support-7b", "--offline", "--format", "json").stdout)
    assert found["schema"] == "licet.notice-check/1"


def test_a_text_is_fetched_from_the_hub_and_then_taken_from_its_cache(licet: Licet, tmp_path: Path) -> None:
    name = "intfloat/multilingual-e5-large"
    with serving() as hub:
        hub.add(name, files={"LICENSE": mit_text().encode(), "README.md": b"# E5\n"})
        given = {"HF_ENDPOINT": hub.endpoint, "HF_HOME": str(tmp_path / "hf")}
        fetched = licet("notice", name, "--out", "out", "--format", "json", **given)
        assert fetched.returncode == 0, fetched.stderr
        (file,) = json.loads(fetched.stdout)["licenses"][0]["files"]
        assert file["from"] == f"https://huggingface.co/{name}"
        assert hub.asked(f"/{name}/resolve/main/LICENSE")
    cached = licet("notice", name, "--out", "again", "--format", "json", "--offline", **given)
    assert cached.returncode == 0, cached.stderr
    assert "/tree/" in json.loads(cached.stdout)["licenses"][0]["files"][0]["from"]


def test_texts_are_fetched_from_the_hub_under_whatever_name_they_stand_there(licet: Licet, tmp_path: Path) -> None:
    name = "intfloat/multilingual-e5-large"
    with serving() as hub:
        held = {"MODEL_LICENSE.txt": mit_text().encode(), "legal/NOTICE": b"Made by us.", "a/b/LICENSE": b"deep", "weights.bin": b"w", "README.md": b"# E5\n"}
        hub.add(name, files=held)
        done = licet("notice", name, "--out", "out", "--format", "json", HF_ENDPOINT=hub.endpoint, HF_HOME=str(tmp_path / "hf"))
        assert done.returncode == 0, done.stderr
        fetched = {request.path.partition("/main/")[2] for request in hub.requests if request.path.startswith(f"/{name}/resolve/")}
    assert fetched == {"MODEL_LICENSE.txt", "legal/NOTICE"}
    index = json.loads(done.stdout)
    assert [each["path"] for each in index["licenses"][0]["files"]] == ["licenses/mit/MODEL_LICENSE.txt"]
    assert (tmp_path / "out" / index["notices"][0]["path"]).read_bytes() == b"Made by us."


def test_the_hub_is_asked_about_the_targets_only_where_that_is_wanted(licet: Licet, tmp_path: Path) -> None:
    name = "intfloat/multilingual-e5-large"
    card = b"---\nlicense: mit\npipeline_tag: sentence-similarity\n---\n# E5\n\nFinds what is alike.\n\n## Limitations\n\nLong texts are cut.\n"
    large = {"rfilename": "model.safetensors", "size": 9, "lfs": {"sha256": "ab" * 32}}
    with serving() as hub:
        hub.add(name, files={"README.md": card}, siblings=[{"rfilename": "README.md"}, large])
        given = {"HF_ENDPOINT": hub.endpoint, "HF_HOME": str(tmp_path / "hf")}
        plain = licet("bom", name, **given)
        assert plain.returncode == 0, plain.stderr
        assert hub.requests == []
        told = licet("bom", name, "--hub", **given)
        assert told.returncode == 0, told.stderr
        commit = hub.models[name]["sha"]
        lost = licet("bom", LLAMA, "--hub", **given)
        assert lost.returncode == 0, lost.stderr
        assert "is not on the Hub" in lost.stderr
    component = json.loads(told.stdout)["components"][0]
    assert component["purl"] == f"pkg:huggingface/{name}@{commit}"
    assert component["modelCard"]["considerations"]["technicalLimitations"] == ["Long texts are cut."]
    assert [each["hashes"][0]["content"] for each in component["components"]] == ["ab" * 32]
    refused = licet("bom", name, "--hub", "--offline", **given)
    assert (refused.returncode, refused.stdout) == (2, "")


def test_a_hub_that_does_not_answer_leaves_the_bundle_incomplete(licet: Licet, tmp_path: Path) -> None:
    with serving() as hub:
        given = {"HF_ENDPOINT": hub.endpoint, "HF_HOME": str(tmp_path / "hf")}
        done = licet("notice", "intfloat/multilingual-e5-large", "--out", "out", "--format", "json", **given)
    assert done.returncode == 1, done.stderr
    assert any("is not on the Hub" in each for each in json.loads(done.stdout)["licenses"][0]["tried"])
