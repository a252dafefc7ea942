"""How a bill of materials refers to things: package URLs, pages on the Hub, and references within the document."""

from __future__ import annotations

from urllib.parse import quote

from registry.reports.bom.subject import BomDataset, BomModel

HUB = "https://huggingface.co"
"""Where models of the Hub are."""


def model_ref(name: str) -> str:
    """The reference to a model within a document."""
    return f"model:{name}"


def dataset_ref(name: str) -> str:
    """The reference to a dataset within a document."""
    return f"dataset:{name.removeprefix('dataset:')}"


def application_ref(name: str) -> str:
    """The reference to an application within a document."""
    return f"app:{name.removeprefix('app:')}"


def host_ref(name: str) -> str:
    """The reference to a host within a document."""
    return f"host:{name}"


def split_name(name: str) -> tuple[str | None, str]:
    """Owner and own name, where it has exactly one owner."""
    owner, slash, own = name.partition("/")
    return (owner, own) if slash and owner and own and "/" not in own else (None, name)


def model_purl(model: BomModel) -> str | None:
    """The package URL of a model of the Hub; None where it is not known to be there."""
    owner, own = split_name(model.name)
    if not model.on_hub or owner is None:
        return None
    version = f"@{model.commit.lower()}" if model.commit else ""
    return f"pkg:huggingface/{quote(owner, safe='')}/{quote(own, safe='')}{version}"


def local_purl(model: BomModel) -> str | None:
    """The package URL of a model that lies in a folder and is known by its digest; None for any other."""
    if model.on_hub or model.digest is None or not model.files:
        return None
    owner, own = split_name(model.name)
    namespace = f"{quote(owner, safe='')}/" if owner else ""
    digest = model.digest.removeprefix("sha256:")
    return f"pkg:generic/{namespace}{quote(own, safe='')}@{digest[:12]}?checksum=sha256:{digest}"


def dataset_purl(dataset: BomDataset) -> str | None:
    """The package URL of a dataset of the Hub; None where it is not known to be there."""
    owner, own = split_name(dataset.name)
    return f"pkg:huggingface/datasets/{quote(owner, safe='')}/{quote(own, safe='')}" if dataset.on_hub and owner else None


def model_page(model: BomModel) -> str | None:
    """The page of a model on the Hub, at its commit where that is known; None where it is not known to be there."""
    if not model.on_hub:
        return None
    page = f"{HUB}/{quote(model.name, safe='/')}"
    return f"{page}/tree/{model.commit}" if model.commit else page


def dataset_page(dataset: BomDataset) -> str | None:
    """The page of a dataset on the Hub; None where it is not known to be there."""
    return f"{HUB}/datasets/{quote(dataset.name, safe='/')}" if dataset.on_hub else None


def model_version(model: BomModel) -> str | None:
    """What tells one state of a model from another: its commit, else the digest of its files."""
    return model.commit or model.digest
