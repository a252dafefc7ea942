"""Who stands in an attribution bundle: models and data with what they are to the target, how each is credited, and what was changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from registry.reports.bom.names import dataset_page, model_page
from registry.reports.bom.subject import BomModel, BomSubject
from registry.reports.notice import BundledModel, OwedDuty

if TYPE_CHECKING:
    from registry.desk.notice.texts import TextFinder

_RELATIONS = {
    "finetune": "a base that {child} was fine-tuned from",
    "adapter": "the base of {child}, an adapter",
    "merge": "one of the models that were merged into {child}",
    "quantized": "the model that was quantised into {child}",
    "converted": "the model that was converted into {child}",
    "distilled": "the model that {child} was distilled from",
    "trained-on-outputs": "a model whose outputs {child} was trained on",
    "trained-on": "data that {child} was trained on",
    "tested-on": "data that {child} was tested on",
}
"""What an ancestor is to what comes from it."""


def bundled_models(subject: BomSubject, target: str, finder: TextFinder) -> list[BundledModel]:
    """A target and all models and data that it comes from, each with what it is to it, nearest first; data stands last, where a licence of it is on record."""
    application = next((each for each in subject.applications if f"app:{each.name}" == target), None)
    first = [target] if application is None else [use.model for use in application.models]
    names = dict.fromkeys(first, "" if application is None else "used by it")
    data: dict[str, str] = {}
    level = list(names)
    while level:
        links = [link for link in subject.links if link.child in level and link.parent not in names]
        for link in links:
            what = _RELATIONS.get(link.relation, f"{link.relation} of {{child}}").format(child="it" if link.child == target else link.child)
            (data if link.parent.startswith("dataset:") else names).setdefault(link.parent, what)
        level = list(dict.fromkeys(link.parent for link in links if not link.parent.startswith("dataset:")))
    found = [_bundled(model, target, relation, subject, finder) for name, relation in names.items() if (model := subject.model(name)) is not None]
    return found + list(_data(data, target, subject))


def _bundled(model: BomModel, target: str, relation: str, subject: BomSubject, finder: TextFinder) -> BundledModel:
    texts, _ = finder.of_model(model.name, on_hub=model.on_hub)
    return BundledModel(
        name=model.name,
        target=target,
        relation=relation,
        licenses=_names(subject, model.licensing.concluded),
        verdict=model.verdict.verdict if model.verdict is not None else None,
        notices=tuple((each.name, each.data.decode("utf-8", "replace")) for each in texts if each.role == "notice"),
        page=model_page(model),
    )


def _data(relations: Mapping[str, str], target: str, subject: BomSubject) -> Iterator[BundledModel]:
    for each in subject.datasets:
        name = f"dataset:{each.name}"
        if name in relations and each.licensing.concluded:
            yield BundledModel(name, target, relations[name], _names(subject, each.licensing.concluded), page=dataset_page(each))


def _names(subject: BomSubject, licenses: Sequence[str]) -> tuple[str, ...]:
    return tuple(subject.licenses[name].name if name in subject.licenses else name for name in licenses)


def credited(duty: OwedDuty, subject: BomSubject) -> OwedDuty:
    """A duty to give credit in no given words, with a line that gives it: title, maker, licence with its link, and source."""
    if duty.do != "display" or duty.wording is not None:
        return duty
    name = duty.model.removeprefix("dataset:")
    model = subject.model(duty.model)
    data = next((each for each in subject.datasets if duty.model.startswith("dataset:") and each.name == name), None)
    owner = name.partition("/")[0] if name.count("/") == 1 else None
    maker = model.developer.shown if model is not None and model.developer is not None else owner
    title = (model.title if model is not None else data.title if data is not None else None) or name
    page = model_page(model) if model is not None else dataset_page(data) if data is not None else None
    info = subject.licenses.get(duty.license)
    terms = f"{info.name if info is not None else duty.license}{f' ({info.links[0]})' if info is not None and info.links else ''}"
    shown = f"{title}{f' ({name})' if title != name else ''}"
    return replace(duty, credit=f"{shown}{f' by {maker}' if maker else ''}, under {terms}.{f' Source: {page}' if page else ''}")


def changes_of(subject: BomSubject, items: Sequence[Mapping[str, Any]]) -> list[str]:
    """What was changed: every step by which a target, or what it comes from, was made from another model."""
    found = [
        f"{link.child} was made from {link.parent} ({link.relation}): it is not the original."
        for link in subject.links
        if not link.parent.startswith("dataset:")
    ]
    found += [f"{item['model']} was changed by whoever passes it on." for item in items if item["use"].get("modified")]
    return list(dict.fromkeys(found))
