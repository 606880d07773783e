"""Use cases of sources: import, connect, synchronise, search."""

__all__ = [
    "connections",
    "duplicate_texts",
    "import_sources",
    "index_jobs",
    "map_columns",
    "mask_sources",
    "measure_retrieval",
    "next_version",
    "outbound",
    "project_links",
    "read_source",
    "reindex",
    "restore_sources",
    "sample_project",
    "search_sources",
    "source_standing",
    "sync",
    "sync_jobs",
]
