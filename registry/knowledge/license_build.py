"""A licence from its plain data, as the compiled document holds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.errors import KnowledgeError
from registry.terms.conditions import parse_condition
from registry.terms.license import WEIGHTS, License, Reach, Term, Text


def build_license(data: Mapping[str, Any]) -> License:
    """The value of a licence.

    Raises:
        KnowledgeError: The data was not written by this version.
    """
    force = data.get("in_force", {})
    dates = [text.get("dated") for text in data.get("texts", ()) if text.get("dated")]
    try:
        return License(
            id=data["id"],
            name=data["name"],
            type=data["type"],
            terms=tuple(_term(term) for term in data["terms"]),
            steward=data.get("steward"),
            ask=data.get("ask"),
            osi_approved=data.get("osi_approved", False),
            spdx=data.get("spdx"),
            family=data.get("family"),
            confidence=data.get("confidence", "text-read"),
            released=data.get("released") or (dates[0] if dates else None),
            in_force_from=force.get("from"),
            in_force_to=force.get("to"),
            replaces=tuple(data.get("replaces", ())),
            texts=tuple(
                Text(text.get("id", "license"), text["name"], text.get("dated"), text.get("digest"), text.get("source"), text.get("read_on"))
                for text in data.get("texts", ())
            ),
            reach={relation: Reach(*reach) for relation, reach in data["reach"].items()},
            placeholder=data.get("placeholder"),
            type_reason=data.get("type_reason"),
            summary=data.get("summary"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise KnowledgeError(f"the compiled knowledge of `{data.get('id')}` cannot be read: {error}", "remove the cache folder") from error


def _term(data: Mapping[str, Any]) -> Term:
    condition = data.get("if")
    return Term(
        id=data["id"],
        kind=data["kind"],
        acts=frozenset(data.get("acts", ())),
        section=data["section"],
        summary=data["summary"],
        binds=frozenset(data["binds"]) if data.get("binds") else WEIGHTS,
        condition=parse_condition(condition) if condition else None,
        confidence=data["confidence"],
        ask=data.get("ask"),
        text=data.get("text", "license"),
        do=data.get("do"),
        rule=data.get("rule"),
        wording=data.get("wording"),
        where=tuple(data.get("where", ())),
        must=data.get("force", "must") == "must",
        gate=data.get("gate", False),
        about=data.get("about"),
        disputed=tuple(data.get("disputed", ())),
    )
