"""Office documents, PDF, HTML and mail, read in the child process."""

__all__ = ["html"]
