"""From acceptance criteria to test conditions and open questions, by rule and without a model."""

__all__ = ["analysis", "conditions", "processes", "questions", "shared_preconditions"]
