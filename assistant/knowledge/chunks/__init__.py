"""A document to chunks: sentences, blocks, tables, each with its place in the text."""

__all__ = ["chunking", "composed_chunks", "text_pieces"]
