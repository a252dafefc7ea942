"""Single values of CycloneDX as its library has them: organisations, package URLs, hashes, properties, references."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from registry.reports.bom.names import model_page
from registry.reports.bom.subject import BomModel, BomSubject
from registry.reports.bom.text import address, one_line, plain

if TYPE_CHECKING:
    from cyclonedx.model import ExternalReference


def organization_of(name: str) -> Any:
    """An organisation by its name."""
    from cyclonedx.model.contact import OrganizationalEntity

    return OrganizationalEntity(name=one_line(name, 300) or None)


def purl_of(text: str | None) -> Any:
    """A package URL; none for none."""
    from packageurl import PackageURL

    return PackageURL.from_string(text) if text is not None else None


def hashes_of(digest: str | None) -> list[Any]:
    """The hashes that a digest `sha256:HEX` is; none for any other text."""
    from cyclonedx.model import HashAlgorithm, HashType

    hexadecimal = (digest or "").removeprefix("sha256:")
    return [HashType(alg=HashAlgorithm.SHA_256, content=hexadecimal)] if len(hexadecimal) == 64 else []


def properties_of(values: Mapping[str, str]) -> list[Any]:
    """Names and values as properties, each of bounded length."""
    from cyclonedx.model import Property

    return [Property(name=one_line(name, 400), value=plain(value, 2_000)) for name, value in values.items()]


def references_of(wanted: Iterable[tuple[str, str | None, str | None]]) -> list[ExternalReference]:
    """References of a kind to an address with a comment, each once; what is no web address is left out."""
    from cyclonedx.model import ExternalReference, ExternalReferenceType, XsUri

    found: dict[tuple[str, str], ExternalReference] = {}
    for kind, url, comment in wanted:
        plain_url = address(url)
        if plain_url is not None:
            found.setdefault((kind, plain_url), ExternalReference(type=ExternalReferenceType(kind), url=XsUri(plain_url), comment=comment))
    return list(found.values())


def model_references(model: BomModel, subject: BomSubject) -> Iterator[ExternalReference]:
    """Where the model is, what its card leads to, and where the texts of its licences are."""
    page = model_page(model)
    links = model.card.links if model.card is not None else {}
    wanted: list[tuple[str, str | None, str | None]] = []
    if page is not None:
        base = page.partition("/tree/")[0]
        card = f"{base}/blob/{model.commit}/README.md" if model.commit else f"{base}/blob/main/README.md"
        wanted += [("distribution", page, None), ("website", base, None), ("vcs", base, "a Git repository"), ("model-card", card, None)]
    wanted += [("vcs", links.get("repository"), None), ("documentation", links.get("paper"), "paper"), ("website", links.get("website"), None)]
    named = set(model.licensing.concluded) | {claim.license for claim in model.licensing.claims if claim.license}
    for name in sorted(named):
        info = subject.licenses.get(name)
        if info is not None:
            wanted += [("license", link, info.name) for link in info.links[:1]]
    yield from references_of(wanted)
