"""A file to documents: its kind, its size, its encoding, and the reader for it."""

__all__ = [
    "archives", "asciidoc_files", "batches", "child_process", "clean", "converted_documents",
    "exports", "files", "folder_source", "pictures", "source_file",
]  # fmt: skip
