"""Live connections: Jira, Confluence, Salesforce and SQL databases, read and never written to."""
