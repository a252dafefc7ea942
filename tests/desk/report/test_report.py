"""The report about models, datasets, folders, applications and the whole catalogue."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, tzinfo
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from registry.catalogue.history import head_hash
from registry.catalogue.ingest.writer import ingest
from registry.desk.facts import today
from registry.desk.register import register_model
from registry.desk.report.annex import annex_names, read_annex
from registry.desk.report.facts import READERS
from registry.desk.report.report import MOST_ENTRIES, ReportQuestion, age_in_words, make_report
from registry.desk.report.uses import known_uses
from registry.desk.run.record import OVERRIDDEN
from registry.desk.session import Desk
from registry.errors import FactError, UnknownModelError, UsageError
from registry.reports.markdown import render_markdown
from registry.reports.report import Report, report_to_data
from registry.reports.report_forms import render
from registry.reports.report_json import render_json
from registry.reports.report_words import DISCLAIMER, VERDICTS
from registry.supplychain.remark import Remark
from registry.supplychain.source import Source
from tests.desk.conftest import LLAMA, Open, specification
from tests.factories import model, record, statement

SERVICE: dict[str, Any] = {"commercial": True, "distribution": ["saas"]}
VISION = "meta-llama/Llama-3.2-11B-Vision-Instruct"


def about(desk: Desk, *targets: str, raw: dict[str, Any] | None = None, **given: Any) -> Report:
    return make_report(desk, targets, ReportQuestion(SERVICE if raw is None else raw, **given))


def test_a_report_has_every_part_in_its_order(desk: Desk) -> None:
    register_model(desk, specification("acme/merged", "meta-llama/Llama-2-7b-hf:merge", "mistralai/Mistral-7B-v0.1:merge", license="mit"), {})
    text = render_markdown(about(desk, "acme/merged", raw={**SERVICE, "distribution": ["weights"], "modified": True}))
    parts = ["# Licence report: acme/merged", "- date: ", "- licence knowledge: ", "- catalogue: ", "**conditional**", "What to do next:", "Look again by "]
    parts += ["## acme/merged", "It is a yes when ", "### Facts", "### Licences", "### What decides", "### Duties", "- [ ] ", "### Limits", "### Lineage"]
    parts += ["### Findings", "\n- LIC101", "### Record", "## Licence texts", "## Not examined", "## Sign-off", "\n---\n", DISCLAIMER]
    places = [text.find(part) for part in parts]
    assert -1 not in places, parts[places.index(-1)]
    assert places == sorted(places)
    assert text.endswith(f"{DISCLAIMER}\n")


def test_a_report_says_what_it_rests_on(reader: Desk) -> None:
    report = about(reader, LLAMA)
    assert report.made_on == today()
    assert report.knowledge == {"version": reader.knowledge.version, "digest": reader.knowledge.digest, "age": age_in_words(reader.knowledge)}
    with reader.catalogue.reading() as connection:
        assert report.catalogue == {"head": head_hash(connection)}
    assert report.stated_by == {"commercial": "with the request", "distribution": "with the request"}


def test_reasons_carry_their_sections_and_missing_facts_are_named(reader: Desk) -> None:
    text = render_markdown(about(reader, LLAMA))
    assert re.search(r"- llama2, section 2[^:]*: Above 700 million", text)
    assert "| monthly\\_active\\_users |  | not stated, and it decides |" in text
    assert "more than 700,000,000" in text
    assert "2023-06" in text


def test_the_report_is_the_same_twice(reader: Desk) -> None:
    assert render_json(about(reader, LLAMA)) == render_json(about(reader, LLAMA))


def test_the_source_date_is_the_day_of_the_report_and_of_the_use(reader: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    report = about(reader, LLAMA)
    assert (report.made_on, report.date) == ("2026-01-01", "2026-01-01")
    assert about(reader, LLAMA, raw={**SERVICE, "date": "2026-02-03"}).date == "2026-02-03"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH"):
        about(reader, LLAMA)


@pytest.mark.parametrize("form", ["html", "json", "md", "pdf"])
def test_the_same_inputs_are_the_same_bytes_on_another_day(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, form: str) -> None:
    """Nothing of the real day gets in: neither with models, nor applications, datasets, folders or a whole catalogue."""
    if form in ("html", "pdf"):
        pytest.importorskip("jinja2")
    if form == "pdf":
        pytest.importorskip("weasyprint")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    folder = folder_of(tmp_path, "license: apache-2.0", "base_model: meta-llama/Llama-2-7b-hf")
    targets: list[tuple[str, ...]] = [(folder,)] if form == "pdf" else [(LLAMA, "dataset:tatsu-lab/alpaca", folder), ("app:aurelia-lex",), ()]

    def documents() -> list[bytes]:
        asked = [(each, ReportQuestion(SERVICE, uses=("all",), annexes=("ntia",) if each else (), rows=20)) for each in targets]
        return [render(make_report(desk, each, question), form) for each, question in asked]

    before = documents()
    clock_is_set_to(monkeypatch, "2029-03-01")
    assert today() == "2029-03-01"
    assert documents() == before


def clock_is_set_to(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Later:
            return cls.fromisoformat(day).replace(tzinfo=tz)

    monkeypatch.setattr("registry.desk.facts.datetime", Later)


def test_duties_have_what_sets_them_off_and_words_to_use(reader: Desk) -> None:
    (entry,) = about(reader, LLAMA, raw={"commercial": True, "distribution": ["product"], "monthly_active_users": "5M"}).entries
    copy, notice = [duty for duty in entry.duties if duty.counts]
    assert (copy.title, copy.section, copy.trigger) == ("Give a copy of the licence", "1.b.i", "give the weights to others or ship it inside a product")
    assert copy.text is not None
    assert copy.text.startswith("Llama 2 Community License Agreement, 2023-07-18: https://github.com/meta-llama/llama-models/blob/")
    assert notice.text is not None
    assert notice.text.startswith("Llama 2 is licensed under")
    assert entry.headline == "Allowed if you do these 2 things."
    assert entry.next[0].what == "Do the 2 duties below before it goes out."


def test_what_counsel_asks_of_a_licence_is_there_or_said_to_be_unknown(reader: Desk) -> None:
    (llama,) = [license for license in about(reader, LLAMA).licenses if license.id == "llama2"]
    assert (llama.steward, llama.released, llama.type, llama.amendment) == ("Meta", "2023-07-18", "custom", ())
    assert "California" in llama.governing_law[0]
    assert "breach" in llama.termination[0]
    assert [text.name for text in llama.texts] == ["Llama 2 Community License Agreement", "Llama 2 Acceptable Use Policy"]
    assert any(link.endswith("/models/llama2/LICENSE") for link in llama.links)
    assert llama.texts[0].links[0] in llama.links
    assert llama.digest == reader.knowledge.license_digest("llama2")
    assert next(copy["name"] for copy in llama.texts[0].words).startswith("llama-2-license-2023")
    assert re.fullmatch(r"[0-9a-f]{32}", llama.texts[0].words[0]["digest"])
    text = render_markdown(about(reader, LLAMA))
    assert "can it be changed by one side: not recorded" in text
    assert f"words {llama.texts[0].words[0]['digest']}" in text


def test_whoever_states_facts_is_named_where_they_gave_a_name(reader: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICET_ACTOR", "Grace of counsel")
    report = about(reader, LLAMA, annexes=("ntia",))
    assert report.stated_by["commercial"] == "with the request, by Grace of counsel"
    assert {field.id: field.value for field in report.annexes[0].fields}["author"] == "Grace of counsel"


def test_what_is_declared_detected_and_concluded_stands_side_by_side(desk: Desk) -> None:
    with desk.catalogue.writing() as connection:
        card = statement("acme/torn", None, raw_name="apache-2.0", source=Source("a card", "2026-11-01"))
        file = statement("acme/torn", "llama2", basis="detected", raw_name="LICENSE", source=Source("a file", "2026-11-02"))
        ingest(connection, [record(model("acme/torn"), card, file)], actor="me", kind="import")
    text = render_markdown(about(desk, "acme/torn"))
    assert "| declared | apache-2.0 | apache-2.0 by its id | a card, read 2026-11-01 |" in text
    assert re.search(r"\| detected \| LICENSE \| llama2 by its \w+ \| a file, read 2026-11-02 \|", text)
    assert re.search(r"\| concluded \| - \| llama2 \| its files show it, .*files count more than a card \|", text)


def test_what_was_set_aside_or_passed_over_is_told(desk: Desk) -> None:
    with desk.catalogue.writing() as connection:
        card = statement("acme/argued", "mit", source=Source("its card", "2026-11-01"))
        held = statement("acme/argued", "llama2", basis="concluded", source=Source("memo 7 of counsel", "2026-11-02"))
        passed = Remark(
            "acme/argued", OVERRIDDEN, "the licence check said prohibited; passed over under the approval LEG-42", source=Source("a run", "2026-11-03")
        )
        ingest(connection, [record(model("acme/argued"), card, held, passed)], actor="me", kind="import")
    (entry,) = about(desk, "acme/argued").entries
    assert entry.overrides == (
        "When it was made, the licence check said prohibited; passed over under the approval LEG-42.",
        "Its own claim `mit` was set aside for llama2, by memo 7 of counsel.",
    )
    assert about(desk, LLAMA).entries[0].overrides == ()
    assert "LEG-42" in render_markdown(about(desk, "acme/argued"))


def test_a_dispute_is_told_under_every_interpretation(desk: Desk) -> None:
    register_model(desk, specification("acme/tuned", license="apache-2.0", datasets=["tatsu-lab/alpaca"]), {})
    (entry,) = about(desk, "acme/tuned", raw={"commercial": True, "distribution": ["weights"]}).entries
    said = {reading.interpretation: reading for reading in entry.readings}
    assert set(said) == {"strict", "mainstream", "permissive"}
    assert said["mainstream"].verdict == entry.answer["verdict"]
    assert said["strict"].verdict in ("prohibited", "needs-permission")
    assert said["strict"].deciding != said["mainstream"].deciding
    assert said["strict"].points["data-to-weights"] == "binds"
    assert any("disputed" in step.what for step in entry.next)


def test_an_application_has_a_table_of_its_models_and_its_users(reader: Desk) -> None:
    report = about(reader, "app:aurelia-lex", raw={})
    assert report.kind == "application"
    assert report.application is not None
    assert report.application["monthly_users"]["2026-05"] == 7730
    assert report.stated_by["commercial"] == "the record of the application"
    assert report.portfolio is not None
    assert [row.model for row in report.portfolio.rows] == [entry.name for entry in report.entries]
    assert VISION in [row.model for row in report.portfolio.rows]
    assert report.verdict == max((row.verdict for row in report.portfolio.rows), key=list(VERDICTS).index)


def test_a_count_that_is_missing_is_asked_for_with_its_month(reader: Desk) -> None:
    steps = {step.what for step in about(reader, "app:aurelia-lex", raw={}).next}
    assert f"{VISION}: State monthly active users for 2024-08: the answer hangs on it." in steps
    assert f"{VISION}: State country: the answer hangs on it." in steps


def test_one_model_is_held_against_several_uses(reader: Desk) -> None:
    report = about(reader, LLAMA, uses=("all",))
    assert report.portfolio is not None
    (row,) = report.portfolio.rows
    said = dict(zip((use.name for use in report.portfolio.uses), row.verdicts, strict=True))
    assert (said["teach"], said["product"]) == ("prohibited", "conditional")
    text = render_markdown(report)
    assert re.search(r"\| teach \| [^|]+ \| [^|]+ \| prohibited \|", text)
    assert "## Side by side" not in text
    assert about(reader, LLAMA, uses=("research",)).portfolio is None


def test_what_no_column_is_about_counts_in_all_of_them(reader: Desk) -> None:
    """Users and revenue are the company's; commercial or not, and how it reaches others, is what the columns tell apart."""
    raw = {"commercial": False, "distribution": ["weights"], "monthly_active_users": "5M"}
    for report in (about(reader, LLAMA, raw=raw, uses=("all",)), make_report(reader, (), ReportQuestion(raw, ("all",), rows=2_000))):
        assert report.portfolio is not None
        said = next(row.verdicts for row in report.portfolio.rows if row.model == LLAMA)
        columns = dict(zip((use.name for use in report.portfolio.uses), said, strict=True))
        assert (columns["product"], columns["teach"]) == ("permitted-with-obligations", "prohibited")


