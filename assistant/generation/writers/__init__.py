"""Writers: what turns items of the checklist into test cases."""

__all__ = [
    "case_parts",
    "existing_case",
    "item_answer",
    "item_checks",
    "item_data",
    "item_prompt",
    "item_writer",
    "outline",
    "story_draft",
    "story_prompt",
    "story_writer",
]
