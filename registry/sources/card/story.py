"""What a model card says in prose and in its results: sections by their headings, links, measured figures, how it was trained.

The headings are those of the Hub's own template and their common variants. A section that only holds the template's placeholder says
nothing. Texts are kept as they stand, cut to a bound; who shows them escapes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.sources.card.front_matter import decode_card, read_front_matter

MAX_SECTION = 2_000
"""A section is cut to so many characters."""

MAX_BODY = 400_000
"""So many characters of a card's text are looked at."""

MAX_METRICS = 200
"""So many measured figures are read."""

MAX_PARAMETERS = 100
"""So many training parameters are read."""

_SECTIONS = (
    ("intended-use", re.compile(r"intended use|direct use|use cases?$|how .* used|^uses$|intended application", re.IGNORECASE)),
    ("out-of-scope", re.compile(r"out.of.scope|misuse|not intended", re.IGNORECASE)),
    ("limitations", re.compile(r"limitation", re.IGNORECASE)),
    ("ethics", re.compile(r"ethic|\bbias|fairness|societal", re.IGNORECASE)),
    ("risk", re.compile(r"\brisks?\b|safety", re.IGNORECASE)),
    ("hyperparameters", re.compile(r"hyper-?parameter", re.IGNORECASE)),
    ("preprocessing", re.compile(r"pre-?processing|data preparation", re.IGNORECASE)),
    ("training", re.compile(r"training (?:details|procedure|process|data)|^(?:fine-?tuning|training|how it was made)\b", re.IGNORECASE)),
    ("explainability", re.compile(r"model examination|explainab|interpretab", re.IGNORECASE)),
    ("evaluation", re.compile(r"evaluation|results|metrics|performance", re.IGNORECASE)),
    ("threshold", re.compile(r"decision threshold", re.IGNORECASE)),
    ("environment", re.compile(r"environmental|carbon|emission|energy", re.IGNORECASE)),
    ("personal-data", re.compile(r"personal (?:and|or|data|info)|sensitive (?:data|info)|privacy", re.IGNORECASE)),
    ("domain", re.compile(r"^domain|field of application|application area", re.IGNORECASE)),
    ("autonomy", re.compile(r"autonom|human oversight", re.IGNORECASE)),
    ("standards", re.compile(r"standards|regulat|conformity", re.IGNORECASE)),
    ("description", re.compile(r"description|^overview|^summary|model summary|about", re.IGNORECASE)),
)
"""What a heading says that its section is about; one heading may say several things (`Bias, Risks, and Limitations`)."""

_KEYS = {
    "description": ("model_description", "description", "model_summary", "summary"),
    "domain": ("domain",),
    "autonomy": ("autonomy", "autonomy_type", "human_oversight"),
    "standards": ("standards", "standard_compliance"),
    "risk": ("safety_risk_assessment",),
    "threshold": ("decision_threshold",),
    "personal-data": ("personal_data",),
}
"""The keys of the front matter that say the same."""

