import torch
from datasets import load_dataset, load_from_disk, interleave_datasets
from diffusers import AutoPipelineForText2Image, ControlNetModel, StableDiffusionControlNetPipeline
from huggingface_hub import InferenceClient, hf_hub_download
DATA = {"a": "acme/a-data", "b": ("acme/b-data", "en")}
for key, value in DATA.items():
    name = value[0] if isinstance(value, tuple) else value
    load_dataset(name, split="train")
sets = [load_dataset(n) for n in ("squad", "acme/c-data")]
MODELS = ["acme/sd-one", "acme/sd-two"]
pipes = {m: AutoPipelineForText2Image.from_pretrained(m, torch_dtype=torch.float16) for m in MODELS}
net = ControlNetModel.from_pretrained("acme/controlnet-canny")
pipe = StableDiffusionControlNetPipeline.from_pretrained("acme/sd-base-1-5", controlnet=net)
pipe.load_lora_weights("acme/style-lora", weight_name="a.safetensors")
client = InferenceClient("acme/endpoint-7b")
client.chat.completions.create(messages=[], model="acme/other-endpoint-7b")
path = hf_hub_download(repo_id="acme/gguf-repo", filename="x.gguf")
