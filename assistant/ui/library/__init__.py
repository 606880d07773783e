"""The library page: cases of a project, filtered, decided on, without duplicates."""

__all__ = ["library_view"]