_LINK_KEYS = {"paper": ("paper", "paper_url"), "repository": ("repository", "repo", "code", "github"), "website": ("website", "homepage", "demo")}
_BULLET = re.compile(
    r"^[ \t>*+-]{0,20}(?P<what>repository|code|github|paper|website|homepage|home page|demo|project page)\b[^:\n]{0,40}:\**:?\s*(?P<rest>.+)$", re.I | re.M
)
_MAKER = re.compile(r"^[ \t>*+-]{0,20}developed by\b[ \t]{0,4}(?:\[optional\])?:\**[ \t]*(?P<name>[^\n]{1,300})$", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"'`|]{3,500}")
_LINK_WORDS = {"code": "repository", "github": "repository", "homepage": "website", "home page": "website", "demo": "website", "project page": "website"}
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t#]*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_PLACEHOLDER = re.compile(r"\[?[ \t]{0,4}more information needed[ \t]{0,4}\]?|\[optional\]|todo\b:?", re.IGNORECASE)
_PARAMETER = re.compile(r"^[ \t>*+`-]{0,20}(?P<name>[A-Za-z][A-Za-z0-9_ ]{1,60}?)[`*]{0,3}[ \t]{0,4}[:=][ \t`*]{0,8}(?P<value>[^`\n]{1,200})$", re.MULTILINE)
_KWH = re.compile(r"(\d[\d,]*(?:\.\d+)?(?:e-?\d+)?)\s*kWh\b", re.IGNORECASE)
_ARXIV = re.compile(r"arxiv:(\d{4}\.\d{4,5}(?:v\d+)?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MeasuredFigure:
    """A figure that a card states under `model-index`."""

    type: str
    """What was measured."""

    value: str
    """The figure, as written."""

    data: str | None = None
    """On which data."""


@dataclass(frozen=True, slots=True)
class CardStory:
    """What a card says beside licences and lineage."""

    texts: Mapping[str, str] = field(default_factory=dict)
    """What its sections say, by what they are about."""

    links: Mapping[str, str] = field(default_factory=dict)
    """Links by what they lead to: `paper`, `repository`, `website`."""

    metrics: tuple[MeasuredFigure, ...] = ()
    """Measured figures."""

    hyperparameters: Mapping[str, str] = field(default_factory=dict)
    """Training parameters by name."""

    energy_kwh: float | None = None
    """The energy of its training, where it states one."""

    co2_kg: float | None = None
    """What its training emitted, in kilograms of carbon dioxide equivalent."""

    title: str | None = None
    """Its first heading."""

    developer: str | None = None
    """Who it says developed the model."""


def read_story(data: bytes, tags: Sequence[str] = ()) -> CardStory:
    """What a card says in prose. Never raises: what cannot be understood says nothing.

    Args:
        data: The card, README.md as it stands.
        tags: Tags that the Hub gives beside the card's own.
    """
    text, _ = decode_card(data)
    front = read_front_matter(text)
    return story_of(front.values, front.body, tags)


def story_of(values: Mapping[str, Any], body: str = "", tags: Sequence[str] = ()) -> CardStory:
    """The same of metadata that is already a mapping (the `cardData` of the Hub's API) and the text below it, where that is at hand."""
    body = _without_comments(body[:MAX_BODY])
    sections = list(_sections(body))
    texts: dict[str, str] = {}
    for about, keys in _KEYS.items():
        said = next((written for key in keys if (written := _plain(values.get(key))) is not None), None)
        if said is not None:
            texts[about] = said
    for title, part in sections:
        said = _said(part)
        for about in _about(title) if said else ():
            texts.setdefault(about, said)
    if "description" not in texts and (first := next((said for _, part in sections[:2] if (said := _said(part))), "")):
        texts["description"] = first.split("\n\n")[0]
    parameters = _parameters(next((part for title, part in sections if "hyperparameters" in _about(title)), ""))
    stated = _KWH.search(texts.get("environment", ""))
    return CardStory(
        texts=texts,
        links=_links(body, values, tags),
        metrics=tuple(_metrics(values.get("model-index"))),
        hyperparameters=parameters,
        energy_kwh=float(stated[1].replace(",", "")) if stated else None,
        co2_kg=_emissions(values.get("co2_eq_emissions")),
        title=next((title for title, _ in sections if title), None),
        developer=_developer(body),
    )


def _without_comments(text: str) -> str:
    """The text without HTML comments; one that is never closed takes the rest."""
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0:
        kept.append(text[at:start])
        end = text.find("-->", start)
        if end < 0:
            return "".join(kept)
        at = end + 3
    return "".join(kept) + text[at:]


def _sections(body: str) -> Iterator[tuple[str, str]]:
    """Headings with the text below them; what is fenced is text, and what stands before the first heading has an empty one."""
    title, lines, fence = "", [], None
    for line in body.split("\n"):
        opening = _FENCE.match(line)
        if opening is not None:
            fence = None if fence == opening[1] else fence or opening[1]
        heading = _HEADING.match(line) if fence is None else None
        if heading is None:
            lines.append(line)
            continue
        yield title, "\n".join(lines)
        title, lines = heading[2].strip(), []
    yield title, "\n".join(lines)


def _about(title: str) -> list[str]:
    plain = re.sub(r"[*_`]", "", title).strip()
    return [about for about, pattern in _SECTIONS if pattern.search(plain)] if plain else []


def _said(body: str) -> str:
    """The text of a section; empty where it only holds placeholders."""
    rows = [row.rstrip() for row in _PLACEHOLDER.sub("", body[: 2 * MAX_SECTION]).split("\n")]
    # A bullet of the template whose value was never filled in is a label without a value.
    kept = [row for row in rows if not re.fullmatch(r"[ \t>*+-]{0,20}[^:*\n]{1,60}:?\*{0,2}:?", row) or not re.search(r"[:*]", row)]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    if not re.search(r"\w", text):
        return ""
    return text if len(text) <= MAX_SECTION else text[: MAX_SECTION - 1].rstrip() + "…"


def _plain(value: object) -> str | None:
    if isinstance(value, list):
        parts = [part for part in (_plain(each) for each in value[:50]) if part]
        return ", ".join(parts)[:MAX_SECTION] or None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return _said(str(value)) or None


def _links(body: str, values: Mapping[str, Any], beside: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for what, keys in _LINK_KEYS.items():
        for key in keys:
            address = _ADDRESS.search(str(values.get(key) or "")[:1_000])
            if address is not None:
                found.setdefault(what, address[0].rstrip(".,;"))
    for bullet in _BULLET.finditer(body):
        address = _ADDRESS.search(bullet["rest"][:1_000])
        if address is not None:
            word = bullet["what"].casefold()
            found.setdefault(_LINK_WORDS.get(word, word), address[0].rstrip(".,;"))
    tags = values.get("tags")
    for tag in (*(tags[:1_000] if isinstance(tags, list) else ()), *beside[:1_000]):
        paper = _ARXIV.fullmatch(str(tag))
        if paper is not None:
            found.setdefault("paper", f"https://arxiv.org/abs/{paper[1]}")
    return found


def _developer(body: str) -> str | None:
    """Who the Hub's template names under `Developed by`."""
    found = _MAKER.search(body)
    name = re.sub(r"\[([^\]\n]{1,200})\]\([^)\n]{0,500}\)", r"\1", found["name"]).strip(" *_`") if found else ""
    return name[:200] if re.search(r"\w", name) and not _PLACEHOLDER.search(name) else None


def _metrics(index: object) -> Iterator[MeasuredFigure]:
    """The figures of the Hub's `model-index`."""
    count = 0
    for model in index[:20] if isinstance(index, list) else ():
        results = model.get("results") if isinstance(model, Mapping) else None
        for result in results[:100] if isinstance(results, list) else ():
            if not isinstance(result, Mapping):
                continue
            data = result.get("dataset")
            named = _plain(data.get("name") or data.get("type")) if isinstance(data, Mapping) else None
            metrics = result.get("metrics")
            for metric in metrics[:100] if isinstance(metrics, list) else ():
                kind = _plain(metric.get("type") or metric.get("name")) if isinstance(metric, Mapping) else None
                value = _plain(metric.get("value")) if isinstance(metric, Mapping) else None
                if kind and value and count < MAX_METRICS:
                    count += 1
                    yield MeasuredFigure(kind[:100], value[:100], named[:200] if named else None)


def _parameters(body: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in _PARAMETER.finditer(_PLACEHOLDER.sub("", body[: 5 * MAX_SECTION])):
        if len(found) < MAX_PARAMETERS and each["value"].strip():
            found.setdefault(each["name"].strip().replace(" ", "_").casefold(), each["value"].strip(" \t*"))
    return found


def _emissions(value: object) -> float | None:
    """What a card states under `co2_eq_emissions`, which the Hub counts in grams, in kilograms."""
    stated = value.get("emissions") if isinstance(value, Mapping) else value
    if isinstance(stated, bool) or not isinstance(stated, int | float) or not 0 < stated < 1e15:
        return None
    return float(stated) / 1_000
