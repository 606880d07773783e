"""One call to a chat model for an answer; each sentence leaves once it is whole and proved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.errors import AnswerCutOff, InvalidOutput
from assistant.generation.answers.answer_parts import CUT_OFF, AnswerSentence, AnswerSource
from assistant.generation.answers.answer_prompt import ANSWER_TOKENS, SCHEMA, answer_messages
from assistant.generation.answers.quoted_words import Quote
from assistant.generation.answers.sentence_proof import AnswerProof
from assistant.generation.cancellation import CancelCheck, never_cancelled
from assistant.generation.models.chat_models import ChatEndpoint, stream_structured
from assistant.generation.prompts import Message
from assistant.generation.proof.placeholders import is_placeholder
from assistant.generation.writers.story_draft import ObjectStream
from assistant.generation.writers.story_prompt import prompt_characters

MAX_SENTENCE = 600
ONLY_PLACEHOLDERS = "The answer holds placeholders and no sentence."
EMBEDDED_SOURCES = 5
"""Sources that the embedded model gets: it reads some 60 tokens a second."""


@dataclass(frozen=True)
class AnswerEnd:
    """What a model says behind its sentences: whether they are a part of the answer only, and what
    follows from them, by which calculation; empty where nothing does."""

    partial: bool = False
    conclusion: str = ""
    calculation: tuple[str, ...] = ()


@dataclass(frozen=True)
class AnswerRequest:
    """What a model is asked: the messages, and the sources that stand in them."""

    messages: tuple[Message, ...]
    sources: tuple[AnswerSource, ...]


def answer_request(
    question: str,
    sources: Sequence[AnswerSource],
    endpoint: ChatEndpoint,
    earlier: Sequence[tuple[str, str]] = (),
) -> AnswerRequest:
    """The request with as many of the sources, best first, as the model can read.

    ``earlier`` are questions and answers of the same talk, oldest first.
    """
    if endpoint.engine is not None:
        sources = sources[:EMBEDDED_SOURCES]
    messages, numbers = answer_messages(
        question,
        [one.hit for one in sources],
        earlier,
        characters=prompt_characters(endpoint.spec.context_tokens, ANSWER_TOKENS),
        special_tokens=endpoint.special_tokens,
    )
    return AnswerRequest(messages, tuple(one for one in sources if one.number in numbers))


def answer_sentences(
    request: AnswerRequest,
    endpoint: ChatEndpoint,
    *,
    is_trusted: bool = False,
    cancelled: CancelCheck = never_cancelled,
) -> Iterator[AnswerSentence | AnswerEnd]:
    """The sentences of the model's answer, with what they rest on or lack, as they are written, and
    behind them its end where it came so far; ``is_trusted`` as of ``AnswerProof``.

    No sentence: the model found no answer in the sources. Raises ``ModelUnavailable``,
    ``Cancelled``, and behind the last whole sentence ``AnswerCutOff`` for an answer that ends
    before its end and ``InvalidOutput`` for one that cannot be read on.
    """
    heads = {one.number: (one.standing.file, one.standing.head) for one in request.sources}
    proof = AnswerProof([one.hit for one in request.sources], heads, is_trusted=is_trusted)
    stream, said = ObjectStream("sentences"), set[str]()

    def whole_ones(text_so_far: str) -> Iterator[AnswerSentence]:
        for data in stream.feed(text_so_far):
            text, quotes = _read(data)
            if text and text not in said:
                said.add(text)
                if is_placeholder(text):
                    continue
                short = len(text) <= MAX_SENTENCE
                yield proof.prove(text, quotes) if short else _without_end(text)

    try:
        for received in stream_structured(endpoint, request.messages, SCHEMA, cancelled=cancelled):
            if isinstance(received, str):
                yield from whole_ones(received)
                continue
            yield from whole_ones(received.raw)
            if said and all(map(is_placeholder, said)):
                raise InvalidOutput(ONLY_PLACEHOLDERS, raw_output=received.raw)
            conclusion, lines = (received.data.get(k) for k in ("conclusion", "calculation"))
            yield AnswerEnd(
                partial=received.data.get("whole") is False,
                conclusion=" ".join(conclusion.split()) if isinstance(conclusion, str) else "",
                calculation=tuple(one for one in lines if isinstance(one, str))
                if isinstance(lines, list)
                else (),
            )
    except AnswerCutOff as error:
        yield from whole_ones(error.raw_output)
        raise AnswerCutOff(CUT_OFF, raw_output=error.raw_output) from error
    except InvalidOutput as error:
        yield from whole_ones(error.raw_output)
        raise InvalidOutput(
            f"{error} Ask again, or choose another model.", raw_output=error.raw_output
        ) from error


def _without_end(text: str) -> AnswerSentence:
    """The beginning of a sentence that is too long to be one: what is left of it proves nothing."""
    return AnswerSentence(text=f"{text[:MAX_SENTENCE]} …")


def _read(data: Mapping[str, object]) -> tuple[str, tuple[Quote, ...]]:
    """Text and quotations of a sentence; what is neither is left out."""
    text, given = data.get("text"), data.get("quotes")
    line = " ".join(text.split()) if isinstance(text, str) else ""
    quotes = (one for one in given if isinstance(one, dict)) if isinstance(given, list) else ()
    return line, tuple(
        Quote(source=one["source"], words=one["words"] if isinstance(one.get("words"), str) else "")
        for one in quotes
        if isinstance(one.get("source"), int)
    )
