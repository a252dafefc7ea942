"""Audits of applications over the seeded catalogue."""

from __future__ import annotations

import dataclasses
import json
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from registry.desk.audit.findings import told_to_item
from registry.desk.audit.gate import is_open, refusals, words_to_fail_on
from registry.desk.audit.lock import drift, lock_of, read_lock, write_lock
from registry.desk.session import Desk
from registry.errors import UsageError
from tests.desk.audit.applications import LLAMA, LOADS, SAAS, Kept, app, audit, codes, with_policy, write
from tests.sources.model_folders import safetensors, write_folder


def test_lic301_names_a_limit_of_users_with_its_clause(reader: Desk, tmp_path: Path) -> None:
    found = audit(reader, app(tmp_path, LLAMA), {**SAAS, "monthly_active_users": "900M"})
    told = next(each for each in found.told if each.finding.code == "LIC301")
    assert (told.finding.license, told.finding.clause, told.verdict) == ("llama2", "2; 1.b.ii", "needs-permission")
    assert told_to_item(told)["file"] == "app.py"
    assert told_to_item(told)["line"] == 2


def test_lic302_names_commercial_use_of_what_is_not_for_it(reader: Desk, tmp_path: Path) -> None:
    assert "LIC302" in codes(audit(reader, app(tmp_path, "CohereForAI/c4ai-command-r-plus"), SAAS))


def test_lic302_is_a_bar_of_the_clause_that_says_what_is_not_commercial(reader: Desk, tmp_path: Path) -> None:
    found = audit(reader, app(tmp_path, "black-forest-labs/FLUX.1-dev"), SAAS)
    (told,) = [each for each in found.told if each.verdict]
    assert (told.finding.code, told.finding.clause, told.verdict) == ("LIC302", "1(c); 2.b; 4.a(i)", "needs-permission")
    free = audit(reader, tmp_path, {"commercial": False, "distribution": ["saas"]})
    assert {each.finding.code for each in free.told if each.verdict} == {"LIC303"}
    military = audit(reader, tmp_path, {**SAAS, "fields_of_use": ["military"]})
    assert "LIC303" in codes(military)


def test_lic303_names_a_barred_use(reader: Desk, tmp_path: Path) -> None:
    assert "LIC303" in codes(audit(reader, app(tmp_path, LLAMA), {**SAAS, "fields_of_use": ["military"]}))


def test_lic304_names_a_place_that_is_left_out(reader: Desk, tmp_path: Path) -> None:
    assert "LIC304" in codes(audit(reader, app(tmp_path, "tencent/Hunyuan3D-2"), {**SAAS, "country": "DE"}))


def test_lic306_names_what_nothing_grants(reader: Desk, tmp_path: Path) -> None:
    source = 'from openai import OpenAI\nOpenAI().chat.completions.create(model="gpt-4o", messages=[])\n'
    assert "LIC306" in codes(audit(reader, write(tmp_path, app_py=source), {"commercial": True, "distribution": ["api"]}))


def test_lic307_names_a_registration_that_is_missing(reader: Desk, tmp_path: Path) -> None:
    found = audit(reader, app(tmp_path, "THUDM/glm-4-9b-chat"), {**SAAS, "accepted": ["llama2"]})
    assert "LIC307" in codes(found)


def test_lic308_names_the_facts_that_decide_and_does_not_stop_a_first_run(reader: Desk, tmp_path: Path) -> None:
    report = Kept()
    found = audit(reader, app(tmp_path, LLAMA), report=report)
    assert "LIC308" in codes(found)
    assert report.head["missing_facts"] == ["monthly_active_users"]
    assert refusals(found, words_to_fail_on(found.policy.fail_on, None)) == []
    assert is_open(found)


def test_lic309_names_what_is_not_recorded(reader: Desk, tmp_path: Path) -> None:
    found = audit(reader, app(tmp_path, "acme/unheard-of-7b"))
    assert "LIC309" in codes(found)
    assert found.head["verdict"] == "undetermined"


