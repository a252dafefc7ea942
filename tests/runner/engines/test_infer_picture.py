"""Making images with a tiny diffusion pipeline, where diffusers is installed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("diffusers")

from registry.runner.engines.infer import InferEngine
from registry.runner.engines.interface import EngineError
from registry.runner.job import InferJob, Machine, ModelInput
from tests.runner import tiny_models


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Stable Diffusion of a few thousand parameters."""
    import torch
    from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    tokenizer = tiny_models.byte_tokenizer()
    tokenizer.model_max_length = 77
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        sizes = {"hidden_size": 32, "intermediate_size": 37, "num_hidden_layers": 1, "num_attention_heads": 4, "vocab_size": len(tokenizer)}
        text = CLIPTextModel(CLIPTextConfig(bos_token_id=1, eos_token_id=2, pad_token_id=0, **sizes))
        unet = UNet2DConditionModel(
            sample_size=8,
            in_channels=4,
            out_channels=4,
            block_out_channels=(32, 64),
            layers_per_block=1,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            cross_attention_dim=32,
            attention_head_dim=8,
        )
        coder = AutoencoderKL(
            block_out_channels=(32, 64),
            latent_channels=4,
            down_block_types=("DownEncoderBlock2D", "DownEncoderBlock2D"),
            up_block_types=("UpDecoderBlock2D", "UpDecoderBlock2D"),
        )
    made = StableDiffusionPipeline(
        vae=coder,
        text_encoder=text,
        tokenizer=tokenizer,
        unet=unet,
        scheduler=DDIMScheduler(clip_sample=False, steps_offset=1, set_alpha_to_one=False, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear"),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    folder = tmp_path_factory.mktemp("pipeline") / "model"
    made.save_pretrained(folder, safe_serialization=True)
    return folder


def draw(folder: Path, output: Path, **values: Any) -> list[dict[str, Any]]:
    parameters = {"num_inference_steps": 2, "height": 32, "width": 32}
    job = InferJob(
        task="text-to-image",
        model=ModelInput(name="acme/pictures", folder=folder),
        output=output,
        parameters=parameters,
        machine=Machine(device="cpu", threads=1, seed=7),
        **values,
    )
    InferEngine().run(job, lambda event: None)
    return [json.loads(line) for line in output.read_text().splitlines()]


def test_a_prompt_becomes_an_image_that_is_the_same_in_any_batch(pipeline: Path, tmp_path: Path) -> None:
    from PIL import Image

    (tmp_path / "prompts.txt").write_text("a red sun\na blue sea\n")
    together = draw(pipeline, tmp_path / "a.jsonl", input=tmp_path / "prompts.txt")
    alone = draw(pipeline, tmp_path / "b.jsonl", input=tmp_path / "prompts.txt", batch_size=1)
    for one, two in zip(together, alone, strict=True):
        assert one == two
        image = tmp_path / "a.jsonl.images" / one["output"]["image"]
        assert hashlib.sha256(image.read_bytes()).hexdigest() == one["output"]["sha256"]
        with Image.open(image) as opened:
            assert opened.size == (32, 32)
    assert together[0]["seed"] != together[1]["seed"]


def test_a_pipeline_with_a_pickled_part_is_refused(pipeline: Path, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "model"
    shutil.copytree(pipeline, folder)
    (folder / "unet" / "diffusion_pytorch_model.safetensors").rename(folder / "unet" / "diffusion_pytorch_model.bin")
    with pytest.raises(EngineError) as caught:
        draw(folder, tmp_path / "out.jsonl", text="sun")
    assert caught.value.reason in ("unsafe", "model")
    assert not (tmp_path / "out.jsonl").exists()
