import diffusers
import torch
from diffusers import AutoencoderKL, ControlNetModel
from diffusers import StableDiffusionXLPipeline as Pipeline

VAE = "madebyollin/sdxl-vae-fp16-fix"

pipe = Pipeline.from_pretrained(
    "stabilityai/stable-diffusion-xl-base-1.0",
    vae=AutoencoderKL.from_pretrained(VAE, torch_dtype=torch.float16),
)
pipe.load_lora_weights("latent-consistency/lcm-lora-sdxl")
pipe.load_ip_adapter("h94/IP-Adapter", subfolder="sdxl_models")
net = ControlNetModel.from_pretrained("diffusers/controlnet-canny-sdxl-1.0")
flux = diffusers.FluxPipeline.from_pretrained("black-forest-labs/FLUX.1-dev")
single = diffusers.StableDiffusionPipeline.from_single_file("https://huggingface.co/runwayml/stable-diffusion-v1-5/resolve/main/v1-5-pruned.safetensors")