def test_lic310_names_what_could_not_be_followed_with_its_line(reader: Desk, tmp_path: Path) -> None:
    found = audit(reader, write(tmp_path, app_py="from transformers import AutoModel\nAutoModel.from_pretrained(ask())\n"))
    assert [(told_to_item(each)["code"], told_to_item(each)["line"], each.severity) for each in found.told] == [("LIC310", 2, "note")]


def test_lic006_names_a_revision_that_is_not_pinned(reader: Desk, tmp_path: Path) -> None:
    assert "LIC006" in codes(audit(reader, app(tmp_path, LLAMA)))
    pinned = write(tmp_path, app_py=f'from transformers import AutoModel\nAutoModel.from_pretrained("{LLAMA}", revision="f5db02d")\n')
    assert "LIC006" not in codes(audit(reader, pinned))


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        ("license_types: {allow: [open-source]}", "POL001"),
        ("licenses: {refuse: [Llama 2]}", "POL002"),
        ("developers: {refuse: [meta*]}", "POL003"),
        ("minimum_evidence: attested", "POL006"),
    ],
)
def test_a_policy_is_held_against_what_is_used(reader: Desk, tmp_path: Path, policy: str, code: str) -> None:
    found = audit(with_policy(reader, tmp_path, policy), app(tmp_path / "app", LLAMA))
    assert code in codes(found)
    assert any(text.startswith("policy: ") for text in refusals(found, words_to_fail_on(found.policy.fail_on, None)))


def test_pol001_is_a_type_that_is_not_allowed(reader: Desk, tmp_path: Path) -> None:
    desk = with_policy(reader, tmp_path, "license_types: {allow: [open-source]}")
    assert "POL001" not in codes(audit(desk, app(tmp_path / "app", "openai/whisper-tiny")))


