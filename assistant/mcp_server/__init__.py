"""The project's sources and checks as tools for other programs (Model Context Protocol)."""

__all__ = ["http_door", "server", "tools"]
