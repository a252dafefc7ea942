"""Fine-tuning of a sentence encoder: texts that belong together learn to lie close to each other.

Pairs teach with the other pairs of their batch as counterexamples (Henderson et al. 2017, arXiv:1705.00652), with a negative where one is given;
pairs with a score teach by the difference from their cosine.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import torch
import transformers

from registry.runner.engines.examples import Column, Examples
from registry.runner.engines.finetune import Finetune, Work
from registry.runner.engines.interface import EngineError
from registry.runner.engines.pretrained import load_model
from registry.runner.engines.rows import Row
from registry.runner.engines.tokens import Encoded, encode
from registry.settings import process_rank

SCALE = 20.0
"""What cosines are multiplied with before the softmax: a temperature of 0.05."""

MAX_COMPARED = 1_000
"""Among how many of the texts kept apart each has to find its partner."""

_SENTENCE_FILES = ("modules.json", "sentence_bert_config.json", "config_sentence_transformers.json", "1_Pooling/config.json", "2_Normalize/config.json")
_MAX_CONFIG = 100_000
_SCORES = (1.0, 5.0, 10.0)


class Embedding(Finetune):
    """Teaches an encoder which texts are alike."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("anchor", ("query", "question", "sentence1", "text", "premise")),
        Column("positive", ("answer", "sentence2", "passage", "document", "text_pair", "hypothesis")),
        Column("negative", ("hard_negative",), required=False),
        Column("score", ("similarity", "similarity_score"), required=False, text=False),
    )
    adapter_task: ClassVar[str | None] = "FEATURE_EXTRACTION"

    def check(self, examples: Examples) -> None:
        """Scores are numbers on a scale that is known."""
        super().check(examples)
        if "score" not in examples.columns:
            if len(examples.training) < 2:
                raise EngineError("data", "a single pair teaches nothing: the other pairs are its counterexamples", "give more pairs, or pairs with a score")
            return
        rows = [*examples.training, *examples.evaluation]
        for number, row in enumerate(rows, start=1):
            try:
                row["score"] = float(row["score"])
            except (TypeError, ValueError) as error:
                raise EngineError(
                    "data", f"`{examples.columns['score']}` of example {number} is no number", "give each pair a number, or leave the column out"
                ) from error
        low, high = min(row["score"] for row in rows), max(row["score"] for row in rows)
        scale = next((most for most in _SCORES if high <= most), None)
        if scale is None or low < (-1.0 if scale == 1.0 else 0.0) or low != low:
            raise EngineError("data", f"scores go from {low:g} to {high:g}", "give them between -1 and 1, from 0 to 5, or from 0 to 10")
        for row in rows:
            row["score"] /= scale

    def load(self, work: Work) -> Any:
        """The encoder without a head."""
        return load_model(work, transformers.AutoModel)

    def trainer(self, work: Work, options: Callable[..., Any], make: Callable[[Any], Any]) -> Any:
        """A Trainer with a loss over pairs; all texts of a batch go through the model at once."""
        scored = "score" in work.examples.columns
        groups = ["anchor", "positive", *(["negative"] if "negative" in work.examples.columns and not scored else [])]
        pooling = pooling_of(work.job.base.folder)
        work.rows_per_example = len(groups)
        work.settings |= {"objective": "cosine" if scored else "in-batch-negatives", "pooling": pooling}
        cut = 0

        def encoded(rows: list[Row]) -> Encoded:
            nonlocal cut
            parts = []
            for name in groups:
                items, too_long = encode(work.tokenizer, [row[name] or "" for row in rows], work.max_length)
                cut += too_long
                parts.append(items)
            return Encoded([{"texts": texts, "score": row.get("score") if scored else None} for row, *texts in zip(rows, *parts, strict=True)])

        training, evaluation = encoded(work.examples.training), encoded(work.examples.evaluation)
        work.note_cut(cut)
        return make(_pair_trainer(len(groups), pooling))(
            model=work.model,
            args=options(remove_unused_columns=False, dataloader_drop_last=not scored and len(training) > work.plan.batch_size),
            train_dataset=training,
            eval_dataset=evaluation,
            data_collator=_Collator(work.tokenizer, len(groups)),
            processing_class=work.tokenizer,
        )

    def measure(self, trainer: Any) -> dict[str, float]:
        """Without scores how often a text finds its partner first; with them, how well cosines follow them."""
        values = super().measure(trainer)
        items = trainer.eval_dataset.items[:MAX_COMPARED]
        with torch.no_grad():
            first, second = _embedded(trainer, items)
        if items[0]["score"] is not None:
            from scipy.stats import spearmanr  # type: ignore[import-untyped]

            cosines = (first * second).sum(dim=-1).tolist()
            scores = [item["score"] for item in items]
            constant = len(set(scores)) < 2 or len(set(cosines)) < 2
            return {**values, "spearman": 0.0 if constant else float(spearmanr(cosines, scores).statistic)}
        nearest = (first @ second.T).argmax(dim=-1)
        return {**values, "recall_at_1": float((nearest == torch.arange(len(items))).float().mean()), "compared": float(len(items))}

    def save(self, work: Work, trainer: Any) -> None:
        """The encoder, with what sentence-transformers needs to pool its outputs."""
        super().save(work, trainer)
        if process_rank() == 0:
            write_sentence_files(work.job.base.folder, work.job.out, str(work.settings["pooling"]), trainer.model.config.hidden_size, work.max_length)


