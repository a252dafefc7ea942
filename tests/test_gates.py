"""What others put into their own repositories: the hooks of pre-commit, the GitHub action, the GitLab job. All of it is tested by running its commands."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
HOOKS = ROOT / ".pre-commit-hooks.yaml"
ACTION = ROOT / ".github" / "actions" / "licet" / "action.yml"
JOB = ROOT / ".gitlab" / "licet.yml"
EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
SHIPPED = ("registry", "data", "migrations", "pyproject.toml", "README.md", "LICENSE", HOOKS.name, ".github")

FORBIDDEN = 'from transformers import AutoModel\nAutoModel.from_pretrained("CohereForAI/c4ai-command-r-plus")\n'
ALLOWED = 'from transformers import AutoModel\nAutoModel.from_pretrained("mistralai/Mistral-7B-v0.1")\n'
CONFIG = "facts: {commercial: true, distribution: [saas], country: DE, audience: [EU], monthly_active_users: 10k, annual_revenue_usd: 1M}\npolicy: startup\n"


def variables(**given: str) -> dict[str, str]:
    """The environment without what is ours, and with what is given."""
    return {**{name: value for name, value in os.environ.items() if not name.startswith(("LICET_", "GIT_", "PYTHONPATH"))}, **given}


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments], cwd=folder, check=True, capture_output=True, env=variables())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A home in which the catalogue is made once."""
    folder = tmp_path_factory.mktemp("home")
    return {"HOME": str(folder), **{f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("DATA", "CACHE", "CONFIG")}}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Somebody's repository, which uses a model that its policy does not allow."""
    folder = tmp_path / "theirs"
    (folder / "services" / "web").mkdir(parents=True)
    (folder / "services" / "web" / "app.py").write_text(FORBIDDEN, encoding="utf-8")
    (folder / "licet.yaml").write_text(CONFIG, encoding="utf-8")
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "first")
    return folder


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with the programs `licet` and `python`, as an installation has them."""
    folder = tmp_path / "licet" / "bin"
    folder.mkdir(parents=True)
    for name, before in (("licet", "-m registry"), ("python", "")):
        shim = folder / name
        shim.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" {before} "$@"\n', encoding="utf-8")
        shim.chmod(0o755)
    return folder


def step(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(each for each in yaml.safe_load(ACTION.read_text(encoding="utf-8"))["runs"]["steps"] if each["id"] == name)
    return found


def resolve(text: str, inputs: Mapping[str, str]) -> str:
    """The value of a variable of a step, as the runner works it out."""

    def value(match: re.Match[str]) -> str:
        if match[1] == "steps.python.outputs.python-path || 'python3'":
            return sys.executable
        assert match[1].startswith("inputs."), match[1]
        return inputs[match[1].removeprefix("inputs.")]

    return EXPRESSION.sub(value, text)


def act(name: str, folder: Path, place: Path, environment: Mapping[str, str], **given: str) -> subprocess.CompletedProcess[str]:
    """Run a step of the action as the runner does: with its variables, in the shell it names."""
    declared = yaml.safe_load(ACTION.read_text(encoding="utf-8"))["inputs"]
    unknown = {key.replace("_", "-") for key in given} - set(declared)
    assert not unknown
    inputs = {key: str(entry["default"]) for key, entry in declared.items()} | {key.replace("_", "-"): value for key, value in given.items()}
    taken = step(name)
    assert taken["shell"] == "bash"
    script = place / f"{name}.sh"
    script.write_text(taken["run"], encoding="utf-8")
    runner = {
        "RUNNER_TEMP": str(place),
        "GITHUB_OUTPUT": str(place / "output"),
        "GITHUB_STEP_SUMMARY": str(place / "summary"),
        "GITHUB_ACTION_PATH": str(ACTION.parent),
    }
    for file in ("output", "summary"):
        (place / file).touch()
    own = {key: resolve(str(value), inputs) for key, value in taken["env"].items()}
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
    return subprocess.run(command, cwd=folder, env=variables(**environment, **runner, **own), capture_output=True, text=True, timeout=300, check=False)


def outputs(place: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in (place / "output").read_text(encoding="utf-8").splitlines())


def test_the_action_stops_what_is_not_allowed_and_tells_it_everywhere(repository: Path, programs: Path, home: dict[str, str]) -> None:
    place = programs.parent.parent
    done = act("audit", repository, place, home)
    assert done.returncode == 1, done.stdout + done.stderr
    assert outputs(place) == {"verdict": "prohibited", "sarif": "licet.sarif", "exit-code": "1"}
    assert "::error file=services/web/app.py,line=2,title=LIC302" in done.stdout
    assert "| LIC302 | error |" in (place / "summary").read_text(encoding="utf-8")
    sarif = json.loads((repository / "licet.sarif").read_text(encoding="utf-8"))
    assert {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in sarif["runs"][0]["results"]} == {"services/web/app.py"}


def test_the_action_lets_through_what_is_allowed(repository: Path, programs: Path, home: dict[str, str]) -> None:
    (repository / "services" / "web" / "app.py").write_text(ALLOWED, encoding="utf-8")
    done = act("audit", repository, programs.parent.parent, home)
    assert done.returncode == 0, done.stdout + done.stderr
    assert outputs(programs.parent.parent)["verdict"] == "permitted"


def test_the_action_of_one_folder_tells_files_from_the_top_of_the_repository(repository: Path, programs: Path, home: dict[str, str]) -> None:
    done = act("audit", repository, programs.parent.parent, home, path="services/web", summary="false", sarif="out.sarif")
    assert "file=services/web/app.py,line=2" in done.stdout
    assert '"uri":"services/web/app.py"' in (repository / "out.sarif").read_text(encoding="utf-8")
    assert (programs.parent.parent / "summary").read_text(encoding="utf-8") == ""


def test_what_is_printed_of_a_repository_gives_the_runner_no_orders(repository: Path, programs: Path, home: dict[str, str]) -> None:
    (repository / "app.py").write_text(
        'from transformers import AutoModel\nAutoModel.from_pretrained("::add-mask::x")\nAutoModel.from_pretrained(f"{a}\\n::debug::no")\n', encoding="utf-8"
    )
    lines = act("audit", repository, programs.parent.parent, home).stdout.splitlines()
    start = next(line for line in lines if line.startswith("::stop-commands::"))
    mark = f"::{start.removeprefix('::stop-commands::')}::"
    within, after = lines[: lines.index(mark)], lines[lines.index(mark) + 1 :]
    assert any("::debug::no" in line for line in within)
    assert all(line.startswith(("::error file=", "::warning file=", "::notice file=")) for line in after)


@pytest.mark.parametrize("name", ["path", "app", "policy", "fail_on", "baseline", "diff", "args", "sarif"])
@pytest.mark.parametrize("value", ["$(touch pwned)", '"; touch pwned; "', "`touch pwned`", "' ; touch pwned ; '", "--help\n;touch pwned"])
def test_nothing_that_is_given_to_the_action_becomes_part_of_its_script(repository: Path, programs: Path, home: dict[str, str], name: str, value: str) -> None:
    done = act("audit", repository, programs.parent.parent, home, **{name: value})
    assert not list(repository.rglob("pwned"))
    assert set(outputs(programs.parent.parent)) == {"verdict", "sarif", "exit-code"}
    assert "Traceback" not in done.stdout + done.stderr
    assert "syntax error" not in done.stderr


def test_no_script_of_the_action_holds_an_expression() -> None:
    for each in yaml.safe_load(ACTION.read_text(encoding="utf-8"))["runs"]["steps"]:
        assert "${{" not in each.get("run", "")


def test_further_arguments_are_given_to_the_action_a_line_each(repository: Path, programs: Path, home: dict[str, str]) -> None:
    done = act("audit", repository, programs.parent.parent, home, args="--non-commercial\n--purpose\nresearch\n", policy="research-lab", fail_on="none")
    assert done.returncode == 0
    assert "policy    research-lab" in done.stdout


def test_the_action_ends_with_what_could_not_run(repository: Path, programs: Path, home: dict[str, str]) -> None:
    done = act("audit", repository, programs.parent.parent, home, policy="no-such")
    assert done.returncode == 2
    assert "policy `no-such` cannot be read" in done.stdout
    assert outputs(programs.parent.parent) == {"verdict": "", "sarif": "licet.sarif", "exit-code": "2"}


def job(folder: Path, programs: Path, home: Mapping[str, str], **given: str) -> subprocess.CompletedProcess[str]:
    """Run the script of the GitLab job as its runner does: one shell for all lines, which stops at the first that fails."""
    declared = yaml.safe_load(JOB.read_text(encoding="utf-8"))["licet"]
    assert not set(given) - set(declared["variables"])
    own = {**{name: str(value) for name, value in declared["variables"].items()}, **given, "LICET_HOME": str(programs.parent)}
    script = "set -e\n" + "\n".join(declared["script"])
    return subprocess.run(["sh", "-c", script], cwd=folder, env={**variables(**home), **own}, capture_output=True, text=True, timeout=300, check=False)


def test_the_gitlab_job_stops_what_is_not_allowed_and_writes_its_reports(repository: Path, programs: Path, home: dict[str, str]) -> None:
    done = job(repository, programs, home)
    assert done.returncode == 1, done.stdout + done.stderr
    declared = yaml.safe_load(JOB.read_text(encoding="utf-8"))["licet"]["artifacts"]
    (issue, *_) = json.loads((repository / declared["reports"]["codequality"]).read_text(encoding="utf-8"))
    assert (issue["location"]["path"], issue["check_name"]) == ("services/web/app.py", "LIC302")
    assert all((repository / file).is_file() for file in declared["paths"])


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"LICET_FAIL_ON": "none"}, 0),
        ({"LICET_PATH": "services/web"}, 1),
        ({"LICET_POLICY": "no-such"}, 2),
        ({"LICET_PATH": "$(touch pwned)"}, 2),
        ({"LICET_APP": "'; touch pwned; '"}, 2),
    ],
)
def test_the_gitlab_job_is_told_what_to_do_by_its_variables(repository: Path, programs: Path, home: dict[str, str], given: dict[str, str], code: int) -> None:
    done = job(repository, programs, home, **given)
    assert done.returncode == code, done.stdout + done.stderr
    assert not list(repository.rglob("pwned"))


def hook(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(each for each in yaml.safe_load(HOOKS.read_text(encoding="utf-8")) if each["id"] == name)
    return found


@pytest.mark.parametrize(("source", "code"), [(FORBIDDEN, 1), (ALLOWED, 0)])
def test_the_hook_stops_what_is_not_allowed(repository: Path, programs: Path, home: dict[str, str], source: str, code: int) -> None:
    (repository / "services" / "web" / "app.py").write_text(source, encoding="utf-8")
    command = [*hook("licet-audit")["entry"].split(), *hook("licet-audit")["args"]]
    environment = variables(**home, PATH=f"{programs}{os.pathsep}{os.environ['PATH']}")
    done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == code, done.stdout + done.stderr


def test_the_hook_of_policies_names_what_is_wrong(repository: Path, programs: Path, home: dict[str, str]) -> None:
    pattern = re.compile(hook("licet-policy")["files"])
    assert pattern.search("licet.yaml")
    assert pattern.search("services/web/licet.yaml")
    assert not pattern.search("notlicet.yaml")
    environment = variables(**home, PATH=f"{programs}{os.pathsep}{os.environ['PATH']}")
    for text, code in ((CONFIG, 0), ("policy: {licences: {}}\n", 2), ("facts: {comercial: true}\n", 2)):
        (repository / "licet.yaml").write_text(text, encoding="utf-8")
        command = [*hook("licet-policy")["entry"].split(), "licet.yaml"]
        done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == code, done.stdout + done.stderr


def test_the_files_are_valid_by_the_schemas_of_those_who_read_them() -> None:
    pytest.importorskip("check_jsonschema")
    pytest.importorskip("pre_commit")
    for command in (
        ["check_jsonschema", "--builtin-schema", "vendor.github-actions", str(ACTION)],
        ["check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", str(JOB)],
        ["pre_commit", "validate-manifest", str(HOOKS)],
    ):
        done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def copy(place: Path) -> Path:
    """A repository of git that holds what is needed of this one."""
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, place / name)
    git(place, "init", "--quiet")
    git(place, "add", "--all", "--force")
    git(place, "commit", "--quiet", "--message", "all")
    return place


def skip_without_index(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode and "Retrying (" in done.stdout + done.stderr:
        pytest.skip("no package index can be reached")


@pytest.mark.slow
def test_pre_commit_installs_and_runs_the_hook(repository: Path, tmp_path: Path, home: dict[str, str]) -> None:
    pytest.importorskip("pre_commit")
    ours = copy(tmp_path / "ours")
    revision = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ours, capture_output=True, text=True, check=True).stdout.strip()
    hooks = [{"id": "licet-audit"}, {"id": "licet-policy"}]
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [{"repo": str(ours), "rev": revision, "hooks": hooks}]}), encoding="utf-8")
    git(repository, "add", "--all")
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color", "never"]
    environment = variables(**home, PRE_COMMIT_HOME=str(tmp_path / "pre-commit"))
    done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, timeout=600, check=False)
    skip_without_index(done)
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(r"^licet audit\.+Failed$", done.stdout, re.MULTILINE), done.stdout
    assert re.search(r"^licet policy check\.+Passed$", done.stdout, re.MULTILINE), done.stdout
    assert "LIC302 error" in done.stdout


@pytest.mark.slow
def test_the_action_installs_what_it_comes_with(repository: Path, tmp_path: Path, home: dict[str, str]) -> None:
    place = tmp_path / "runner"
    place.mkdir()
    done = act("install", repository, place, home)
    skip_without_index(done)
    assert done.returncode == 0, done.stdout + done.stderr
    done = act("audit", repository, place, home)
    assert (done.returncode, outputs(place)["verdict"]) == (1, "prohibited"), done.stdout + done.stderr


README = (ROOT / "README.md").read_text(encoding="utf-8")


def shown(comment: str) -> Any:
    """The YAML of the README that begins with a remark."""
    found = re.search(rf"```yaml\n# {re.escape(comment)}\n(.*?)```\n", README, re.DOTALL)
    assert found is not None
    return yaml.safe_load(found[1])


def test_the_readme_shows_hooks_that_there_are() -> None:
    (entry,) = shown(".pre-commit-config.yaml")["repos"]
    assert {each["id"] for each in entry["hooks"]} == {each["id"] for each in yaml.safe_load(HOOKS.read_text(encoding="utf-8"))}


def test_the_readme_shows_inputs_and_outputs_that_the_action_has() -> None:
    declared = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    (used,) = [each for each in shown(".github/workflows/licet.yml")["jobs"]["licet"]["steps"] if "licet" in each["uses"]]
    assert used["uses"].partition("@")[0].endswith(str(ACTION.parent.relative_to(ROOT)))
    named = set(re.search(r"with: \{policy: startup\} # (.+)", README)[1].split(", "))  # type: ignore[index]
    assert named | set(used["with"]) == set(declared["inputs"])
    assert all(f"`{name}`" in README for name in declared["outputs"])


def test_the_readme_shows_variables_that_the_job_has() -> None:
    declared = set(yaml.safe_load(JOB.read_text(encoding="utf-8"))["licet"]["variables"])
    used = shown(".gitlab-ci.yml")
    assert used["include"][0]["remote"].endswith("/.gitlab/licet.yml")
    assert set(used["licet"]["variables"]) <= declared
    assert set(re.findall(r"LICET_\w+", re.search(r"variables: \{LICET_POLICY: startup\} # (.+)", README)[1])) | {"LICET_POLICY", "LICET_HOME"} == declared  # type: ignore[index]


def test_the_licet_yaml_of_the_readme_is_right(tmp_path: Path, programs: Path, home: dict[str, str]) -> None:
    text = re.search(r"<!-- config -->\n```yaml\n(.*?)```\n", README, re.DOTALL)
    assert text is not None
    for folder in ("services/web", "research"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "licet.yaml").write_text(text[1], encoding="utf-8")
    done = subprocess.run(
        [str(programs / "licet"), "policy", "check", "--format", "json"],
        cwd=tmp_path,
        env=variables(**home),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert (data["applications"], data["waivers"], data["doubts"]) == (["web", "lab"], 1, [])
