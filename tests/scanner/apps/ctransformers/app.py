from ctransformers import AutoModelForCausalLM

NAME = "TheBloke/Mistral-7B-Instruct-v0.1-GGUF"
llm = AutoModelForCausalLM.from_pretrained(NAME, model_file="mistral-7b-instruct-v0.1.Q4_K_M.gguf", model_type="mistral")
small = AutoModelForCausalLM.from_pretrained(model_path_or_repo_id="marella/gpt-2-ggml")
