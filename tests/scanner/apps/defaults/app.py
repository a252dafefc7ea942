"""What libraries take where they are given no name, and where the name does not come first."""

import litellm
from faster_whisper import WhisperModel
from haystack.components.embedders import OpenAITextEmbedder
from langchain_anthropic import AnthropicLLM, ChatAnthropic
from langchain_aws import BedrockEmbeddings
from langchain_community.chat_models import ChatOllama as OldOllama
from langchain_community.cross_encoders import HuggingFaceCrossEncoder
from langchain_mistralai import MistralAIEmbeddings
from langchain_ollama import ChatOllama
from llama_index.core.postprocessor import SentenceTransformerRerank
from llama_index.embeddings.fastembed import FastEmbedEmbedding
from llama_index.llms.anthropic import Anthropic
from transformers import pipeline

old = OldOllama()
new = ChatOllama(model="qwen3:8b")
written = AnthropicLLM()
asked = ChatAnthropic(model_name="claude-haiku-4-5")
embedded = BedrockEmbeddings()
crossed = HuggingFaceCrossEncoder()
found = MistralAIEmbeddings()
ranked = SentenceTransformerRerank(top_n=3)
fast = FastEmbedEmbedding()
claude = Anthropic()
hay = OpenAITextEmbedder()
litellm.image_generation("a cat", "dall-e-3")
litellm.responses("hello", "openai/gpt-4o")
distilled = WhisperModel("distil-large-v3")
folder = WhisperModel("./converted")
decided = pipeline("decision")
