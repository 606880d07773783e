"""Source documents to chunks, chunks to a hybrid index, and questions to retrieved chunks."""
