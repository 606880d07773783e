"""One call to a chat model for an answer; each sentence leaves once it is whole and proved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from assistant.domain import RetrievedChunk
from assistant.errors import InvalidOutput
from assistant.generation.answers.answer_parts import AnswerSentence
from assistant.generation.answers.answer_prompt import ANSWER_TOKENS, SCHEMA, answer_messages
from assistant.generation.answers.sentence_proof import AnswerProof
from assistant.generation.cancellation import CancelCheck, never_cancelled
from assistant.generation.models.chat_models import ChatEndpoint, stream_structured
from assistant.generation.writers.story_draft import ObjectStream
from assistant.generation.writers.story_prompt import prompt_characters

MAX_SENTENCES = 8
"""A short answer has no more; what a model writes beyond is not waited for."""

MAX_SENTENCE = 600
EMBEDDED_SOURCES = 5
"""Sources that the embedded model gets: it reads some 60 tokens a second."""


def answer_sentences(
    question: str,
    sources: Sequence[RetrievedChunk],
    endpoint: ChatEndpoint,
    *,
    earlier: Sequence[tuple[str, str]] = (),
    cancelled: CancelCheck = never_cancelled,
) -> Iterator[AnswerSentence]:
    """The sentences of the model's answer, proved or with what they lack, as they are written.

    None at all: the model found no answer in the sources. Raises ``ModelUnavailable``,
    ``InvalidOutput`` where nothing of the answer can be read, ``Cancelled``.
    """
    if endpoint.engine is not None:
        sources = sources[:EMBEDDED_SOURCES]
    messages, numbers = answer_messages(
        question,
        sources,
        earlier,
        characters=prompt_characters(endpoint.spec.context_tokens, ANSWER_TOKENS),
        special_tokens=endpoint.special_tokens,
    )
    proof = AnswerProof([one for one in sources if one.rank in numbers])
    stream, said = ObjectStream("sentences"), set[str]()
    try:
        for received in stream_structured(endpoint, messages, SCHEMA, cancelled=cancelled):
            text_so_far = received if isinstance(received, str) else received.raw
            for data in stream.feed(text_so_far):
                text, named = _read(data)
                if text and text not in said:
                    said.add(text)
                    yield proof.prove(text, named)
                if len(said) >= MAX_SENTENCES:
                    return
    except InvalidOutput as error:
        if not said:
            raise InvalidOutput(
                f"{error} Ask again, or choose another model.",
                raw_output=error.raw_output,
                attempts=error.attempts,
            ) from error


def _read(data: Mapping[str, object]) -> tuple[str, tuple[int, ...]]:
    """Text and source numbers of a sentence; what is neither is left out."""
    text, named = data.get("text"), data.get("sources")
    numbers = named if isinstance(named, list) else []
    line = " ".join(text.split())[:MAX_SENTENCE] if isinstance(text, str) else ""
    return line, tuple(one for one in numbers if isinstance(one, int))
