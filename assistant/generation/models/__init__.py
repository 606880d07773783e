"""Language models: the catalogue, what is fetched and verified, engine, endpoints."""

__all__ = [
    "added_models",
    "catalogue",
    "chat_models",
    "engine",
    "fetch",
    "gguf",
    "hub",
    "partial",
    "structured",
]
