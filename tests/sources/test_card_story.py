"""What cards say in prose: sections by their headings, links, figures, parameters; placeholders say nothing, and no card takes long."""

from __future__ import annotations

import time

import pytest

from registry.sources.card.story import MAX_SECTION, MeasuredFigure, read_story

CARD = """---
license: mit
tags: [arxiv:2101.00001]
domain: customer support
co2_eq_emissions: {emissions: 12, source: codecarbon}
model-index:
- name: letters
  results:
  - task: {type: text-classification}
    dataset: {name: Letters, type: acme/letters}
    metrics: [{type: accuracy, value: 0.97}, {type: f1, value: 0.9}]
---
# Letters 7B

It sorts letters.

More on that.

## Model Details

- **Developed by:** [More Information Needed]
- **Repository:** https://github.com/acme/letters
- **Demo [optional]:** [here](https://acme.example/demo).

## Bias, Risks, and Limitations

Old letters are sorted badly.

### Recommendations

<!-- nobody wrote
## Intended use
any -->

## Training Hyperparameters

- learning_rate: 2e-05
- **Training regime:** fp32

```text
## Limitations
none, says the code
```

## Environmental Impact

About 1,234.5 kWh in all.
"""


def test_a_card_is_read_by_its_headings_and_keys() -> None:
    story = read_story(CARD.encode())
    assert story.title == "Letters 7B"
    assert story.texts["description"] == "It sorts letters."
    assert story.texts["domain"] == "customer support"
    assert story.texts["limitations"] == story.texts["ethics"] == story.texts["risk"] == "Old letters are sorted badly."
    assert "intended-use" not in story.texts
    assert story.links == {"repository": "https://github.com/acme/letters", "website": "https://acme.example/demo", "paper": "https://arxiv.org/abs/2101.00001"}
    assert story.metrics == (MeasuredFigure("accuracy", "0.97", "Letters"), MeasuredFigure("f1", "0.9", "Letters"))
    assert story.hyperparameters == {"learning_rate": "2e-05", "training_regime": "fp32"}
    assert (story.energy_kwh, story.co2_kg) == (1234.5, 0.012)


def test_a_template_that_nobody_filled_in_says_nothing() -> None:
    template = "# Model Card\n\n## Model Details\n\n- **Developed by:** [More Information Needed]\n\n## Uses\n\n[More Information Needed]\n\n## Limitations\n\n- **Out:**\n"
    story = read_story(template.encode())
    assert (story.texts, story.links, story.metrics, story.hyperparameters) == ({}, {}, (), {})


@pytest.mark.parametrize(
    ("line", "developer"),
    [
        ("- **Developed by:** Acme Inc", "Acme Inc"),
        ("- **Developed by [optional]:** [Acme](https://acme.example)", "Acme"),
        ("- **Developed by:** [More Information Needed]", None),
        ("It was developed by us.", None),
    ],
)
def test_its_maker_is_the_one_that_the_template_names(line: str, developer: str | None) -> None:
    assert read_story(f"# Model\n\n{line}\n".encode()).developer == developer


def test_a_long_section_is_cut() -> None:
    assert len(read_story(("# x\n\n## Limitations\n\n" + "word " * 5_000).encode()).texts["limitations"]) <= MAX_SECTION


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff\xfe\x00",
        b"---\n- a\n---\n# x",
        b"---\nmodel-index: 3\nco2_eq_emissions: {emissions: -1}\ntags: {a: b}\n---\n",
        b"---\nmodel-index: [{results: [[1]]}]\n---\n",
    ],
)
def test_what_cannot_be_understood_says_nothing(text: bytes) -> None:
    story = read_story(text)
    assert (story.links, story.metrics, story.co2_kg) == ({}, (), None)


@pytest.mark.parametrize("unit", ["<!--", " ", "\n", "- ", "# ", "1", "[", "*", "- paper: ", "`", "a:"])
def test_no_card_takes_long(unit: str) -> None:
    started = time.process_time()
    read_story((unit * (400_000 // len(unit))).encode())
    assert time.process_time() - started < 3
