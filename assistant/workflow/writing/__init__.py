"""Use cases of writing: understand a request, write, write again, fill gaps."""

__all__ = [
    "again_runs",
    "analyse_epic",
    "answers",
    "checking",
    "compare_criteria",
    "coverage",
    "fill_gaps",
    "generate_cases",
    "read_ahead",
    "requests",
    "reuse",
    "run_quality",
    "runs",
    "shared_preconditions",
    "usage",
    "write_again",
    "write_step",
]
