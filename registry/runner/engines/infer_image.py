"""Asks models that know images: which of the labels fits one (CLIP and its like), and to make one from a text (diffusion)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from registry.runner.engines.asking import Answer, Question, RowError
from registry.runner.engines.interface import EngineError, Tell
from registry.runner.engines.loading import explained, load_model, load_part, require_safe
from registry.runner.engines.machine import Readied
from registry.runner.job import InferJob
from registry.runner.run_folder import images_of

MAX_PIXELS = 64_000_000
"""A larger image is not decoded."""

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
"""The formats that are decoded; others call programs of their own, or are rarely met."""


class ImageLabelAsker:
    """A model that holds an image against texts; the answer is a list of labels with scores, the likeliest first."""

    def __init__(self, job: InferJob, readied: Readied, tell: Tell) -> None:
        from transformers import pipeline

        _require("PIL", "reading images")
        loaded = load_model(
            "AutoModelForZeroShotImageClassification", job.model, readied, tell, adapter=job.adapter, trust_remote_code=job.machine.trust_remote_code
        )
        self.parameters = loaded.parameters
        self._labels = list(dict.fromkeys(job.labels))
        self._template = str(job.parameters.get("hypothesis_template", "This is a photo of {}."))
        self._top = min(int(job.parameters.get("top_k", len(self._labels))), len(self._labels))
        self._folder = job.input.parent if job.input is not None else Path()
        make: Any = pipeline
        self._pipe = make(
            "zero-shot-image-classification",
            model=loaded.model,
            tokenizer=load_part("AutoTokenizer", loaded),
            image_processor=load_part("AutoImageProcessor", loaded),
            device=loaded.model.device,
        )
        self.settings = {"hypothesis_template": self._template, "top_k": self._top}

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        """Hold a batch of images against the labels, in order."""
        images = [read_image(self._folder / question.text) for question in questions]
        found = self._pipe(images, candidate_labels=self._labels, hypothesis_template=self._template)
        return [Answer([{"label": each["label"], "score": each["score"]} for each in labels[: self._top]]) for labels in found]


class PictureAsker:
    """A diffusion pipeline; the answer is the name and digest of an image in the folder beside the answers, so that their digest covers the images too."""

    def __init__(self, job: InferJob, readied: Readied, tell: Tell) -> None:
        _require("diffusers", "making images")
        import diffusers
        import torch

        checked = require_safe(job.model, tell, trust_remote_code=job.machine.trust_remote_code)
        if checked.kind != "pipeline":
            raise EngineError("model", f"`{job.model.name}` is no diffusion pipeline: it has no `model_index.json`", "name one, or another task")
        if job.adapter is not None:
            raise EngineError("data", "`text-to-image` takes no adapter here", "merge it into the pipeline first")
        diffusers.utils.logging.set_verbosity_error()
        diffusers.utils.logging.disable_progress_bar()
        with explained(job.model.name, checked.folder):
            pipelines: Any = diffusers.DiffusionPipeline
            self._pipe = pipelines.from_pretrained(
                checked.folder, use_safetensors=True, local_files_only=True, trust_remote_code=job.machine.trust_remote_code, dtype=readied.dtype
            )
        self._pipe.to(readied.device)
        self._pipe.set_progress_bar_config(disable=True)
        self.parameters = sum(
            parameter.numel() for part in self._pipe.components.values() if isinstance(part, torch.nn.Module) for parameter in part.parameters()
        )
        self._seed = job.machine.seed
        self._options = dict(job.parameters)
        self._images = images_of(job.output)
        self._images.mkdir(exist_ok=False)
        self.settings = dict(job.parameters)

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        """Make a batch of images, in order; each row has a seed of its own, so it comes out the same in any batch."""
        import torch

        answers = []
        for question in questions:
            seed = (self._seed + question.row.index) % 2**32
            made = self._pipe(question.text, generator=torch.Generator("cpu").manual_seed(seed), **self._options)
            name = f"{question.row.index:06d}.png"
            made.images[0].save(self._images / name)
            digest = hashlib.sha256((self._images / name).read_bytes()).hexdigest()
            answers.append(Answer({"image": name, "sha256": digest}, also={"seed": seed}))
        return answers


def read_image(path: Path) -> Any:
    """An image in three colours.

    Raises:
        RowError: It is none, or too large.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with path.open("rb") as stream, Image.open(stream, formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise RowError(f"it has {image.width:,} by {image.height:,} pixels, and no more than {MAX_PIXELS:,} are decoded")
            return image.convert("RGB")
    except UnidentifiedImageError as error:
        raise RowError("it is no image that can be read (PNG, JPEG, WebP, GIF, BMP or TIFF)") from error
    except OSError as error:
        raise RowError(f"it cannot be read: {error.strerror or 'it is damaged'}") from error
    except (ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise RowError("it is damaged, or far too large") from error


def _require(module: str, what: str) -> None:
    """Refuse to go on without a library.

    Raises:
        EngineError: It is not installed.
    """
    if find_spec(module) is None:
        raise EngineError("missing", f"{what} needs `{module}`, which is not installed", "run `python -m pip install 'licet[images]'`", extra="images")
