"""What is kept: projects, documents, runs, cases and their history, in one database.

SQLite (one file, WAL, ``synchronous=FULL``) unless a database URL is given. SQLAlchemy is imported
when a library is opened, not when this module is.
"""

from assistant.library.storage.records import (
    CaseVersion,
    Connection,
    DocumentState,
    DocumentVersion,
    Erasure,
    FetchedFrom,
    Project,
    RunSummary,
    StaleReview,
    StoredAnswer,
    StoredCase,
    StoredComparison,
    StoredDocument,
    Wanted,
)
from assistant.library.store import Library

__all__ = [
    "CaseVersion",
    "Connection",
    "DocumentState",
    "DocumentVersion",
    "Erasure",
    "FetchedFrom",
    "Library",
    "Project",
    "RunSummary",
    "StaleReview",
    "StoredAnswer",
    "StoredCase",
    "StoredComparison",
    "StoredDocument",
    "Wanted",
    "storage",
]
