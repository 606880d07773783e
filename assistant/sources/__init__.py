"""Outside text and files to a test basis: epics, stories, criteria, existing cases, documents."""
