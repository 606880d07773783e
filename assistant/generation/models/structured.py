"""One call to a chat model whose answer is JSON under a schema; everything that may go wrong typed.

The call goes through LangChain's ``with_structured_output`` in a thread of its own, so that a
silent endpoint can be given up and a running one stopped: the thread's callback ends the stream,
which makes the server stop writing. LangChain's lenient parser is not trusted: an answer that was
cut off is an invalid one, not a shorter one.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from assistant.domain import Value
from assistant.errors import (
    AnswerCutOff,
    AssistantError,
    GenerationError,
    InvalidOutput,
    ModelTimeout,
)
from assistant.generation.cancellation import CancelCheck, Cancelled, raise_if_cancelled
from assistant.generation.models.endpoint_errors import translated
from assistant.generation.prompts import Message

if TYPE_CHECKING:
    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable

MAX_ANSWER_CHARACTERS = 200_000
"""No answer asked for here is a tenth as long; an endless one is stopped."""
POLL_SECONDS = 0.05


def object_schema(**properties: object) -> dict[str, object]:
    """JSON schema of an object with just these properties, as strict endpoints ask: all of them
    required, none added."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def list_schema(items: Mapping[str, object], **limits: int) -> dict[str, object]:
    """JSON schema of a list; ``limits`` are ``minItems`` and ``maxItems``."""
    return {"type": "array", "items": items, **limits}


def list_rows(answer: Mapping[str, object], name: str) -> Iterator[Mapping[str, object]]:
    """The objects of a list in an answer; what else it holds there is left out."""
    given = answer.get(name)
    yield from (one for one in (given if isinstance(given, list) else ()) if isinstance(one, dict))


class StructuredReply(Value):
    """What a model answered under a schema.

    ``cached_tokens`` of ``prompt_tokens`` were not read again. Counts are 0 where the endpoint does
    not tell.
    """

    data: dict[str, object]
    raw: str
    prompt_tokens: int = 0
    cached_tokens: int = 0
    generated_tokens: int = 0
    seconds: float = 0.0


@contextmanager
def untraced() -> Iterator[None]:
    """No LangSmith tracing inside, whatever the environment says: prompts hold customers' text."""
    from langsmith import tracing_context

    with tracing_context(enabled=False):
        yield


def stream(
    structured: Runnable[Any, Any],
    messages: Sequence[Message],
    *,
    endpoint: str,
    timeout: float,
    cancelled: CancelCheck,
) -> Iterator[str | StructuredReply]:
    """Send ``messages`` to a runnable made by ``with_structured_output(..., include_raw=True)``.

    Yields the text received so far each time that there is more of it, last the whole reply;
    closing the iterator ends the call. ``endpoint`` names it in messages. Raises ``InvalidOutput``
    (no JSON object, cut off, too long), ``ModelTimeout`` (not finished after ``timeout`` seconds in
    all), ``ModelUnavailable`` (refused, cannot be reached, not authorised, ...) or ``Cancelled``.
    """
    started = time.monotonic()
    call = _Call(structured, messages, endpoint)
    call.thread.start()
    shown = 0
    try:
        while True:
            raise_if_cancelled(cancelled, "Writing")
            if call.length > shown:
                shown = call.length
                yield call.text
            left = started + timeout - time.monotonic()
            if left <= 0:
                raise ModelTimeout(
                    f"{endpoint} did not finish its answer within {timeout:.0f} s. Allow more "
                    f"time with UAT_MODEL_TIMEOUT, or choose another model."
                )
            try:
                outcome = call.outcome.get(timeout=min(POLL_SECONDS, left))
            except Empty:
                continue
            break
    finally:
        call.stop.set()
    if isinstance(outcome, BaseException):
        if isinstance(outcome, AssistantError):
            raise outcome
        raise translated(outcome, endpoint, call.text) from outcome
    yield _reply(outcome, endpoint, time.monotonic() - started)


class _Stopped(BaseException):
    """Ends the stream from inside. LangChain would log an ``Exception`` as a fault."""

    def __init__(self, reason: GenerationError) -> None:
        super().__init__(str(reason))
        self.reason = reason


