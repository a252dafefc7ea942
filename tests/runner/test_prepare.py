"""What is put beside a model that a run made: its card and the files of terms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from registry.desk.identify import identify_file
from registry.desk.run.plan import Plan, Planned, PlannedData, PlannedModel, plan_run
from registry.desk.session import Desk
from registry.errors import UsageError
from registry.provenance.digests import digest_folder
from registry.resources import resource_dir
from registry.runner.events import Finished
from registry.runner.job import FinetuneJob
from registry.runner.prepare import MAX_ABOUT, name_warning, prepare_folder, read_about
from registry.runner.prepare_terms import Source, Terms, pointer_text, write_terms
from registry.runner.run_data import FoundData
from registry.runner.run_demo import ABOUT
from registry.runner.run_inputs import Inputs
from registry.runner.run_models import FoundModel
from registry.sources.card.front_matter import read_front_matter
from registry.sources.card.source import read_card
from registry.sources.card.story import read_story
from tests.runner.test_run_record import job, told

LLAMA_3 = "meta-llama/Meta-Llama-3-8B"
MINI = "sentence-transformers/all-MiniLM-L6-v2"


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "base"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    return folder


def prepared(desk: Desk, folder: Path, base: Path, name: str, *bases: str, override: str | None = None, about: str = "", **facts: Any) -> str:
    """The card of a fine-tune that is prepared in a folder."""
    folder.mkdir(exist_ok=True)
    models = bases or (MINI,)
    planned = Planned(name, tuple(PlannedModel(each, "finetune") for each in models), (PlannedData("messages", license="cc0-1.0"),))
    plan: Plan = plan_run(desk, planned, facts)
    digest = digest_folder(base)
    data = FoundData("messages", base / "config.json", "ab" * 32, digest.files)
    inputs = Inputs(tuple((FoundModel(each, base, digest), "finetune") for each in models), data)
    work: FinetuneJob = job(base)
    done = Finished(counts={"examples": 10}, settings={"learning_rate": 1e-4}, artifacts={"loss-plot": "training/loss.png"})
    result = prepare_folder(folder, desk.knowledge, plan, inputs, work, name, told(), done, override, about)
    assert (result.name_warning is None) == (name_warning(plan.item, plan.outward, name) is None)
    return (folder / "README.md").read_text(encoding="utf-8")


def test_the_card_names_licence_base_and_data_so_that_it_can_be_read_back(reader: Desk, tmp_path: Path, base: Path) -> None:
    card = prepared(reader, tmp_path / "out", base, "acme/made")
    facts = read_card(card.encode())
    assert facts.licenses == ("apache-2.0",)
    assert [(each.id, each.relation) for each in facts.bases] == [(MINI, "finetune")]
    assert [each.id for each in facts.datasets] == ["messages"]
    assert facts.library_name == "transformers"
    assert facts.pipeline_tag == "text-classification"
    assert facts.notes == ()


def test_a_custom_licence_is_named_with_its_link(reader: Desk, tmp_path: Path, base: Path) -> None:
    facts = read_card(prepared(reader, tmp_path / "out", base, "acme/Llama-3-made", LLAMA_3, monthly_active_users="1000").encode())
    assert (facts.licenses, facts.license_name) == (("other",), "llama3")
    assert facts.license_link is not None


def test_a_licence_of_spdx_s_list_is_its_own_tag_though_it_is_not_open_source(reader: Desk, tmp_path: Path, base: Path) -> None:
    facts = read_card(prepared(reader, tmp_path / "out", base, "acme/made", "facebook/nllb-200-distilled-600M", commercial=False).encode())
    assert (facts.licenses, facts.license_name) == (("cc-by-nc-4.0",), None)


def test_duties_of_the_lineage_become_a_checklist_with_the_words_that_are_ordered(reader: Desk, tmp_path: Path, base: Path) -> None:
    card = prepared(reader, tmp_path / "out", base, "acme/Llama-3-made", LLAMA_3, monthly_active_users="1000")
    assert "- [ ] " in card
    assert "Built with Meta Llama 3" in card
    notice = (tmp_path / "out" / "NOTICE").read_text(encoding="utf-8")
    assert "Meta Llama 3 is licensed under the Meta Llama 3 Community License, Copyright © Meta Platforms, Inc. All Rights Reserved." in notice
    assert f"{LLAMA_3}: its weights were trained further." in notice


def test_a_name_that_breaks_a_rule_gets_one_that_keeps_it(reader: Desk, tmp_path: Path) -> None:
    plan = plan_run(reader, Planned("acme/made", (PlannedModel(LLAMA_3, "finetune"),)), {"monthly_active_users": "1000"})
    warning = name_warning(plan.item, plan.outward, "acme/made")
    assert warning is not None
    assert "LIC201" in warning
    assert "`acme/Llama-3-made`" in warning


def test_licence_texts_of_the_base_are_taken_over_with_their_digest(reader: Desk, tmp_path: Path, base: Path) -> None:
    (base / "LICENSE").write_text("Terms of the base.\n")
    (base / "NOTICE").write_text("Made by the makers of the base.\n")
    (base / "USE_POLICY.md").write_text("Do no harm.\n")
    prepared(reader, tmp_path / "out", base, "acme/made")
    assert (tmp_path / "out" / "LICENSE").read_text() == "Terms of the base.\n"
    assert (tmp_path / "out" / "USE_POLICY.md").read_text() == "Do no harm.\n"
    assert "Made by the makers of the base." in (tmp_path / "out" / "NOTICE").read_text()


def test_where_no_text_is_at_hand_the_file_says_that_it_only_points_to_it(reader: Desk, tmp_path: Path, base: Path) -> None:
    prepared(reader, tmp_path / "out", base, "acme/made")
    text = (tmp_path / "out" / "LICENSE").read_text()
    assert text.startswith("This file is not a licence text.")
    assert "https://www.apache.org/licenses/LICENSE-2.0" in text
    found = identify_file(reader, tmp_path / "out" / "LICENSE")
    assert found["license"] in (None, "apache-2.0")


def test_two_bases_with_files_of_one_name_keep_both(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "LICENSE").write_text(f"Terms of {name}.\n")
        (tmp_path / name / "NOTICE.txt").write_text(f"Notice of {name}.\n")
    out = tmp_path / "out"
    out.mkdir()
    sources = [Source("acme/one", tmp_path / "one"), Source("acme/two", tmp_path / "two")]
    written = write_terms(out, "acme/made", sources, [Terms("mit", "MIT License")], [], "merged.")
    assert sorted(path.name for path in out.iterdir()) == ["LICENSE", "LICENSE-acme-two", "NOTICE"]
    assert (out / "LICENSE-acme-two").read_text() == "Terms of two.\n"
    assert [entry[0] for entry in written.copied] == ["LICENSE", "LICENSE-acme-two"]
    assert written.pointed == ()
    notice = (out / "NOTICE").read_text()
    assert "Notice of one." in notice
    assert "Notice of two." in notice


def test_the_same_text_from_two_bases_is_kept_once(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "LICENSE").write_text("The same terms.\n")
    out = tmp_path / "out"
    out.mkdir()
    write_terms(out, "acme/made", [Source("acme/one", tmp_path / "one"), Source("acme/two", tmp_path / "two")], [], [], "merged.")
    assert sorted(path.name for path in out.iterdir()) == ["LICENSE", "NOTICE"]


def test_a_link_out_of_the_base_is_not_followed(reader: Desk, tmp_path: Path, base: Path) -> None:
    (tmp_path / "secret").write_text("a private key")
    (base / "LICENSE").symlink_to(tmp_path / "secret")
    out = tmp_path / "out"
    out.mkdir()
    write_terms(out, "acme/made", [Source("acme/base", base)], [Terms("mit", "MIT License")], [], "changed.")
    assert "a private key" not in (out / "LICENSE").read_text()


def test_names_from_outside_make_no_markup_and_no_further_keys(reader: Desk, tmp_path: Path, base: Path) -> None:
    card = prepared(reader, tmp_path / "out", base, "acme/a | b](http://x) <script>")
    assert "<script>" not in card.split("---", 2)[2]
    front = read_front_matter(card)
    assert front.notes == ()
    assert set(front.values) == {"license", "base_model", "base_model_relation", "datasets", "library_name", "pipeline_tag", "tags", "model-index"}


def test_an_approval_is_told_on_the_card(reader: Desk, tmp_path: Path, base: Path) -> None:
    card = prepared(reader, tmp_path / "out", base, "acme/made", override="LEGAL-42")
    assert "LEGAL-42" in card


def test_a_card_that_a_library_wrote_is_replaced(reader: Desk, tmp_path: Path, base: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "README.md").write_text("base_model: /home/alice/base")
    assert "alice" not in prepared(reader, tmp_path / "out", base, "acme/made")


def test_a_pointer_tells_what_it_is() -> None:
    text = pointer_text("acme/made", [Terms("llama2", "Llama 2 Community License", None), Terms("mit", "MIT License", "https://example.org/mit")])
    assert "- Llama 2 Community License (llama2)\n" in text
    assert "- MIT License (mit): https://example.org/mit\n" in text


def test_a_stated_licence_stands_beside_the_texts_of_the_bases(tmp_path: Path, base: Path) -> None:
    (base / "LICENSE").write_text("Terms of the base.\n")
    out = tmp_path / "out"
    out.mkdir()
    reaching, own = [Terms("apache-2.0", "Apache License 2.0")], [Terms("mit", "MIT License")]
    written = write_terms(out, "acme/made", [Source("acme/base", base)], reaching, [], "changed.", own)
    assert "MIT License (mit)" in (out / "LICENSE").read_text()
    assert "Apache" not in (out / "LICENSE").read_text()
    assert (out / "LICENSE-acme-base").read_text() == "Terms of the base.\n"
    assert [terms.id for terms in written.pointed] == ["mit"]


def test_a_stated_licence_without_texts_of_the_bases_points_to_both(tmp_path: Path, base: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    write_terms(out, "acme/made", [Source("acme/base", base)], [Terms("apache-2.0", "Apache License 2.0")], [], "changed.", [Terms("mit", "MIT License")])
    assert "MIT License (mit)" in (out / "LICENSE").read_text()
    assert "Apache License 2.0 (apache-2.0)" in (out / "LICENSE").read_text()


def test_what_its_maker_says_of_a_model_stands_on_its_card(reader: Desk, tmp_path: Path, base: Path) -> None:
    file = tmp_path / "about.md"
    file.write_text("---\nlicense: mit\n---\n## Intended use\n\nSorting letters.\n", encoding="utf-8")
    card = prepared(reader, tmp_path / "out", base, "acme/made", about=read_about(file))
    assert read_story(card.encode()).texts["intended-use"] == "Sorting letters."
    assert read_card(card.encode()).licenses == ("apache-2.0",), "the front matter stays that of the run"


def test_the_demonstration_says_what_bills_of_materials_ask_for() -> None:
    story = read_story(read_about(resource_dir("data") / "examples" / ABOUT).encode())
    assert {"intended-use", "limitations", "ethics", "risk", "domain", "autonomy", "personal-data", "preprocessing", "threshold", "standards"} <= set(
        story.texts
    )


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a\0b", b"x" * (MAX_ABOUT + 1)])
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "about.md").write_bytes(data)
    with pytest.raises(UsageError, match=r"about\.md"):
        read_about(tmp_path / "about.md")
    with pytest.raises(UsageError, match="nowhere"):
        read_about(tmp_path / "nowhere.md")
    assert read_about(None) == ""
