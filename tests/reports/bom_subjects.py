"""What bills of materials are made from, for tests: one that holds everything, hostile ones, and drawn ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from registry.desk.bom.licenses import exported_expression, license_infos
from registry.knowledge.store import Knowledge
from registry.reports.bom.licensing import LicenseClaim, Licensing
from registry.reports.bom.subject import (
    BomDataset,
    BomHosting,
    BomLink,
    BomModel,
    BomRun,
    BomSubject,
    Card,
    Energy,
    FileHash,
    Metric,
    Party,
    RunMaterial,
    VerdictNote,
)
from registry.sources.hub.words import name_problem
from registry.supplychain.application import Application, ModelUse
from registry.supplychain.source import Source

COMMIT = "0123456789abcdef0123456789abcdef01234567"
DIGEST = "sha256:" + "ab" * 32
CITED = Source("https://example.org/card", "2026-11-01")
HOSTILE = "<script>alert(1)</script>\u202edetaerc\x1b[31m" + "x" * 10_000
NAMES = ("acme/base-7b", "acme/support-7b", "Other Lab/odd name+1", "plain", "b\u00fccher/gr\u00f6\u00dfe", "a.b/c-d_e", "MiXeD/CaSe", "data/twin")


def licensing(knowledge: Knowledge, *licenses: str, claims: tuple[LicenseClaim, ...] | None = None) -> Licensing:
    """A thing declared and held to be under some licences."""
    said = (
        claims
        if claims is not None
        else tuple(LicenseClaim("declared", name, None, name, exported_expression(knowledge, [name]), None, CITED) for name in licenses)
    )
    return Licensing(said, licenses, exported_expression(knowledge, licenses), "its card declares it", "2026-11-29")


def card() -> Card:
    """A card that says everything that bills ask for."""
    texts = {
        "description": "Sorts letters by what they ask for.",
        "intended-use": "Sorting letters of a help desk.",
        "limitations": "English only.",
        "ethics": "It was not tested for bias.",
        "risk": "low",
        "out-of-scope": "Decisions about people.",
        "training": "Three epochs over letters.",
        "preprocessing": "Lower case.",
        "explainability": "None was done.",
        "threshold": "0.5",
        "personal-data": "no personal data",
        "domain": "customer support",
        "autonomy": "no: a person reads every letter",
        "standards": "none that is certified",
    }
    shape = {
        "model_type": "bert",
        "vocab_size": "30522",
        "tokenizer_class": "BertTokenizer",
        "context_length": "512",
        "embedding_length": "384",
        "block_count": "6",
        "attention_head_count": "12",
        "feed_forward_length": "1536",
    }
    return Card(
        task="text-classification",
        library="transformers",
        tags=("letters",),
        languages=("en",),
        texts=texts,
        links={"paper": "https://example.org/paper", "repository": "https://example.org/code", "website": "https://example.org"},
        metrics=(Metric("accuracy", "0.97", "letters"),),
        hyperparameters={"learning_rate": "2e-05"},
        shape=shape,
        co2_kg=0.012,
        cited=Source("support-7b/README.md", "2026-11-29"),
    )


def full_subject(knowledge: Knowledge) -> BomSubject:
    """A fine-tune with everything that is known of it, its base, its data, an application and a host."""
    base = BomModel(
        "acme/base-7b",
        title="Base 7B",
        developer=Party("acme", "Acme Inc", "company", "US"),
        on_hub=True,
        commit=COMMIT,
        modality="text",
        architecture="decoder",
        stage="pretrained",
        access="open",
        parameters=7_000_000_000,
        training_flop=1.5e23,
        released_on="2024-02",
        openness={"weights": "open"},
        licensing=licensing(knowledge, "llama2"),
        energies=(Energy("training", 1234.5, "Cloud Co", "paper"),),
        hostings=(BomHosting("kloud", "Kloud", "api", "eu", None),),
        origin=CITED,
    )
    tuned = BomModel(
        "acme/support-7b",
        title="Support 7B",
        developer=Party("acme", "Acme Inc", "company", "US"),
        digest=DIGEST,
        files=(FileHash("model.safetensors", "cd" * 32, 10), FileHash("README.md", "ef" * 32, 5)),
        modality="text",
        architecture="BertForSequenceClassification",
        stage="task-tuned",
        parameters=22_713_216,
        released_on="2026-11-28",
        licensing=licensing(
            knowledge,
            "apache-2.0",
            claims=(
                LicenseClaim("declared", "apache-2.0", None, "apache-2.0", "Apache-2.0", None, CITED),
                LicenseClaim("detected", "LICENSE", None, "llama2", exported_expression(knowledge, ["llama2"]), DIGEST, CITED),
            ),
        ),
        inherited=({"license": "llama2", "from": "acme/base-7b", "reach": "derivative"},),
        card=card(),
        verdict=VerdictNote("permitted-with-obligations", "Allowed if the duties below are done.", ("llama2 s. 1: grant",), ("llama2 s. 1.b: copy",)),
        origin=CITED,
    )
    letters = BomDataset(
        "acme/letters",
        "Letters",
        size_rows=2_000,
        collection="written by hand",
        personal_data="no",
        languages=("en",),
        licensing=licensing(knowledge, "cc-by-4.0"),
    )
    run = BomRun(
        model="acme/support-7b",
        kind="finetune/text-classification",
        invocation="run-1",
        started="2026-11-28T10:00:00Z",
        ended="2026-11-28T10:05:00Z",
        parameters={"epochs": "3", "learning_rate": "2e-05"},
        internals={"seed": "7"},
        materials=(RunMaterial("acme/base-7b", None, {"sha256": "12" * 32}, {"relation": "finetune"}), RunMaterial("train.py")),
        metrics=(Metric("eval_loss", "0.1", "after"),),
        energy=Energy("fine-tuning", 0.002, None, "estimated from the processor's power"),
        record="provenance.json sha256:" + "99" * 32,
    )
    models = (tuned, base)
    return BomSubject(
        targets=("acme/support-7b",),
        models=models,
        datasets=(letters,),
        licenses=license_infos(knowledge, [*(each.licensing for each in models), letters.licensing]),
        links=(
            BomLink("acme/support-7b", "acme/base-7b", "finetune", "declared", (CITED,)),
            BomLink("acme/support-7b", "dataset:acme/letters", "trained-on", "declared", (CITED,)),
        ),
        runs=(run,),
        use={"commercial": True},
        date="2026-11-29",
        created="2026-11-29T00:00:00Z",
        knowledge={"version": "2026.11", "digest": "sha256:" + "00" * 32},
        catalogue="11" * 32,
        tool="0.0",
    )


def application_subject(knowledge: Knowledge) -> BomSubject:
    """An application that uses two models, one of them through a host."""
    held = full_subject(knowledge)
    application = Application(
        "help-desk",
        "Help Desk",
        "Acme Inc",
        ("saas",),
        ("DE",),
        True,
        (ModelUse("acme/support-7b", None, "sorts letters"), ModelUse("acme/base-7b", "kloud", "answers")),
    )
    return replace(held, targets=("app:help-desk",), applications=(application,), hosts=(Party("kloud", "Kloud", "api", "US"),))


def hostile_subject(knowledge: Knowledge) -> BomSubject:
    """Everything that people write freely, written by somebody who means harm."""
    held = full_subject(knowledge)
    bad = replace(
        held.models[0],
        title=HOSTILE,
        architecture=HOSTILE,
        developer=Party("acme", HOSTILE),
        card=Card(
            task=HOSTILE,
            texts=dict.fromkeys(card().texts, HOSTILE),
            links=dict.fromkeys(card().links, "javascript:alert(1)"),
            tags=(HOSTILE, ""),
            hyperparameters={HOSTILE: HOSTILE},
            metrics=(Metric(HOSTILE, HOSTILE, HOSTILE),),
            shape={"vocab_size": HOSTILE, "model_type": HOSTILE},
            cited=Source(HOSTILE),
        ),
        licensing=Licensing((LicenseClaim("declared", HOSTILE, "https://bad host/\u202e", None, None, None, Source(HOSTILE)),), (), None, HOSTILE),
        origin=Source(HOSTILE),
    )
    return replace(held, models=(bad, held.models[1]), runs=(replace(held.runs[0], kind=HOSTILE, parameters={HOSTILE: HOSTILE}),), use={"purpose": HOSTILE})


def names_of(kind: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Names as people give them, and any text that can be one."""
    signs = st.text(st.characters(categories=("L", "M", "N", "P", "S", "Zs"), max_codepoint=0x1F9FF), min_size=1, max_size=12)
    free = st.builds(lambda owner, own: f"{owner}/{own}" if owner else own, st.one_of(st.just(""), signs), signs).filter(
        lambda name: name_problem(name, "model") is None
    )
    return st.one_of(st.sampled_from(kind), free)