def test_pol002_is_a_licence_by_any_name_that_is_known(reader: Desk, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such licence"):
        audit(with_policy(reader, tmp_path, "licenses: {refuse: [no such licence at all]}"), app(tmp_path / "app", LLAMA))


def test_pol003_reads_the_country_of_the_developer(reader: Desk, tmp_path: Path) -> None:
    found = audit(with_policy(reader, tmp_path, "countries: {refuse: [US]}"), app(tmp_path / "app", LLAMA))
    assert any("domiciled in US" in each.finding.summary for each in found.told if each.finding.code == "POL003")


def test_pol004_is_a_host_that_is_not_allowed(reader: Desk, tmp_path: Path) -> None:
    source = 'from openai import OpenAI\nOpenAI().chat.completions.create(model="gpt-4o", messages=[])\n'
    assert "POL004" in codes(audit(with_policy(reader, tmp_path, "hosts: {allow: [mistral]}"), write(tmp_path / "app", app_py=source)))


def test_pol005_is_a_dataset_that_is_not_allowed(reader: Desk, tmp_path: Path) -> None:
    source = 'from datasets import load_dataset\nload_dataset("tatsu-lab/alpaca")\n'
    assert "POL005" in codes(audit(with_policy(reader, tmp_path, "datasets: {refuse: [tatsu-lab/*]}"), write(tmp_path / "app", app_py=source)))


def test_pol006_is_evidence_that_is_too_weak(reader: Desk, tmp_path: Path) -> None:
    assert "POL006" not in codes(audit(with_policy(reader, tmp_path, "minimum_evidence: inferred"), app(tmp_path / "app", LLAMA)))


def test_pol007_is_asked_only_of_duties_of_the_use(reader: Desk, tmp_path: Path) -> None:
    assert "POL007" not in codes(audit(with_policy(reader, tmp_path, "duties_shown: [display]"), app(tmp_path / "app", LLAMA)))


def waived(expires: str) -> str:
    return f"license_types: {{allow: [open-source]}}\nwaivers:\n  - {{finding: POL001, model: '{LLAMA}', owner: legal, reason: bought, expires: {expires}}}\n"


def test_pol008_is_a_waiver_that_has_expired(reader: Desk, tmp_path: Path) -> None:
    found = audit(with_policy(reader, tmp_path, waived("2020-01-01")), app(tmp_path / "app", LLAMA))
    assert {"POL001", "POL008"} <= codes(found)


def test_a_waiver_sets_a_finding_aside_and_is_told_with_its_owner(reader: Desk, tmp_path: Path) -> None:
    found = audit(with_policy(reader, tmp_path, waived("2999-01-01")), app(tmp_path / "app", LLAMA))
    told = next(each for each in found.told if each.finding.code == "POL001" and each.finding.license == "llama2")
    assert (told.status, "legal: bought" in (told.waiver or "")) == ("waived", True)
    assert not any(each.finding.license == "llama2" and each.status == "open" for each in found.told if each.finding.code == "POL001")


def test_a_remark_on_the_line_sets_a_finding_aside(reader: Desk, tmp_path: Path) -> None:
    source = f'from transformers import AutoModel\nAutoModel.from_pretrained("{LLAMA}")  # licet: ignore[LIC301] we have a licence\n'
    found = audit(reader, write(tmp_path, app_py=source), {**SAAS, "monthly_active_users": "900M"})
    assert {each.finding.code: each.status for each in found.told}["LIC301"] == "ignored"
    assert refusals(found, words_to_fail_on(found.policy.fail_on, None)) == []


def test_what_an_earlier_audit_found_does_not_count_again_although_its_line_moved(reader: Desk, tmp_path: Path) -> None:
    use = {**SAAS, "monthly_active_users": "900M"}
    first = audit(reader, app(tmp_path / "app", LLAMA), use)
    baseline = tmp_path / "baseline.json"
    baseline.write_text(json.dumps({"findings": [told_to_item(each) for each in first.told]}), encoding="utf-8")
    write(tmp_path / "app", app_py="\n\n" + LOADS.format(LLAMA))
    second = audit(reader, tmp_path / "app", use, baseline=str(baseline))
    assert refusals(first, ["needs-permission"])
    assert refusals(second, ["needs-permission"]) == []
    third = audit(reader, app(tmp_path / "app", LLAMA, "meta-llama/Llama-2-13b-chat-hf"), use, baseline=str(baseline))
    assert refusals(third, ["needs-permission"]) == ["needs-permission: 1"]


def test_what_stands_only_in_tests_and_documents_is_told_and_stops_nobody(reader: Desk, tmp_path: Path) -> None:
    folder = write(tmp_path, tests__test_a_py=LOADS.format(LLAMA))
    found = audit(reader, folder, {**SAAS, "monthly_active_users": "900M"})
    assert "LIC301" in codes(found)
    assert {each.severity for each in found.told} == {"note"}
    assert refusals(found, words_to_fail_on(found.policy.fail_on, None)) == []
    assert found.head["verdict"] is None


def test_the_licence_of_the_application_never_becomes_that_of_a_model(reader: Desk, tmp_path: Path, root: Path) -> None:
    app(tmp_path, "acme/unheard-of-7b", LLAMA)
    before = audit(reader, tmp_path).head["models"]
    (tmp_path / "LICENSE").write_text((root / "LICENSE").read_text(encoding="utf-8"), encoding="utf-8")
    assert audit(reader, tmp_path).head["models"] == before


def test_mentions_are_listed_and_judged_not(reader: Desk, tmp_path: Path) -> None:
    report = Kept()
    (tmp_path / "README.md").write_text(f"See https://huggingface.co/{LLAMA}\n", encoding="utf-8")
    found = audit(reader, tmp_path, report=report)
    assert [each["kind"] for each in report.head["references"]] == ["mention"]
    assert found.told == []


def test_names_of_hosts_come_to_the_recorded_model(reader: Desk, tmp_path: Path) -> None:
    source = (
        "import openai, anthropic, ollama\n"
        'openai.OpenAI().chat.completions.create(model="gpt-4o-2024-05-13", messages=[])\n'
        'anthropic.Anthropic().messages.create(model="claude-3-5-sonnet-20240620", messages=[])\n'
        'ollama.chat(model="llama3:8b")\n'
    )
    found = audit(reader, write(tmp_path, app_py=source))
    assert {each["model"] for each in found.head["models"]} == {"openai/gpt-4o", "anthropic/claude-3.5-sonnet", "meta-llama/Meta-Llama-3-8B-Instruct"}


def test_weights_behind_an_api_are_not_given_away(reader: Desk, tmp_path: Path) -> None:
    source = 'import openai\nopenai.OpenAI().chat.completions.create(model="gpt-4o-2024-05-13", messages=[])\n'
    folder = write(tmp_path, app_py=source)
    ours = {"commercial": True, "modified": True}
    served = audit(reader, folder, {**ours, "distribution": "saas,weights"}).head["models"]
    assert served == audit(reader, folder, {"commercial": True, "distribution": "saas"}).head["models"]
    given = audit(reader, folder, {**ours, "distribution": "weights"}).head["models"]
    assert given == audit(reader, folder, {"commercial": True, "distribution": "internal"}).head["models"]


def test_weights_that_are_loaded_are_given_away(reader: Desk, tmp_path: Path) -> None:
    found = [audit(reader, app(tmp_path, LLAMA), {**SAAS, "distribution": ways}).head["models"] for ways in ("saas", "saas,weights")]
    assert found[0] != found[1]


def test_no_socket_is_opened(reader: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **named: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    assert audit(reader, app(tmp_path, LLAMA, "acme/unheard-of-7b")).told


def test_paths_of_the_policy_are_left_out_or_judged_apart(reader: Desk, tmp_path: Path) -> None:
    write(tmp_path / "app", lab__a_py=LOADS.format(LLAMA), old__b_py=LOADS.format("acme/old-7b"))
    desk = with_policy(reader, tmp_path, "paths:\n  - {match: [old], ignore: true}\n  - {match: [lab], severity: {LIC: note}}\n")
    found = audit(desk, tmp_path / "app", {**SAAS, "monthly_active_users": "900M"})
    assert [each["model"] for each in found.head["models"]] == [LLAMA]
    assert {each.severity for each in found.told if each.finding.code == "LIC301"} == {"note"}


def test_one_application_of_several_has_its_own_folder_and_facts(reader: Desk, tmp_path: Path) -> None:
    write(tmp_path, web__a_py=LOADS.format(LLAMA), lab__b_py=LOADS.format("openai/whisper-tiny"))
    listed = [{"name": "web", "path": "web", "facts": {**SAAS, "monthly_active_users": "900M"}}, {"name": "lab", "path": "lab"}]
    desk = Desk(dataclasses.replace(reader.settings, applications=listed), reader.progress, reader.knowledge, reader.catalogue)
    assert "LIC301" in codes(audit(desk, tmp_path, application="web"))
    assert [each["model"] for each in audit(desk, tmp_path, application="lab").head["models"]] == ["openai/whisper-tiny"]
    with pytest.raises(UsageError, match="wev") as caught:
        audit(desk, tmp_path, application="wev")
    assert caught.value.hint == "did you mean `web`?"


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        ({"name": "web"}, "not a list"),
        ([{"path": "web"}], "no `name`"),
        ([{"name": "a", "path": "../b"}], "leads out"),
        ([{"name": "a", "fact": {}}], "`fact`"),
    ],
)
def test_applications_that_are_written_wrong_are_refused(reader: Desk, tmp_path: Path, listed: object, message: str) -> None:
    desk = Desk(dataclasses.replace(reader.settings, applications=listed), reader.progress, reader.knowledge, reader.catalogue)
    with pytest.raises(UsageError, match=message):
        audit(desk, tmp_path, application="a")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"findings": [1]}', "x" * 10, '{"findings": [{}]}'])
