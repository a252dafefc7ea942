"""The card of a model that a run made: front matter that the Hub reads, lineage, duties as a checklist, training and metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.reports.markdown import escape

PIPELINES = {
    "text-classification": "text-classification",
    "token-classification": "token-classification",
    "causal-lm": "text-generation",
    "instruction": "text-generation",
    "dpo": "text-generation",
    "seq2seq": "text2text-generation",
    "embedding": "sentence-similarity",
}
"""The Hub's word for what a model that was taught a task is for."""

_RELATION = {
    "finetune": "fine-tuned from",
    "adapter": "an adapter of",
    "merge": "merged from",
    "quantized": "a quantised copy of",
    "converted": "a converted copy of",
}


@dataclass(frozen=True, slots=True)
class Parent:
    """What the model was made from: a model by its relation, or a dataset."""

    name: str
    relation: str
    revision: str | None = None
    licenses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """What a card tells.

    Attributes:
        name: The model.
        task: What was done: `finetune/text-classification`, `merge/linear`, ...
        license: The licence it carries; None where no single one could be told.
        license_name: Its name, where it is not one that the Hub knows by id.
        license_link: Where it stands.
        parents: The models that went in.
        datasets: The datasets that went in.
        outputs_of: Models whose outputs it learnt from.
        item: The answer of `licet.check/1` for the use that was stated.
        duties: What has to be done when it reaches others.
        findings: What there is to find.
        settings: The parameters of the run as they were used.
        before: Metrics before.
        after: Metrics after.
        counts: Examples, tokens, steps.
        library: The Hub's name of the library that loads it.
        loss_plot: The plot of the loss, relative to the folder.
        override: The approval under which a refusal was passed over.
        notes: What a reader should know.
        digest: Digest of the licence knowledge.
        about: What its maker says of it, as Markdown.
    """

    name: str
    task: str
    license: str | None
    license_name: str | None
    license_link: str | None
    parents: tuple[Parent, ...]
    datasets: tuple[Parent, ...]
    outputs_of: tuple[str, ...]
    item: Mapping[str, Any]
    duties: Sequence[Mapping[str, Any]]
    findings: Sequence[Mapping[str, Any]]
    settings: Mapping[str, Any]
    before: Mapping[str, float]
    after: Mapping[str, float]
    counts: Mapping[str, int]
    library: str
    loss_plot: str | None = None
    override: str | None = None
    notes: tuple[str, ...] = ()
    digest: str = ""
    about: str = ""


def render_card(card: Card) -> str:
    """The card as Markdown with its front matter."""
    return f"---\n{_front_matter(card)}---\n\n" + "\n".join(_body(card)).rstrip() + "\n"


def _front_matter(card: Card) -> str:
    import yaml

    kind, _, what = card.task.partition("/")
    values: dict[str, Any] = {}
    if card.license_name is not None:
        values.update(license="other", license_name=card.license_name)
        if card.license_link:
            values["license_link"] = card.license_link
    elif card.license is not None:
        values["license"] = card.license
    else:
        values["license"] = "other"
    bases = [parent.name for parent in card.parents]
    if bases:
        values["base_model"] = bases[0] if len(bases) == 1 else bases
        values["base_model_relation"] = card.parents[0].relation
    if card.datasets:
        values["datasets"] = [dataset.name for dataset in card.datasets]
    values["library_name"] = card.library
    pipeline = PIPELINES.get(what) if kind == "finetune" else None
    if pipeline:
        values["pipeline_tag"] = pipeline
    values["tags"] = sorted({kind, what} - {""})
    if card.after and kind == "finetune":
        values["model-index"] = [
            {
                "name": card.name.rsplit("/", 1)[-1],
                "results": [
                    {
                        "task": {"type": pipeline or what or kind},
                        "dataset": {
                            "name": card.datasets[0].name if card.datasets else "held-out examples",
                            "type": card.datasets[0].name if card.datasets else "unknown",
                        },
                        "metrics": [{"type": name, "name": name, "value": value} for name, value in card.after.items()],
                    }
                ],
            }
        ]
    text: str = yaml.safe_dump(values, sort_keys=False, allow_unicode=True, default_flow_style=False, width=120)
    return text


