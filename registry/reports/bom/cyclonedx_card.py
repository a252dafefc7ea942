"""The machine-learning parts of CycloneDX that its library does not write: model cards, data, and how a model was made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from registry.reports.bom.names import dataset_page, dataset_ref, model_ref
from registry.reports.bom.subject import BomDataset, BomLink, BomModel, BomRun, BomSubject, Card, Energy
from registry.reports.bom.text import kept, one_line, plain

AIBOM = "genai:aibom:modelcard:"
"""What properties begin with that other tools look for in a model card."""

_SHAPE = {
    "vocab_size": "vocabSize",
    "tokenizer_class": "tokenizerClass",
    "context_length": "contextLength",
    "embedding_length": "embeddingLength",
    "block_count": "blockCount",
    "attention_head_count": "attentionHeadCount",
    "attention_head_count_kv": "attentionHeadCountKV",
    "feed_forward_length": "feedForwardLength",
    "rope_dimension_count": "ropeDimensionCount",
    "quantization_version": "quantizationVersion",
    "quantization_file_type": "quantizationFileType",
}
"""The figures of a configuration by the names that those tools give them."""

_CONSIDERED = {"ethics": "Ethics, bias and fairness", "risk": "Risks", "out-of-scope": "Out of scope", "personal-data": "Personal data"}
"""What of a card stands among its ethical considerations, and under which name."""


def model_card(model: BomModel, subject: BomSubject, links: Iterable[BomLink]) -> dict[str, Any]:
    """The model card of a model; empty where nothing is known that belongs on it.

    Args:
        model: The model.
        subject: All that goes into the bill.
        links: What the model comes from.
    """
    card = model.card or Card()
    run = run_of(subject, model.name)
    known = {each.name for each in subject.datasets}
    sets = dict.fromkeys(link.parent.removeprefix("dataset:") for link in links if link.parent.startswith("dataset:"))
    parameters = kept(
        {
            "task": one_line(task_of(model, run) or "", 200),
            "architectureFamily": one_line(card.shape.get("model_type", ""), 200),
            "modelArchitecture": one_line(model.architecture or "", 400),
            "datasets": [{"ref": dataset_ref(name)} for name in sets if name in known],
        }
    )
    metrics = [
        kept({"type": one_line(each.type, 100), "value": one_line(each.value, 100), "slice": one_line(each.data or "", 200)}) for each in metrics_of(model, run)
    ]
    considerations = kept(
        {
            "useCases": [plain(text) for text in [card.texts.get("intended-use")] if text],
            "technicalLimitations": [plain(text) for text in [card.texts.get("limitations")] if text],
            "ethicalConsiderations": [{"name": f"{name}: {plain(card.texts[about])}"} for about, name in _CONSIDERED.items() if about in card.texts],
            "environmentalConsiderations": kept({"energyConsumptions": [_energy(each) for each in energies_of(model, run) if each.kwh is not None]}),
        }
    )
    return kept(
        {
            "modelParameters": parameters,
            "quantitativeAnalysis": kept({"performanceMetrics": metrics}),
            "considerations": considerations,
            "properties": [{"name": name, "value": value} for name, value in sorted(_properties(model, run).items())],
        }
    )


def run_of(subject: BomSubject, model: str) -> BomRun | None:
    """The record of the run that a model came out of."""
    return next((run for run in subject.runs if run.model == model), None)


def task_of(model: BomModel, run: BomRun | None) -> str | None:
    """The task of a model, in the Hub's word: as its card has it, else as it was trained for."""
    if model.card is not None and model.card.task:
        return model.card.task
    verb, _, task = run.kind.partition("/") if run is not None else ("", "", "")
    return task if verb == "finetune" and task else None


