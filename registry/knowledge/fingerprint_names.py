"""What the licence files say of themselves that helps to tell their texts: titles, and the words that a licence orders to be displayed."""

from __future__ import annotations

from registry.knowledge.license_titles import Title
from registry.knowledge.license_words import words_of
from registry.knowledge.store import Knowledge


def knowledge_titles(knowledge: Knowledge) -> list[Title]:
    """The titles under which the licences of our knowledge stand at the top of their texts."""
    found: list[Title] = []
    for id in knowledge.ids():
        data = knowledge.raw(id)
        if data.get("placeholder"):
            continue
        is_open = data.get("type") == "open-source"
        names = [data["name"], *(text["name"] for text in data.get("texts", ()) if text.get("id", "license").startswith("license"))]
        names += [alias for alias in data.get("aliases", ()) if "://" not in alias and not alias.startswith("LicenseRef") and " " in alias]
        dates = frozenset(str(text["dated"]) for text in data.get("texts", ()) if text.get("dated") and text.get("id", "license").startswith("license"))
        found.extend(title for name in names if (title := Title.of(id, name, dates, open=is_open)) is not None)
        policies = [text["name"] for text in data.get("texts", ()) if text.get("id") == "use-policy"]
        found.extend(title for name in policies if (title := Title.of(id, name, part="use-policy", open=is_open)) is not None)
    return found


def knowledge_wordings(knowledge: Knowledge) -> list[tuple[str, tuple[str, ...]]]:
    """What each modified MIT licence of our knowledge orders to be displayed, as words."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for id in knowledge.ids():
        data = knowledge.raw(id)
        if "modified-mit" in (id, *data.get("aliases", ())):
            found.extend((id, tuple(words_of(term["wording"]))) for term in data.get("terms", ()) if term.get("do") == "display" and term.get("wording"))
    return found
