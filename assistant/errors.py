"""The error tree. Every message says what happened, to which thing, and what to do next.

::

    AssistantError
      x SettingsError  x MissingExtra  x TemplateError  x TrainingError
      x LibraryError      + EditConflict  + EmptyCase  + TokenEnded
      x SourceError       + UnsupportedFile  + UnreadableFile  + UnknownColumns
      |                   + ConnectorError (- NotAuthorised - RateLimited - Unreachable)
      x RetrievalError    + CollectionMissing  + EmbeddingMismatch  + IndexLocked
      x GenerationError   + ModelUnavailable  + InvalidOutput(raw_output, attempts)
                              (- ModelTimeout)    (- AnswerCutOff)

Vendor exceptions are translated in the module that owns the vendor, ``raise ... from error``.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError


class AssistantError(Exception):
    """Base of all expected errors: safe to show to a user as it is."""


class SettingsError(AssistantError):
    """A deployment setting is missing or wrong."""


class MissingExtra(AssistantError):
    """An optional package is needed; the message carries the install line."""


class TemplateError(AssistantError):
    """The company template, or a case put into it, breaks one of the template's rules."""


class TrainingError(AssistantError):
    """Fine-tuning could not start or go on."""


class LibraryError(AssistantError):
    """The library (the database of projects, documents, cases and runs) refused something."""


class EditConflict(LibraryError):
    """Someone else saved the same case first; nothing was overwritten.

    Carries the words of both versions as plain lines, and the version to name in the next attempt.
    """

    def __init__(
        self, message: str, *, mine: str = "", theirs: str = "", current_version: int = 0
    ) -> None:
        super().__init__(message)
        self.mine = mine
        self.theirs = theirs
        self.current_version = current_version


class EmptyCase(LibraryError):
    """A case to be accepted is an unfinished outline, or has no words in its steps."""


class TokenEnded(LibraryError):
    """A token for a project's tools is past its last day."""


class SourceError(AssistantError):
    """A source could not be used."""


class UnsupportedFile(SourceError):
    """A file of a kind that is not read."""


class UnknownColumns(SourceError):
    """A table may hold test cases, but what its columns hold is not known for certain."""


class UnreadableFile(SourceError):
    """A file of a known kind that could not be read: damaged, too large, wrongly encoded."""


class ConnectorError(SourceError):
    """A connected system could not be read."""


class ManyVanished(ConnectorError):
    """Most of what came from a connected system is no longer listed: a person has to say so."""

    def __init__(self, message: str, gone: int = 0) -> None:
        super().__init__(message)
        self.gone = gone


class NotAuthorised(ConnectorError):
    """The connected system refused the credentials."""


class RateLimited(ConnectorError):
    """The connected system asked to slow down."""


class Unreachable(ConnectorError):
    """The connected system did not answer."""


class RetrievalError(AssistantError):
    """Search or indexing failed."""


class CollectionMissing(RetrievalError):
    """Nothing has been indexed for this project yet."""


class EmbeddingMismatch(RetrievalError):
    """The collection was built with another embedding model than the one in use."""


class IndexLocked(RetrievalError):
    """Another process holds the index of this data folder."""


class GenerationError(AssistantError):
    """Writing cases failed."""


class ModelUnavailable(GenerationError):
    """The model cannot be fetched, loaded or reached."""


class ModelTimeout(ModelUnavailable):
    """The model is there but did not finish this answer in time; the next one may be faster."""


class InvalidOutput(GenerationError):
    """The model's output broke the schema or said something the condition does not."""

    def __init__(self, message: str, *, raw_output: str = "", attempts: int = 1) -> None:
        super().__init__(message)
        self.raw_output = raw_output
        self.attempts = attempts


class AnswerCutOff(InvalidOutput):
    """The answer was longer than it may be and ends before its end."""


def needs_extra(module: str, extra: str, purpose: str) -> None:
    """Raise ``MissingExtra`` with the exact install line where ``module`` is not installed."""
    if find_spec(module.split(".")[0]) is None:
        raise MissingExtra(
            f"{purpose} needs the package '{module}', which is not installed. "
            f'Install it with: pip install "uat-assistant[{extra}]"'
        )


def first_problem(error: ValidationError, whole: str = "") -> str:
    """Place and message of the first thing that pydantic refused; the place of the value as a
    whole is told by the words ``whole``, or not at all."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or whole
    return f"{place}: {first['msg']}" if place else str(first["msg"])
