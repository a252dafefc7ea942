import datasets
from datasets import load_dataset

load_dataset("squad")
load_dataset("wikitext", "wikitext-2-raw-v1", split="train")
datasets.load_dataset(path="HuggingFaceH4/ultrachat_200k", revision="refs")
load_dataset("json", data_files="ours.jsonl")


def train(data_path: str = "yahma/alpaca-cleaned"):
    if data_path.endswith(".json"):
        return load_dataset("json", data_files=data_path)
    return load_dataset(data_path)
