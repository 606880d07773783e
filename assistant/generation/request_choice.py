"""Which epics and stories a request means, as a model reads it and code proves it.

Code reads names; people paraphrase them, and list things in ways that no pattern foresees. What the
model chooses counts only where the key was in its list and the words that are to mean it stand in
the request. Whether they do mean it is for the person who sees both side by side.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from assistant.domain import Value
from assistant.errors import InvalidOutput
from assistant.generation.cancellation import CancelCheck, never_cancelled
from assistant.generation.models.chat_models import ChatEndpoint, invoke_structured
from assistant.generation.models.structured import StructuredReply
from assistant.generation.proof.support_texts import folded, stands_in
from assistant.generation.request_prompt import (
    ANSWER_TOKENS,
    ENTRIES_LISTED,
    SCHEMA,
    request_messages,
)
from assistant.generation.sentence_words import clipped
from assistant.generation.writers.story_prompt import prompt_characters
from assistant.knowledge.request_entries import RequestEntry, nearest_entries

__all__ = ["ANSWER_TOKENS", "KeysOfWords", "RequestChoice", "choice_of", "choose_keys"]

SHOWN = 80
"""Characters of a key or of words that are told although they are not taken."""


class KeysOfWords(Value):
    """Keys, and the words of the request that mean them."""

    words: str
    keys: tuple[str, ...]


class RequestChoice(Value):
    """What a model chose, as far as it holds.

    ``unknown`` are words of the request for which it found nothing, ``dropped`` says what of its
    answer did not hold. It saw ``listed`` of the ``entries`` of the project.
    """

    write: tuple[KeysOfWords, ...] = ()
    leave_out: tuple[KeysOfWords, ...] = ()
    unknown: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    listed: int = 0
    entries: int = 0


def choose_keys(
    request: str,
    entries: Sequence[RequestEntry],
    endpoint: ChatEndpoint,
    *,
    cancelled: CancelCheck = never_cancelled,
) -> tuple[RequestChoice, StructuredReply]:
    """Ask a model which entries a request means; the ``ENTRIES_LISTED`` nearest are listed.

    Raises ``ModelUnavailable``, ``InvalidOutput`` (no lists of keys came back) or ``Cancelled``.
    """
    near = nearest_entries(request, entries, ENTRIES_LISTED)
    characters = prompt_characters(endpoint.spec.context_tokens, ANSWER_TOKENS)
    messages, listed = request_messages(
        request, near, characters=characters, special_tokens=endpoint.special_tokens
    )
    if listed < len(near):  # long titles: fewer, and again the nearest
        near = nearest_entries(request, entries, listed)
        messages, listed = request_messages(
            request, near, characters=characters, special_tokens=endpoint.special_tokens
        )
    reply = invoke_structured(endpoint, messages, SCHEMA, cancelled=cancelled)
    if not isinstance(reply.data.get("write"), list):
        raise InvalidOutput(
            f"{endpoint.name} did not answer with lists of keys.", raw_output=reply.raw
        )
    choice = choice_of(reply.data, request, near[:listed])
    return choice.model_copy(update={"listed": listed, "entries": len(entries)}), reply


def choice_of(
    answer: Mapping[str, object], request: str, entries: Sequence[RequestEntry]
) -> RequestChoice:
    """What of an answer holds: keys of the list, for words of the request, wanted or left out."""
    said = folded(request)
    known = {entry.key: entry for entry in entries}
    dropped: dict[str, None] = {}
    write = list(_rows(answer.get("write"), said, known, dropped))
    leave_out = list(_rows(answer.get("leave_out"), said, known, dropped))
    wanted = {key for row in write for key in row.keys}
    barred = {key for row in leave_out for key in row.keys}
    both = wanted & barred
    dropped.update((f"{key} was both to be written and left out", None) for key in sorted(both))
    for key in sorted(wanted - both):
        epic = known[key].epic
        if epic in barred - both and epic not in wanted:  # it would take the story with it
            dropped[f"{epic} was left out as a whole, but {key} of it is to be written"] = None
            both.add(epic)
    unknown = []
    for one in _texts(answer.get("unknown")):
        if stands_in(one, said):
            unknown.append(one)
        else:
            dropped[f"“{clipped(one, SHOWN)}” does not stand in the request"] = None
    return RequestChoice(
        write=_without(write, both),
        leave_out=_without(leave_out, both),
        unknown=tuple(dict.fromkeys(unknown)),
        dropped=tuple(dropped),
    )


def _rows(
    value: object, said: str, known: Collection[str], dropped: dict[str, None]
) -> Iterator[KeysOfWords]:
    for row in value if isinstance(value, list) else []:
        if not isinstance(row, dict):
            continue
        (words,) = _texts([row.get("words")]) or ("",)
        keys = dict.fromkeys(_texts(row.get("keys")))
        if not keys:
            continue
        if not words or not stands_in(words, said):
            named = clipped(", ".join(keys), SHOWN)
            dropped[f"{named}: “{clipped(words, SHOWN)}” does not stand in the request"] = None
            continue
        for key in keys:
            if key not in known:
                dropped[f"“{clipped(key, SHOWN)}” is no key that was listed"] = None
        if held := tuple(key for key in keys if key in known):
            yield KeysOfWords(words=words, keys=held)


def _without(rows: Sequence[KeysOfWords], keys: Collection[str]) -> tuple[KeysOfWords, ...]:
    left = (
        KeysOfWords(words=row.words, keys=tuple(key for key in row.keys if key not in keys))
        for row in rows
    )
    return tuple(row for row in left if row.keys)


def _texts(value: object) -> tuple[str, ...]:
    """The texts of a list that say something, on one line each."""
    given = value if isinstance(value, list) else []
    lines = (" ".join(one.split()) for one in given if isinstance(one, str))
    return tuple(line for line in lines if line)
