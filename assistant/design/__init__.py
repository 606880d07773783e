"""From acceptance criteria to test conditions and open questions, by rule and without a model."""

__all__ = [
    "analysis", "conditions", "description_rules", "processes", "questions", "shared_preconditions",
]  # fmt: skip
