"""The pages of sources: import, connections, retrieval, documents."""

__all__ = [
    "connection_cards",
    "documents_table",
    "import_panel",
    "mapping_form",
    "masking_panel",
    "measure_panel",
    "retrieval_form",
    "services_table",
    "stale_note",
    "sync_panel",
]
