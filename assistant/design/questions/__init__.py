"""What to ask before cases are written: vague words, gaps, and sources that disagree."""

__all__ = ["conflicts", "notices", "questions", "scope", "similar_criteria", "supersession"]
