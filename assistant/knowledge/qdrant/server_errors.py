"""What qdrant-client raises, as errors of ours that name the host and the next step."""

from __future__ import annotations

import json
import random
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.errors import CollectionMissing, RetrievalError

LONGEST_WAIT = 10.0
"""Seconds that a server may ask to wait before it is not asked again."""

WITHOUT = "Reading, editing and exporting work without it; searching and generating do not."

_BY_STATUS = {
    400: "refused the request ({detail}). Rebuild the index, or update the server",
    401: "did not accept the key. Check UAT_QDRANT_API_KEY",
    403: "does not allow this with the key it was given ({detail}). Use a key that may read and "
    "write, in UAT_QDRANT_API_KEY",
    404: "does not have the collection any more. Start the app again: it is made anew from the "
    "library",
    408: "took too long. Try again, or raise UAT_QDRANT_TIMEOUT",
    413: "finds a write too large. Raise its max_request_size_mb",
    429: "asks to slow down. Wait a minute and try again",
}
_PASSING = {408, 429, 500, 502, 503, 504}
_DETAIL_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Failure:
    """What can be said of a failed question to ``host`` that had ``timeout`` seconds."""

    host: str
    timeout: float

    @staticmethod
    def types() -> tuple[type[Exception], ...]:
        """What qdrant-client raises where the server, not the program, is at fault."""
        import httpx
        from qdrant_client.common.client_exceptions import QdrantException
        from qdrant_client.http.exceptions import ApiException

        return ApiException, QdrantException, httpx.HTTPError, json.JSONDecodeError, Unfinished

    def translated(self, error: Exception) -> RetrievalError:
        """The error of ours."""
        import httpx

        server = f"The Qdrant server at {self.host}"
        status = _status(error)
        if status is not None:
            if 300 <= status < 400:
                return RetrievalError(
                    f"{server} answers with a redirect, which is not followed. Set UAT_QDRANT_URL "
                    "to the address it leads to."
                )
            known = _BY_STATUS.get(status, "answered HTTP {status} ({detail}). Try again later")
            said = known.format(status=status, detail=_detail(error))
            kind = CollectionMissing if status == 404 else RetrievalError
            return kind(f"{server} {said}. {WITHOUT}")
        chain = list(_causes(error))
        if any(isinstance(each, Unfinished | httpx.TimeoutException) for each in chain):
            return RetrievalError(
                f"{server} did not finish within {self.timeout:g} seconds. Try again, or raise "
                f"UAT_QDRANT_TIMEOUT. {WITHOUT}"
            )
        if any(isinstance(each, ssl.SSLError) or "SSL" in str(each) for each in chain):
            return RetrievalError(
                f"{server} cannot be reached by TLS ({_line(chain[-1])}). Check that it serves "
                "https, and set UAT_QDRANT_CA_FILE to your company's certificate authority where "
                f"it has its own. {WITHOUT}"
            )
        if any(isinstance(each, httpx.TransportError) for each in chain):
            return RetrievalError(
                f"{server} cannot be reached ({_line(chain[-1])}). Check that it runs and that "
                f"UAT_QDRANT_URL is right. {WITHOUT}"
            )
        return RetrievalError(
            f"{server} does not answer as Qdrant does ({_line(chain[-1])}). Check that "
            f"UAT_QDRANT_URL is the address of its REST interface (port 6333). {WITHOUT}"
        )


class Unfinished(Exception):
    """A write that the server took but had not carried out when it answered."""


def is_transient(error: BaseException) -> bool:
    """Whether asking again may help."""
    import httpx

    status = _status(error)
    if status is not None:
        asked = _retry_after(error)
        return status in _PASSING and (asked is None or asked <= LONGEST_WAIT)
    chain = list(_causes(error))
    if any(isinstance(each, ssl.SSLError) or "CERTIFICATE" in str(each) for each in chain):
        return False
    return any(isinstance(each, Unfinished | httpx.TransportError) for each in chain)


def wait_seconds(error: BaseException | None, attempt: int) -> float:
    """How long to wait before asking again: what the server says, or a little longer each time."""
    asked = _retry_after(error) if error is not None else None
    if asked is not None:
        return asked
    return float(min(0.1 * 2**attempt, 2.0) * random.uniform(0.5, 1.0))


def _status(error: BaseException) -> int | None:
    from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
    from qdrant_client.http.exceptions import UnexpectedResponse

    if isinstance(error, ResourceExhaustedResponse):
        return 429
    return error.status_code if isinstance(error, UnexpectedResponse) else None


def _retry_after(error: BaseException) -> float | None:
    """Seconds that the server asks to wait (``Retry-After``), where it does."""
    seconds = getattr(error, "retry_after_s", None)
    return max(0.0, float(seconds)) if isinstance(seconds, int) else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was made of, outermost first."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        source = getattr(seen, "source", None)
        seen = source if isinstance(source, BaseException) else seen.__cause__ or seen.__context__


def _detail(error: Exception) -> str:
    """What the server says is wrong, as one short line."""
    content = getattr(error, "content", b"")
    try:
        said = json.loads(content)["status"]["error"]
    except (ValueError, KeyError, TypeError):
        said = getattr(error, "reason_phrase", "") or "no reason given"
    return _shortened(str(said))


def _line(error: BaseException) -> str:
    return _shortened(str(error) or type(error).__name__)


def _shortened(text: str) -> str:
    lines = "".join(c if c.isprintable() else "\n" for c in text).strip().splitlines()
    return (lines or [""])[0][:_DETAIL_CHARACTERS].rstrip(" .")
