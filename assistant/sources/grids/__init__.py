"""Rows of tables and exports to test cases and requirements: headers, columns, mapping."""

__all__ = [
    "case_rows", "comments", "document_tables", "field_choice", "file_grids", "grids",
    "header_words", "headers", "issues", "mapping", "squash_tables", "table_files", "table_kinds",
    "tool_headers", "trackers", "work_items",
]  # fmt: skip
