"""What a source yields: a bundle of nouns and claims from one origin."""

from __future__ import annotations

from dataclasses import dataclass

from registry.supplychain.acceptance import Acceptance
from registry.supplychain.application import Application
from registry.supplychain.compute import TrainingRun
from registry.supplychain.data import Dataset
from registry.supplychain.developer import Developer
from registry.supplychain.host import Host, Hosting
from registry.supplychain.model import Model, Revision
from registry.supplychain.relation import Relation
from registry.supplychain.remark import Remark
from registry.supplychain.revenue import Revenue
from registry.supplychain.statement import LicenseStatement
from registry.supplychain.user import UserGroup


@dataclass(frozen=True, slots=True)
class Record:
    """A bundle that is written as one: all of it or nothing."""

    origin: str
    """Which plug it came through (`seed`, `hub`, `register`): claims of one origin replace only that origin's earlier ones."""

    developers: tuple[Developer, ...] = ()
    """Developers, before the models that name them."""

    datasets: tuple[Dataset, ...] = ()
    """Datasets."""

    hosts: tuple[Host, ...] = ()
    """Hosts."""

    models: tuple[Model, ...] = ()
    """Models."""

    revisions: tuple[Revision, ...] = ()
    """Revisions of models."""

    statements: tuple[LicenseStatement, ...] = ()
    """Licence statements on models and datasets."""

    relations: tuple[Relation, ...] = ()
    """Links of models to their bases and datasets."""

    remarks: tuple[Remark, ...] = ()
    """What its origin could not make sense of."""

    training_runs: tuple[TrainingRun, ...] = ()
    """Training runs."""

    hostings: tuple[Hosting, ...] = ()
    """Models served by hosts."""

    applications: tuple[Application, ...] = ()
    """Applications."""

    user_groups: tuple[UserGroup, ...] = ()
    """Users of applications."""

    revenues: tuple[Revenue, ...] = ()
    """What applications and their owners earned."""

    acceptances: tuple[Acceptance, ...] = ()
    """Acceptances of terms."""

    replaces: bool = True
    """Whether this is all that its origin says about the models and datasets it describes: if so, earlier statements and
    relations of that origin about them that are not repeated here are retired (kept, and marked as no longer held)."""
