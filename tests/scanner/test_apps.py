"""Sample applications: for each library the shapes that people write, and every reference that has to be found in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from registry.scanner.reference import Reference
from registry.scanner.scan import scan

APPS = Path(__file__).parent / "apps"
NAMES = sorted(path.name for path in APPS.iterdir())


def as_data(reference: Reference) -> dict[str, object]:
    data: dict[str, object] = {
        "at": f"{reference.file}:{reference.line}",
        "name": reference.name,
        "about": reference.about,
        "kind": reference.kind,
        "provider": reference.provider,
        "library": reference.library,
        "confidence": reference.confidence,
        "resolved": reference.resolved,
    }
    if reference.cell is not None:
        data["cell"] = reference.cell
    if reference.revision is not None:
        data["revision"] = reference.revision
    if reference.ignored:
        data["ignored"] = list(reference.ignored)
    return data


@pytest.mark.parametrize("name", NAMES)
def test_every_reference_of_the_application_is_found_and_no_other(name: str, update_golden: bool) -> None:
    if name == "javascript":
        pytest.importorskip("tree_sitter_typescript")
    found = [as_data(each) for each in scan(APPS / name, left_out=["expected.json"]).references]
    golden = APPS / name / "expected.json"
    if update_golden:
        golden.write_text("[\n" + ",\n".join("  " + json.dumps(each) for each in found) + "\n]\n", encoding="utf-8")
    assert found == json.loads(golden.read_text(encoding="utf-8"))


def test_the_applications_cover_every_library_that_is_promised() -> None:
    promised = {
        "transformers", "diffusers", "sentence_transformers", "peft", "vllm", "llama_cpp", "ctransformers", "huggingface_hub", "timm", "open_clip", "spacy", "whisper", "tts",
        "langchain", "llama_index", "haystack", "dspy", "litellm", "openai", "anthropic", "google_genai", "cohere", "mistralai", "bedrock", "azure", "ollama", "datasets",
        "javascript", "notebooks", "configs", "containers", "documents", "artifacts",
    }  # fmt: skip
    assert promised <= set(NAMES)
