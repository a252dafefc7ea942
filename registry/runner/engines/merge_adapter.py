"""Folds an adapter into its base, so that what is left is one model that needs neither peft nor the adapter."""

from __future__ import annotations

from registry.runner.engines.carried import OTHER_FILES, TOKENIZER_FILES, carry_files, make_folder
from registry.runner.engines.interface import EngineError, Tell
from registry.runner.engines.ledger import Ledger
from registry.runner.engines.loading import explained, load_model, own_class, require_safe
from registry.runner.engines.machine import ready_machine
from registry.runner.engines.tidy import tidy_model
from registry.runner.events import Finished
from registry.runner.job import MergeJob
from registry.runner.safety import SafeFolder
from registry.sources.notes import shown

_CLASSES = {
    "CAUSAL_LM": "AutoModelForCausalLM",
    "FEATURE_EXTRACTION": "AutoModel",
    "QUESTION_ANS": "AutoModelForQuestionAnswering",
    "SEQ_2_SEQ_LM": "AutoModelForSeq2SeqLM",
    "SEQ_CLS": "AutoModelForSequenceClassification",
    "TOKEN_CLS": "AutoModelForTokenClassification",
}
_MAX_SHARD = "4GB"


class AdapterMergeEngine:
    """Merges with `adapter`: the first model is the base, the second the adapter."""

    def run(self, job: MergeJob, tell: Tell) -> Finished:
        """Fold the adapter in, and leave the model in the out folder.

        Raises:
            EngineError: They do not fit, or cannot be loaded.
        """
        if len(job.models) != 2 or job.weights or job.density is not None:
            raise EngineError("data", "an adapter is folded into one base: name the base, then the adapter, without weights or density", "such as BASE ADAPTER")
        base, adapter = job.models
        ledger = Ledger(tell)
        readied = ready_machine(job.machine, tell)
        ledger.stage("loading", base.name)
        checked = require_safe(adapter, tell)
        if checked.kind != "adapter":
            raise EngineError("model", f"`{adapter.name}` is no adapter: it has no `adapter_config.json`", "name the base first, then the adapter")
        under = require_safe(base, tell, trust_remote_code=job.machine.trust_remote_code)
        if under.quantization is not None:
            raise EngineError(
                "model", f"the weights of `{base.name}` are quantised ({under.quantization})", "fold the adapter into the model that was quantised"
            )
        kind = _class_for(checked.config.get("task_type"), under)
        loaded = load_model(kind, base, readied, tell, adapter=adapter, trust_remote_code=job.machine.trust_remote_code, keep_dtype=True, spare=("pooler",))
        make_folder(job.out)
        ledger.stage("merging")
        with explained(adapter.name):
            merged = loaded.model.merge_and_unload(safe_merge=True)
        ledger.stage("saving")
        merged.save_pretrained(job.out, max_shard_size=_MAX_SHARD)
        carry_files(loaded.parts, job.out, TOKENIZER_FILES)
        carry_files(loaded.folder, job.out, OTHER_FILES)
        tidy_model(job.out, base)
        total = sum(parameter.numel() for parameter in merged.parameters())
        return ledger.finish(
            counts={"parameters_total": total, "parameters_trained": 0},
            settings={
                "method": "adapter",
                "models": [base.name, adapter.name],
                "adapter_type": shown(checked.config.get("peft_type") or "unnamed", 40),
                "dtype": str(merged.dtype).removeprefix("torch."),
            },
        )


def _class_for(task: object, folder: SafeFolder) -> str:
    """The class that loads the base with the head that the adapter was made for."""
    return _CLASSES[task] if isinstance(task, str) and task in _CLASSES else own_class(folder)
