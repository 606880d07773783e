"""Use cases of writing: understand a request, write, write again, fill gaps."""

__all__ = [
    "analyse_epic",
    "answers",
    "compare_criteria",
    "coverage",
    "follow_up_runs",
    "generate_cases",
    "read_ahead",
    "recheck_case",
    "replies",
    "request_choice",
    "request_drafts",
    "request_offers",
    "requests",
    "reuse",
    "runs",
    "second_reading",
    "suite_reading",
    "usage",
    "write_again",
    "writing_run",
]
