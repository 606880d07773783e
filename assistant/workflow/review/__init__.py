"""Use cases of review: decide, edit, add, check, find what is stale or double, export."""

__all__ = [
    "case_checks",
    "case_lists",
    "check_report",
    "check_suite",
    "company_template",
    "current_citations",
    "duplicates",
    "export_cases",
    "lineage",
    "newer_sources",
    "next_proof",
    "own_cases",
    "preview_change",
    "proposals",
    "review",
    "review_library",
    "sentences",
    "stale",
    "suite_basis",
    "undo",
]
