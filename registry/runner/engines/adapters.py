"""Adapters (LoRA): small matrices beside a base that stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from registry.runner.engines.interface import EngineError, Tell
from registry.runner.engines.machine import Readied
from registry.runner.events import Noted
from registry.runner.job import FinetuneJob

RANK = 8
"""The rank of an adapter where nothing is said, as in Hu et al. 2021 (LoRA), section 7.2."""

DROPOUT = 0.05
"""The dropout on the way into an adapter where nothing is said."""

HEADS = ("classification_head", "classifier", "logits_proj", "pooler", "pre_classifier", "score", "sequence_summary")
"""What architectures call the layers that tell labels: a base may lack them, and then they have no values that four bits could hold."""


LABEL_TASKS = ("SEQ_CLS", "TOKEN_CLS")
"""What peft calls the tasks whose models end in a head for labels."""

_KEPT_BY_PEFT = ("classifier", "score")  # with these tasks, without being told


def check_method(job: FinetuneJob, machine: Readied) -> None:
    """The method can be used on this machine.

    Raises:
        EngineError: It cannot.
    """
    if job.method != "qlora":
        return
    try:
        import bitsandbytes  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise EngineError(
            "missing",
            "QLoRA needs `bitsandbytes`, which is not installed",
            "run `python -m pip install 'licet[quantize]'`, or say `--method lora`",
            extra="quantize",
        ) from error
    if machine.device.type not in bitsandbytes.supported_torch_devices:
        raise EngineError("missing", f"bitsandbytes, which QLoRA needs, does not compute on `{machine.device.type}`", "say `--method lora`")


def quantization(job: FinetuneJob, machine: Readied) -> dict[str, Any]:
    """Options for loading a base that QLoRA keeps in four bits (Dettmers et al. 2023, section 3), but for its head; none for other methods."""
    if job.method != "qlora":
        return {}
    from transformers import BitsAndBytesConfig

    config = BitsAndBytesConfig(  # type: ignore[no-untyped-call]
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=machine.dtype,
        llm_int8_skip_modules=[*HEADS, "lm_head"],  # the name is older than four bits
    )
    return {"quantization_config": config, "device_map": {"": machine.device}}


def adapted(model: Any, job: FinetuneJob, task: str | None, new_layers: Sequence[str], tell: Tell) -> Any:
    """The model with an adapter to train, where the method is one; else the model itself.

    Args:
        model: The base.
        job: What was asked for.
        task: What peft calls the task.
        new_layers: What the base does not have, which is trained whole and kept with the adapter.
        tell: Told where the adapter was put, if nobody said.

    Raises:
        EngineError: The layers that were named are not there.
    """
    if job.method == "full":
        return model
    from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
    from peft.utils import TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING

    if job.method == "qlora":
        model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)  # type: ignore[no-untyped-call]
    training = job.training
    targets: Any = list(training.lora_targets) if training.lora_targets else None
    if targets is None and model.config.model_type not in TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING:
        targets = "all-linear"
        tell(Noted(text=f"the adapter is put beside all linear layers: nothing better is known for `{model.config.model_type}`"))
    rank = training.lora_rank or RANK
    config = LoraConfig(
        r=rank,
        lora_alpha=training.lora_alpha or 2 * rank,
        lora_dropout=DROPOUT if training.lora_dropout is None else training.lora_dropout,
        target_modules=targets,
        task_type=task,
        modules_to_save=[layer for layer in new_layers if not layer.startswith(_KEPT_BY_PEFT)] if task in LABEL_TASKS else None,
    )
    try:
        model = get_peft_model(model, config)
    except ValueError as error:
        linear = sorted({name.rsplit(".", 1)[-1] for name, module in model.named_modules() if type(module).__name__ in ("Linear", "Conv1D")})
        raise EngineError(
            "data", f"`{job.base.name}` has no such layers for an adapter: {error}"[:300], f"its linear layers are {', '.join(linear)}"
        ) from error
    for parameter in model.parameters():
        if parameter.requires_grad:  # a new head, too, learns in full precision, however coarse the base is
            parameter.data = parameter.data.float()
    return model
