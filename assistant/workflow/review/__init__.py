"""Use cases of review: decide, edit, find what is stale or double, export."""

__all__ = [
    "case_lists",
    "company_template",
    "duplicates",
    "export_cases",
    "lineage",
    "lint_cases",
    "review",
    "review_library",
    "save_conflicts",
    "sentences",
    "stale",
]
