"""Settings: no library is imported here."""

from dataclasses import dataclass

MODEL_ID = "meta-llama/Llama-2-7b-hf"
CHAT_MODEL = "gpt-4o-mini"
ROUTED = "openai/gpt-4o"
LOCAL_MODEL = "llama3.1:8b"
SPACY = "en_core_web_sm"
PLACEHOLDER = "your-org/your-model-7b"
WEIGHTS = "v0.1.2/original-albert-0e1d6498.ckpt"
MODEL_TYPE = "gpt2x5"
ZONE = "America/New_York"


@dataclass
class Model:
    path: str
    fallback: str = ""


READER = Model(path="dslim/bert-base-NER", fallback="acme/reader")
LEGACY = {"encoder_model": "bert-base-uncased"}
