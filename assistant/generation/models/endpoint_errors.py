"""What vendors' clients raise, as errors of ours that name the endpoint and the next step.

The vendors' classes are told apart by status code and by class name, because each brings its own
HTTP client and only the one in use is installed.
"""

from __future__ import annotations

from collections.abc import Mapping

from assistant.errors import (
    AnswerCutOff,
    GenerationError,
    InvalidOutput,
    ModelTimeout,
    ModelUnavailable,
)

_BY_STATUS = {
    400: "refused the request ({detail}). Check the model's name and that it can answer under a "
    "JSON schema",
    401: "did not accept the key. Check the key (Settings, or UAT_ENDPOINT_API_KEY)",
    402: "has no credit left ({detail}). Top up the account or give another key "
    "(Settings, or UAT_ENDPOINT_API_KEY)",
    403: "forbids this request. Check the key's rights and the address "
    "(Settings, or UAT_ENDPOINT_URL)",
    404: "does not know this address ({detail}). Check it (Settings, or UAT_ENDPOINT_URL): it ends "
    "where /chat/completions begins, mostly in /v1",
    408: "took too long. Allow more time with UAT_MODEL_TIMEOUT, or choose another model",
    413: "finds the request too large. Choose fewer sources",
    429: "asks to slow down. Wait {wait} and try again; what was written is kept",
    504: "took too long for a server in between (HTTP 504). Try again, raise that server's time "
    "limit, or choose another model",
    529: "is overloaded. Wait {wait} and try again; what was written is kept",
}
_QUOTA = (
    "has no quota or credit left ({detail}). Waiting does not help: top up the account, raise "
    "its limit, or give another key (Settings, or UAT_ENDPOINT_API_KEY)"
)
_NO_MODEL = (
    "does not have this model ({detail}). Name one that the server lists (GET /models) under "
    "Settings or in UAT_ENDPOINT_MODEL, or load the model there"
)
_TIMEOUTS = {"APITimeoutError", "TimeoutException", "TimeoutError", "Timeout"}
_TIMEOUT_STATUS = {408, 504}
_CONNECTIONS = {
    "APIConnectionError",
    "ConnectError",
    "ConnectionError",
    "NetworkError",
    "ProtocolError",
    "TransportError",
}
_TOO_LONG = (
    "context length",
    "context size",
    "context_length",
    "context window",
    "prompt is too long",
    "input is too long",
    "too many tokens",
)
_NO_QUOTA = ("insufficient_quota", "exceeded your current quota", "credit balance", "billing")
_UNKNOWN = ("not found", "not_found", "does not exist", "deploymentnotfound")
"""What the vendors' servers write; their statuses alone do not tell these apart."""
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
    if "ContextOverflow" in "".join(names) or any(words in told for words in _TOO_LONG):
        return ModelUnavailable(
            f"The prompt is longer than {endpoint} can read ({detail}). Choose fewer sources or a "
            f"model with a longer context."
        )
    if isinstance(status, int) and status >= 400:
        known = _remedy(status, told).format(detail=detail, status=status, wait=_wait(error))
        kind = ModelTimeout if status in _TIMEOUT_STATUS else ModelUnavailable
        return kind(f"{endpoint} {known}.")
    if names & _TIMEOUTS:
        return ModelTimeout(
            f"{endpoint} did not answer in time. Allow more time with UAT_MODEL_TIMEOUT, or choose "
            f"another model."
        )
    if names & _CONNECTIONS:
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
    if any(words in told for words in _NO_QUOTA):
        return _QUOTA
    named = "model" in told or "deployment" in told
    if status in (400, 404) and named and any(words in told for words in _UNKNOWN):
        return _NO_MODEL
    if status in _BY_STATUS:
        return _BY_STATUS[status]
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
