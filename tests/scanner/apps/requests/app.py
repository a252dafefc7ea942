import json
import os
import subprocess

import requests

subprocess.run(["ollama", "pull", "mistral:7b"], check=True)
os.system("huggingface-cli download acme/shelled-7b --local-dir x")
requests.post("http://localhost:11434/api/generate", json={"model": "llama3", "prompt": "hi"})
payload = {"model": "mixtral-8x7b-32768", "messages": [{"role": "user", "content": "hi"}]}
requests.post("https://api.groq.com/openai/v1/chat/completions", data=json.dumps(payload))
URL = "https://api-inference.huggingface.co/models/acme/served-bert"
