"""What vendors' clients raise, as errors of ours that name the endpoint and the next step.

The vendors' classes are told apart by status code and by class name, because each brings its own
HTTP client and only the one in use is installed.
"""

from __future__ import annotations

from assistant.errors import GenerationError, InvalidOutput, ModelUnavailable

_BY_STATUS = {
    400: "refused the request ({detail}). Check the model's name and that it can answer under a "
    "JSON schema",
    401: "did not accept the key. Check UAT_ENDPOINT_API_KEY",
    403: "forbids this request. Check the key's rights and UAT_ENDPOINT_URL",
    404: "does not know this model or address. Check UAT_ENDPOINT_MODEL and UAT_ENDPOINT_URL",
    408: "took too long. Try again, or raise UAT_ENDPOINT_TIMEOUT",
    413: "finds the request too large. Choose fewer sources",
    429: "asks to slow down or has no quota left. Wait a minute and try again, or check the quota",
}
_TIMEOUTS = {"APITimeoutError", "TimeoutException", "TimeoutError", "Timeout"}
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
    "too many tokens",
)
_DETAIL_CHARACTERS = 200


def translated(error: BaseException, endpoint: str, received: str = "") -> GenerationError:
    """The error of ours for what a vendor's client raised while ``endpoint`` was asked.

    ``received`` is the part of the answer that had come.
    """
    names = {cls.__name__ for cls in type(error).__mro__}
    status = getattr(error, "status_code", None)
    detail = _detail(error)
    if "LengthFinishReasonError" in names:
        return InvalidOutput(
            "The answer was cut off because it is too long: write fewer and shorter steps.",
            raw_output=received,
        )
    if "ContentFilterFinishReasonError" in names:
        return InvalidOutput(f"{endpoint} withheld its answer (filter).", raw_output=received)
    if "ContextOverflow" in "".join(names) or any(words in detail.lower() for words in _TOO_LONG):
        return ModelUnavailable(
            f"The prompt is longer than {endpoint} can read ({detail}). Choose fewer sources or a "
            f"model with a longer context."
        )
    if isinstance(status, int) and status >= 400:
        known = _BY_STATUS.get(
            status,
            "answered HTTP {status} ({detail}). Try again in a minute; the fault is on its side"
            if status >= 500
            else "refused the request (HTTP {status}: {detail})",
        )
        return ModelUnavailable(f"{endpoint} {known.format(detail=detail, status=status)}.")
    if names & _TIMEOUTS:
        return ModelUnavailable(
            f"{endpoint} did not answer in time. Try again, raise UAT_ENDPOINT_TIMEOUT, or choose "
            f"another model."
        )
    if names & _CONNECTIONS:
        return ModelUnavailable(
            f"{endpoint} cannot be reached or broke off its answer ({detail}). Check that it runs "
            f"and that UAT_ENDPOINT_URL is right, then try again."
        )
    return ModelUnavailable(
        f"{endpoint} answered something that is not a chat completion ({detail}). Check that "
        f"UAT_ENDPOINT_URL is the address of a model and UAT_ENDPOINT_PROVIDER fits it."
    )


def _detail(error: BaseException) -> str:
    """The vendor's own words, on one line and short."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _DETAIL_CHARACTERS else f"{text[:_DETAIL_CHARACTERS]}..."
