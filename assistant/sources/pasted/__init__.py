"""Pasted text and pages to epics, stories and criteria; what is left over is said."""

__all__ = [
    "assemble", "basis", "ids", "jira_wiki", "lines", "markers", "metadata", "outline", "pages",
    "pasted", "story_parts", "story_sentences", "tables",
]  # fmt: skip
