"""Language models: the catalogue, what is fetched and verified, engine, endpoints."""

__all__ = [
    "added_models",
    "catalogue",
    "chat_models",
    "destinations",
    "engine",
    "fetch",
    "gguf",
    "hub",
    "partial",
    "providers",
    "structured",
    "verification",
]