def expressions(knowledge: Knowledge) -> st.SearchStrategy[str]:
    """Single licences, and what several are joined to with `AND` and `OR`."""
    real = st.sampled_from([license.id for license in knowledge if license.placeholder is None])
    joined = st.recursive(
        real,
        lambda inner: st.builds(
            lambda word, parts: f" {word} ".join(f"({part})" if " " in part else part for part in parts), WORDS, st.lists(inner, min_size=2, max_size=3)
        ),
        max_leaves=5,
    )
    return st.one_of(real, joined)


WORDS = st.sampled_from(("AND", "OR"))


@st.composite
def subjects(draw: st.DrawFn, knowledge: Knowledge) -> BomSubject:
    """A bill about models with every kind of link, licences of all kinds, datasets, and perhaps applications."""
    names = draw(st.lists(names_of(NAMES), min_size=1, max_size=5, unique=True))
    sets = draw(st.lists(names_of(("acme/letters", "data/twin", "squad", "\u6570\u636e/\u96c6")), max_size=3, unique=True))
    relations = st.sampled_from(("finetune", "adapter", "merge", "quantized", "converted", "distilled", "trained-on-outputs"))
    links: dict[tuple[str, str, str], BomLink] = {}
    for number, child in enumerate(names):
        for parent in draw(st.lists(st.sampled_from(names[number + 1 :]), max_size=2, unique=True)) if names[number + 1 :] else ():
            for relation in draw(st.lists(relations, min_size=1, max_size=2, unique=True)):
                links[child, parent, relation] = BomLink(child, parent, relation, draw(st.sampled_from(("inferred", "declared"))), (CITED,))
        for parent in draw(st.lists(st.sampled_from(sets), max_size=2, unique=True)) if sets else ():
            relation = draw(st.sampled_from(("trained-on", "tested-on")))
            links[child, f"dataset:{parent}", relation] = BomLink(child, f"dataset:{parent}", relation, draw(st.sampled_from(("inferred", "declared"))))
    models = tuple(_drawn_model(draw, knowledge, name) for name in names)
    datasets = tuple(BomDataset(name, recorded=draw(st.booleans()), licensing=_drawn_licensing(draw, knowledge)) for name in sets)
    applications: tuple[Application, ...] = ()
    targets: tuple[str, ...] = (names[0],)
    if draw(st.booleans()):
        uses = tuple(ModelUse(name) for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)))
        # An application that bears the name of a model it uses is taken for that model, as some tools call the model itself the application.
        called = draw(names_of(("help-desk",)).filter(lambda name: "/" not in name))
        applications = (Application(called, "Help Desk", models=uses),)
        targets = draw(st.sampled_from(((f"app:{called}",), (names[0], f"app:{called}"))))
    return BomSubject(
        targets=targets,
        models=models,
        datasets=datasets,
        applications=applications,
        licenses=license_infos(knowledge, [*(each.licensing for each in models), *(each.licensing for each in datasets)]),
        links=tuple(links.values()),
        created="2026-11-29T00:00:00Z",
        date="2026-11-29",
    )