def test_duties_that_hang_on_what_is_not_stated_are_a_step(reader: Desk) -> None:
    (entry,) = about(reader, LLAMA, raw={"monthly_active_users": "5M"}).entries
    assert entry.headline == "Allowed; duties below apply if what sets them off is the case."
    assert entry.next[0].what.startswith("See which of ")


def test_the_terms_of_a_host_bring_a_nearer_day_to_look_again(reader: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1793491200")
    entries = {entry.name: entry for entry in about(reader, "app:aurelia-lex", raw={"date": "2026-11-01"}).entries}
    assert entries["mistralai/mistral-large-2402"].recheck.on == "2026-12-01"
    assert "may change" in entries["mistralai/mistral-large-2402"].recheck.reason
    assert entries["intfloat/multilingual-e5-large"].recheck.on == "2027-04-30"


def test_a_day_to_look_again_is_never_past(reader: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1793491200")
    assert about(reader, LLAMA, raw={"date": "2024-01-15"}).entries[0].recheck.on == "2027-04-30"
    assert about(reader, LLAMA, raw={"date": "2027-01-15"}).entries[0].recheck.on > "2027-07-01"


def test_a_count_near_its_limit_is_looked_at_next_month(reader: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1793491200")
    near, far = (
        about(reader, "stabilityai/stable-diffusion-3.5-large", raw={**SERVICE, "annual_revenue_usd": value, "date": "2026-12-05"}).entries[0]
        for value in ("900k", "100k")
    )
    assert near.answer["headroom"]
    assert near.recheck.on == "2027-01-01"
    assert far.recheck.on > near.recheck.on


def test_a_dataset_has_a_report(reader: Desk) -> None:
    report = about(reader, "dataset:the-pile")
    assert (report.title, report.kind) == ("Licence report: dataset:the-pile", "dataset")
    assert report.entries[0].lineage is None


def test_tables_keep_their_columns(reader: Desk) -> None:
    lines = render_markdown(about(reader, "app:aurelia-lex", raw={})).splitlines()
    for head, row in pairwise(lines):
        if head.startswith("|") and row.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", head)) == len(re.findall(r"(?<!\\)\|", row)), row


def test_a_report_about_nothing_is_refused(reader: Desk) -> None:
    with pytest.raises(UnknownModelError):
        about(reader, "meta-llama/Llama-2-7b-hff")
    with pytest.raises(FactError):
        about(reader, LLAMA, raw={"commercial": "maybe"})
    with pytest.raises(UsageError, match="more than one report"):
        about(reader, *(f"acme/m{number}" for number in range(MOST_ENTRIES + 1)))


def test_facts_of_the_company_are_told_apart_from_those_of_the_asker(desk_over: Open) -> None:
    report = about(desk_over(facts={"commercial": False, "country": "NO"}), LLAMA, raw={"commercial": True})
    assert report.stated_by == {"commercial": "with the request", "country": "the company's licet.yaml"}
    assert report.use == {"commercial": True, "country": "NO"}


def folder_of(path: Path, *lines: str) -> str:
    folder = path / "my-model"
    folder.mkdir()
    (folder / "README.md").write_text("\n".join(["---", *lines, "---", "# Mine"]), encoding="utf-8")
    return str(folder)


def test_a_folder_is_asked_about_by_what_it_shows_and_nothing_is_kept(reader: Desk, tmp_path: Path) -> None:
    report = about(
        reader, folder_of(tmp_path, "license: apache-2.0", "base_model: meta-llama/Llama-2-7b-hf"), raw={"commercial": True, "distribution": ["weights"]}
    )
    (entry,) = report.entries
    assert (report.kind, entry.kind, entry.name) == ("folder", "folder", "my-model")
    assert {license["id"]: license["reach"] for license in entry.answer["licenses"]}.items() >= {"apache-2.0": "original", "llama2": "derivative"}.items()
    assert "LIC101" in {finding["code"] for finding in entry.answer["findings"]}
    assert str(entry.answer["revision"]).startswith("sha256:")
    assert entry.lineage is not None
    assert {(edge["child"], edge["parent"]) for edge in entry.lineage["edges"]} >= {("my-model", "meta-llama/Llama-2-7b-hf")}
    assert entry.record is not None
    assert [(base["model"], base["relation"], base["source"]) for base in entry.record["bases"]] == [
        ("meta-llama/Llama-2-7b-hf", "finetune", "my-model: README.md")
    ]
    assert [claim["license"] for claim in entry.record["license"]["declared"]] == ["apache-2.0"]
    assert entry.openness is not None
    text = render_markdown(report)
    assert "my-model (apache-2.0) is a fine-tune of meta-llama/Llama-2-7b-hf (llama2)" in text
    assert "| declared | apache-2.0 | apache-2.0 by its id | my-model: README.md, read " in text
    assert "nothing on record\n- changes" not in text


def test_a_folder_with_an_unheard_of_base_says_that_its_terms_are_missing(reader: Desk, tmp_path: Path) -> None:
    (entry,) = about(
        reader, folder_of(tmp_path, "license: mit", "base_model: nobody/knows-this"), raw={"commercial": True, "distribution": ["weights"]}
    ).entries
    assert "missing-ancestor" in {license["id"] for license in entry.answer["licenses"]}
    assert "LIC105" in {finding["code"] for finding in entry.answer["findings"]}


def test_a_folder_that_is_none_is_refused(reader: Desk, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a folder"):
        about(reader, str(tmp_path / "nowhere"))
    (tmp_path / "notes.txt").write_text("nothing of a model", encoding="utf-8")
    with pytest.raises(UsageError, match="shows no model"):
        about(reader, str(tmp_path))


def test_the_whole_catalogue_is_counted_and_listed_up_to_a_limit(reader: Desk) -> None:
    report = make_report(reader, (), ReportQuestion({"commercial": True}, uses=("all",), rows=50))
    portfolio = report.portfolio
    assert portfolio is not None
    assert len(portfolio.rows) == 50
    assert portfolio.left_out == portfolio.models - 50
    assert sum(portfolio.by_verdict.values()) == portfolio.models
    assert [use.name for use in portfolio.uses] == [use.named.name for use in known_uses()]
    for counts in portfolio.by_use.values():
        assert sum(counts.values()) == portfolio.models
    ranks = [list(VERDICTS).index(row.verdict) for row in portfolio.rows]
    assert ranks == sorted(ranks)


def test_the_matrix_says_of_a_model_what_its_own_report_says(reader: Desk) -> None:
    whole = make_report(reader, (), ReportQuestion({"commercial": True}, uses=("all",), rows=2000)).portfolio
    assert whole is not None
    rows = {row.model: row for row in whole.rows}
    for name in (LLAMA, "mistralai/Mistral-7B-v0.1", "stabilityai/stable-diffusion-xl-base-1.0"):
        single = about(reader, name, "intfloat/multilingual-e5-large", raw={"commercial": True}, uses=("all",)).portfolio
        assert single is not None
        assert single.rows[0].verdicts == rows[name].verdicts


def test_a_use_of_a_file_is_the_use_of_the_report_and_flags_overrule_it(reader: Desk, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text("title: Our shop\nfacts:\n  commercial: true\n  country: NO\n  distribution: [saas]\n", encoding="utf-8")
    report = about(reader, LLAMA, raw={"country": "DE"}, uses=(str(file),))
    assert (report.use_title, report.use) == ("Our shop", {"commercial": True, "country": "DE", "distribution": ["saas"]})
    assert report.stated_by == {"commercial": "the use `shop`", "country": "with the request", "distribution": "the use `shop`"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("facts: [1]\n", "states no facts"),
        ("- 1\n", "states no facts"),
        ("commercial: maybe\n", "commercial"),
        ("facts: {weather: fine}\n", "weather"),
        ("a: [\n", "line"),
    ],
)
def test_a_file_of_facts_that_is_wrong_is_told(reader: Desk, tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "use.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        about(reader, LLAMA, uses=(str(file),))
    with pytest.raises(UsageError, match="no use and no file"):
        about(reader, LLAMA, uses=("nothing",))


def test_what_changed_since_an_earlier_report_is_told_line_by_line(reader: Desk) -> None:
    earlier = json.loads(render_json(about(reader, LLAMA, raw={"commercial": True, "distribution": ["internal"], "monthly_active_users": "5M"})))
    same = about(reader, LLAMA, raw={"commercial": True, "distribution": ["internal"], "monthly_active_users": "5M"}, since=earlier)
    assert same.changes is not None
    assert same.changes.changes == ()
    now = about(reader, LLAMA, raw={"commercial": True, "distribution": ["product"], "monthly_active_users": "800M"}, since=earlier)
    assert now.changes is not None
    said = {(change.subject, change.what, change.before, change.after) for change in now.changes.changes}
    assert (LLAMA, "verdict", "permitted", "needs-permission") in said
    assert ("the use", "distribution", "internal", "product") in said
    assert any(what == "duty" and before is None for _, what, before, _ in said)
    gone = about(reader, "intfloat/multilingual-e5-large", since=earlier)
    assert gone.changes is not None
    assert (LLAMA, "model", "in the report", None) in {(each.subject, each.what, each.before, each.after) for each in gone.changes.changes}


def test_an_earlier_report_that_is_not_whole_is_told(reader: Desk) -> None:
    for broken in ({"schema": "licet.report/1"}, {**report_to_data(about(reader, LLAMA)), "entries": [{}]}, {**report_to_data(about(reader, LLAMA)), "use": 5}):
        with pytest.raises(UsageError, match="not whole"):
            about(reader, LLAMA, since=broken)


def test_every_annex_is_filled_from_records_or_says_who_supplies_it(reader: Desk) -> None:
    report = about(reader, LLAMA, annexes=tuple(annex_names()))
    assert [annex.id for annex in report.annexes] == annex_names() == ["eu-ai-act", "g7", "ntia"]
    for annex in report.annexes:
        assert 0 < annex.filled < len(annex.fields)
        for field in annex.fields:
            assert field.supplied_by
            assert field.value != ""
    values = {(annex.id, field.id): field.value for annex in report.annexes for field in annex.fields}
    assert len([key for key in values if key[0] == "g7"]) == 50
    assert values["ntia", "component-name"] == LLAMA
    assert values["ntia", "other-identifiers"] == f"pkg:huggingface/{LLAMA}"
    assert values["ntia", "author"] is None
    assert "Llama 2 Acceptable Use Policy" in str(values["eu-ai-act", "MDF-4.1"])
    assert values["eu-ai-act", "MOD-3"] is None


def test_forms_ask_only_for_what_a_report_can_hold() -> None:
    used = {field.reader for name in annex_names() for field in read_annex(name).fields if field.reader}
    assert used <= set(READERS)
    with pytest.raises(UsageError, match="no annex `iso`"):
        read_annex("iso")


def test_a_modification_is_held_against_a_third_of_its_base(desk: Desk) -> None:
    from registry.desk.catalog.entries import add

    register_model(desk, specification("acme/base", license="apache-2.0"), {})
    register_model(desk, specification("acme/tuned", "acme/base", license="apache-2.0"), {})

    def third() -> str | None:
        report = about(desk, "acme/tuned", annexes=("eu-ai-act",))
        return next(field.value for field in report.annexes[0].fields if field.id == "MOD-3")

    assert third() is None
    add(desk, "compute", {"model": "acme/tuned", "flop": 2e22})
    assert str(third()).startswith("No: 20.00% of a stand-in: the computation of the training of acme/base is not on record")
    add(desk, "compute", {"model": "acme/base", "flop": 5e22})
    assert str(third()).startswith("Yes: 40.00% of acme/base; a third is 1.67e+22 FLOP")


def test_an_annex_about_a_whole_catalogue_is_refused(reader: Desk) -> None:
    with pytest.raises(UsageError, match="single models"):
        make_report(reader, (), ReportQuestion({}, annexes=("g7",)))


def test_what_the_policy_sets_aside_is_told_with_its_end(desk_over: Open) -> None:
    waivers = [
        {"finding": "LIC101", "owner": "counsel", "reason": "Agreed with the licensor.", "expires": "2099-12-31", "model": "microsoft/*"},
        {"finding": "LIC101", "owner": "sales", "reason": "Just this once.", "expires": "2020-12-31"},
        {"finding": "LIC101", "owner": "legal", "reason": "Of others.", "expires": "2099-12-31", "model": "acme/*"},
    ]
    (entry,) = about(desk_over(policy={"waivers": waivers}), "microsoft/Orca-2-7b").entries
    assert [(each["owner"], each["holds"]) for each in entry.waivers] == [("counsel", True), ("sales", False)]
    assert about(desk_over(), "microsoft/Orca-2-7b").entries[0].waivers == ()


def test_the_openness_of_a_model_says_what_is_missing(reader: Desk) -> None:
    (entry,) = about(reader, LLAMA).entries
    assert entry.openness is not None
    assert "class" in entry.openness["sentence"]
    assert f"openness by the Model Openness Framework: {entry.openness['sentence']}" in render_markdown(about(reader, LLAMA)).replace("\\", "")


def test_json_is_the_value_itself(reader: Desk) -> None:
    report = about(reader, LLAMA)
    document = json.loads(render_json(report))
    assert document["schema"] == "licet.report/1"
    assert document == json.loads(json.dumps(report_to_data(report)))
    assert document["entries"][0]["answer"]["verdict"] == report.verdict
    assert replace(report, title="x") != report
