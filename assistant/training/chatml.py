"""Conversations as token ids: what llama.cpp's built-in ``chatml`` writer makes of them.

Generation sends messages to llama.cpp, which writes them as ChatML and tokenises the whole prompt
with special tokens read as such. Training must see the same ids, so the prompt is tokenised on its
own, and the completion (which the model writes token by token) on its own after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.errors import TrainingError
from assistant.generation.prompts import Message, neutralise
from assistant.training.data.pairs import CasePair

TURN_START = "<|im_start|>"
TURN_END = "<|im_end|>"


@dataclass(frozen=True)
class Example:
    """Token ids to learn from; the loss counts tokens from index ``first`` on (at least 1)."""

    id: str
    ids: tuple[int, ...]
    first: int

    @property
    def counted(self) -> int:
        """Tokens that the loss counts."""
        return len(self.ids) - self.first


@dataclass(frozen=True)
class Encoded:
    """Examples, and the ids of what was left out because it is longer than the context."""

    examples: tuple[Example, ...]
    too_long: tuple[str, ...] = ()


def prompt_text(messages: Sequence[Message]) -> str:
    """The text that the model reads for these messages, up to where its answer begins."""
    turns = "".join(f"{TURN_START}{role}\n{text}{TURN_END}\n" for role, text in messages)
    return f"{turns}{TURN_START}assistant\n"


def prompt_ids(tokenizer: Any, messages: Sequence[Message]) -> list[int]:
    """Token ids of the prompt."""
    ids: list[int] = tokenizer(prompt_text(messages), add_special_tokens=False)["input_ids"]
    return ids


def completion_ids(tokenizer: Any, completion: str) -> list[int]:
    """Token ids of an answer and of the token that ends it."""
    text = neutralise(completion, (TURN_START, TURN_END, *tokenizer.all_special_tokens))
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return [*ids, end_id(tokenizer)]


def end_id(tokenizer: Any) -> int:
    """The token that ends an answer: ``<|im_end|>``, or the model's own end where it has none."""
    end = tokenizer.convert_tokens_to_ids(TURN_END)  # its whole vocabulary takes 0.1 s to list
    if end is None or end == tokenizer.unk_token_id:
        end = tokenizer.eos_token_id
    if end is None:
        raise TrainingError("The base model's vocabulary has no token that ends an answer.")
    return int(end)


def encode(tokenizer: Any, pairs: Iterable[CasePair], max_tokens: int) -> Encoded:
    """Pairs as examples; what does not fit into ``max_tokens`` is left out and named, never cut."""
    examples: list[Example] = []
    too_long: list[str] = []
    for pair in pairs:
        prompt = prompt_ids(tokenizer, pair.prompt)
        answer = completion_ids(tokenizer, pair.completion)
        if len(prompt) + len(answer) > max_tokens:
            too_long.append(pair.case_id)
        else:
            examples.append(Example(pair.case_id, (*prompt, *answer), len(prompt)))
    return Encoded(tuple(examples), tuple(too_long))
