"""What vendors' clients raise, as errors of ours that name the endpoint and the next step.

The vendors' classes are told apart by status code and by class name, because each brings its own
HTTP client and only the one in use is installed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from assistant.domain import Value
from assistant.errors import (
    AnswerCutOff,
    GenerationError,
    InvalidOutput,
    ModelTimeout,
    ModelUnavailable,
)
from assistant.language.word_lists import read_table


class _Words(Value):
    """What ``endpoint_errors.toml`` holds."""

    status: dict[int, str]
    quota: str
    no_model: str
    timeouts: frozenset[str]
    connections: frozenset[str]
    too_long: tuple[str, ...]
    no_quota: tuple[str, ...]
    unknown: tuple[str, ...]


_WORDS = read_table(Path(__file__).with_suffix(".toml"), _Words)
_TIMEOUT_STATUS = {408, 504}
_DETAIL_CHARACTERS = 200


def translated(error: BaseException, endpoint: str, received: str = "") -> GenerationError:
    """The error of ours for what a vendor's client raised while ``endpoint`` was asked.

    ``received`` is the part of the answer that had come.
    """
    names = {cls.__name__ for cls in type(error).__mro__}
    status = getattr(error, "status_code", None)
    detail = _detail(error)
    if "LengthFinishReasonError" in names:
        return AnswerCutOff(
            "The answer was cut off because it is too long: write fewer and shorter steps.",
            raw_output=received,
        )
    if "ContentFilterFinishReasonError" in names:
        return InvalidOutput(f"{endpoint} withheld its answer (filter).", raw_output=received)
    told = f"{detail} {_code(error)}".lower()
    if "ContextOverflow" in "".join(names) or any(words in told for words in _WORDS.too_long):
        return ModelUnavailable(
            f"The prompt is longer than {endpoint} can read ({detail}). Choose fewer sources or a "
            f"model with a longer context."
        )
    if isinstance(status, int) and status >= 400:
        known = _remedy(status, told).format(detail=detail, status=status, wait=_wait(error))
        kind = ModelTimeout if status in _TIMEOUT_STATUS else ModelUnavailable
        return kind(f"{endpoint} {known}.")
    if names & _WORDS.timeouts:
        return ModelTimeout(
            f"{endpoint} did not answer in time. Allow more time with UAT_MODEL_TIMEOUT, or choose "
            f"another model."
        )
    if names & _WORDS.connections:
        return ModelUnavailable(
            f"{endpoint} cannot be reached or broke off its answer ({detail}). Check that it runs "
            f"and that its address is right (Settings, or UAT_ENDPOINT_URL), then try again."
        )
    return ModelUnavailable(
        f"{endpoint} answered something that is not a chat completion ({detail}). Check that "
        f"its address is one of a model and the provider fits it (Settings, or UAT_ENDPOINT_URL "
        f"and UAT_ENDPOINT_PROVIDER)."
    )


def _remedy(status: int, told: str) -> str:
    """What a refusal means and what to do about it."""
    if any(words in told for words in _WORDS.no_quota):
        return _WORDS.quota
    named = "model" in told or "deployment" in told
    if status in (400, 404) and named and any(words in told for words in _WORDS.unknown):
        return _WORDS.no_model
    if status in _WORDS.status:
        return _WORDS.status[status]
    if status >= 500:
        return "answered HTTP {status} ({detail}). Try again in a minute; the fault is on its side"
    return "refused the request (HTTP {status}: {detail})"


def _code(error: BaseException) -> str:
    """The vendor's own code and type of the error, where it gives them."""
    body = getattr(error, "body", None)
    told = body if isinstance(body, Mapping) else {}
    inner = told.get("error")
    told = inner if isinstance(inner, Mapping) else told
    return " ".join(str(told[name]) for name in ("code", "type") if told.get(name))


def _wait(error: BaseException) -> str:
    """How long the server asks to wait, or a minute where it does not say."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    seconds = str(headers.get("retry-after", ""))
    return f"{seconds} s" if seconds.isdigit() and int(seconds) else "a minute"


def _detail(error: BaseException) -> str:
    """The vendor's own words, on one line and short."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _DETAIL_CHARACTERS else f"{text[:_DETAIL_CHARACTERS]}..."
