"""`licet run`, as a user runs it: the licences first, then the work, then a signed record."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Licet

pytest.importorskip("torch")
pytest.importorskip("transformers")

LLAMA = "meta-llama/Llama-2-7b-hf"
FEW = ("--mau", "1000")
QUICK = ("--max-steps", "2", "--batch-size", "4", "--threads", "1")
WITHOUT_TORCH = ("--launcher", f"{sys.executable} {Path(__file__).parents[1] / 'runner' / 'stand_in.py'} ok")
"""A worker that speaks the protocol and trains nothing, where only what is around it is looked at."""


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tiny models and data, made once."""
    from tests.runner.tiny_models import make_causal_model, make_classifier

    folder = tmp_path_factory.mktemp("shelf")
    make_classifier(folder / "classifier")
    make_causal_model(folder / "writer")
    rows = [f"{'good fine' if index % 2 else 'bad poor'} day {index},{'positive' if index % 2 else 'negative'}" for index in range(40)]
    (folder / "data.csv").write_text("text,label\n" + "\n".join(rows) + "\n")
    (folder / "questions.txt").write_text("hello\nworld\n")
    return folder


@pytest.fixture
def place(shelf: Path, tmp_path: Path) -> Path:
    """A folder with copies of all of it."""
    for path in shelf.iterdir():
        (shutil.copytree if path.is_dir() else shutil.copy)(path, tmp_path / path.name)
    return tmp_path


def finetune(licet: Licet, *more: str, base: str = "./classifier", out: str = "out", **given: str) -> subprocess.CompletedProcess[str]:
    stated = () if any(each.startswith("--base-") for each in more) else ("--base-license", "apache-2.0")
    return licet("run", "finetune", "--base", base, "--data", "data.csv", "--task", "text-classification", "--out", out, *QUICK, *stated, *more, **given)


def answers(licet: Licet, *more: str, base_name: str = LLAMA) -> subprocess.CompletedProcess[str]:
    return licet(
        "run", "infer", "--model", "./writer", "--base-name", base_name, "--task", "text-generation", "--input", "questions.txt",
        "--output", "answers.jsonl", "--param", "max_new_tokens=4", "--threads", "1", *more,
    )  # fmt: skip


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def statement(file: Path) -> dict[str, object]:
    import base64

    found: dict[str, object] = json.loads(base64.b64decode(json.loads(file.read_text())["payload"]))
    return found