def _drawn_model(draw: st.DrawFn, knowledge: Knowledge, name: str) -> BomModel:
    on_hub = name in ("acme/base-7b", "acme/support-7b", "a.b/c-d_e", "MiXeD/CaSe") and draw(st.booleans())
    return BomModel(
        name,
        recorded=draw(st.booleans()),
        on_hub=on_hub,
        commit=COMMIT if on_hub and draw(st.booleans()) else None,
        digest=DIGEST if draw(st.booleans()) else None,
        files=(FileHash("a.safetensors", "cd" * 32, 1),) if draw(st.booleans()) else (),
        title=draw(st.sampled_from((None, "A Title"))),
        licensing=_drawn_licensing(draw, knowledge),
    )


def _drawn_licensing(draw: st.DrawFn, knowledge: Knowledge) -> Licensing:
    known = st.one_of(expressions(knowledge), st.sampled_from(("mit", "llama2", "apache-2.0 OR mit", "gemma", "openrail++", "none")))
    claims: list[LicenseClaim] = []
    for basis in draw(st.lists(st.sampled_from(("declared", "detected")), max_size=3)):
        if draw(st.booleans()):
            name = draw(known)
            claims.append(LicenseClaim(basis, name, None, name, exported_expression(knowledge, [name]), None, CITED))
        else:
            words = st.sampled_from(("Acme Terms", "my licence 1.0", "unknown", "Acme, Terms: (v2)", "\u6a21\u578b\u8bb8\u53ef", "see AND OR", "a" * 200))
            claims.append(LicenseClaim(basis, draw(words), draw(st.sampled_from((None, "https://acme.example/terms", "LICENSE.md")))))
    if len(claims) > 1:  # that nothing is granted cannot be joined to terms in SPDX
        claims = [claim for claim in claims if claim.license != "none"]
    concluded = tuple(draw(st.one_of(st.just(("none",)), st.lists(expressions(knowledge), max_size=3, unique=True))))
    return Licensing(tuple(claims), concluded, exported_expression(knowledge, concluded), "so drawn", "2026-11-29")


def texts_of(value: Any) -> list[str]:
    """Every text within a document."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts_of(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts_of(each)]
    return [value] if isinstance(value, str) else []
