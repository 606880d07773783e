"""Walks from end to end: the way from status to status, what cases are planned for."""

__all__ = ["end_to_end"]
