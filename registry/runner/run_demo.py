"""The demonstration as settings of `licet run finetune`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from registry.runner.demo import demo_job

OUT = "licet-demo"
"""The folder that the demonstration makes, where no other is named."""

ABOUT = "support_messages_about.md"
"""What is to be said of the model that the demonstration makes; it lies beside the messages."""

DATA_LICENSE = "cc0-1.0"
"""The messages were written for licet and are given away."""


def demo_settings() -> dict[str, Any]:
    """The settings, by name, as a configuration file would have them.

    Raises:
        MissingExtraError: The package that carries the encoder is not installed.
    """
    job = demo_job(Path(OUT))
    training = {key: value for key, value in job.training.model_dump().items() if value is not None}
    return {
        "base": str(job.base.folder),
        "base_name": job.base.name,
        "data": str(job.data.train),
        "data_name": job.data.name,
        "data_license": DATA_LICENSE,
        "about": str(job.data.train.with_name(ABOUT)),
        "columns": dict(job.data.columns),
        "evaluation_share": job.data.evaluation_share,
        "task": job.task,
        "method": job.method,
        "out": OUT,
        **training,
    }
