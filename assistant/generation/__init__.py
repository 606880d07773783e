"""Test conditions and retrieved chunks to test cases: models, prompts, writers, citations, lint."""

__all__ = [
    "cancellation",
    "chain",
    "fixes",
    "house_rules",
    "lint",
    "messages",
    "models",
    "numbering",
    "proof",
    "step_replacement",
    "writer",
    "writers",
]
