"""Prompts and answers, written as text or as messages, in the form that trl takes them."""

from __future__ import annotations

from typing import Any

from registry.runner.engines.interface import EngineError

ROLES = ("system", "user", "assistant", "tool")
"""Who can speak in a conversation."""


def read_messages(value: Any, place: str) -> list[dict[str, str]]:
    """Messages as role and content.

    Raises:
        EngineError: They are none.
    """
    if not isinstance(value, list) or not value:
        raise EngineError("data", f"{place} holds no list of messages", 'write it as [{"role": "user", "content": "..."}, ...]')
    messages = []
    for message in value:
        role = message.get("role") if isinstance(message, dict) else None
        content = message.get("content") if isinstance(message, dict) else None
        if role not in ROLES or not isinstance(content, str):
            raise EngineError("data", f"{place} holds a message without role or text", f"each has a `role` ({', '.join(ROLES)}) and a `content`")
        messages.append({"role": role, "content": content})
    return messages


def as_prompt(value: Any, place: str, *, chat: bool) -> Any:
    """A prompt: messages where the tokenizer knows how to write them, else text that ends where the answer begins."""
    if isinstance(value, str):
        return [{"role": "user", "content": value}] if chat else ended(value)
    messages = read_messages(value, place)
    return messages if chat else ended(as_text(messages) + "\nassistant:")


def as_answer(value: Any, place: str, *, chat: bool) -> Any:
    """An answer in the same form."""
    text = value if isinstance(value, str) else read_messages(value, place)[-1]["content"]
    return [{"role": "assistant", "content": text}] if chat else text


def as_text(messages: list[dict[str, str]]) -> str:
    """Messages as plain text, one speaker a line."""
    return "\n".join(f"{message['role']}: {message['content']}" for message in messages)


def ended(prompt: str) -> str:
    """A prompt that is set off from what follows."""
    return prompt if prompt[-1:].isspace() else prompt + "\n"
