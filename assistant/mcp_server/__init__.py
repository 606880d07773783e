"""The project's sources and checks as tools for other programs (Model Context Protocol)."""

__all__ = ["server", "tools"]
