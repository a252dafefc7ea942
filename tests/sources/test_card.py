"""Cards as people write them: what is read, what is noted, and that nothing breaks the reader."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import SourceError, UsageError
from registry.sources.card.facts import CardFacts
from registry.sources.card.front_matter import MAX_CARD_BYTES
from registry.sources.card.records import CardSource
from registry.sources.card.source import read_card, read_metadata
from registry.sources.interface import Source

CARDS = Path(__file__).parent / "cards"
SHARED = Path(os.environ.get("LICET_SOURCE_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data") / "cards"


# Bytes that editors and formatters would mend.
BYTES = {
    "crlf": b"---\r\nlicense:\tmit\r\nbase_model: acme/base-7b\r\n---\r\nWritten on another system.\r\n",
    "bom": b"\xef\xbb\xbf---\nlicense: mit\n---\nA mark at the start.\n",
    "latin1": b"---\nlicense: mit\ntitle: caf\xe9\n---\n",
    "nul": b"---\nlicense: mit\ntitle: a\x00b\n---\n",
}


def card(name: str) -> CardFacts:
    return read_card(BYTES[name] if name in BYTES else (CARDS / f"{name}.md").read_bytes())


def codes(facts: CardFacts) -> list[tuple[str, int | None]]:
    return [(note.code, note.line) for note in facts.notes]


def test_plain_card_is_read_whole() -> None:
    facts = card("plain")
    assert facts.licenses == ("apache-2.0",)
    assert [(base.id, base.relation, base.word, base.line) for base in facts.bases] == [("acme/base-7b", "finetune", "finetune", 3)]
    assert [dataset.id for dataset in facts.datasets] == ["acme/heap", "squad"]
    assert facts.languages == ("en", "no")
    assert (facts.pipeline_tag, facts.library_name, facts.gated) == ("text-generation", "transformers", False)
    assert facts.notes == ()


def test_misspelt_keys_are_read_and_noted_with_their_lines() -> None:
    facts = card("misspelt")
    assert facts.licenses == ("MIT",)
    assert [(base.id, base.relation, base.revision) for base in facts.bases] == [
        ("acme/base-7b", "finetune", "v2"),
        ("openai-community/gpt2", "finetune", None),
        ("acme/teacher-70b", "distilled", None),
    ]
    assert facts.unnamed_bases == ("/home/jo/models/base",)
    noted = codes(facts)
    for wanted in (("key-misspelt", 2), ("key-misspelt", 3), ("key-misspelt", 4), ("id-legacy", 5), ("placeholder", 6), ("path-local", 8), ("key-unknown", 9)):
        assert wanted in noted, (wanted, noted)
    assert all("/home" not in note.message for note in facts.notes), "a path on somebody's machine is not repeated"


def test_one_broken_list_does_not_hide_the_licence() -> None:
    facts = card("broken")
    assert facts.licenses == ("mit",)
    assert facts.datasets == ()
    assert facts.tags == ("audio",)
    assert [code for code, _ in codes(facts)] == ["front-matter-broken", "key-unreadable"]
    assert all(line is not None and 4 <= line <= 8 for _, line in codes(facts))


def test_other_licence_goes_with_its_name_and_link() -> None:
    facts = card("other")
    assert (facts.licenses, facts.license_name, facts.license_link) == (("other",), "acme-community", "https://example.org/acme/LICENSE")
    assert facts.gated
    assert [(base.id, base.relation) for base in facts.bases] == [("acme/one-7b", None), ("acme/two-7b", "merge")]


@pytest.mark.parametrize(
    ("name", "licenses", "code"),
    [
        ("crlf", ("mit",), None),
        ("bom", ("mit",), None),
        ("latin1", ("mit",), "card-encoding"),
        ("nul", ("mit",), "front-matter-broken"),
        ("open", (), "fence-open"),
        ("dashes", (), "fence-wrong"),
        ("list", (), "front-matter-no-mapping"),
        ("twice", (), "key-twice"),
        ("none", (), "front-matter-none"),
    ],
)
def test_odd_files_are_read_or_noted(name: str, licenses: tuple[str, ...], code: str | None) -> None:
    facts = card(name)
    assert facts.licenses == licenses
    noted = [each for each, line in codes(facts) if line is not None]
    assert code in noted if code else noted == []


BOMB = "---\na: &a [x, x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)) + "license: mit\n---\n"


@pytest.mark.parametrize(
    "data",
    [
        BOMB.encode(),
        b"---\nx: y: z\n" + BOMB[4:].encode(),
        b"---\na: " + b"[" * 100_000 + b"\n---\n",
        b"---\n: broken\na: " + b"{a: " * 50_000 + b"\n---\n",
        b"---\na: &a [*a]\nlicense: mit\n---\n",
        b"---\nlicense: " + b"9" * 10_000 + b"\n---\n",
        b'---\n!!python/object/apply:os.system ["true"]\n---\n',
        b"---\nlicense: {a: {b: c}}\nbase_model: [[a/b], {x: y}, 1, null, true]\ndatasets: 3.5\ntags: {}\n---\n",
        b"---\n" + b"".join(b"k%d: v\n" % n for n in range(20_000)) + b"bad: [\n---\n",
        b"\xff\xfe" + "---\nlicense: mit\n---\n".encode("utf-16-le"),
        b"\xff\xfe\xff",
        b"",
        b"---",
        b"---\n---",
        b"---\n" + b"x" * (MAX_CARD_BYTES + 10),
        b"---\ntags: [" + b"t, " * 4_000 + b"t]\nlicense: mit\n---\n",
    ],
)
def test_hostile_cards_give_notes_not_exceptions(data: bytes) -> None:
    facts = read_card(data)
    assert isinstance(facts, CardFacts)
    assert facts.licenses in ((), ("mit",))


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=300).map(lambda data: b"---\n" + data + b"\n---\n")
    | st.text(max_size=300).map(lambda text: f"---\nlicense: {text}\n---".encode("utf-8", "replace"))
)
@pytest.mark.property
def test_any_bytes_can_be_read(data: bytes) -> None:
    read_card(data)


def test_metadata_of_the_hub_is_read_the_same_way() -> None:
    facts = read_metadata({"license": ["mit", "apache-2.0"], "base_model": "BERT-base-uncased", "datasets": "https://huggingface.co/datasets/acme/heap"})
    assert facts.licenses == ("mit", "apache-2.0")
    assert facts.bases[0].id == "google-bert/bert-base-uncased"
    assert facts.datasets[0].id == "acme/heap"


def test_card_becomes_a_record() -> None:
    source = CardSource(CARDS / "misspelt.md", "acme/base-7b")
    assert isinstance(source, Source)
    (record,) = source.records()
    assert [(each.raw_name, each.basis) for each in record.statements] == [("MIT", "declared")]
    parents = {each.parent: (each.relation, each.evidence, each.says) for each in record.relations}
    assert parents["acme/teacher-70b"] == ("distilled", "declared", "teacher_model")
    assert parents["dataset:acme/heap"] == ("trained-on", "declared", None)
    assert "acme/base-7b" not in parents, "a model is not its own base"
    assert "base-itself" in [note.code for note in source.notes]
    assert {model.name for model in record.models if not model.recorded} == {"openai-community/gpt2", "acme/teacher-70b"}


def test_statement_of_another_licence_keeps_name_and_link() -> None:
    (record,) = CardSource(CARDS / "other.md", "acme/child").records()
    assert [(each.license, each.raw_name, each.raw_link) for each in record.statements] == [(None, "acme-community", "https://example.org/acme/LICENSE")]
    assert {each.parent: (each.relation, each.says) for each in record.relations} == {
        "acme/one-7b": ("merge", "rule merge: 2 bases"),
        "acme/two-7b": ("merge", "relation"),
    }


def test_missing_card_and_bad_name_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"gone\.md"):
        list(CardSource(tmp_path / "gone.md", "acme/x").records())
    with pytest.raises(SourceError):
        list(CardSource(tmp_path, "acme/x").records())
    with pytest.raises(UsageError):
        list(CardSource(CARDS / "plain.md", "a\nb").records())


@pytest.mark.skipif(not SHARED.is_dir(), reason="the collection of cards is not here")
def test_every_card_of_the_collection_is_read() -> None:
    count = 0
    for path in sorted(SHARED.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                facts = read_card(json.loads(line)["text"])
                assert all(note.line is not None for note in facts.notes)
                count += 1
    for path in sorted((SHARED / "files").glob("*.md")):
        read_card(path.read_bytes())
        count += 1
    assert count > 2_500


@pytest.mark.skipif(not SHARED.is_dir(), reason="the collection of cards is not here")
def test_most_cards_agree_with_the_listing_of_the_hub() -> None:
    agree = {"license": [0, 0], "base": [0, 0]}
    for path in sorted(SHARED.glob("model_cards*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                listed = row.get("hub_2024_07")
                if not listed or row.get("truncated"):
                    continue
                facts = read_card(row["text"])
                agree["license"][0] += sorted(name.lower() for name in facts.licenses) == sorted(name.lower() for name in listed["license"])
                agree["base"][0] += len(facts.bases) == len(listed["base_model"])
                agree["license"][1] += 1
                agree["base"][1] += 1
    # Card and listing are of different days; the rest are cards that changed in between.
    assert all(same / whole > 0.97 for same, whole in agree.values()), agree


def test_what_could_not_be_read_is_kept_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text("---\nlicense: mit\nbase_model: ./local/checkpoint\n---\n", encoding="utf-8")
    (record,) = CardSource(path, "acme/a").records()
    assert [(each.subject, each.finding, each.line) for each in record.remarks] == [("acme/a", "LIC007", 3)]