def test_help_loads_nothing_heavy(root: Path) -> None:
    code = (
        "import sys; from registry.cli.main import main\n"
        "assert main(['run', '--help']) == 0 and main(['run', 'finetune', '--help']) == 0\n"
        "heavy = {'torch', 'transformers', 'peft', 'datasets', 'pydantic', 'sqlalchemy', 'rich', 'huggingface_hub', 'cryptography', 'numpy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_a_fine_tune_ends_as_a_model_that_is_registered_signed_and_verified(licet: Licet, place: Path) -> None:
    done = finetune(licet, "--name", "acme/made", "--data-license", "cc0-1.0", "--format", "json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["schema"], result["model"], result["license"], result["stage"]) == ("licet.run/1", "acme/made", "apache-2.0", "task-tuned")
    assert set(result["metrics"]["before"]) == set(result["metrics"]["after"])
    out = place / "out"
    assert {"README.md", "LICENSE", "NOTICE", "model.safetensors", "model.sig", "provenance.json", "terms.json", "training"} <= set(names(out))
    assert not [name for name in names(place) if ".partial-" in name]
    assert licet("provenance", "verify", "out").returncode == 0
    shown = json.loads(licet("show", "acme/made", "--format", "json").stdout)
    assert json.dumps(shown).count("attested") >= 2
    assert result["digest"] in json.dumps(shown["revisions"])
    checked = licet("check", "acme/made", "--distribution", "weights")
    assert checked.returncode == 0
    assert "apache-2.0" in checked.stdout


@pytest.mark.slow
def test_no_record_and_no_card_tells_a_secret_or_a_path_of_the_machine(licet: Licet, place: Path) -> None:
    secrets = {"HF_TOKEN": "hf_verysecretverysecret", "HTTPS_PROXY": "http://someone:proxysecret@127.0.0.1:9", "MY_API_KEY": "keysecret"}
    done = finetune(licet, **secrets)
    assert done.returncode == 0, done.stderr
    told = [
        path.read_text(encoding="utf-8") for path in (place / "out").rglob("*") if path.suffix in (".md", ".json", ".csv") or path.name in ("LICENSE", "NOTICE")
    ]
    told += [json.dumps(statement(place / "out" / name)) for name in ("provenance.json", "terms.json")]
    for text in (*told, done.stdout):
        for secret in ("verysecret", "proxysecret", "keysecret", str(place), str(Path.home())):
            assert secret not in text


@pytest.mark.slow
def test_answers_of_a_model_that_bars_teaching_are_refused_as_data(licet: Licet, place: Path) -> None:
    done = answers(licet, *FEW)
    assert done.returncode == 0, done.stderr
    assert (place / "answers.jsonl.provenance.json").is_file()
    assert "outputs of meta-llama/Llama-2-7b-hf" in licet("show", next(line for line in done.stdout.splitlines() if "licet show" in line).split()[-1]).stdout
    (place / "data.csv").unlink()
    shutil.copy(place / "answers.jsonl", place / "data.csv")  # moved, without its record beside: the digest tells
    refused = finetune(licet, *FEW)
    assert refused.returncode == 1, refused.stderr
    assert "Llama 2" in refused.stderr
    assert "section 1.b.v" in refused.stderr
    assert "trained-on-outputs - meta-llama/Llama-2-7b-hf" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (place / "out").exists()


@pytest.mark.slow
def test_a_record_beside_the_data_tells_whose_outputs_it_is_even_to_another_catalogue(licet: Licet, place: Path) -> None:
    assert answers(licet, *FEW).returncode == 0
    shutil.move(place / "answers.jsonl", place / "data.csv")
    shutil.move(place / "answers.jsonl.provenance.json", place / "data.csv.provenance.json")
    refused = finetune(licet, *FEW, LICET_DB=str(place / "another.db"))
    assert refused.returncode == 1, refused.stderr
    assert "meta-llama/Llama-2-7b-hf" in refused.stderr


@pytest.mark.slow
def test_an_approval_passes_over_a_refusal_and_is_kept_everywhere(licet: Licet, place: Path) -> None:
    use = ("--base-name", "google/gemma-2b-it", "--field", "sexual-content")
    refused = finetune(licet, *use)
    assert refused.returncode == 1
    assert "gemma, section 3.2" in refused.stderr
    assert "--override" in refused.stderr
    done = finetune(licet, *use, *WITHOUT_TORCH, "--override", "LEGAL-42", "--name", "made")
    assert done.returncode == 0, done.stderr
    assert "LEGAL-42" in done.stdout
    assert "LEGAL-42" in (place / "out" / "README.md").read_text()
    for name in ("provenance.json", "terms.json"):
        assert "LEGAL-42" in json.dumps(statement(place / "out" / name))
    assert "LEGAL-42" in licet("show", "made", "--history", "--format", "json").stdout


def test_facts_that_decide_are_asked_for_and_going_on_without_is_recorded(licet: Licet, place: Path) -> None:
    open_question = finetune(licet, "--base-name", LLAMA)
    assert open_question.returncode == 3
    assert "--mau" in open_question.stderr
    assert not (place / "out").exists()


@pytest.mark.slow
def test_going_on_without_a_fact_is_signed_with_the_run(licet: Licet, place: Path) -> None:
    done = finetune(licet, "--base-name", LLAMA, "--yes", *WITHOUT_TORCH)
    assert done.returncode == 0, done.stderr
    assert "monthly_active_users" in done.stderr
    assert '"went_on_without": ["monthly_active_users"]' in json.dumps(statement(place / "out" / "terms.json"))


def test_facts_of_the_use_may_stand_in_a_file_and_settings_in_another(licet: Licet, place: Path) -> None:
    (place / "use.yaml").write_text("facts:\n  monthly_active_users: 900M\n")
    refused = finetune(licet, "--base-name", LLAMA, "--use", "use.yaml")
    assert refused.returncode == 1
    assert "700 million" in refused.stderr
    (place / "train.yaml").write_text("base: ./classifier\nbase_license: mit\ndata: missing.csv\ntask: text-classification\nout: out\nepochs: 1\n")
    done = licet("run", "finetune", "--config", "train.yaml")
    assert done.returncode == 2
    assert "missing.csv" in done.stderr
    (place / "train.yaml").write_text("epoch: 1\n")
    wrong = licet("run", "finetune", "--config", "train.yaml")
    assert wrong.returncode == 2
    assert "`epoch`" in wrong.stderr
    assert "`epochs`" in wrong.stderr


def test_a_folder_without_a_licence_is_not_taken_for_free(licet: Licet, place: Path) -> None:
    done = licet("run", "finetune", "--base", "./classifier", "--data", "data.csv", "--task", "text-classification", "--out", "out")
    assert done.returncode == 3
    assert "--base-license" in done.stderr


def test_a_stated_licence_does_not_speak_over_one_on_record(licet: Licet, place: Path) -> None:
    done = finetune(licet, "--base-name", LLAMA, "--base-license", "mit")
    assert done.returncode == 2
    assert "on record: llama2" in done.stderr


def test_an_out_folder_that_is_there_is_left_alone(licet: Licet, place: Path) -> None:
    (place / "out").mkdir()
    done = finetune(licet)
    assert done.returncode == 2
    assert "`out` is there already" in done.stderr
    assert names(place / "out") == []


def test_a_base_that_nobody_knows_and_a_base_without_files_are_told_apart(licet: Licet, place: Path) -> None:
    unknown = finetune(licet, "--offline", base="acme/nothing")
    assert unknown.returncode == 2
    assert "no model is called `acme/nothing`" in unknown.stderr
    absent = finetune(licet, "--offline", base="google-bert/bert-base-uncased")
    assert absent.returncode == 4
    assert "no files of `google-bert/bert-base-uncased` on this machine" in absent.stderr
    assert "--base-name google-bert/bert-base-uncased" in absent.stderr


def test_a_pickled_base_is_refused_before_anything_is_asked(licet: Licet, place: Path) -> None:
    (place / "classifier" / "model.safetensors").unlink()
    (place / "classifier" / "pytorch_model.bin").write_bytes(pickle.dumps({"weight": [0.0]}))
    done = finetune(licet)
    assert done.returncode == 4
    assert "pickle" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_base_whose_files_changed_since_they_were_recorded_is_refused(licet: Licet, place: Path) -> None:
    assert licet("import", "folder", "classifier", "--model", "acme/classifier").returncode == 0
    config = place / "classifier" / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "comment": "changed"}))
    refused = finetune(licet, "--base-name", "acme/classifier", "--yes")
    assert refused.returncode == 1, refused.stderr
    assert "LIC502" in refused.stderr
    done = finetune(licet, "--base-name", "acme/classifier", "--yes", "--allow-changed-base", "--name", "made", *WITHOUT_TORCH)
    assert done.returncode == 0, done.stderr
    assert "changed_since_recorded" in json.dumps(statement(place / "out" / "provenance.json"))
    assert "were not those on record" in licet("show", "made", "--history", "--format", "json").stdout


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ((), 2, "give one of `--text` and `--input`"),
        (("--text", "hi", "--input", "questions.txt"), 2, "give one of `--text` and `--input`"),
        (("--input", "nowhere.txt"), 2, "no file `nowhere.txt`"),
        (("--text", "hi", "--param", "max_tokens=3"), 4, "takes no parameter `max_tokens`"),
        (("--text", "hi", "--param", "max_new_tokens"), 2, "is not NAME=VALUE"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_at_once(licet: Licet, place: Path, more: tuple[str, ...], code: int, said: str) -> None:
    done = licet("run", "infer", "--model", "./writer", "--task", "text-generation", "--output", "answers.jsonl", *more)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert not (place / "answers.jsonl").exists()


def test_a_missing_extra_is_named(licet: Licet, place: Path) -> None:
    blocked = place / "blocked"
    blocked.mkdir()
    (blocked / "sitecustomize.py").write_text(
        "import importlib.util as u\nfind = u.find_spec\nu.find_spec = lambda name, *more: None if name == 'torch' else find(name, *more)\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = finetune(licet, PYTHONPATH=f"{blocked}:{root}")
    assert done.returncode == 4
    assert "licet[runner]" in done.stderr


def test_bad_data_leaves_nothing_behind(licet: Licet, place: Path) -> None:
    (place / "data.csv").write_text("text,label\n")
    done = finetune(licet)
    assert done.returncode == 4
    assert "Traceback" not in done.stderr
    assert not [name for name in names(place) if ".partial-" in name or name == "out"]


@pytest.mark.slow
def test_a_name_that_breaks_a_rule_is_warned_of_with_one_that_does_not(licet: Licet, place: Path) -> None:
    done = finetune(licet, "--base-name", "meta-llama/Meta-Llama-3-8B", *FEW, *WITHOUT_TORCH)
    assert done.returncode == 0, done.stderr
    assert "LIC201" in done.stderr
    assert "`Llama-3-out`" in done.stderr
    card = (place / "out" / "README.md").read_text()
    assert "license_name: llama3" in card
    assert "Built with Meta Llama 3" in card


@pytest.mark.slow
def test_ctrl_c_keeps_a_checkpoint_and_a_record_and_resume_goes_on_from_it(root: Path, licet: Licet, place: Path) -> None:
    asked = [
        "run", "finetune", "--base", "./classifier", "--base-license", "mit", "--data", "data.csv", "--task", "text-classification", "--out", "out",
        "--epochs", "400", "--batch-size", "2", "--threads", "1",
    ]  # fmt: skip
    variables = {**os.environ, "PYTHONPATH": str(root)}
    process = subprocess.Popen([sys.executable, "-m", "registry", *asked], cwd=place, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("training"):
                break
        time.sleep(3)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, said
    assert "--resume" in said
    assert "Traceback" not in said
    assert not (place / "out").exists()
    (partial,) = [path for path in place.iterdir() if path.name.startswith(".out.partial-")]
    record = statement(partial / "provenance.json")
    assert record["predicate"]["runDetails"]["metadata"]["licet_outcome"] == "interrupted"  # type: ignore[index]
    other = licet(*asked, "--seed", "5", "--resume")
    assert other.returncode == 2
    assert "machine.seed" in other.stderr
    again = [*asked, "--resume"]
    process = subprocess.Popen([sys.executable, "-m", "registry", *again], cwd=place, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        _, said = process.communicate(timeout=240)
    finally:
        process.kill()
    assert process.returncode == 0, said
    assert "goes on from" in said
    assert not partial.exists()
    assert licet("provenance", "verify", "out").returncode == 0
