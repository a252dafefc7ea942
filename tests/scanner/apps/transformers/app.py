import transformers as tf
from transformers import AutoModelForCausalLM as LM
from transformers import AutoTokenizer, PreTrainedModel, pipeline

import names
from names import BASE

LM.from_pretrained("meta-llama/Llama-2-7b-chat-hf")
tf.AutoModel.from_pretrained("bert-base-uncased", revision="86b5e09")
AutoTokenizer.from_pretrained(
    "mistralai/Mistral-7B-v0.1",
    use_fast=True,
)
LM.from_pretrained(BASE)
LM.from_pretrained(names.OTHER)
LM.from_pretrained(f"{names.ORG}/rose-{names.SIZE}")
LM.from_pretrained(pretrained_model_name_or_path="google/gemma-2b")

sentiment = pipeline("sentiment-analysis")
answers = pipeline(task="question-answering", model="deepset/roberta-base-squad2")
writer = tf.pipeline("text-generation", "gpt2", device=0)
chat = pipeline(model="HuggingFaceH4/zephyr-7b-beta")
translate = pipeline("translation_en_to_de")


class Own(PreTrainedModel):
    pass


Own.from_pretrained("acme/own-7b")


class Holder:
    checkpoint = "tiiuae/falcon-7b"

    def __init__(self, tokenizer="tiiuae/falcon-rw-1b"):
        self.tokenizer_name = tokenizer

    def load(self):
        self.model = LM.from_pretrained(self.checkpoint)
        return AutoTokenizer.from_pretrained(self.tokenizer_name)


for each in ["EleutherAI/pythia-70m", "EleutherAI/pythia-160m"]:
    LM.from_pretrained(each)

loader = tf.AutoModelForSeq2SeqLM
loader.from_pretrained("google/flan-t5-base")
LM.from_pretrained("./checkpoints/best")
LM.from_pretrained(choose_by_hand())
