from sentence_transformers import CrossEncoder, SentenceTransformer
from sentence_transformers import SentenceTransformer as ST
import sentence_transformers
from FlagEmbedding import BGEM3FlagModel
from keybert import KeyBERT
from setfit import SetFitModel

a = SentenceTransformer("all-MiniLM-L6-v2")
b = ST("sentence-transformers/all-mpnet-base-v2", device="cpu")
c = sentence_transformers.SentenceTransformer(model_name_or_path="BAAI/bge-small-en-v1.5")
d = CrossEncoder("cross-encoder/ms-marco-MiniLM-L-6-v2")
e = BGEM3FlagModel("BAAI/bge-m3", use_fp16=True)
f = SetFitModel.from_pretrained("sentence-transformers/paraphrase-mpnet-base-v2")
g = KeyBERT()
h = SentenceTransformer("bert-base-uncased")


class Embedder(SentenceTransformer):
    pass


i = Embedder("thenlper/gte-small")