def metrics_of(model: BomModel, run: BomRun | None) -> list[Any]:
    """What was measured of a model: by its run, and of what the run does not tell by its card."""
    by_run = run.metrics if run is not None else ()
    told = {each.type for each in by_run}
    return list(dict.fromkeys([*by_run, *(each for each in (model.card.metrics if model.card is not None else ()) if each.type not in told)]))


def energies_of(model: BomModel, run: BomRun | None) -> list[Energy]:
    """What the training of a model took: as its run measured or estimated it, else as is recorded."""
    if run is not None and run.energy is not None:
        return [run.energy]
    return list(model.energies)


def hyperparameters_of(model: BomModel, run: BomRun | None) -> dict[str, str]:
    """How a model was trained: as its run has it, else as its card says."""
    return dict(run.parameters) if run is not None and run.parameters else dict(model.card.hyperparameters) if model.card is not None else {}


def _energy(each: Energy) -> dict[str, Any]:
    measure = {"value": each.kwh, "unit": "kWh"}
    # Where the current came from is nobody's word here; the schema asks for a source, and has a word for that.
    provider = [{"organization": {"name": one_line(each.provider, 200)}, "energySource": "unknown", "energyProvided": measure}] if each.provider else []
    found: dict[str, Any] = {"activity": each.activity, "energyProviders": provider, "activityEnergyCost": measure}
    if each.co2_kg is not None:
        found["co2CostEquivalent"] = {"value": each.co2_kg / 1_000, "unit": "tCO2eq"}
    if each.source:
        found["properties"] = [{"name": "licet:source", "value": one_line(each.source, 500)}]
    return found


def _properties(model: BomModel, run: BomRun | None) -> dict[str, str]:
    card = model.card or Card()
    found = {f"{AIBOM}{_SHAPE[name]}": one_line(value, 200) for name, value in card.shape.items() if name in _SHAPE}
    parameters = hyperparameters_of(model, run)
    if parameters:
        found[f"{AIBOM}hyperparameter"] = plain(json.dumps(dict(sorted(parameters.items())), ensure_ascii=False))
    if "explainability" in card.texts:
        found[f"{AIBOM}modelCardExplainability"] = plain(card.texts["explainability"])
    figures = {
        "licet:parameters": model.parameters,
        "licet:training-tokens": model.training_tokens,
        "licet:training-flop": f"{model.training_flop:.4g}" if model.training_flop else None,
        "licet:languages": ", ".join(card.languages) or None,
        "licet:library": card.library,
        "licet:quantization": " ".join(value for key in ("quantization_method", "quantization_bits") if (value := card.shape.get(key))) or None,
        "licet:co2-kg": f"{card.co2_kg:g}" if card.co2_kg is not None else None,
    }
    found.update({name: one_line(value, 500) for name, value in figures.items() if value is not None})
    return found


def about_properties(model: BomModel, subject: BomSubject) -> dict[str, str]:
    """What tools that score bills look for beside the document's own metadata, of the one model that a bill is about; only what somebody says."""
    card = model.card or Card()
    run = run_of(subject, model.name)
    used = [energy for energy in energies_of(model, run) if energy.kwh is not None]
    metrics = metrics_of(model, run)
    sets = {link.parent.removeprefix("dataset:") for link in subject.links if link.child == model.name and link.parent.startswith("dataset:")}
    personal = {each.personal_data for each in subject.datasets if each.name in sets}
    said = {
        "primaryPurpose": task_of(model, run),
        "suppliedBy": model.developer.shown if model.developer is not None else None,
        "intendedUse": card.texts.get("intended-use"),
        "informationAboutApplication": card.texts.get("intended-use"),
        "informationAboutTraining": _told(run) or card.texts.get("training"),
        "modelDataPreprocessing": card.texts.get("preprocessing"),
        "safetyRiskAssessment": card.texts.get("risk"),
        "domain": card.texts.get("domain"),
        "autonomyType": card.texts.get("autonomy"),
        "standardCompliance": card.texts.get("standards"),
        "metricDecisionThreshold": card.texts.get("threshold"),
        "metric": "; ".join(f"{each.type} {each.value}{f' on {each.data}' if each.data else ''}" for each in metrics),
        "useSensitivePersonalInformation": card.texts.get("personal-data") or ("yes" if "yes" in personal else "no" if personal == {"no"} else None),
        "energyConsumption": "; ".join(f"{energy.kwh:g} kWh ({energy.activity}{f'; {energy.source}' if energy.source else ''})" for energy in used),
        "energyQuantity": f"{sum(energy.kwh or 0 for energy in used):g}" if used else None,
        "energyUnit": "kilowattHour" if used else None,
    }
    return {name: plain(text, 2_000) for name, text in said.items() if text}


