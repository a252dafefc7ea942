"""Whether a copy of an open licence is still that licence: nothing of it missing, and nothing in it that turns its sense."""

from __future__ import annotations

from registry.knowledge.fingerprint_file import Reference
from registry.knowledge.license_words import SPAN, shingles_of

STRICT_COVERAGE = 0.9
"""So much of a reference a copy has at least."""

STRICT_PRECISION = 0.88
"""So much of a copy the reference explains at least, unless all else is a list of holders."""

_SHORT_WORDS = 200
_LONGEST_HOLDER = 40
_LAST_LATIN = 0x24F
_SHORT_MISSING = 6
_LONG_COVERAGE = 0.96

# A word of these in what is added to an open licence can turn its sense, so such a text is not called by its name.
_TURNING = frozenset(
    (
        *("additional", "additionally", "addendum", "affiliates", "agreement", "annual", "audit", "bar", "barred", "cannot"),
        *("commercial", "commercially", "competing", "condition", "conditions", "country", "derivative", "display", "dollars", "except"),
        *("excluding", "exclusively", "fee", "forbidden", "however", "limited", "million", "military", "modified", "modification"),
        *("monthly", "must", "no", "non", "noncommercial", "not", "notwithstanding", "only", "permission", "personal"),
        *("policy", "prior", "prohibited", "prominently", "provided", "purposes", "research", "restricted", "restriction", "restrictions"),
        *("revenue", "revised", "royalty", "shall", "subject", "supplementary", "unless", "unlawful", "usd", "use"),
        *(
            "users",
            "written",
            "academic",
            "harm",
            "ethical",
            "purchase",
            "buy",
            "pay",
            "paid",
            "payment",
            "proprietary",
            "confidential",
            "evaluation",
            "trial",
            "expires",
        ),
        *("application", "applies", "apply", "authorization", "authorized", "covers", "governed", "register", "registration", "separate", "separately"),
        *("terms", "weights"),
    )
)

_FEWEST_TERMS = 120
_LEGAL_SHARE = 0.03
_LEGAL = frozenset(
    (
        *(
            "agreement",
            "applicable",
            "condition",
            "conditions",
            "copyright",
            "damages",
            "derivative",
            "distribute",
            "distribution",
            "grant",
            "granted",
            "grants",
        ),
        *("hereby", "herein", "hereunder", "indemnify", "law", "liability", "liable", "license", "licence", "licensed", "licensee", "licenses", "licensor"),
        *("notice", "notices", "obligations", "parties", "party", "permitted", "provisions", "right", "rights", "shall", "sublicense", "term", "terms"),
        *("thereof", "warranties", "warranty"),
    )
)


def is_gapped(reference: Reference, coverage: float) -> bool:
    """Whether so much of an open licence is missing that a right or duty may be: of a short one, more than one changed word."""
    if reference.words <= _SHORT_WORDS:
        return (1 - coverage) * len(reference.shingles) > _SHORT_MISSING + 0.5
    return coverage < (_LONG_COVERAGE if reference.keep == 1 and reference.words > 600 else STRICT_COVERAGE)


def uncovered(reference: Reference, words: list[str]) -> list[list[str]]:
    """The runs of words that the reference does not explain: before its first words, between, after its last."""
    shingles = shingles_of(words)
    covered = [False] * len(words)
    for start, number in enumerate(shingles):
        if number in reference.shingles:
            covered[start : start + SPAN] = [True] * len(covered[start : start + SPAN])
    first = next((at for at, is_covered in enumerate(covered) if is_covered), len(words))
    last = next((at for at in range(len(words) - 1, -1, -1) if covered[at]), -1)
    runs: list[list[str]] = [words[:first]]
    open_run: list[str] = []
    for at in range(first, last + 1):
        if covered[at]:
            if open_run:
                runs.append(open_run)
                open_run = []
        else:
            open_run.append(words[at])
    runs.append(words[last + 1 :])
    return runs


def is_turned(reference: Reference, words: list[str]) -> bool:
    """Whether what is added to an open licence is more than names, or holds a word that can turn its sense."""
    front, *between, after = uncovered(reference, words)
    holders = front[front.index("copyright") :] if "copyright" in front else []
    foreign = [word for run in (front[: len(front) - len(holders)], *between, after) for word in run if _is_foreign(word)]
    if foreign or sum(len(word) for word in holders if _is_foreign(word)) > _LONGEST_HOLDER:
        return True  # a sentence in a script without spaces is one word of ours, and can say anything
    if reference.keep != 1:
        # Only every fourth run is known, so what lies between is judged by precision alone.
        return any(len(run) > 30 and any(word in _TURNING for word in run) for run in (front, after))
    if any(word in _TURNING for run in (front, *between, after) for word in run):
        return True
    return len(front) > 400 or len(after) > 40 or any(len(run) > 14 for run in between) or sum(map(len, between)) > 12 + 0.06 * reference.words


def _is_foreign(word: str) -> bool:
    """Whether a word is of another script than Latin, in which no turning word is known."""
    return any(ord(letter) > _LAST_LATIN and letter.isalpha() for letter in word)


def only_holders(reference: Reference, words: list[str]) -> bool:
    """Whether all that an open licence is given is a list of holders above it."""
    front, *between, after = uncovered(reference, words)
    return reference.keep == 1 and not between and not after and len(front) <= 400


def reads_like_terms(words: list[str]) -> bool:
    """Whether a text with links in it that bears the title of a licence can be its text, and is no card, page or note that only names it."""
    if sum(_is_foreign(word) for word in words) > 0.2 * len(words):
        return True  # not to be told by our words
    return len(words) >= _FEWEST_TERMS and sum(word in _LEGAL for word in words) >= _LEGAL_SHARE * len(words)
