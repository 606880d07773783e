"""From test cases to rows, files, coverage and figures of quality."""

from assistant.suite.rows import rows

__all__ = [
    "amounts",
    "case_chains",
    "case_changes",
    "case_words",
    "coverage_depth",
    "duplicates",
    "evidence",
    "export",
    "mapping_files",
    "near_duplicates",
    "preconditions",
    "quality",
    "reuse",
    "rows",
    "schedule",
    "shared_records",
    "step_marks",
    "template",
    "template_sample",
    "titles",
]
