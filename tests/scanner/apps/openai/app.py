import os

import openai
from openai import AsyncOpenAI, OpenAI

client = OpenAI()
MODEL = "gpt-4o-mini"
client.chat.completions.create(model=MODEL, messages=[])
client.responses.create(model="gpt-4.1", input="hello")
client.embeddings.create(input="x", model="text-embedding-ada-002")
client.images.generate(model="dall-e-3", prompt="a cat")
client.audio.transcriptions.create(model="whisper-1", file=None)
openai.ChatCompletion.create(model="gpt-3.5-turbo", messages=[])
openai.Completion.create(engine="text-davinci-003", prompt="")
local = OpenAI(base_url="http://localhost:11434/v1", api_key="x")
local.chat.completions.create(model="llama3.1", messages=[])
seek = OpenAI(base_url="https://api.deepseek.com")
seek.chat.completions.create(model="deepseek-chat", messages=[])


class Service:
    model = "gpt-4-turbo"

    def __init__(self):
        self.client = AsyncOpenAI()

    async def ask(self, text):
        return await self.client.chat.completions.create(model=self.model, messages=[])


def handed(connection: OpenAI, **extra):
    return connection.chat.completions.create(model=os.getenv("CHAT_MODEL", "o3-mini"), messages=[])


def untyped(connection):
    return connection.chat.completions.create(model="gpt-4", messages=[])


def streamlit(request):
    body = {"model": "gpt-4-0613", "messages": [], "temperature": 0}
    return request.post("https://api.openai.com/v1/chat/completions", json=body)
