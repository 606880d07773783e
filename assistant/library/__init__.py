"""What is kept: projects, documents, runs, cases and their history, in one database.

SQLite (one file, WAL, ``synchronous=FULL``) unless a database URL is given. SQLAlchemy is imported
with ``Library`` alone, not when this module is.
"""

from typing import TYPE_CHECKING

from assistant.library.storage.records import (
    QUOTING_KINDS,
    SUITE_KINDS,
    CaseVersion,
    Connection,
    DocumentState,
    DocumentVersion,
    Erasure,
    FetchedFrom,
    LastChange,
    Project,
    RemovedDocument,
    RunSummary,
    SavedKind,
    StaleReview,
    StandingChange,
    StoredAnswer,
    StoredCase,
    StoredComparison,
    StoredDocument,
    StoredProposal,
    StoredTalk,
    Wanted,
)

if TYPE_CHECKING:
    from assistant.library.store import Library
else:

    def __getattr__(name: str) -> type:
        if name != "Library":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from assistant.library.store import Library

        return Library


__all__ = [
    "QUOTING_KINDS",
    "SUITE_KINDS",
    "CaseVersion",
    "Connection",
    "DocumentState",
    "DocumentVersion",
    "Erasure",
    "FetchedFrom",
    "LastChange",
    "Library",
    "Project",
    "RemovedDocument",
    "RunSummary",
    "SavedKind",
    "StaleReview",
    "StandingChange",
    "StoredAnswer",
    "StoredCase",
    "StoredComparison",
    "StoredDocument",
    "StoredProposal",
    "StoredTalk",
    "Wanted",
    "storage",
]
