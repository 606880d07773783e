"""A suite that any tool or person wrote, held against the project's sources."""

__all__ = ["suite_view"]
