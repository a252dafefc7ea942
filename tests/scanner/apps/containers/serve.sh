#!/bin/bash
# vllm serve acme/never
MODEL=mistralai/Mistral-7B-Instruct-v0.3
vllm serve $MODEL --port 8000 &
ollama pull llama3.1:8b && ollama run phi3 "hello"
text-generation-launcher --model-id bigscience/bloom-560m
python -m sglang.launch_server --model-path Qwen/Qwen2-7B-Instruct
huggingface-cli download --repo-type dataset acme/corpus
docker run --gpus all ghcr.io/huggingface/text-generation-inference:latest --model-id tiiuae/falcon-7b
curl -L https://huggingface.co/TheBloke/Llama-2-7B-GGUF/resolve/main/llama-2-7b.Q4_K_M.gguf -o model.gguf
lm_eval --model hf --model_args pretrained=EleutherAI/gpt-j-6b,dtype=float --tasks hellaswag
python train.py --base_model 'decapoda-research/llama-7b-hf' --data_path "yahma/alpaca-cleaned" --output_dir ./out
vllm serve "$UNKNOWN"
