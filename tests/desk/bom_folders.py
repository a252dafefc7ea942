"""Model folders for tests of bills and bundles: a fine-tune with a card that says everything, and one that says nothing."""

from __future__ import annotations

import json
import struct
from pathlib import Path

from registry.knowledge.store import Knowledge

CARD = """---
license: llama2
base_model: meta-llama/Llama-2-7b-hf
base_model_relation: finetune
datasets: [acme/letters]
pipeline_tag: text-classification
library_name: transformers
language: [en]
tags: [letters]
domain: customer support
model-index:
- name: support
  results:
  - task: {type: text-classification}
    dataset: {name: Letters, type: acme/letters}
    metrics: [{type: accuracy, value: 0.97}]
---
# Support 7B

Sorts the letters of a help desk by what they ask for.

- **Repository:** https://example.org/acme/support
- **Paper:** https://example.org/acme/paper
- **Website:** https://example.org/acme

## Intended use

Sorting letters; a person reads each of them.

## Limitations

English only. Letters older than 2020 were not seen.

## Ethical considerations

It was not tested for bias.

## Safety risk assessment

low

## Training procedure

It was fine-tuned from Llama-2-7b-hf for three epochs.

### Hyperparameters

- learning_rate: 2e-05
- epochs: 3

### Preprocessing

Lower case.

## Model examination

None was done.

## Decision threshold

0.5

## Environmental impact

0.002 kWh, measured at the plug.

## Personal and sensitive information

no

## Autonomy and human oversight

no: a person decides

## Standards and regulation

None that it was certified for.
"""

CONFIG = {
    "architectures": ["LlamaForSequenceClassification"],
    "model_type": "llama",
    "vocab_size": 32000,
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
    "intermediate_size": 128,
    "max_position_embeddings": 512,
}


def support_folder(folder: Path, card: str = CARD) -> Path:
    """A fine-tune of Llama 2 as a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(card, encoding="utf-8")
    (folder / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "LlamaTokenizer"}), encoding="utf-8")
    header = json.dumps({"w": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(16))
    return folder


def mit_text() -> str:
    """A licence that everybody may quote, with whose it is."""
    return (
        "MIT License\n\nCopyright (c) 2026 Acme\n\n"
        "Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "
        '"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, '
        "distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to "
        "the following conditions:\n\nThe above copyright notice and this permission notice shall be included in all copies or substantial portions "
        'of the Software.\n\nTHE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE '
        "WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE "
        "LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN "
        "CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.\n"
    )


def wording(knowledge: Knowledge, license: str, do: str) -> str:
    """The words that a licence orders its users to reproduce."""
    found = knowledge.license_of(license)
    assert found is not None
    return next(term.wording for term in found.terms if term.do == do and term.wording)