def _body(card: Card) -> Iterator[str]:
    yield f"# {escape(card.name)}"
    yield ""
    yield _what(card)
    yield ""
    if card.about:
        yield card.about
        yield ""
    if card.override:
        yield f"**The licence check refused this run. It was made under the approval `{escape(card.override)}`.**"
        yield ""
    yield from _lineage(card)
    yield from _terms(card)
    yield from _training(card)
    yield from _metrics(card)
    if card.notes:
        yield "## Notes"
        yield ""
        for note in card.notes:
            yield f"- {escape(note)}"
        yield ""
    yield "## Provenance"
    yield ""
    yield "`provenance.json` holds the signed record of this run, `terms.json` that of its lineage and terms, `model.sig` the signature over all files."
    yield "Check them with `licet provenance verify`."


def _what(card: Card) -> str:
    kind, _, what = card.task.partition("/")
    if not card.parents:
        return f"Made by `{escape(card.task)}`."
    relation = _RELATION.get(card.parents[0].relation, "made from")
    names = _join([f"`{escape(parent.name)}`" for parent in card.parents])
    taught = f" for {escape(what)}" if kind == "finetune" and what else f" ({escape(what)})" if what else ""
    learnt = f" on {_join([f'`{escape(dataset.name)}`' for dataset in card.datasets])}" if card.datasets else ""
    return f"This model is {relation} {names}{taught}{learnt}."


def _join(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def _lineage(card: Card) -> Iterator[str]:
    yield "## Lineage"
    yield ""
    yield "| what | relation | state | licence |"
    yield "| --- | --- | --- | --- |"
    for parent in card.parents:
        yield _row(parent.name, parent)
    for dataset in card.datasets:
        yield _row(f"dataset:{dataset.name}", dataset)
    for model in card.outputs_of:
        yield f"| {escape(model)} | trained-on-outputs | | |"
    yield ""


def _row(name: str, parent: Parent) -> str:
    return f"| {escape(name)} | {escape(parent.relation)} | {escape((parent.revision or '')[:19])} | {escape(', '.join(parent.licenses) or 'not known')} |"


def _terms(card: Card) -> Iterator[str]:
    yield "## Licence and duties"
    yield ""
    if card.license is not None:
        yield f"It carries **{escape(card.license_name or card.license)}**, as its lineage has it."
    else:
        yield "No single licence keeps everything that its lineage puts on it, or an ancestor's terms are not known: settle that before you pass it on."
    yield ""
    for finding in card.findings:
        yield f"- {escape(finding['code'])}: {escape(finding['summary'])}"
    if card.findings:
        yield ""
    counting = [duty for duty in card.duties if duty.get("counts", True)]
    if counting:
        yield "When it reaches others:"
        yield ""
    for duty in counting:
        where = f" (in {escape(', '.join(duty['where']))})" if duty.get("where") else ""
        wording = f" Words: “{escape(duty['wording'])}”" if duty.get("wording") else ""
        when = f" When {escape(duty['when'])}." if duty.get("when") else ""
        yield f"- [ ] {escape(duty['summary'])}{where}{wording}{when} ({escape(duty['license'])}, {escape(duty['section'])})"
    if counting:
        yield ""
    limits = [limit for limit in card.item.get("headroom", ()) if limit.get("limit") is not None]
    for limit in limits:
        yield f"- {escape(limit['license'])}, {escape(limit['section'])}: a limit at {limit['limit']:,.0f} {escape(str(limit['fact']).replace('_', ' '))}"
    if limits:
        yield ""
    yield "Information, not legal advice."
    yield ""


def _training(card: Card) -> Iterator[str]:
    if not card.settings and not card.counts:
        return
    yield "## How it was made"
    yield ""
    yield "| setting | value |"
    yield "| --- | --- |"
    for name, value in card.settings.items():
        if value is not None:
            shown = ", ".join(str(part) for part in value) if isinstance(value, list | tuple) else value
            yield f"| {escape(name)} | {escape(shown)} |"
    for name, count in card.counts.items():
        yield f"| {escape(name.replace('_', ' '))} | {count:,} |"
    yield ""
    if card.loss_plot:
        yield f"![loss]({card.loss_plot})"
        yield ""


def _metrics(card: Card) -> Iterator[str]:
    if not card.after and not card.before:
        return
    yield "## Metrics"
    yield ""
    yield "| metric | before | after |"
    yield "| --- | --- | --- |"
    for name in dict.fromkeys([*card.before, *card.after]):
        before, after = card.before.get(name), card.after.get(name)
        yield f"| {escape(name)} | {'' if before is None else f'{before:.4g}'} | {'' if after is None else f'{after:.4g}'} |"
    yield ""
