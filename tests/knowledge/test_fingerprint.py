"""Licence texts are told by fingerprints. No licence stands here: texts are made of our own words, real ones are read where they are at hand."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from registry.errors import KnowledgeError
from registry.knowledge.fingerprint import THRESHOLD, Identifier
from registry.knowledge.fingerprint_file import Reference, make_reference, read_digests, read_references, write_references
from registry.knowledge.fingerprint_names import knowledge_titles, knowledge_wordings
from registry.knowledge.license_titles import Title, dates_in, versions_in
from registry.knowledge.license_words import words_of
from registry.knowledge.store import Knowledge
from registry.resources import resource_dir

SHARED = Path(os.environ.get("LICET_SOURCE_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data") / "licences"
COMMON = Path("/usr/share/common-licenses")
at_hand = pytest.mark.skipif(not SHARED.is_dir(), reason="the reference texts are not here")

# Made-up terms, long enough to be told: an open licence of this test, and an agreement in two versions.
OPEN = (
    "Whoever gets this work from us is free to run it, study it, alter it and hand it on to anyone they like, as long as these lines go along with every copy. "
    + " ".join(
        f"Part {name} of the work comes as it stands and nobody behind it owes you anything if it breaks on a rainy {day} evening."
        for name, day in zip(("one", "two", "three"), ("monday", "friday", "sunday"), strict=True)
    )
)
AGREEMENT = "Acme Garden Agreement version {version}. Released {date}. " + " ".join(
    f"Clause {number}: the gardener may {verb} the {thing} of the garden and tell the owner each {when}."
    for number, (verb, thing, when) in enumerate(
        [("water", "roses", "spring"), ("paint", "fence", "summer"), ("cut", "hedges", "autumn"), ("feed", "birds", "winter")] * 3, 1
    )
)


def identifier(*more: Reference, titles: tuple[Title, ...] = ()) -> Identifier:
    first = make_reference("garden", "garden-1.0", AGREEMENT.format(version="1.0", date="2 May 2024"))
    return Identifier([make_reference("open", "open", OPEN, strict=True), first, *more], titles)


@pytest.fixture(scope="module")
def real() -> Identifier:
    data = resource_dir("data")
    return Identifier.load(data, Knowledge.load(data))


@pytest.mark.parametrize(
    "text",
    [
        OPEN.upper(),
        OPEN.replace(" ", "\n"),
        "# Licence\n\n" + "\n".join(f"> {part}." for part in OPEN.split(".")),
        f"<html><body><pre>{OPEN}</pre></body></html>",
        f"Copyright (c) 2026 Zeta Labs\n\n{OPEN}",
        f"\ufeff{OPEN}".replace("anything", "any-\nthing"),
    ],
)
def test_copies_of_one_text_meet(text: str) -> None:
    found = identifier().identify(text)
    assert found.license == "open"
    assert found.method in ("exact", "similar")
    assert found.score >= THRESHOLD


@pytest.mark.parametrize(
    "text",
    [
        f"{OPEN} You must not use it for any commercial purpose.",
        f"Modified Licence\n\n{OPEN}",
        OPEN.replace("is free to run", "is not free to run"),
        OPEN.replace("alter it and hand it on", "read it"),
        f"{OPEN} {' '.join('and another thing about our house' for _ in range(10))}",
    ],
)
def test_open_licence_with_something_added_or_turned_is_no_such_licence(text: str) -> None:
    found = identifier().identify(text)
    assert (found.license, found.method) == (None, "modified")
    assert found.rivals[0][0] == "open"


def test_other_version_is_not_taken_for_the_one_at_hand() -> None:
    text = AGREEMENT.format(version="1.1", date="3 June 2025")
    assert identifier().identify(AGREEMENT.format(version="1.0", date="2 May 2024").replace("roses", "lilies")).license == "garden-1.0"
    assert identifier().identify(text).license is None
    title = Title.of("garden-1.1", "Acme Garden Agreement 1.1")
    assert title is not None
    found = identifier(titles=(title,)).identify(text.replace(". Released", "\nReleased"))
    assert (found.license, found.method) == ("garden-1.1", "title")


def test_text_of_no_licence_of_ours_is_called_other() -> None:
    decoy = make_reference(
        "near-open", None, OPEN.replace("as long as these lines go along with every copy", "as long as a fee is paid to the owner of the house")
    )
    found = identifier(decoy).identify(OPEN.replace("as long as these lines go along with every copy", "as long as a fee is paid to the owner of the house"))
    assert (found.license, found.method, found.rivals[0][0]) == (None, "other", "~near-open")


def test_pointer_gives_its_link() -> None:
    found = identifier().identify("Please see the terms at https://example.org/legal/terms.")
    assert (found.license, found.method, found.link) == (None, "pointer", "https://example.org/legal/terms")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "\0" * 100,
        "word",
        "<" * 10_000,
        "x " * 400_000,
        "\ud800 broken",
        "a-\n" * 5_000,
        "[](" * 20_000,
        "<script " * 100_000,
        "<!--" * 200_000,
        "&#" * 200_000,
        "許可 " * 50,
    ],
)
def test_anything_can_be_asked(text: str) -> None:
    assert identifier().identify(text).license is None


def test_words_versions_and_dates() -> None:
    assert words_of("The “Work” isn't—<b>BIG</b> 1.0") == ["the", "work", "isnt", "big", "1.0"]
    assert versions_in(words_of("Version 2 of Llama 3.1")) == {"2.0", "3.1"}
    assert dates_in("July 23, 2024 / 28th of April 2025 / 2025-01-02") == {"2024-07-23", "2025-04-28", "2025-01-02"}


def test_file_of_fingerprints_is_read_as_it_was_written(tmp_path: Path) -> None:
    made = [make_reference("one", "one", OPEN, strict=True), make_reference("two", None, AGREEMENT * 12, must_line=1)]
    path = tmp_path / "fingerprints.yaml"
    path.write_text(write_references(made))
    assert set(read_references(path)) == set(made)
    assert {reference.keep for reference in made} == {1, 4}


@pytest.mark.parametrize(
    "text",
    [
        "texts: 3",
        "texts: [{name: x}]",
        "texts: [{name: x, words: 1, keep: 1, digest: x, shingles: '*'}]",
        "texts: [{name: x, words: 1, keep: 1, digest: x, shingles: AAA=}]",
    ],
)
def test_broken_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "fingerprints.yaml"
    path.write_text(text)
    with pytest.raises(KnowledgeError, match=r"fingerprints\.yaml"):
        read_references(path)
    with pytest.raises(KnowledgeError):
        read_references(tmp_path / "gone.yaml")


def test_every_fingerprint_is_of_a_licence_that_we_know() -> None:
    data = resource_dir("data")
    knowledge = Knowledge.load(data)
    references = read_references(data / "fingerprints.yaml")
    assert {reference.license for reference in references if reference.license} <= set(knowledge.ids())
    assert sum(reference.license is not None for reference in references) > 130
    assert knowledge_titles(knowledge)
    assert ("kimi-k2-modified-mit", ("kimi", "k", "2")) in knowledge_wordings(knowledge)


REAL = {
    "MoonshotAI+Kimi-K2__LICENSE": "kimi-k2-modified-mit",
    "NVlabs+stylegan3__LICENSE.txt": "nvidia-source-code-nc",
    "QwenLM+Qwen__Tongyi_Qianwen_LICENSE_AGREEMENT": "tongyi-qianwen-2023",
    "Stability-AI+generative-models__LICENSE-CODE": "mit",
    "Stability-AI+generative-models__model_licenses_LICENCE-SD-Turbo": "stability-ai-nc-2023-11-28",
    "Stability-AI+generative-models__model_licenses_LICENSE-SDXL1.0": "openrail++",
    "Tencent-Hunyuan+HunyuanDiT__LICENSE.txt": "tencent-hunyuan-community-eu",
    "black-forest-labs+flux__model_licenses_LICENSE-FLUX1-dev": "flux-1-dev-nc-1.1.1",
    "databricks+dbrx__LICENSE": "databricks-open-model",
    "linesn+model_cards__LiquidAI_LFM2.5-230M_LICENSE": "lfm-open-1.0",
    "meta-llama+llama-models__models_llama2_LICENSE": "llama2",
    "meta-llama+llama-models__models_llama3_1_LICENSE": "llama3.1",
    "meta-llama+llama-models__models_llama3_2_LICENSE": "llama3.2",
    "meta-llama+llama-models__models_llama3_2_USE_POLICY.md": "llama3.2",
    "meta-llama+llama-models__models_llama3_3_LICENSE": "llama3.3",
    "meta-llama+llama-models__models_llama3_LICENSE": "llama3",
    "meta-llama+llama-models__models_llama4_LICENSE": "llama4",
}


@at_hand
@pytest.mark.parametrize("file", REAL)
def test_real_files_are_told(real: Identifier, file: str) -> None:
    found = real.identify((SHARED / "model_repo_files" / file).read_text(encoding="utf-8"))
    assert found.license == REAL[file]
    assert found.part == ("use-policy" if "USE_POLICY" in file else "license")


@at_hand
def test_real_files_are_told_by_texts_from_elsewhere_or_not_at_all() -> None:
    data = resource_dir("data")
    knowledge = Knowledge.load(data)
    elsewhere = [reference for reference in read_references(data / "fingerprints.yaml") if ":" not in reference.name]
    held_out = Identifier(elsewhere, knowledge_titles(knowledge), knowledge_wordings(knowledge))
    found = {file: held_out.identify((SHARED / "model_repo_files" / file).read_text(encoding="utf-8")).license for file in REAL}
    right = sum(found[file] == wanted for file, wanted in REAL.items())
    assert right >= 0.85 * len(REAL), found
    assert all(license not in ("mit", "apache-2.0") or REAL[file] == license for file, license in found.items())


def _references() -> list[tuple[str, str]]:
    return [
        (path.stem, re.sub(r"\A---\n.*?\n---\n", "", path.read_text(encoding="utf-8"), flags=re.DOTALL))
        for path in sorted((SHARED / "scancode_reference").glob("*.LICENSE"))
    ]


NOT_MIT = "\n\nAdditional terms: nobody may use the work for a commercial purpose without prior written permission of its maker.\n"


@at_hand
def test_no_text_is_falsely_mit_or_apache(real: Identifier) -> None:
    for name, text in _references():
        for changed in (
            text,
            text + NOT_MIT,
            f"Modified {text}",
            text.replace("free of charge", "for a fee"),
            " ".join(text.split()[: len(text.split()) // 2]),
        ):
            found = real.identify(changed)
            if found.license in ("mit", "apache-2.0"):
                assert changed == text, name
                assert name in ("mit", "apache-2.0"), name


@at_hand
def test_changed_copies_of_known_texts_are_told(real: Identifier) -> None:
    known = {reference.name: reference.license for reference in read_references(resource_dir("data") / "fingerprints.yaml") if reference.license}
    right = wrong = whole = 0
    for name, text in _references():
        if name not in known:
            continue
        words = text.split()
        for changed in (
            "\n".join(" ".join(words[at : at + 9]) for at in range(0, len(words), 9)),
            "> " + text.replace("\n", "\n> "),
            f"<pre>{text.replace('<', '&lt;')}</pre>",
            text.upper(),
        ):
            found = real.identify(changed).license
            right += found == known[name]
            wrong += found not in (known[name], None)
            whole += 1
    assert right / whole > 0.97
    assert wrong == 0


@pytest.mark.skipif(not (COMMON / "Apache-2.0").is_file(), reason="the texts of the distribution are not here")
@pytest.mark.parametrize(
    ("file", "license"),
    [
        ("Apache-2.0", "apache-2.0"),
        ("GPL-2", "gpl-2.0"),
        ("GPL-3", "gpl-3.0"),
        ("LGPL-3", "lgpl-3.0"),
        ("MPL-2.0", "mpl-2.0"),
        ("CC0-1.0", "cc0-1.0"),
        ("LGPL-2.1", "lgpl-2.1"),
    ],
)
def test_texts_of_the_distribution_are_told(real: Identifier, file: str, license: str) -> None:
    assert real.identify((COMMON / file).read_text(encoding="utf-8")).license == license


def _changed(file: str, *changes: tuple[str, str]) -> str:
    text = (SHARED / file).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)


FLUX = "model_repo_files/black-forest-labs+flux__model_licenses_LICENSE-FLUX1-dev"
HUNYUAN = "model_repo_files/Tencent-Hunyuan+HunyuanDiT__LICENSE.txt"
NVIDIA = "scancode_reference/nvidia-open-model-2025-04-28.LICENSE"
GEMMA = "scancode_reference/gemma-tou-2025-03-24.LICENSE"
MIT = "scancode_reference/mit.LICENSE"
APACHE = "scancode_reference/apache-2.0.LICENSE"


@at_hand
@pytest.mark.parametrize(
    ("file", "changes", "license", "method"),
    [
        (FLUX, [("FLUX.1 [dev] Non-Commercial License v1.1.1", "FLUX [dev] Non-Commercial License v2.0")], "flux-dev-nc-2.0", "title"),
        (FLUX, [("FLUX.1 [dev] Non-Commercial License v1.1.1", "FLUX Non-Commercial License v2.1")], None, "none"),
        (HUNYUAN, [("DiT Release Date: 14 May 2024", "Large Release Date: 5 November 2024")], None, "none"),
        (HUNYUAN, [("EUROPEAN UNION AND", "EUROPEAN UNION, UNITED KINGDOM AND")], "tencent-hunyuan-community-2024-05", "title"),
        ("scancode_reference/openmdw-1.0.LICENSE", [("version 1.0 (OpenMDW-1.0)", "version 1.1 (OpenMDW-1.1)")], "openmdw-1.1", "title"),
        (NVIDIA, [("April 28, 2025", "October 24, 2025")], "nvidia-open-model-2025-10-24", "title"),
        (NVIDIA, [("April 28, 2025", "June 16, 2024")], None, "none"),
        (GEMMA, [("March 24, 2025", "February 21, 2024")], None, "none"),
        (MIT, [("without restriction", "for noncommercial purposes")], None, "modified"),
        (APACHE, [("Grant of Copyright License.", "Grant of Copyright License for research.")], None, "modified"),
    ],
)
def test_siblings_of_a_text_are_not_taken_for_it(real: Identifier, file: str, changes: list[tuple[str, str]], license: str | None, method: str) -> None:
    found = real.identify(_changed(file, *changes))
    assert (found.license, found.method) == (license, method)


@at_hand
@pytest.mark.parametrize(
    ("file", "added", "license", "method"),
    [
        (MIT, "Any commercial product that uses it must display “MiniMax M2” prominently.", "minimax-m2-modified-mit", "wording"),
        (MIT, "Any commercial product that uses it must display “MiniMax M2.1” prominently.", None, "modified"),
        (MIT, "Companies with a monthly revenue over 20 million dollars are not authorized.", None, "modified"),
        (APACHE, "Weights may be used commercially once an application form was filled in and permission was given.", None, "modified"),
    ],
)
def test_modified_texts_are_never_called_by_the_name_of_the_original(real: Identifier, file: str, added: str, license: str | None, method: str) -> None:
    found = real.identify(f"{_changed(file)}\n\n{added}\n")
    assert (found.license, found.method) == (license, method)


@pytest.mark.parametrize(
    "added",
    [
        "This licence is for the source code. Weights come with terms of their own.",
        "The weights are governed by a separate agreement.",
        "To use it in a product, fill in the application form.",
        "模型权重不得用于商业用途。",
        "Веса нельзя использовать в продуктах.",
    ],
)
def test_a_word_on_weights_in_any_script_makes_an_open_licence_another(added: str) -> None:
    for text in (f"{OPEN}\n\n{added}\n", f"{added}\n\n{OPEN}"):
        found = identifier().identify(text)
        assert (found.license, found.method) == (None, "modified"), text


@pytest.mark.parametrize("holder", ["清华大学", "Acme 株式会社", "Институт"])
def test_a_holder_in_another_script_changes_nothing(holder: str) -> None:
    assert identifier().identify(f"Copyright (c) 2026 {holder}\n\n{OPEN}").license == "open"


MEADOW = Title.of("meadow", "Meadow Community License")
CARD = """# Meadow Community License

