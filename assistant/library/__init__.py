"""What is kept: projects, documents, runs, cases and their history, in one database.

SQLite (one file, WAL, ``synchronous=FULL``) unless a database URL is given. SQLAlchemy is imported
when a library is opened, not when this module is.
"""

from assistant.library.storage.owner import current_owner
from assistant.library.storage.records import (
    CaseVersion,
    Connection,
    DocumentState,
    DocumentVersion,
    Erasure,
    Event,
    FetchedFrom,
    Project,
    RunSummary,
    SavedKind,
    SavedValue,
    StaleReview,
    StoredCase,
    StoredComparison,
    StoredDocument,
    StoredRating,
    Wanted,
)
from assistant.library.store import Library

__all__ = [
    "CaseVersion",
    "Connection",
    "DocumentState",
    "DocumentVersion",
    "Erasure",
    "Event",
    "FetchedFrom",
    "Library",
    "Project",
    "RunSummary",
    "SavedKind",
    "SavedValue",
    "StaleReview",
    "StoredCase",
    "StoredComparison",
    "StoredDocument",
    "StoredRating",
    "Wanted",
    "current_owner",
    "storage",
]
