"""Which stored pages say of themselves that they are no longer in force, read once for all."""

from __future__ import annotations

import json

from sqlalchemy import Connection, text

from assistant.language.validity import outdated_words

_PAGES = text("""
    SELECT held.project_id, held.id, held.version, said.document
    FROM documents AS held JOIN document_versions AS said
        ON said.project_id = held.project_id AND said.document_id = held.id
        AND said.version = held.version
    WHERE held.removed_at IS NULL AND held.kind IN ('page', 'rules')""")
_AT_ONCE = 200


def mark_outdated(connection: Connection) -> None:
    """Keep with each page, in its current version, the words by which it says so.

    What is stored from now on has them from the start (``import_sources.document_of``).
    """
    changed = []
    for row in connection.execute(_PAGES, execution_options={"yield_per": _AT_ONCE}):
        document = json.loads(row.document)
        said = outdated_words(document["title"], document["text"])
        if said != document["metadata"].get("outdated", ""):
            document["metadata"]["outdated"] = said
            changed.append(
                {
                    "project": row.project_id,
                    "id": row.id,
                    "version": row.version,
                    "metadata": json.dumps(document["metadata"], ensure_ascii=False),
                    "document": json.dumps(document, ensure_ascii=False),
                }
            )
    for statement in (
        "UPDATE documents SET metadata = :metadata WHERE project_id = :project AND id = :id",
        "UPDATE document_versions SET document = :document"
        " WHERE project_id = :project AND document_id = :id AND version = :version",
    ):
        if changed:
            connection.execute(text(statement), changed)