def _told(run: BomRun | None) -> str | None:
    """How a model was made, in a sentence, by the record of its run."""
    if run is None:
        return None
    inputs = ", ".join(material.name for material in run.materials[:20])
    when = f" from {run.started} to {run.ended}" if run.started and run.ended else ""
    return f"{run.kind}{f' of {inputs}' if inputs else ''}{when}"


def dataset_data(dataset: BomDataset) -> dict[str, Any]:
    """What a component that is data says of it."""
    sizes = [f"{dataset.size_rows:,} rows" if dataset.size_rows else None, f"{dataset.size_tokens:,} tokens" if dataset.size_tokens else None]
    said = [dataset.collection, *sizes, f"languages: {', '.join(dataset.languages)}" if dataset.languages else None]
    page = dataset_page(dataset)
    return kept(
        {
            "type": "dataset",
            "name": one_line(dataset.title or dataset.name, 300),
            "contents": {"url": page} if page else None,
            "description": plain("; ".join(part for part in said if part), 1_000),
            "sensitiveData": ["personal data"] if dataset.personal_data == "yes" else [],
        }
    )


def formulation(subject: BomSubject) -> list[dict[str, Any]]:
    """How models were made, by the records of runs."""
    models = {model.name for model in subject.models}
    sets = {dataset.name for dataset in subject.datasets}
    return [_formula(run, models, sets) for run in subject.runs]


def _formula(run: BomRun, models: set[str], sets: set[str]) -> dict[str, Any]:
    inputs: list[dict[str, Any]] = []
    for material in run.materials:
        ref = model_ref(material.name) if material.name in models else dataset_ref(material.name) if material.name.removeprefix("dataset:") in sets else None
        notes = _named({**{f"{name}-digest": value for name, value in material.digests.items()}, **material.notes})
        if ref is not None:
            inputs.append(kept({"resource": {"ref": ref}, "properties": notes}))
        else:
            inputs.append({"parameters": [{"name": "material", "value": one_line(material.name, 300)}, *notes]})
    parameters = _named({**run.parameters, **{f"setting {name}": value for name, value in run.internals.items()}})
    if parameters:
        inputs.append({"parameters": parameters})
    verb = run.kind.partition("/")[0]
    workflow = kept(
        {
            "bom-ref": f"run:{run.invocation or run.model}",
            "uid": run.invocation or f"run of {run.model}",
            "name": one_line(run.kind, 200),
            "taskTypes": ["merge" if verb == "merge" else "build"],
            "inputs": _distinct(inputs),
            "outputs": [{"type": "artifact", "resource": {"ref": model_ref(run.model)}}],
            "timeStart": run.started,
            "timeEnd": run.ended,
            "properties": _named({"licet:record": run.record, "licet:signature": run.verified}),
        }
    )
    return {"bom-ref": f"formula:{run.invocation or run.model}", "workflows": [workflow]}


def _named(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": one_line(name, 200), "value": one_line(value, 500)} for name, value in values.items() if str(value)]


def _distinct(values: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each once: the schema takes no two alike."""
    found: dict[str, dict[str, Any]] = {}
    for value in values:
        found.setdefault(json.dumps(value, sort_keys=True), value)
    return list(found.values())
