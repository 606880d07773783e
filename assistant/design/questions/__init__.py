"""What to ask before cases are written: vague words, gaps, and sources that disagree."""

__all__ = ["comparable", "conflicts", "notices", "questions", "scope"]
