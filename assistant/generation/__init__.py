"""Test conditions and retrieved chunks to test cases: models, prompts, writers, citations, lint."""

__all__ = [
    "cancelling",
    "chain",
    "fixes",
    "house_rules",
    "lint",
    "messages",
    "models",
    "numbering",
    "one_step",
    "proof",
    "writer",
    "writers",
]
