"""Watches a Trainer: tells its progress, keeps checkpoints, stops it on Ctrl-C and where the loss is no number, and counts what it saw."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback

from registry.runner.engines.interface import EngineError
from registry.runner.engines.ledger import Ledger
from registry.runner.engines.losses import Loss
from registry.runner.events import Checkpoint

TALLY_FILE = "tally.json"
"""What a checkpoint keeps of the counts, so that a resumed run goes on counting."""

_SAVE_SECONDS = 120.0
_SAVE_SHARE = 0.03
_EPOCH_SHARE = 10.0
_BYTES_A_SECOND = 200e6


class Tally:
    """What went through the model in training: examples, tokens without padding, and seconds in earlier parts of the same run.

    Args:
        decoder: The labels are the tokens of a decoder, which count as well.
    """

    def __init__(self, *, decoder: bool = False) -> None:
        self.decoder = decoder
        self.rows_per_example = 1
        self.examples = 0
        self.seconds_before = 0.0
        self._tokens: int | torch.Tensor = 0

    @property
    def tokens(self) -> int:
        """So far; asking waits for the device."""
        return int(self._tokens)

    def take(self, inputs: Mapping[str, Any]) -> None:
        """Count one batch."""
        masks = [value for name, value in inputs.items() if name.endswith("attention_mask") and isinstance(value, torch.Tensor)]
        # Left on the device: waiting for it at every step would cost more than counting.
        for mask in masks:
            self._tokens = mask.sum() + self._tokens
        if self.decoder:
            self._tokens = (inputs["labels"] != -100).sum() + self._tokens
        first = next((value for value in inputs.values() if isinstance(value, torch.Tensor)), None)
        self.examples += 0 if first is None else int(first.shape[0]) // self.rows_per_example

    def over_all(self, trainer: Any) -> tuple[int, int]:
        """Examples and tokens over all processes of the run."""
        if trainer.args.world_size == 1:
            return self.examples, self.tokens
        sums = trainer.accelerator.gather(torch.tensor([[self.examples, self.tokens]], device=trainer.args.device)).sum(dim=0)
        return int(sums[0]), int(sums[1])

    def write(self, folder: Path, seconds: float, counts: tuple[int, int]) -> None:
        """Keep it with a checkpoint."""
        (folder / TALLY_FILE).write_text(json.dumps({"examples": counts[0], "tokens": counts[1], "seconds": self.seconds_before + seconds}), encoding="utf-8")

    def read(self, folder: Path, first: bool) -> None:
        """Go on from that of a checkpoint; of several processes the first alone, since it stands for all of them."""
        try:
            values = json.loads((folder / TALLY_FILE).read_bytes()[:10_000])
            if first:
                self.examples, self._tokens = int(values["examples"]), int(values["tokens"])
            self.seconds_before = float(values["seconds"])
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise EngineError("data", f"the checkpoint `{folder.name}` is broken: its {TALLY_FILE} cannot be read", "remove it, and resume again") from error


def counting(trainer_class: Any, tally: Tally) -> Any:
    """A kind of Trainer that counts what it trains on."""

    class Counting(trainer_class):  # type: ignore[misc]
        """Counts each batch on its way into the model."""

        def training_step(self, model: Any, inputs: Any, *arguments: Any, **options: Any) -> Any:
            """One step, counted."""
            tally.take(inputs)
            return super().training_step(model, inputs, *arguments, **options)

        def _send_telemetry(self) -> None:
            """Nobody is told of a training, whatever the environment says; trl would."""

    Counting.__name__ = trainer_class.__name__
    return Counting


class Watch(TrainerCallback):
    """Watches one training.

    Attributes:
        losses: Step and loss, in order.
        checkpoint: The last one.
        interrupted: Ctrl-C was pressed.
        diverged: What was no number, and at which step.
    """

    def __init__(self, ledger: Ledger, asked_to_stop: Callable[[], bool], tally: Tally) -> None:
        self.ledger = ledger
        self.asked_to_stop = asked_to_stop
        self.tally = tally
        self.losses: list[Loss] = []
        self.checkpoint: Path | None = None
        self.interrupted = False
        self.diverged: str | None = None
        self.trainer: Any = None
        self._began = self._saved = time.monotonic()
        self._save_took = 0.0
        self._save_since = 0.0

    def on_train_begin(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        """Take up the losses of the part before."""
        self._began = self._saved = time.monotonic()
        self.losses = [(int(entry["step"]), float(entry["loss"])) for entry in state.log_history if "loss" in entry]

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **rest: Any) -> None:
        """Keep the loss and tell it; stop where it is no number."""
        if not logs or "loss" not in logs:
            return
        loss = float(logs["loss"])
        if not math.isfinite(loss):
            self.diverged = f"the loss became {loss} at step {state.global_step}"
            control.should_training_stop = True
            control.should_save = False
            return
        self.losses.append((state.global_step, loss))
        self.ledger.progress(state.global_step, state.max_steps, loss=loss, learning_rate=logs.get("learning_rate"))

    def on_step_end(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        """Stop with a checkpoint where that was asked for; keep one from time to time."""
        if self._any_process(self.asked_to_stop(), args):
            self.interrupted = True
            control.should_training_stop = True
            self._save(state, control, rest["model"])
        elif args.world_size == 1 and time.monotonic() - self._saved > max(_SAVE_SECONDS, self._save_took / _SAVE_SHARE):
            self._save(state, control, rest["model"])

    def on_epoch_end(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        """Keep a checkpoint of each epoch that is worth one, but the last, whose outcome is the model."""
        worth = args.world_size > 1 or time.monotonic() - self._saved > _EPOCH_SHARE * self._estimate(rest["model"])
        if worth and state.global_step < state.max_steps and not self.interrupted:
            self._save(state, control, rest["model"])

    def on_save(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        """A checkpoint was written."""
        folder = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        counts = self.tally.over_all(self.trainer)
        if args.should_save:
            (folder / "training_args.bin").unlink(missing_ok=True)  # a pickle, which nothing reads
            self.tally.write(folder, time.monotonic() - self._began, counts)
        self.checkpoint = folder
        self._saved = time.monotonic()
        self._save_took = self._saved - self._save_since
        self.ledger.tell(Checkpoint(path=str(folder), step=state.global_step))

    def seconds(self) -> float:
        """How long this part of the training has taken."""
        return time.monotonic() - self._began

    def _save(self, state: Any, control: Any, model: Any) -> None:
        if self.diverged is not None:
            return
        broken = first_broken(model)
        if broken is not None:  # what went wrong in this step shows in the loss only at the next one
            self.diverged = f"`{broken}` is no number any more after step {state.global_step}"
            control.should_training_stop = True
            return
        control.should_save = True
        self._save_since = time.monotonic()

    def _estimate(self, model: Any) -> float:
        """About how many seconds a checkpoint takes: trained weights and two moments of each, in full precision."""
        trained = sum(int(parameter.numel()) for parameter in model.parameters() if parameter.requires_grad)
        return 12 * trained / _BYTES_A_SECOND

    def _any_process(self, here: bool, args: Any) -> bool:
        """All processes of a run have to stop at the same step."""
        if args.world_size == 1:
            return here
        asked = torch.tensor([1.0 if here else 0.0], device=args.device)
        torch.distributed.all_reduce(asked, op=torch.distributed.ReduceOp.MAX)
        return bool(asked.item())


def first_broken(model: Any) -> str | None:
    """The first trained layer in which a weight is infinite or no number."""
    for name, parameter in model.named_parameters():
        if parameter.requires_grad and not bool(torch.isfinite(parameter.detach()).all()):
            return str(name).removeprefix("module.")
    return None
