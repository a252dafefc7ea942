import ollama
from ollama import AsyncClient, chat

ollama.pull("llama3.2:3b")
chat(model="gemma2", messages=[])
ollama.embeddings(model="nomic-embed-text", prompt="")
AsyncClient().chat(model="qwen2.5:72b", messages=[])
ollama.generate("hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF:Q4_K_M", "hi")
