"""Random licences and uses, as plain data: every kind of term, operator, capacity, confidence and measure of the language.

Everything is drawn by a `Dice`, which asks for nothing but whole numbers. `Seeded` takes them from a seed, for loops over many
thousand cases; `Drawn` takes them from hypothesis, which can then shrink a failing case. What tests need of the modules
`strategies_dice`, `strategies_words`, `strategies_licenses`, `strategies_uses` and `strategies_missing_facts` can be had here.
"""

from __future__ import annotations

from hypothesis import strategies as st

from tests.terms.plain_evaluator import Plain
from tests.terms.strategies_dice import (
    Dice,
    Drawn,
    Seeded,
    one,
)
from tests.terms.strategies_licenses import (
    draw_condition,
    draw_license,
    engine_license,
)
from tests.terms.strategies_missing_facts import (
    draw_completion,
    draw_possible_use,
    hide_facts,
    is_possible,
)
from tests.terms.strategies_uses import (
    draw_use,
    engine_subject,
    engine_use,
)
from tests.terms.strategies_words import (
    COUNTED,
    EVERY_OPERATOR,
    INTERPRETATIONS,
    KNOWLEDGE,
    PLAIN,
    REAL,
    SCOPES,
    fact_of,
    limit_of,
    measures_of,
    operators_of,
)

__all__ = [
    "COUNTED",
    "EVERY_OPERATOR",
    "INTERPRETATIONS",
    "KNOWLEDGE",
    "PLAIN",
    "REAL",
    "SCOPES",
    "Dice",
    "Seeded",
    "conditions",
    "draw_completion",
    "draw_license",
    "draw_possible_use",
    "draw_use",
    "engine_license",
    "engine_subject",
    "engine_use",
    "fact_of",
    "hide_facts",
    "is_possible",
    "licenses",
    "limit_of",
    "measures_of",
    "one",
    "operators_of",
    "real_licenses",
]


@st.composite
def licenses(draw: st.DrawFn) -> Plain:
    """Synthetic licences."""
    return draw_license(Drawn(draw))


@st.composite
def real_licenses(draw: st.DrawFn) -> Plain:
    """Licences of `data/licenses/`."""
    return REAL[draw(st.sampled_from(sorted(REAL)))]


@st.composite
def conditions(draw: st.DrawFn) -> Plain:
    """Conditions."""
    return draw_condition(Drawn(draw))
