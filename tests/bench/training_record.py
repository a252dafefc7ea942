"""What recording costs a training: the events, counts and losses of each step, and the digests, curve and log of a whole run.

Run by hand: `python -m tests.bench.training_record`. The cost of a step is the difference between the same 200 steps of a tiny model with and without
recording, which is the same for a model of any size; it is set beside a step of the demonstration, as are the costs of the run as a whole.
"""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.runner.demo import TRAINING, demo_base, demo_data
from registry.runner.engines.examples import digest
from registry.runner.engines.ledger import Ledger
from registry.runner.engines.log import Log
from registry.runner.engines.losses import write_losses
from registry.runner.engines.rows import read_rows
from registry.runner.engines.tokens import Encoded
from registry.runner.engines.watch import Tally, Watch, counting
from registry.runner.events import Event
from tests.bench.measure import side_by_side
from tests.runner import tiny_models

STEPS = 200
BATCH = 16
DEMO_STEPS = 12
DEMO_EXAMPLES = 300


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of processor time, each the least of several rounds."""

    recording_step: float
    training_step: float
    recording_run: float

    @property
    def of_a_step(self) -> float:
        """The share of a step of the demonstration that recording takes."""
        return self.recording_step / self.training_step

    @property
    def of_the_demonstration(self) -> float:
        """The share of the whole training of the demonstration."""
        steps = -(-DEMO_EXAMPLES // (TRAINING.batch_size or BATCH)) * (TRAINING.epochs or 1)
        return (steps * self.recording_step + self.recording_run) / (steps * self.training_step)


def trainer(base: Path, folder: Path, steps: int, length: int, *, recorded: bool) -> Any:
    """A Trainer for these steps, with all that records them or with nothing of it."""
    import torch
    import transformers

    torch.manual_seed(0)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(base, num_labels=5)
    tokenizer = transformers.AutoTokenizer.from_pretrained(base)
    items = [{"input_ids": [10 + number % 7] * length, "attention_mask": [1] * length, "labels": number % 5} for number in range(320)]
    arguments = transformers.TrainingArguments(
        str(folder),
        per_device_train_batch_size=BATCH,
        max_steps=steps,
        use_cpu=True,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        optim="adamw_torch",
        logging_strategy="steps" if recorded else "no",
        logging_steps=1,
    )
    tally = Tally()
    kind = counting(transformers.Trainer, tally) if recorded else transformers.Trainer
    made = kind(model=model, args=arguments, train_dataset=Encoded(items), data_collator=transformers.DataCollatorWithPadding(tokenizer))
    made.remove_callback(transformers.PrinterCallback)
    if recorded:
        pipe = os.open(os.devnull, os.O_WRONLY)

        def tell(event: Event) -> None:
            os.write(pipe, event.model_dump_json(exclude_none=True).encode() + b"\n")

        watch = Watch(Ledger(Log(tell).tell), lambda: False, tally)
        watch.trainer = made
        made.add_callback(watch)
    return made


def record_run(folder: Path) -> None:
    """What is done once a run: digests of the rows, the curve as table and picture."""
    rows = read_rows(demo_data())[0].rows
    digest(rows)
    write_losses([(step, 1 / step) for step in range(1, STEPS + 1)], folder, "demonstration")


def measure_cost(folder: Path, rounds: int = 3) -> Cost:
    """Measure all of it."""
    import torch
    import transformers

    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    tiny = tiny_models.make_encoder(folder / "tiny")
    runs = iter(range(1_000))
    timing = side_by_side(
        lambda: trainer(tiny, folder / str(next(runs)), STEPS, 12, recorded=True).train(),
        lambda: trainer(tiny, folder / str(next(runs)), STEPS, 12, recorded=False).train(),
        rounds=rounds,
        clock=time.process_time,
    )
    demonstration = trainer(demo_base(), folder / "demo", DEMO_STEPS, 24, recorded=False)
    start = time.process_time()
    demonstration.train()
    step = (time.process_time() - start) / DEMO_STEPS
    record_run(folder / "warm")
    start = time.process_time()
    record_run(folder / "training")
    return Cost(max(0.0, timing.task - timing.baseline) / STEPS, step, time.process_time() - start)


def main() -> None:
    """Print what was measured."""
    with tempfile.TemporaryDirectory() as name:
        cost = measure_cost(Path(name))
    print(  # noqa: T201
        f"recording: {cost.recording_step * 1e6:,.0f} us a step, {cost.of_a_step:.2%} of a step of the demonstration ({cost.training_step * 1e3:,.0f} ms); "
        f"{cost.recording_run * 1e3:,.0f} ms a run; {cost.of_the_demonstration:.2%} of the demonstration's training"
    )


if __name__ == "__main__":
    main()