def test_a_baseline_that_is_none_is_refused(reader: Desk, tmp_path: Path, text: str) -> None:
    (tmp_path / "b.json").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="is not an audit"):
        audit(reader, tmp_path, baseline=str(tmp_path / "b.json"))


def gguf(**values: str | int) -> bytes:
    def text(value: str) -> bytes:
        return len(value.encode()).to_bytes(8, "little") + value.encode()

    pairs = b"".join(
        text(f"general.{key}")
        + ((8).to_bytes(4, "little") + text(value) if isinstance(value, str) else (4).to_bytes(4, "little") + value.to_bytes(4, "little"))
        for key, value in values.items()
    )
    return b"GGUF" + (3).to_bytes(4, "little") + (0).to_bytes(8, "little") + len(values).to_bytes(8, "little") + pairs + bytes(64)


def test_a_model_file_in_the_tree_is_judged_by_what_its_header_says(reader: Desk, tmp_path: Path) -> None:
    header = {"license": "llama2", "file_type": 2, "base_model.count": 1, "base_model.0.repo_url": "https://huggingface.co/meta-llama/Llama-2-7b-hf"}
    (tmp_path / "chat.gguf").write_bytes(gguf(**header))
    found = audit(reader, tmp_path, {**SAAS, "monthly_active_users": "900M"})
    told = next(each for each in found.told if each.finding.code == "LIC301")
    assert (told.finding.subject, told.finding.license, told_to_item(told)["file"]) == ("chat.gguf", "llama2", "chat.gguf")


