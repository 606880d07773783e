"""What a request asks for, as a model reads it and code proves it: epics and stories, depth,
techniques.

Code reads names; people paraphrase them, and list things in ways that no pattern foresees. What the
model chooses counts only where the key was in its list, or the name is one of ours, and the words
that are to mean it stand in the request. Whether they do mean it is for the person who sees both
side by side.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial

from assistant.domain import DEPTHS, TECHNIQUES, Value
from assistant.errors import InvalidOutput
from assistant.generation.cancellation import CancelCheck, never_cancelled
from assistant.generation.models.chat_models import ChatEndpoint, invoke_structured
from assistant.generation.models.structured import StructuredReply
from assistant.generation.proof.support_texts import folded, stands_in
from assistant.generation.request_prompt import (
    ANSWER_TOKENS,
    CRITERIA_LISTED,
    ENTRIES_LISTED,
    NO_DEPTH,
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
    """Keys, or names of techniques or of a depth, and the words of the request that mean them."""

    words: str
    keys: tuple[str, ...]


class RequestChoice(Value):
    """What a model chose, as far as it holds; ``depth`` is one row with one name, if any.

    ``unknown`` are words of the request for which it found nothing, ``dropped`` says what of its
    answer did not hold. It saw ``listed`` of the ``entries`` of the project.
    """

    write: tuple[KeysOfWords, ...] = ()
    leave_out: tuple[KeysOfWords, ...] = ()
    depth: tuple[KeysOfWords, ...] = ()
    techniques: tuple[KeysOfWords, ...] = ()
    techniques_left_out: tuple[KeysOfWords, ...] = ()
    unknown: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    listed: int = 0
    entries: int = 0

    @property
    def rows(self) -> tuple[KeysOfWords, ...]:
        """All that the model found words for."""
        kinds = (self.depth, self.techniques, self.techniques_left_out)
        return (*self.write, *self.leave_out, *(row for kind in kinds for row in kind))


def choose_keys(
    request: str,
    entries: Sequence[RequestEntry],
    endpoint: ChatEndpoint,
    *,
    criteria: Sequence[RequestEntry] = (),
    cancelled: CancelCheck = never_cancelled,
) -> tuple[RequestChoice, StructuredReply]:
    """Ask a model what a request asks for; the ``ENTRIES_LISTED`` nearest are listed, and the
    ``CRITERIA_LISTED`` nearest of the criteria, which a request may leave out.

    Raises ``ModelUnavailable``, ``InvalidOutput`` (no lists of keys came back) or ``Cancelled``.
    """
    near = nearest_entries(request, entries, ENTRIES_LISTED)
    parts = nearest_entries(request, criteria, CRITERIA_LISTED)
    messages_of = partial(
        request_messages,
        request,
        characters=prompt_characters(endpoint.spec.context_tokens, ANSWER_TOKENS),
        special_tokens=endpoint.special_tokens,
    )
    messages, listed, told = messages_of(near, parts)
    if listed < len(near):  # long titles: fewer, and again the nearest
        near = nearest_entries(request, entries, listed)
        messages, listed, told = messages_of(near, parts)
    if told < len(parts):
        parts = nearest_entries(request, criteria, told)
        messages, listed, told = messages_of(near, parts)
    reply = invoke_structured(endpoint, messages, SCHEMA, cancelled=cancelled)
    if not isinstance(reply.data.get("write"), list):
        raise InvalidOutput(
            f"{endpoint.name} did not answer with lists of keys.", raw_output=reply.raw
        )
    choice = choice_of(reply.data, request, (*near[:listed], *parts[:told]))
    return choice.model_copy(update={"listed": listed, "entries": len(entries)}), reply


def choice_of(
    answer: Mapping[str, object], request: str, entries: Sequence[RequestEntry]
) -> RequestChoice:
    """What of an answer holds: keys of the list and names that there are, for words of the request,
    wanted or left out."""
    said = folded(request)
    known = {entry.key: entry for entry in entries}
    dropped: dict[str, None] = {}
    whole = {key for key, entry in known.items() if not entry.story}
    write = list(_rows(answer.get("write"), said, whole, dropped))
    leave_out = list(_rows(answer.get("leave_out"), said, known, dropped))
    wanted, barred = _keys(write), _keys(leave_out)
    both = _both(wanted, barred, dropped)
    for key in sorted(wanted - both):
        epic = known[key].epic
        if epic in barred - both and epic not in wanted:  # it would take the story with it
            dropped[f"{epic} was left out as a whole, but {key} of it is to be written"] = None
            both.add(epic)
    kinds = list(_rows(answer.get("techniques"), said, TECHNIQUES, dropped, "names"))
    no_kinds = list(_rows(answer.get("techniques_left_out"), said, TECHNIQUES, dropped, "names"))
    twice = _both(_keys(kinds), _keys(no_kinds), dropped)
    depth = answer.get("depth")
    named = depth if isinstance(depth, dict) and depth.get("name") != NO_DEPTH else {}
    how_deep = [{"words": named.get("words"), "names": [named.get("name")]}]
    unknown = []
    for one in _texts(answer.get("unknown")):
        if stands_in(one, said):
            unknown.append(one)
        else:
            dropped[f"“{clipped(one, SHOWN)}” does not stand in the request"] = None
    written, left_out = _without(write, both), _without(leave_out, both)
    if left_out and not written:
        dropped["nothing was chosen that something could be left out of"] = None
    return RequestChoice(
        write=written,
        leave_out=left_out if written else (),
        depth=tuple(_rows(how_deep, said, DEPTHS, dropped, "names")),
        techniques=_without(kinds, twice),
        techniques_left_out=_without(no_kinds, twice),
        unknown=tuple(dict.fromkeys(unknown)),
        dropped=tuple(dropped),
    )


def _rows(
    value: object,
    said: str,
    known: Collection[str],
    dropped: dict[str, None],
    field: str = "keys",
) -> Iterator[KeysOfWords]:
    for row in value if isinstance(value, list) else []:
        if not isinstance(row, dict):
            continue
        (words,) = _texts([row.get("words")]) or ("",)
        keys = dict.fromkeys(_texts(row.get(field)))
        if not keys:
            continue
        if not words or not stands_in(words, said):
            named = clipped(", ".join(keys), SHOWN)
            dropped[f"{named}: “{clipped(words, SHOWN)}” does not stand in the request"] = None
            continue
        for key in keys:
            if key not in known:
                what = "key that was listed" if field == "keys" else "name that there is"
                dropped[f"“{clipped(key, SHOWN)}” is no {what}"] = None
        if held := tuple(key for key in keys if key in known):
            yield KeysOfWords(words=words, keys=held)


def _keys(rows: Sequence[KeysOfWords]) -> set[str]:
    return {key for row in rows for key in row.keys}


def _both(wanted: set[str], barred: set[str], dropped: dict[str, None]) -> set[str]:
    """What is wanted and left out at once, which is told."""
    both = wanted & barred
    dropped.update((f"{key} was both to be written and left out", None) for key in sorted(both))
    return both


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
