"""The tables, as SQLAlchemy sees them. ``migrations.py`` makes them; a test compares the two.

Times are ISO 8601 text in UTC, values are JSON text: both read the same in every database.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, MetaData, Table, Text

metadata = MetaData()

projects = Table(
    "projects",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("retrieval", Text, nullable=False),
    Column("generation", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("retention_days", Integer),
    Column("erased_at", Text),
)

documents = Table(
    "documents",
    metadata,
    Column("project_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("uri", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("content_key", Text, nullable=False),
    Column("metadata", Text, nullable=False),
    Column("fetched_at", Text, nullable=False),
    Column("stored_at", Text, nullable=False),
    Column("epic_count", Integer, nullable=False),
    Column("story_count", Integer, nullable=False),
    Column("criterion_count", Integer, nullable=False),
    Column("case_count", Integer, nullable=False),
    Column("indexed_version", Integer),
    Column("indexed_at", Text),
    Column("chunk_count", Integer, nullable=False),
    Column("removed_at", Text),
    Column("connection_id", Text, nullable=False),
    Column("successor_id", Text),
)

document_versions = Table(
    "document_versions",
    metadata,
    Column("project_id", Text, primary_key=True),
    Column("document_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("stored_at", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("epics", Text, nullable=False),
    Column("cases", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("connection_id", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("finished_at", Text),
    Column("actor", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("cancel_requested", Integer, nullable=False),
    Column("writer", Text, nullable=False),
    Column("epic_keys", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("plan", Integer, nullable=False),
    Column("condition_count", Integer, nullable=False),
    Column("conditions", Text, nullable=False),
    Column("questions", Text, nullable=False),
    Column("uncovered", Text, nullable=False),
    Column("timings", Text, nullable=False),
)

run_chunks = Table(
    "run_chunks",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("plan", Integer, primary_key=True),
    Column("rank", Integer, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("chunk_id", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("stage", Text, nullable=False),
    Column("chunk", Text, nullable=False),
    Column("document_id", Text, nullable=False),
    Column("document_version", Integer, nullable=False),
)

rejected_drafts = Table(
    "rejected_drafts",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("condition_id", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("draft", Text, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("project_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("run_id", Text),
    Column("document_id", Text),
    Column("given_key", Text),
    Column("import_key", Text),
    Column("status", Text, nullable=False),
    Column("technique", Text),
    Column("title", Text, nullable=False),
    Column("row_version", Integer, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("updated_by", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("source_run_id", Text),
)

case_versions = Table(
    "case_versions",
    metadata,
    Column("project_id", Text, primary_key=True),
    Column("case_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("restores", Integer),
    Column("body", Text, nullable=False),
    Column("source_run_id", Text),
)

comparisons = Table(
    "comparisons",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("columns", Text, nullable=False),
    Column("complete", Integer, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("body", Text, nullable=False),
)

comparison_ratings = Table(
    "comparison_ratings",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("comparison_id", Text, nullable=False),
    Column("sheet_id", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("body", Text, nullable=False),
)

connections = Table(
    "connections",
    metadata,
    Column("project_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("options", Text, nullable=False),
    Column("every_minutes", Integer, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("last_synced_at", Text),
    Column("started_at", Text),
    Column("cursor", Text, nullable=False),
    Column("last_error", Text, nullable=False),
)

connection_documents = Table(
    "connection_documents",
    metadata,
    Column("project_id", Text, primary_key=True),
    Column("connection_id", Text, primary_key=True),
    Column("external_id", Text, primary_key=True),
    Column("document_id", Text, nullable=False),
    Column("changed_at", Text),
    Column("stamp", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("fetched_at", Text, nullable=False),
)

stale_reviews = Table(
    "stale_reviews",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("finding", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("detail", Text, nullable=False),
)

saved_values = Table(
    "saved_values",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("body", Text, nullable=False),
)

file_places = Table(
    "file_places",
    metadata,
    Column("project_id", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("name", Text, nullable=False),
)

asked = Table(
    "asked",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("thread_id", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("body", Text, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("detail", Text, nullable=False),
)
