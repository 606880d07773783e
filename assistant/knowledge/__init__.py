"""Source documents to chunks, chunks to a hybrid index, and questions to retrieved chunks."""

__all__ = ["base", "chunks", "embedding", "fusion", "qdrant", "query", "sparse", "writing"]
