from llama_cpp import Llama
import llama_cpp
from gpt4all import GPT4All

a = Llama.from_pretrained(repo_id="Qwen/Qwen2-0.5B-Instruct-GGUF", filename="*q8_0.gguf")
b = llama_cpp.Llama.from_pretrained("TheBloke/Llama-2-7B-Chat-GGUF", "llama-2-7b-chat.Q4_K_M.gguf")
c = Llama(model_path="./models/mistral-7b.Q4_0.gguf", n_ctx=2048)
d = GPT4All("orca-mini-3b-gguf2-q4_0.gguf")
