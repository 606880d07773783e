"""Live connections: Jira, Confluence, Salesforce and SQL databases, read and never written to."""

__all__ = ["addresses", "client", "config", "opening", "outbound", "proposals", "secrets"]
