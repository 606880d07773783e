"""What to ask before cases are written: vague words, gaps, and sources that disagree."""

__all__ = [
    "conflicts", "notices", "open_questions", "other_limits", "questions", "scope",
    "similar_criteria", "supersession",
]  # fmt: skip
