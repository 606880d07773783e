"""Pasted text and pages to epics, stories and criteria; what is left over is said."""

__all__ = [
    "assemble", "basis", "gitlab_text", "jira_wiki", "layout_tags", "lines", "metadata",
    "names_and_ids", "outline", "pages", "pasted", "story_parts", "story_sentences",
    "strikethrough", "tables", "use_cases",
]  # fmt: skip
