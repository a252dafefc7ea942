import huggingface_hub
from huggingface_hub import HfApi, InferenceClient, hf_hub_download, snapshot_download

REPO = "bigscience/bloom"
snapshot_download(REPO, revision="v1.0")
hf_hub_download(repo_id="openai/clip-vit-base-patch32", filename="config.json")
hf_hub_download("squad-team/squad", "train.json", repo_type="dataset")
huggingface_hub.snapshot_download(repo_id="acme/shown", repo_type="space")
client = InferenceClient("HuggingFaceH4/zephyr-7b-beta")
client.text_generation("hello", model="google/flan-t5-xxl")
InferenceClient(model="meta-llama/Meta-Llama-3-8B-Instruct").chat_completion([])
HfApi().snapshot_download("acme/by-api")
