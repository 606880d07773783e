"""The project's sources and checks as tools for other programs (Model Context Protocol)."""

__all__ = ["forwarding", "http_door", "server", "tools"]
