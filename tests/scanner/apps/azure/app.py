from azure.ai.inference import ChatCompletionsClient
from openai import AzureOpenAI

client = AzureOpenAI(azure_endpoint="https://acme.openai.azure.com", api_version="2024-02-01")
client.chat.completions.create(model="our-deployment", messages=[])
client.chat.completions.create(model="gpt-4o", messages=[])
ChatCompletionsClient(endpoint="https://models.inference.ai.azure.com").complete(model="Meta-Llama-3.1-70B-Instruct", messages=[])
