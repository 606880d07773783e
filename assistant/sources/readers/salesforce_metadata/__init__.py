"""Salesforce metadata and records, read in the child process."""

__all__ = ["salesforce_export", "salesforce_records"]
