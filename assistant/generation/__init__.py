"""Test conditions and retrieved chunks to test cases: models, prompts, writers, citations, lint."""

__all__ = [
    "answers",
    "cancellation",
    "chain",
    "house_rules",
    "impact_reading",
    "lint",
    "models",
    "numbering",
    "prompts",
    "proof",
    "request_choice",
    "run_plan",
    "second_reading",
    "step_replacement",
    "suite_reading",
    "writer",
    "writers",
]