def test_a_model_file_that_says_nothing_is_told_and_a_pickle_with_its_danger(reader: Desk, tmp_path: Path) -> None:
    (tmp_path / "chat.gguf").write_bytes(b"GGUF broken")
    (tmp_path / "old.pt").write_bytes(b"\x80\x02}q\x00." + bytes(2000))
    found = audit(reader, tmp_path)
    assert {(each.finding.code, each.finding.subject) for each in found.told} == {("LIC309", "chat.gguf"), ("LIC309", "old.pt"), ("SEC001", "old.pt")}


def test_a_model_file_that_is_swapped_for_a_link_is_not_followed(reader: Desk, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(gguf(license="mit"))
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "chat.gguf").symlink_to(tmp_path / "secret")
    assert audit(reader, tmp_path / "app").head["references"] == []


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_an_audit_of_a_change_judges_only_the_lines_that_it_adds(reader: Desk, tmp_path: Path) -> None:
    use = {**SAAS, "monthly_active_users": "900M"}
    folder = app(tmp_path, LLAMA)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "one")
    nothing = audit(reader, folder, use, since="HEAD")
    assert refusals(nothing, ["needs-permission"]) == []
    assert {each.status for each in nothing.told} == {"unchanged"}
    app(folder, LLAMA, "meta-llama/Llama-2-13b-chat-hf")
    write(folder, new_py=LOADS.format("meta-llama/Llama-2-70b-chat-hf"))
    changed = audit(reader, folder, use, since="HEAD")
    assert {each.finding.subject for each in changed.told if each.status == "open"} == {"meta-llama/Llama-2-13b-chat-hf", "meta-llama/Llama-2-70b-chat-hf"}


@pytest.mark.parametrize("revision", ["nowhere", "--output=/tmp/x", "-p"])
def test_a_revision_that_is_none_is_refused(reader: Desk, tmp_path: Path, revision: str) -> None:
    git(tmp_path, "init", "-q")
    with pytest.raises(UsageError, match=r"git cannot compare|not a revision"):
        audit(reader, tmp_path, since=revision)


def test_a_repository_cannot_make_the_audit_run_its_programs(reader: Desk, tmp_path: Path) -> None:
    folder = app(tmp_path / "app", LLAMA)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "one")
    trace = tmp_path / "ran"
    for key in ("diff.external", "core.fsmonitor", "diff.evil.textconv", "core.pager"):
        git(folder, "config", key, f"touch {trace}")
    (folder / ".gitattributes").write_text("*.py diff=evil\n", encoding="utf-8")
    app(folder, LLAMA, "openai/whisper-tiny")
    audit(reader, folder, since="HEAD")
    assert not trace.exists()


