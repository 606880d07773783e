"""Outside text and files to a test basis: epics, stories, criteria, existing cases, documents."""

__all__ = ["connectors", "files", "grids", "masking", "pasted", "reading", "synced"]
