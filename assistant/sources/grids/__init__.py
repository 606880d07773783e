"""Rows of tables and exports to test cases and requirements: headers, columns, mapping."""

__all__ = [
    "aha_features", "case_rows", "comments", "document_tables", "field_choice", "file_grids",
    "github_issues", "gitlab_issues", "grids", "header_words", "headers", "issues", "mapping",
    "squash_tables", "table_files", "table_kinds", "task_tables", "tool_headers", "tracker_items",
    "trello_boards", "work_items",
]  # fmt: skip