Meadow-13B knows meadows. It was trained on flowers and is quick. See the [terms](https://acme.example/Meadow%20Community%20License.pdf) before you mow.

{more}
"""


@pytest.mark.parametrize("more", ["", "It scored well on grass, hay and clover, and less well on moss. " * 100], ids=["short", "long"])
def test_a_card_that_names_a_licence_and_leads_to_it_is_not_its_text(more: str) -> None:
    assert MEADOW is not None
    found = identifier(titles=(MEADOW,)).identify(CARD.format(more=more))
    assert (found.license, found.method, found.link) == (None, "pointer", "https://acme.example/Meadow%20Community%20License.pdf")


def test_terms_that_hold_a_link_are_still_told_by_their_title() -> None:
    assert MEADOW is not None
    text = (
        "Meadow Community License\n\n"
        + "The licensee shall keep this notice and the terms of the agreement; see https://acme.example/terms for the rights granted hereunder. " * 10
    )
    assert identifier(titles=(MEADOW,)).identify(text).license == "meadow"


def test_a_title_of_several_versions_without_a_number_names_none() -> None:
    first = Title.of("hay-1.0", "Hay License Agreement 1.0", open=True)
    bare, second = Title.of("hay-1.0", "Hay License Agreement", open=True), Title.of("hay-1.1", "Hay License Agreement", open=True)
    assert first is not None
    assert bare is not None
    assert second is not None
    known = make_reference(
        "hay", "hay-1.0", "Hay License Agreement version 1.0. " + AGREEMENT.format(version="1.0", date="2 May 2024").replace("garden", "barn"), strict=True
    )
    found = identifier(known, titles=(first, bare, second)).identify(
        "Hay License Agreement\n\nThe barn is open to whoever brings hay along, and shut to all who bring rain."
    )
    assert found.license is None


def test_the_digests_of_texts_are_read_without_their_numbers(tmp_path: Path) -> None:
    path = resource_dir("data") / "fingerprints.yaml"
    expected: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for each in read_references(path):
        if each.license is not None:
            expected.setdefault((each.license, each.part), []).append((each.name, each.digest))
    assert read_digests(path) == expected
    assert expected[("llama2", "license")]
    assert read_digests(tmp_path / "none.yaml") == {}
