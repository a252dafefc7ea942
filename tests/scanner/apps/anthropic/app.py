import anthropic
from anthropic import Anthropic, AnthropicBedrock

client = anthropic.Anthropic()
client.messages.create(model="claude-3-5-sonnet-20241022", max_tokens=10, messages=[])
with client.messages.stream(model="claude-3-haiku-20240307", max_tokens=10, messages=[]) as stream:
    pass
Anthropic().completions.create(model="claude-2", prompt="")
AnthropicBedrock().messages.create(model="anthropic.claude-3-sonnet-20240229-v1:0", max_tokens=10, messages=[])


def ask(llm):
    return llm.messages.create(model="claude-opus-4-20250514", max_tokens=1, messages=[])