def test_a_lock_names_what_is_in_use_and_drift_is_told(reader: Desk, tmp_path: Path) -> None:
    folder = app(tmp_path, LLAMA)
    first = lock_of(reader, audit(reader, folder).things)
    write_lock(folder / "licet.lock", first)
    assert drift(read_lock(folder / "licet.lock"), lock_of(reader, audit(reader, folder).things)) == []
    write(folder, app_py=f'from transformers import AutoModel\nAutoModel.from_pretrained("{LLAMA}", revision="abc")\n' + LOADS.format("openai/whisper-tiny"))
    told = drift(read_lock(folder / "licet.lock"), lock_of(reader, audit(reader, folder).things))
    assert told == ["openai/whisper-tiny is in use and not in the lock", f"{LLAMA}: revisions were none and are abc"]


@pytest.mark.parametrize("text", ["", "[]", '{"things": 3}', '{"things": [{}]}'])
def test_a_lock_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "licet.lock").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="is not a lock"):
        read_lock(tmp_path / "licet.lock")


def test_a_lock_notices_terms_texts_and_revisions_that_changed_under_it(reader: Desk, tmp_path: Path) -> None:
    now = lock_of(reader, audit(reader, app(tmp_path, LLAMA)).things)
    assert drift(now, now) == []

    def changed(**given: Any) -> list[str]:
        before = json.loads(json.dumps(now))
        before["things"][0].update(given)
        return drift(before, {"schema": now["schema"], "things": [{**now["things"][0], "recorded_revision": "b" * 40, "text_digests": ["sha256:b"]}]})

    licenses = now["things"][0]["licenses"]
    assert licenses[0]["terms"].startswith("sha256:")
    assert changed(licenses=[{**each, "terms": "sha256:0"} for each in licenses])[0] == f"{LLAMA}: what is recorded of the terms of llama2 changed"
    assert changed(licenses=[{key: value for key, value in each.items() if key != "terms"} for each in licenses]) == []
    assert changed(recorded_revision="a" * 40) == [f"{LLAMA}: its revision is not pinned, and the newest on record was {'a' * 40} and is {'b' * 40}"]
    assert changed(text_digests=["sha256:a"]) == [f"{LLAMA}: the licence texts that were seen with it were sha256:a and are sha256:b"]
    assert changed(recorded_revision=None, text_digests=[]) == []
    assert "licenses were none" in changed(licenses="mit")[0]


def test_weights_without_a_word_are_judged_by_the_card_beside_them(reader: Desk, tmp_path: Path) -> None:
    card = "---\nlicense: cc-by-nc-4.0\n---\n# Mine\n"
    write_folder(tmp_path, {"models/mine/model.safetensors": safetensors(shape=(30, 30)), "models/mine/README.md": card})
    found = audit(reader, tmp_path, SAAS)
    (model,) = found.head["models"]
    assert (model["model"], model["verdict"], model["known_from"]) == ("models/mine/model.safetensors", "prohibited", "files")
    assert {each.finding.subject for each in found.told} == {"models/mine/model.safetensors"}


def test_a_licence_beside_weights_is_theirs_and_one_at_the_top_is_not(reader: Desk, tmp_path: Path, root: Path) -> None:
    text = (root / "LICENSE").read_text(encoding="utf-8")
    write_folder(tmp_path / "inner", {"models/model.safetensors": safetensors(shape=(30, 30)), "models/LICENSE": text})
    write_folder(tmp_path / "top", {"model.safetensors": safetensors(shape=(30, 30)), "LICENSE": text, "README.md": "# An application\n"})
    inner, top = (audit(reader, tmp_path / name, SAAS).head["models"][0] for name in ("inner", "top"))
    assert inner["licenses"] == ["apache-2.0"]
    assert (top["licenses"], top["verdict"]) == ([], "undetermined")


def test_an_adapter_is_bound_by_the_base_that_its_configuration_names(reader: Desk, tmp_path: Path) -> None:
    config = {"base_model_name_or_path": "meta-llama/Llama-2-7b-hf", "peft_type": "LORA"}
    write_folder(tmp_path / "lora", {"adapter_model.safetensors": safetensors(shape=(30, 30)), "adapter_config.json": config})
    found = audit(reader, tmp_path, {**SAAS, "monthly_active_users": "900M"})
    told = {each.finding.subject for each in found.told if each.finding.code == "LIC301"}
    assert "lora/adapter_model.safetensors" in told
