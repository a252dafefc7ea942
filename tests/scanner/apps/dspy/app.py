import dspy

lm = dspy.LM("openai/gpt-4o-mini", temperature=0)
local = dspy.LM(model="ollama_chat/llama3.2", api_base="http://localhost:11434")
old = dspy.OpenAI(model="gpt-3.5-turbo-instruct")
hub = dspy.HFModel(model="meta-llama/Llama-2-13b-chat-hf")
served = dspy.LM("huggingface/mistralai/Mistral-7B-Instruct-v0.2")
