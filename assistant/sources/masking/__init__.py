"""Personal data in what was read, recognised and replaced by its kind and a number."""

__all__ = ["masking"]
