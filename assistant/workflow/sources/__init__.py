"""Use cases of sources: import, connect, synchronise, search."""

__all__ = [
    "connections",
    "copies",
    "import_sources",
    "index_jobs",
    "map_columns",
    "outbound",
    "read_source",
    "reindex",
    "same_names",
    "sample_project",
    "search_sources",
    "source_list",
    "sync",
    "sync_jobs",
]
