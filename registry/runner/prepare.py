"""What is put beside a model that a run made, before it is signed: its card, and the files of terms that its lineage asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.errors import UsageError
from registry.runner.events import Finished
from registry.runner.job import FinetuneJob, Job
from registry.runner.prepare_card import Card, Parent, render_card
from registry.runner.prepare_terms import Source, Terms, TermsFiles, write_terms
from registry.runner.run_inputs import Inputs
from registry.runner.run_record import Told, task_of, tidied
from registry.sources.card.front_matter import read_front_matter
from registry.sources.hub.snapshot import snapshot_of_folder
from registry.terms.combine import license_ids

if TYPE_CHECKING:
    from registry.desk.run.plan import Plan
    from registry.knowledge.store import Knowledge

MAX_ABOUT = 200_000
"""What is said of a model in more bytes is no part of its card."""

_CHANGES = {
    "finetune": "its weights were trained further",
    "adapter": "an adapter was trained on top of it; its own weights are not part of this folder",
    "merge": "its weights were merged with those of others",
    "quantized": "its weights were stored in fewer bits",
    "converted": "its weights were brought into another file format",
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was put beside a model.

    Attributes:
        terms: The files of terms.
        name_warning: That the name does not keep an ancestor's rule, with one that does.
    """

    terms: TermsFiles
    name_warning: str | None


def prepare_folder(
    folder: Path, knowledge: Knowledge, plan: Plan, inputs: Inputs, job: Job, name: str, told: Told, finished: Finished, override: str | None, about: str = ""
) -> Prepared:
    """Write card, LICENSE and NOTICE into the folder of a model that was just made; what the libraries wrote of their own goes.

    Args:
        folder: The folder.
        knowledge: The licences.
        plan: What the licences make of it.
        inputs: What went in.
        job: What was asked.
        name: The model's name.
        told: What the worker told.
        finished: Its result.
        override: The approval under which a refusal was passed over.
        about: What its maker says of it, as Markdown.
    """
    license = plan.choice.license if plan.choice is not None else None
    stated = plan.choice is not None and plan.choice.why == "stated" and license not in plan.choice.inherited
    inherited = dict.fromkeys((*((license,) if license and not stated else ()), *(plan.choice.inherited if plan.choice else ())))
    reaching = [terms for each in inherited for terms in terms_of(knowledge, each)]
    sources = [Source(model.name, model.folder, _within(model.folder)) for model, _ in inputs.models]
    duties = list(plan.outward["obligations"])
    for stale in ("README.md", "LICENSE", "NOTICE"):
        (folder / stale).unlink(missing_ok=True)
    own = terms_of(knowledge, license) if license else []
    written = write_terms(folder, name, sources, list(dict.fromkeys(reaching)), duties, _changes(inputs), own if stated else ())
    custom = any(not _has_tag(knowledge, each.id) for each in own)
    link = "LICENSE" if custom else None
    if custom and written.pointed and own[0].link:
        link = own[0].link
    card = Card(
        name=name,
        task=task_of(job),
        license=_hub_license(knowledge, license) if not custom else license,
        license_name=license if custom else None,
        license_link=link,
        parents=tuple(
            Parent(model.name, relation or "run", model.commit or model.state, plan.licenses.get(model.name, ())) for model, relation in inputs.models
        ),
        datasets=tuple(
            Parent(data.name, relation, f"sha256:{data.sha256}", plan.licenses.get(f"dataset:{data.name}", ()))
            for data, relation in ((inputs.data, "trained-on"), (inputs.evaluation, "tested-on"))
            if data is not None
        ),
        outputs_of=inputs.data.outputs_of if inputs.data else (),
        item=plan.item,
        duties=duties,
        findings=plan.item["findings"],
        settings={key: value for key, value in finished.settings.items() if not isinstance(value, str) or "/" not in value},
        before=measurements(told.before),
        after=measurements(told.after),
        counts=finished.counts,
        library="peft" if isinstance(job, FinetuneJob) and job.method != "full" else "transformers",
        loss_plot=finished.artifacts.get("loss-plot"),
        override=override,
        notes=tuple(tidied(note, inputs.folders()) for note in told.notes),
        about=about,
    )
    (folder / "README.md").write_text(render_card(card), encoding="utf-8")
    return Prepared(written, name_warning(plan.item, plan.outward, name))


def read_about(file: Path | None) -> str:
    """What the maker of a model says of it, without front matter: its card has its own.

    Raises:
        UsageError: The file cannot be read, is too long, or is no text.
    """
    if file is None:
        return ""
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_ABOUT + 1)
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise UsageError(f"`{file}` cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}", "give a Markdown file") from error
    if len(data) > MAX_ABOUT or "\0" in text:
        raise UsageError(f"`{file}` is no text of up to {MAX_ABOUT:,} bytes", "give a Markdown file")
    return read_front_matter(text.replace("\r\n", "\n")).body.strip()


def measurements(values: Mapping[str, float]) -> dict[str, float]:
    """Metrics without the counts that stand beside them."""
    return {name: value for name, value in values.items() if not name.startswith("examples/")}


def name_warning(item: Mapping[str, Any], outward: Mapping[str, Any], name: str) -> str | None:
    """That a name does not keep an ancestor's rule (LIC201), with a name that does; None where it does."""
    if not any(finding["code"] == "LIC201" for finding in item["findings"]):
        return None
    rules = [duty["rule"] for duty in outward["obligations"] if duty.get("do") == "name-rule" and isinstance(duty.get("rule"), Mapping)]
    for rule in rules:
        for kind in ("starts_with", "contains"):
            words = rule.get(kind)
            if words:
                first = str(words[0] if isinstance(words, list) else words).replace(" ", "-")
                owner, slash, own = name.rpartition("/")
                better = f"{first}-{own}" if kind == "starts_with" else f"{own}-{first}"
                return f"LIC201: the name `{name}` does not keep an ancestor's rule; one that does is `{owner}{slash}{better}` (`--name`)"
    return f"LIC201: the name `{name}` does not keep an ancestor's rule; choose another with `--name`"


def terms_of(knowledge: Knowledge, license: str) -> list[Terms]:
    """The licences that an expression names, each with the address of its text where one is known."""
    found = []
    for name in license_ids(knowledge.expression_of(license)):
        held = knowledge.license_of(name)
        if held is None or held.placeholder:
            continue
        raw = knowledge.raw(name)
        places = [str(text.get("source", "")) for text in raw.get("texts", ()) if text.get("id") == "license"] + [
            str(alias) for alias in raw.get("aliases", ())
        ]
        found.append(Terms(held.id, held.name, next((place for place in places if place.startswith("https://")), None)))
    return found


def _has_tag(knowledge: Knowledge, license: str) -> bool:
    """Whether a card may name a licence by its id: it is open source, or stands on SPDX's list."""
    found = knowledge.license_of(license)
    return found is None or found.type == "open-source" or (found.spdx is not None and not found.spdx.startswith("LicenseRef-"))


def _hub_license(knowledge: Knowledge, license: str | None) -> str | None:
    """A licence as the Hub's cards spell it: our ids are its own."""
    if license is None:
        return None
    ids = license_ids(knowledge.expression_of(license))
    return ids[0] if len(ids) == 1 else license


def _changes(inputs: Inputs) -> str:
    said = [f"{model.name}: {_CHANGES.get(relation or '', 'it was changed')}." for model, relation in inputs.models]
    return " ".join(said)


def _within(folder: Path) -> Path | None:
    cached = snapshot_of_folder(folder)
    return cached[1].within if cached else None
