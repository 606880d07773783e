"""From test cases to rows, files, coverage and figures of quality."""

from assistant.suite.rows import rows

__all__ = [
    "amounts",
    "case_changes",
    "common_preconditions",
    "depth",
    "duplicates",
    "evidence",
    "export",
    "mapping_files",
    "quality",
    "ready_templates",
    "reuse",
    "rows",
    "template",
    "template_sample",
    "titles",
    "wording",
]
