"""From test cases to rows, files and coverage: the company template, CSV and traceability."""

from assistant.suite.coverage import Coverage, CriterionCoverage, coverage
from assistant.suite.rows import rows
from assistant.suite.template import (
    DEFAULT_TEMPLATE,
    dump_template,
    load_template,
    template_problems,
)

__all__ = [
    "DEFAULT_TEMPLATE",
    "Coverage",
    "CriterionCoverage",
    "amounts",
    "case_changes",
    "common_preconditions",
    "coverage",
    "depth",
    "dump_template",
    "duplicates",
    "evidence",
    "export",
    "load_template",
    "mapping_files",
    "quality",
    "ready_templates",
    "reuse",
    "rows",
    "template",
    "template_problems",
    "template_sample",
    "titles",
    "wording",
]
