"""File readers that run in a child process: bytes in, JSON records out, no state."""

__all__ = ["atlassian"]
