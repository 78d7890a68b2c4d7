"""Texts of prompts, completions and tokens, as a person reads them."""

from __future__ import annotations

from typing import Any, Dict, List


def prompt_text(prompt: Any, processing: Any) -> str:
    """Of messages, what the chat template makes of them: what the model reads."""
    if isinstance(prompt, str):
        return prompt
    try:
        return str(processing.apply_chat_template(prompt, tokenize=False, add_generation_prompt=True))
    except Exception:  # a tokenizer without a template, or messages that it does not take
        return _messages(prompt)


def completion_text(completion: Any) -> str:
    """Of one message its content alone; of several, with tools, each under its role."""
    if isinstance(completion, str):
        return completion
    if isinstance(completion, list) and len(completion) == 1 and not completion[0].get("tool_calls"):
        return _content(completion[0].get("content"))
    return _messages(completion)


def _messages(messages: Any) -> str:
    if not isinstance(messages, list):
        return str(messages)
    return "\n".join(f"[{message.get('role', '')}]\n{_message(message)}" for message in messages)


def _message(message: Dict[str, Any]) -> str:
    calls = message.get("tool_calls")
    return "\n".join(filter(None, [_content(message.get("content")), str(calls) if calls else ""]))


def _content(content: Any) -> str:
    """Text, or parts of which those that are no text are named."""
    if content is None or isinstance(content, str):
        return content or ""
    if isinstance(content, list):
        return "".join(
            part.get("text") or f"[{part.get('type', 'part')}]" for part in content if isinstance(part, dict)
        )
    return str(content)


class TokenTexts:
    """Texts of token ids, each decoded once."""

    def __init__(self, processing: Any) -> None:
        self._tokenizer = getattr(processing, "tokenizer", processing)
        self._known: Dict[int, str] = {}

    def of(self, ids: List[int]) -> List[str]:
        for one in set(ids).difference(self._known):
            self._known[one] = self._tokenizer.decode([one])
        return [self._known[one] for one in ids]
