"""How a base model reads the company's documents, beside ordinary English prose.

A model reports tokens and losses of a text (``Reading``); the same model reads ``ENGLISH_PROSE``
too, so that its size and its tokenizer do not matter: only the ratio of the two does.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

from pydantic import Field

from assistant.domain import Value

ENGLISH_PROSE = Path(__file__).with_name("english_prose.txt").read_text("utf-8")
"""Plain English of everyday things, written for this purpose."""

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


class Reading(Value):
    """What a model reports of a text: its tokens, and their summed loss in nats; and its words."""

    words: int = Field(ge=1)
    tokens: int = Field(ge=1)
    nll: float = Field(ge=0)

    @property
    def tokens_per_word(self) -> float:
        """Tokens that the tokenizer needs for a word."""
        return self.tokens / self.words

    @property
    def perplexity(self) -> float:
        """How surprised the model is by a token."""
        return math.exp(min(self.nll / self.tokens, 700.0))


class LanguageFigures(Value):
    """Two readings by one base model: of the company's documents, and of ordinary English."""

    documents: Reading
    english: Reading

    @property
    def tokens_ratio(self) -> float:
        """How many times the tokens a word of ordinary English."""
        return self.documents.tokens_per_word / self.english.tokens_per_word

    @property
    def perplexity_ratio(self) -> float:
        """How many times the perplexity of ordinary English, word by word.

        A tokenizer that cuts a word into letters makes each token easy to guess; the loss of a
        whole word, spread over as many tokens as English needs, is what can be compared.
        """
        per_word = self.documents.nll / self.documents.words
        english = self.english.nll / self.english.words
        return math.exp(min((per_word - english) / self.english.tokens_per_word, 700.0))


def words_in(text: str) -> int:
    """Number of words of a text, for ``Reading``."""
    return len(_WORD.findall(text))
