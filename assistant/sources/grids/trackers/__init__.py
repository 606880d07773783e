"""Exports of trackers that keep all work alike: their rows and records as epics and stories."""

__all__ = [
    "aha_features", "github_issues", "gitlab_issues", "monday_boards", "task_tables",
    "tracker_items", "trello_boards",
]  # fmt: skip
