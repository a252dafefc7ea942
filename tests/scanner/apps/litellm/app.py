import litellm
from litellm import Router, acompletion, completion

completion(model="gpt-4o", messages=[])
litellm.completion("anthropic/claude-3-haiku-20240307", messages=[])
acompletion(model="ollama/llama3:8b", messages=[])
litellm.embedding(model="huggingface/BAAI/bge-large-en", input=[])
completion(model="bedrock/anthropic.claude-v2:1", messages=[])
completion(model="azure/our-deployment", messages=[])
router = Router(
    model_list=[
        {"model_name": "fast", "litellm_params": {"model": "groq/llama-3.1-8b-instant"}},
        {"model_name": "good", "litellm_params": {"model": "openai/gpt-4-turbo"}},
    ]
)
