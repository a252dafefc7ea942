#!/bin/sh
docker run -d --name chat --gpus all -p 8000:8000 -v ~/.cache/huggingface:/root/.cache/huggingface \
  -e HF_TOKEN="$HF_TOKEN" \
  vllm/vllm-openai:latest \
  acme/Chat-8B-Instruct \
  --host 0.0.0.0
docker run --gpus all -p 8080:80 $TGI_IMAGE_URI --model-id acme/Small-1B-Instruct
for m in phi3:mini mistral:7b; do ollama pull $m; done
curl http://localhost:11434/api/generate -d '{"model": "llama3.2", "prompt": "hi"}'
