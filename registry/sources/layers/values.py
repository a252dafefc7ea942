"""How tables of the supply chain write countries, kinds, sizes, times and modalities. What is not understood is none, never a guess."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

_COUNTRIES = {
    name: code
    for code, names in {
        "AE": "uae|united arab emirates",
        "AR": "argentina",
        "AT": "austria",
        "AU": "australia",
        "BE": "belgium",
        "BG": "bulgaria",
        "BR": "brazil",
        "CA": "canada",
        "CH": "switzerland",
        "CL": "chile",
        "CN": "china",
        "CZ": "czechia|czech republic",
        "DE": "germany",
        "DK": "denmark",
        "EE": "estonia",
        "EG": "egypt",
        "ES": "spain",
        "FI": "finland",
        "FR": "france",
        "GB": "uk|united kingdom|united kingdom of great britain and northern ireland|england",
        "GR": "greece",
        "HR": "croatia",
        "HK": "hong kong",
        "HU": "hungary",
        "ID": "indonesia",
        "IE": "ireland",
        "IL": "israel",
        "IN": "india",
        "IR": "iran|iran (islamic republic of)",
        "IT": "italy",
        "JP": "japan",
        "KR": "south korea|korea (republic of)|republic of korea|korea",
        "LB": "lebanon",
        "LT": "lithuania",
        "LU": "luxembourg",
        "MO": "macao|macau",
        "MX": "mexico",
        "MY": "malaysia",
        "NL": "netherlands|the netherlands",
        "NO": "norway",
        "NZ": "new zealand",
        "PH": "philippines",
        "PK": "pakistan",
        "PL": "poland",
        "PT": "portugal",
        "QA": "qatar",
        "RO": "romania",
        "RU": "russia|russian federation",
        "SA": "saudi arabia",
        "SE": "sweden",
        "SG": "singapore",
        "SI": "slovenia",
        "TH": "thailand",
        "TR": "turkey|türkiye|turkiye",
        "TW": "taiwan",
        "UA": "ukraine",
        "US": "usa|us|united states|united states of america",
        "VN": "vietnam|viet nam",
        "ZA": "south africa",
    }.items()
    for name in names.split("|")
}

_SCALES = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_NUMBER = r"(\d[\d,]*(?:\.\d+)?)"
_PARAMETERS = re.compile(rf"{_NUMBER}\s*(k|m|b|t|million|billion|trillion)?\s*(?:parameters?|params)(?:\s*\((?:dense|sparse)(?: model)?\))?\.?", re.IGNORECASE)
_TOKENS = re.compile(rf"{_NUMBER}\s*(k|m|b|t|thousand|million|billion|trillion)?\s*tokens\.?", re.IGNORECASE)
_ROWS = re.compile(
    rf"{_NUMBER}\s*(k|m|b|t|thousand|million|billion|trillion)?\s*"
    r"(?:(?:image-text|text-image|question-answer|instruction|training|text|video|audio|data)\s+)?"
    r"(?:images?|documents?|examples?|rows|samples?|pairs|records|instances|videos|clips|conversations|dialogues|instructions|prompts|files|repositories|data ?points)\.?",
    re.IGNORECASE,
)
_HOURS = {"hour": 1.0, "day": 24.0, "week": 168.0}
_SPAN = re.compile(rf"{_NUMBER}\s*(hour|day|week)s?\.?", re.IGNORECASE)
_PETAFLOP_DAYS = re.compile(rf"{_NUMBER}\s*petaflop(?:s)?/s-days?\.?", re.IGNORECASE)
_HARDWARE = re.compile(
    r"(\d[\d,]{0,9})\s*(?:x|×)?\s*((?:nvidia\s+|amd\s+|tesla\s+)*[A-Za-z]{1,3}\d[\w\-]*(?:[\s-]\d+\s*gb?)?)\s*(?:gpus?|tpus?)", re.IGNORECASE
)
_DAY = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")


class Hardware(NamedTuple):
    """The machines of a training run."""

    name: str
    """What they are, as it is written."""

    number: int | None
    """How many, where that is written plainly."""


def country_of(text: str) -> str | None:
    """The ISO 3166-1 code of a country's name."""
    return _COUNTRIES.get(text.strip().casefold())


def date_of(text: str) -> str | None:
    """A date as the catalogue keeps it: `2023`, `2023-07` or `2023-07-18`, with or without a time behind it."""
    plain = re.split(r"[T ]", text.strip(), maxsplit=1)[0]
    return plain if _DAY.fullmatch(plain) else None


def parameters_in(text: str) -> int | None:
    """`7B parameters (dense)` as a number; none where anything else stands beside it."""
    return _scaled(_PARAMETERS.fullmatch(text.strip()))


def tokens_in(text: str) -> int | None:
    """`300B tokens` as a number."""
    return _scaled(_TOKENS.fullmatch(text.strip()))


def rows_in(text: str) -> int | None:
    """`5M images` as a number."""
    return _scaled(_ROWS.fullmatch(text.strip()))


def hours_in(text: str) -> float | None:
    """`3 days` in hours of wall time. `320,256 GPU hours` is none: it does not say how long the run took."""
    found = _SPAN.fullmatch(text.strip())
    return _number(found[1]) * _HOURS[found[2].lower()] if found else None


def flop_in(text: str) -> float | None:
    """`3640 petaflop/s-days` as floating-point operations."""
    found = _PETAFLOP_DAYS.fullmatch(text.strip())
    return _number(found[1]) * 1e15 * 86_400 if found else None


def hardware_in(text: str) -> Hardware:
    """`8 A100 GPUs` as kind and count; anything less plain as it is written, without a count."""
    found = _HARDWARE.fullmatch(text.strip())
    return Hardware(" ".join(found[2].split()), int(found[1].replace(",", ""))) if found else Hardware(text, None)


def modality_of(takes: Collection[str], makes: Collection[str]) -> str | None:
    """The modality of a model that takes and makes media (`text`, `code`, `image`, `audio`, `video`); none where one is none of these."""
    media = {*takes, *makes}
    if not makes or not media <= {"text", "code", "image", "audio", "video"}:
        return None
    seen = media - {"text", "code"}
    if not seen:
        return "code" if set(makes) == {"code"} else "text"
    made = set(makes) - {"text", "code"}
    if len(made) == 1 and set(makes) == made:
        return next(iter(made))
    return "audio" if seen == {"audio"} and not made else "multimodal"


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def _scaled(found: re.Match[str] | None) -> int | None:
    if found is None:
        return None
    value = round(_number(found[1]) * _SCALES[(found[2] or "").lower()])
    return value if 0 < value < 2**63 else None
