from mistralai import Mistral
from mistralai.client import MistralClient

client = Mistral(api_key="x")
client.chat.complete(model="mistral-large-latest", messages=[])
client.embeddings.create(model="mistral-embed", inputs=[])
MistralClient().chat(model="open-mixtral-8x7b", messages=[])
