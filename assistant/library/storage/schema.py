"""The tables, as SQLAlchemy sees them: read from what the migrations make of an empty database.

Times are ISO 8601 text in UTC, values are JSON text: both read the same in every database.
"""

from __future__ import annotations

from sqlalchemy import MetaData, create_engine
from sqlalchemy.pool import StaticPool

from assistant.library.storage.migrations import MIGRATIONS, apply


def _reflected() -> MetaData:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.begin() as connection:
        for migration in MIGRATIONS:
            apply(connection, migration)
    found = MetaData()
    found.reflect(engine)
    engine.dispose()
    return found


metadata = _reflected()

projects = metadata.tables["projects"]
documents = metadata.tables["documents"]
document_versions = metadata.tables["document_versions"]
runs = metadata.tables["runs"]
run_chunks = metadata.tables["run_chunks"]
rejected_drafts = metadata.tables["rejected_drafts"]
cases = metadata.tables["cases"]
case_versions = metadata.tables["case_versions"]
case_proposals = metadata.tables["case_proposals"]
comparisons = metadata.tables["comparisons"]
comparison_ratings = metadata.tables["comparison_ratings"]
connections = metadata.tables["connections"]
connection_documents = metadata.tables["connection_documents"]
stale_reviews = metadata.tables["stale_reviews"]
saved_values = metadata.tables["saved_values"]
file_places = metadata.tables["file_places"]
request_drafts = metadata.tables["request_drafts"]
asked = metadata.tables["asked"]
events = metadata.tables["events"]
