"""Jira and Confluence exports, read in the child process."""

__all__ = ["adf", "jira_issues", "storage_format"]
