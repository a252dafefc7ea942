from __future__ import annotations

import json
from pathlib import Path

import pytest

from registry.scanner.scan import Scan, scan

LOADS = 'from transformers import AutoModel\nAutoModel.from_pretrained("acme/model-7b")\n'


def scan_files(root: Path, files: dict[str, str | bytes]) -> Scan:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return scan(root)


def names(found: Scan) -> list[str]:
    return [each.name for each in found.references if each.is_use]


def test_a_folder_without_models_gives_nothing(tmp_path: Path) -> None:
    found = scan_files(tmp_path, {"a.py": "print(1)\n"})
    assert (found.references, found.notes, found.files) == ((), (), 1)


def test_a_file_that_does_not_parse_is_noted_and_the_others_are_read(tmp_path: Path) -> None:
    found = scan_files(tmp_path, {"bad.py": "import transformers\ndef (:\n", "good.py": LOADS})
    assert names(found) == ["acme/model-7b"]
    assert [(note.code, note.file, "line 2" in note.message) for note in found.notes] == [("does-not-parse", "bad.py", True)]


def test_a_binary_file_with_the_ending_of_code_is_noted(tmp_path: Path) -> None:
    found = scan_files(tmp_path, {"a.py": b"from transformers import x\0\0\0"})
    assert [note.code for note in found.notes] == ["binary"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("deep.py", "import transformers\nx = " + "(" * 3_000 + ")" * 3_000),
        ("deep_sum.py", "import transformers\nAutoModel.from_pretrained(" + "'a' + " * 5_000 + "'b')"),
        ("deep.json", '{"model": ' + "[" * 50_000 + "]" * 50_000 + "}"),
        ("deep.yaml", "model:\n" + "\n".join(" " * depth + "- a:" for depth in range(1, 3_000))),
        (
            "bomb.yaml",
            "model: &a [x, x, x, x]\n" + "\n".join(f"b{n}: &b{n} [*{'a' if n == 0 else f'b{n - 1}'}, *{'a' if n == 0 else f'b{n - 1}'}]" for n in range(40)),
        ),
        ("bad.json", '{"model_name": "acme/model-7b", '),
        ("bad.ipynb", '{"cells": [{"cell_type": "code", "source": 7}, 3], "model": 1}'),
        ("list.ipynb", "[1, 2]"),
        ("strange.ipynb", '{"cells": {"model": 1}}'),
        ("bad.ts", 'import OpenAI from "openai"; new OpenAI().create({model: ' + "(" * 5_000),
        ("Dockerfile", 'CMD ["vllm", "serve"\nRUN hf download "unfinished'),
        ("surrogate.py", b"import transformers\nx = '\xff\xfe'\n"),
        (".gitignore", b"\xff\xfe[z-a\n"),
    ],
)
def test_hostile_files_end_in_no_error(tmp_path: Path, name: str, content: str | bytes) -> None:
    found = scan_files(tmp_path, {name: content, "good.py": LOADS})
    assert "acme/model-7b" in names(found)


def test_a_recursive_program_is_followed_to_an_end(tmp_path: Path) -> None:
    source = "\n".join(
        (
            "from transformers import AutoModel",
            "def one(name): return two(name)",
            "def two(name): return one(name) or name",
            "a = b",
            "b = a",
            "AutoModel.from_pretrained(a)",
            "AutoModel.from_pretrained(one('acme/given'))",
            "x = x + 'a'",
            "AutoModel.from_pretrained(x)",
            "class A(A): pass",
            "A().from_pretrained(A.name)",
        )
    )
    found = scan_files(tmp_path, {"a.py": source})
    assert "acme/given" in [each.name for each in found.references]
    assert any(each.resolved is None and each.line == 6 for each in found.references)


def test_many_values_are_bounded(tmp_path: Path) -> None:
    lists = "\n".join(f"a{n} = a{n - 1} + 'x' if y else a{n - 1} + 'z'" for n in range(1, 40))
    found = scan_files(tmp_path, {"a.py": f"from transformers import AutoModel\na0 = 'acme/m'\n{lists}\nAutoModel.from_pretrained(a39)\n"})
    assert len(found.references) < 200


def test_imports_of_each_other_are_followed_to_an_end(tmp_path: Path) -> None:
    files = {"a.py": "from b import NAME\nfrom transformers import AutoModel\nAutoModel.from_pretrained(NAME)\n", "b.py": "from a import NAME\n"}
    assert scan_files(tmp_path, files).references[0].resolved is None


def test_what_cannot_be_followed_is_kept_with_its_expression(tmp_path: Path) -> None:
    found = scan_files(tmp_path, {"a.py": "from transformers import AutoModel\nAutoModel.from_pretrained(ask_the_user())\n"})
    assert [(each.name, each.line, each.resolved) for each in found.references] == [("ask_the_user()", 2, None)]