class _Call:
    """The thread of one call: its stop sign, the text received so far, and its outcome."""

    def __init__(
        self, structured: Runnable[Any, Any], messages: Sequence[Message], endpoint: str
    ) -> None:
        self.stop = threading.Event()
        self.outcome: SimpleQueue[AIMessage | BaseException] = SimpleQueue()
        self._structured = structured
        self._messages = list(messages)
        self._endpoint = endpoint
        self._pieces: list[str] = []
        self.length = 0
        self.thread = threading.Thread(target=self._run, daemon=True, name="ask-model")

    @property
    def text(self) -> str:
        """What has been received so far."""
        return "".join(self._pieces)

    def received(self, piece: str) -> None:
        """Note a piece of the answer. Raises to end the stream where it must not go on."""
        if self.stop.is_set():
            raise _Stopped(Cancelled("Nobody waits for this answer any more."))
        self._pieces.append(piece)
        self.length += len(piece)
        if self.length > MAX_ANSWER_CHARACTERS:
            message = (
                f"{self._endpoint} wrote more than {MAX_ANSWER_CHARACTERS:,} characters without "
                f"an end; the answer was stopped."
            )
            raise _Stopped(AnswerCutOff(message, raw_output=self.text[:2000]))

    def _run(self) -> None:
        try:
            with untraced():
                answer = self._structured.invoke(
                    self._messages, config={"callbacks": [_handler(self)]}
                )
            self.outcome.put(answer["raw"])
        except _Stopped as stopped:
            self.outcome.put(stopped.reason)
        except Exception as error:  # whatever the vendor raises is translated by the caller
            self.outcome.put(error)


def _handler(call: _Call) -> BaseCallbackHandler:
    """A LangChain callback that hands every piece to the call and lets its errors through."""
    from langchain_core.callbacks import BaseCallbackHandler

    class Receiver(BaseCallbackHandler):
        raise_error = True

        def on_llm_new_token(self, token: Any, **kwargs: Any) -> None:
            call.received((token if isinstance(token, str) else "") or _tool_text(kwargs))

    return Receiver()


def _tool_text(received: Mapping[str, Any]) -> str:
    """The piece of a forced tool call's arguments: how providers without JSON mode answer."""
    message = getattr(received.get("chunk"), "message", None)
    pieces = getattr(message, "tool_call_chunks", None) or ()
    return "".join(piece.get("args") or "" for piece in pieces)


def _reply(raw: AIMessage, endpoint: str, seconds: float) -> StructuredReply:
    """The answer, read strictly."""
    text = _answer_text(raw)
    details = raw.response_metadata
    told = (details.get(name) for name in ("finish_reason", "stop_reason", "done_reason"))
    if next(filter(None, told), "") in ("length", "max_tokens"):
        raise AnswerCutOff(
            "The answer was cut off because it is too long: write fewer and shorter steps.",
            raw_output=text,
        )
    data = read_object(text, endpoint)
    usage: Mapping[str, Any] = raw.usage_metadata or {}
    return StructuredReply(
        data=data,
        raw=text,
        prompt_tokens=usage.get("input_tokens", 0),
        cached_tokens=(usage.get("input_token_details") or {}).get("cache_read") or 0,
        generated_tokens=usage.get("output_tokens", 0),
        seconds=seconds,
    )


def _answer_text(raw: AIMessage) -> str:
    """The JSON as it was written: the arguments of the forced tool call, or the text."""
    pieces = getattr(raw, "tool_call_chunks", None)
    if pieces and pieces[0].get("args"):
        return str(pieces[0]["args"])
    if raw.tool_calls:
        return json.dumps(raw.tool_calls[0]["args"])
    return str(raw.text)


def read_object(text: str, endpoint: str) -> dict[str, object]:
    """The JSON object that is the whole of ``text``, a Markdown fence around it forgiven.

    Raises ``InvalidOutput`` otherwise: nothing is repaired, completed or searched for.
    """
    bare = text.strip()
    if bare.startswith("```") and bare.endswith("```") and "\n" in bare:
        bare = bare[bare.index("\n") : -3]
    if not bare.strip():
        raise InvalidOutput(f"{endpoint} returned an empty answer.", raw_output=text)
    try:
        data = json.loads(bare)
    except (ValueError, RecursionError) as error:
        raise InvalidOutput(f"The answer is not valid JSON ({error}).", raw_output=text) from error
    if not isinstance(data, dict):
        raise InvalidOutput("The answer is JSON but not an object.", raw_output=text)
    return data
