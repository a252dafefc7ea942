import os

from sentence_transformers import CrossEncoder, SentenceTransformer
from transformers import AutoModelForCausalLM, AutoTokenizer

name = os.getenv("MODEL", "acme/writer-3b")
tokenizer = AutoTokenizer.from_pretrained(name)
model = AutoModelForCausalLM.from_pretrained(name)
finder = SentenceTransformer(os.environ["EMBED"])
sorter = CrossEncoder(os.environ.get("RERANK"))
other = AutoModelForCausalLM.from_pretrained(os.environ["NOWHERE"])