def test_tests_examples_and_documents_are_told_apart(tmp_path: Path) -> None:
    files = {
        "app.py": LOADS,
        "tests/test_app.py": LOADS,
        "examples/run.py": LOADS,
        "README.md": "https://huggingface.co/acme/model-7b",
        "conf.yaml": "model_id: acme/model-7b",
    }
    found = scan_files(tmp_path, dict(files))
    assert {each.file: each.place for each in found.references} == {
        "app.py": "code",
        "tests/test_app.py": "test",
        "examples/run.py": "example",
        "README.md": "docs",
        "conf.yaml": "config",
    }


def test_nothing_of_the_application_is_run(tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    source = f"import transformers\nopen({str(trace)!r}, 'w')\ntransformers.AutoModel.from_pretrained(open({str(trace)!r}, 'w').name)\n"
    scan_files(tmp_path / "app", {"a.py": source, "setup.py": source, "conftest.py": source})
    assert not trace.exists()


def test_a_notebook_with_long_outputs_is_read(tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "source": [LOADS], "outputs": [{"text": "x" * 3_000_000}]}]
    assert names(scan_files(tmp_path, {"a.ipynb": json.dumps({"cells": cells})})) == ["acme/model-7b"]


def test_a_notebook_of_many_pictures_is_read_and_one_that_is_larger_still_is_told(tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "source": [LOADS], "outputs": [{"data": {"image/png": "x" * 12_000_000}}]}]
    found = scan_files(tmp_path, {"a.ipynb": json.dumps({"cells": cells})})
    assert (names(found), found.notes) == (["acme/model-7b"], ())
    cells[0]["outputs"] = [{"data": {"image/png": "x" * 50_000_000}}]
    found = scan_files(tmp_path, {"a.ipynb": json.dumps({"cells": cells})})
    assert names(found) == []
    assert [(note.code, note.file, "32,000,000" in note.message) for note in found.notes] == [("too-large", "a.ipynb", True)]


def test_what_a_bundler_made_is_told_and_not_read(tmp_path: Path) -> None:
    pytest.importorskip("tree_sitter_typescript")
    line = 'fetch("https://api.openai.com",{model:"gpt-4o"});' * 400
    found = scan_files(tmp_path, {"bundle.js": line, "app.js": 'import OpenAI from "openai";\nnew OpenAI().chat.completions.create({ model: "gpt-4o" });\n'})
    assert {each.file for each in found.references} == {"app.js"}
    assert [(note.code, note.file) for note in found.notes] == [("generated", "bundle.js")]


def test_a_script_of_many_branches_ends(tmp_path: Path) -> None:
    pytest.importorskip("tree_sitter_typescript")
    lines = "\n".join(f"const a{n} = b ? a{n - 1} + 'x' : a{n - 1} + 'z';" for n in range(1, 60))
    source = f"import OpenAI from 'openai';\nconst a0 = 'acme/m';\n{lines}\nnew OpenAI().chat.completions.create({{ model: a59 }});\n"
    assert len(scan_files(tmp_path, {"a.js": source}).references) < 200


def test_callers_are_found_again_after_what_was_taken_apart_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.scanner.python.project.MAX_KEPT", 10)
    files: dict[str, str | bytes] = {
        "loading.py": "from transformers import AutoModel\ndef load(name):\n    return AutoModel.from_pretrained(name)\n",
        "renamed.py": "from loading import load as fetch\nfetch('acme/renamed')\n",
        "partly.py": "from functools import partial\nfrom loading import load\nget = partial(load, 'acme/partly')\n",
        "near.py": "from loading import load  # noqa\ndef load_all(): pass\n",
    }
    files |= {f"user{n}.py": f"import transformers\nimport loading\nloading.load ('acme/user{n}')\n" for n in range(5)}
    found = {each.name for each in scan_files(tmp_path, files).references}
    assert found == {"acme/renamed", "acme/partly", *(f"acme/user{n}" for n in range(5))}


def test_our_own_source_tree_uses_no_model(root: Path) -> None:
    found = [each for each in scan(root / "registry").references if each.is_use]
    # The runner loads what it is told to: names that nobody can follow.
    # The example that it explains itself by has a dataset whose name is made up.
    assert {each.name for each in found if each.resolved is not None} <= {"licet/support-messages"}
    assert {each.file.partition("/")[0] for each in found} <= {"runner"}


def test_control_characters_of_a_line_are_not_shown(tmp_path: Path) -> None:
    found = scan_files(tmp_path, {"a.py": 'from transformers import AutoModel\nAutoModel.from_pretrained("acme/x")  # \x1b[31m red\n'})
    assert "\x1b" not in found.references[0].snippet
