from peft import AutoPeftModelForCausalLM, LoraConfig, PeftConfig, PeftModel
from transformers import AutoModelForCausalLM

BASE_MODEL = "meta-llama/Llama-2-7b-hf"
base = AutoModelForCausalLM.from_pretrained(BASE_MODEL)
model = PeftModel.from_pretrained(base, "tloen/alpaca-lora-7b")
other = PeftModel.from_pretrained(base, model_id="acme/adapter-lora")
auto = AutoPeftModelForCausalLM.from_pretrained("acme/lora-auto")
config = PeftConfig.from_pretrained("acme/lora-config")
model.load_adapter("acme/second-adapter", adapter_name="second")
fresh = LoraConfig(r=8, base_model_name_or_path=BASE_MODEL)
