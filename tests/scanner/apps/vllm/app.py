import vllm
from vllm import LLM, AsyncEngineArgs, SamplingParams
from vllm.lora.request import LoRARequest
import sglang

llm = LLM(model="mistralai/Mixtral-8x7B-Instruct-v0.1", tensor_parallel_size=2)
second = vllm.LLM("facebook/opt-125m")
arguments = AsyncEngineArgs(model="Qwen/Qwen2.5-7B-Instruct", speculative_model="Qwen/Qwen2.5-0.5B-Instruct")
llm.generate("hello", SamplingParams(), lora_request=LoRARequest("sql", 1, "yard1/llama-2-7b-sql-lora-test"))
engine = sglang.Engine(model_path="deepseek-ai/DeepSeek-V2-Lite")