def pooling_of(folder: Path) -> str:
    """How a base makes one vector of many: `cls` where its files say so, else `mean`."""
    try:
        config = json.loads((folder / "1_Pooling" / "config.json").read_bytes()[:_MAX_CONFIG])
    except (OSError, ValueError):
        return "mean"
    return "cls" if isinstance(config, dict) and (config.get("pooling_mode_cls_token") is True or config.get("pooling_mode") == "cls") else "mean"


def pooled(hidden: torch.Tensor, mask: torch.Tensor, pooling: str) -> torch.Tensor:
    """One vector of length 1 for each text."""
    if pooling == "cls":
        vectors = hidden[:, 0]
    else:
        weights = mask.unsqueeze(-1).to(hidden.dtype)
        vectors = (hidden * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1e-9)
    return torch.nn.functional.normalize(vectors.float(), dim=-1)


def write_sentence_files(base: Path, out: Path, pooling: str, size: int, max_length: int) -> None:
    """The files by which sentence-transformers knows how to use the model: those of the base, or plain pooling."""
    if (base / "modules.json").is_file():
        for name in _SENTENCE_FILES:
            source = base / name
            if source.is_file() and source.stat().st_size <= _MAX_CONFIG:
                (out / name).parent.mkdir(exist_ok=True)
                shutil.copyfile(source, out / name)
        return
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    ]
    _write(out / "modules.json", modules)
    _write(out / "sentence_bert_config.json", {"max_seq_length": max_length, "do_lower_case": False})
    _write(
        out / "1_Pooling" / "config.json",
        {"word_embedding_dimension": size, "pooling_mode_cls_token": pooling == "cls", "pooling_mode_mean_tokens": pooling == "mean"},
    )


def _write(path: Path, value: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


class _Collator:
    """Puts all first texts of a batch before all second ones, and so on."""

    def __init__(self, tokenizer: Any, groups: int) -> None:
        self.tokenizer = tokenizer
        self.groups = groups

    def __call__(self, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
        texts = [item["texts"][group] for group in range(self.groups) for item in items]
        batch = dict(self.tokenizer.pad(texts, return_tensors="pt"))
        if items[0]["score"] is not None:
            batch["scores"] = torch.tensor([item["score"] for item in items])
        return batch


def _pair_trainer(groups: int, pooling: str) -> Any:
    class PairTrainer(transformers.Trainer):
        """A Trainer whose loss is over pairs of texts."""

        def compute_loss(self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None) -> Any:
            """The loss of one batch."""
            inputs = dict(inputs)
            scores = inputs.pop("scores", None)
            hidden = model(**inputs).last_hidden_state
            parts = pooled(hidden, inputs["attention_mask"], pooling).chunk(groups)
            loss = pair_loss(parts, scores)
            return (loss, {"loss": loss}) if return_outputs else loss

        def get_eval_dataloader(self, *arguments: Any, **options: Any) -> Any:
            """All pairs that were kept apart: only in training a last batch of few counterexamples is left out."""
            dropping, self.args.dataloader_drop_last = self.args.dataloader_drop_last, False
            try:
                return super().get_eval_dataloader(*arguments, **options)
            finally:
                self.args.dataloader_drop_last = dropping

        def prediction_step(self, model: Any, inputs: Any, prediction_loss_only: bool, ignore_keys: Any = None) -> Any:
            """Only the loss: vectors are compared elsewhere."""
            inputs = self._prepare_inputs(inputs)
            with torch.no_grad():
                loss = self.compute_loss(model, inputs)
            return loss.detach(), None, None

    PairTrainer.pooling = pooling  # type: ignore[attr-defined]
    return PairTrainer


def pair_loss(parts: Sequence[torch.Tensor], scores: torch.Tensor | None) -> torch.Tensor:
    """The loss over vectors of first, second (and opposing) texts."""
    if scores is not None:
        return torch.nn.functional.mse_loss((parts[0] * parts[1]).sum(dim=-1), scores.to(parts[0].dtype))
    cosines = parts[0] @ torch.cat(list(parts[1:])).T * SCALE
    return torch.nn.functional.cross_entropy(cosines, torch.arange(len(parts[0]), device=cosines.device))


def _embedded(trainer: Any, items: Sequence[dict[str, Any]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Vectors of the first and of the second texts, on the processor."""
    model = trainer.model.eval()
    size = trainer.args.per_device_eval_batch_size
    found: list[list[torch.Tensor]] = [[], []]
    for start in range(0, len(items), size):
        for side in (0, 1):
            batch = trainer.processing_class.pad([item["texts"][side] for item in items[start : start + size]], return_tensors="pt").to(trainer.args.device)
            found[side].append(pooled(model(**batch).last_hidden_state, batch["attention_mask"], trainer.pooling).cpu())
    return torch.cat(found[0]), torch.cat(found[1])
