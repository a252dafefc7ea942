from haystack.components.embedders import SentenceTransformersTextEmbedder
from haystack.components.generators import HuggingFaceLocalGenerator, OpenAIGenerator
from haystack.components.generators.chat import HuggingFaceAPIChatGenerator
from haystack.components.rankers import TransformersSimilarityRanker
from haystack.nodes import EmbeddingRetriever, FARMReader
from haystack_integrations.components.generators.ollama import OllamaGenerator

SentenceTransformersTextEmbedder(model="intfloat/multilingual-e5-large")
HuggingFaceLocalGenerator(model="google/flan-t5-large", task="text2text-generation")
OpenAIGenerator(model="gpt-4o-mini")
HuggingFaceAPIChatGenerator(api_type="serverless_inference_api", api_params={"model": "HuggingFaceH4/zephyr-7b-beta"})
TransformersSimilarityRanker(model="BAAI/bge-reranker-base")
FARMReader(model_name_or_path="deepset/roberta-base-squad2", use_gpu=False)
EmbeddingRetriever(embedding_model="sentence-transformers/multi-qa-mpnet-base-dot-v1")
OllamaGenerator(model="zephyr")
