from llama_index.core import Settings, ServiceContext
from llama_index.core.embeddings import resolve_embed_model
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.anthropic import Anthropic
from llama_index.llms.huggingface import HuggingFaceLLM
from llama_index.llms.ollama import Ollama
from llama_index.llms.openai import OpenAI

Settings.llm = OpenAI(model="gpt-4-1106-preview", temperature=0.1)
Settings.embed_model = HuggingFaceEmbedding("BAAI/bge-base-en-v1.5")
OpenAIEmbedding(model="text-embedding-3-large")
Anthropic(model="claude-3-opus-20240229")
Ollama(model="mistral", request_timeout=60)
HuggingFaceLLM(model_name="HuggingFaceH4/zephyr-7b-alpha", tokenizer_name="HuggingFaceH4/zephyr-7b-alpha")
resolve_embed_model("local:BAAI/bge-small-en")
ServiceContext.from_defaults(embed_model="local:thenlper/gte-large")
