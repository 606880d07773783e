"""Source documents to chunks, chunks to a hybrid index, and questions to retrieved chunks."""

__all__ = [
    "chunks",
    "embedding",
    "fusion",
    "index_writer",
    "knowledge_base",
    "qdrant",
    "query",
    "request_entries",
    "request_parts",
    "selection",
    "sparse",
]
