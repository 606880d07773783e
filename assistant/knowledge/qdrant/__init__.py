"""Where points are kept: Qdrant in this process or on a server, behind one interface."""

__all__ = ["addresses", "collection", "homes", "index", "server"]
