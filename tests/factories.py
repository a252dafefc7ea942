"""Objects for tests: each with just enough said, everything else by keyword."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from registry.lineage.bindings import Binding, Conflict, Profile
from registry.supplychain.acceptance import Acceptance
from registry.supplychain.application import Application, ModelUse
from registry.supplychain.compute import TrainingRun
from registry.supplychain.data import Dataset
from registry.supplychain.developer import Developer
from registry.supplychain.host import Host, Hosting
from registry.supplychain.model import Model, Openness, Revision
from registry.supplychain.record import Record
from registry.supplychain.relation import Relation
from registry.supplychain.remark import Remark
from registry.supplychain.source import Source
from registry.supplychain.statement import LicenseStatement
from registry.supplychain.user import UserGroup

SOURCE = Source("https://example.org/facts", "2026-11-01")


def model(name: str = "acme/base-7b", **values: Any) -> Model:
    return Model(name, **{"source": SOURCE, "modality": "text", "access": "open", **values})


def statement(subject: str = "acme/base-7b", license: str | None = "mit", **values: Any) -> LicenseStatement:
    return LicenseStatement(subject, **{"license": license, "source": SOURCE, **values})


def relation(child: str, parent: str, kind: str = "finetune", **values: Any) -> Relation:
    return Relation(child, parent, kind, **{"source": SOURCE, **values})


def record(*things: Any, origin: str = "test", replaces: bool = True) -> Record:
    """A record of whatever nouns are given."""
    fields: dict[type, str] = {
        Developer: "developers",
        Dataset: "datasets",
        Host: "hosts",
        Model: "models",
        Revision: "revisions",
        LicenseStatement: "statements",
        Relation: "relations",
        Remark: "remarks",
        TrainingRun: "training_runs",
        Hosting: "hostings",
        Application: "applications",
        UserGroup: "user_groups",
        Acceptance: "acceptances",
    }
    sorted_out: dict[str, tuple[Any, ...]] = {}
    for thing in things:
        name = fields[type(thing)]
        sorted_out[name] = (*sorted_out.get(name, ()), thing)
    return Record(origin, replaces=replaces, **sorted_out)


def chain(*names: str, kind: str = "finetune") -> Record:
    """Models that each come from the one before, all under MIT."""
    models = [model(name) for name in names]
    links = [relation(child, parent, kind) for parent, child in pairwise(names)]
    return record(*models, *(statement(name) for name in names), *links)


def six_layers() -> Record:
    """A small world with something in every layer."""
    return record(
        Developer("acme", "Acme", "company", "NO", SOURCE),
        Dataset("the-heap", "The Heap", 800_000_000_000, None, "web crawl", "unknown", ("en", "nb"), SOURCE),
        statement("dataset:the-heap", "cc-by-nc-4.0"),
        Host("cloud-one", "Cloud One", "cloud", "US", "cloud-one-terms", SOURCE),
        model(
            "acme/base-7b",
            title="Base 7B",
            developer="acme",
            aliases=("Acme Base 7B",),
            architecture="decoder-only transformer",
            stage="pretrained",
            openness=Openness("open", "closed", "open", "partly"),
            parameters=7_000_000_000,
            training_tokens=2_000_000_000_000,
            training_flop=3.8e25,
            released_on="2024-02",
            downloads=1000,
        ),
        statement("acme/base-7b", "llama2"),
        Revision("acme/base-7b", "a" * 40, "sha256:" + "b" * 64, "2024-02-01", SOURCE),
        relation("acme/base-7b", "dataset:the-heap", "trained-on"),
        TrainingRun("acme/base-7b", "H100", 1024, 500.5, 3.8e25, 9e5, "Cloud One", "eu-north", SOURCE),
        Hosting("acme/base-7b", "cloud-one", None, 0.2, 0.6, region="eu-north", access="api", source=SOURCE),
        model("acme/chat-7b", title="Chat 7B", developer="acme", stage="task-tuned", parameters=7_000_000_000, released_on="2024-05-01", downloads=5000),
        statement("acme/chat-7b", "llama2"),
        relation("acme/chat-7b", "acme/base-7b", "finetune"),
        Application("helpdesk", "Helpdesk", "Acme", ("saas",), ("NO",), True, (ModelUse("acme/chat-7b", "cloud-one", "answers"),), True, SOURCE),
        UserGroup("helpdesk", "staff", "business", ("NO",), 40, {"2026-05": 40, "2026-06": 38}, SOURCE),
        UserGroup("helpdesk", "callers", "individual", ("NO", "SE"), None, {"2026-05": 900, "2026-06": 1200, "2026-07": 1300}, SOURCE),
    )


def profile(*licenses: str, conflicts: tuple[Conflict, ...] = ()) -> Profile:
    """A profile of licences that are the model's own."""
    return Profile(frozenset(Binding(license) for license in licenses), conflicts)
