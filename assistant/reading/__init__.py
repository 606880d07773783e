"""What the text of an acceptance criterion says: rules and their logic, roles, states, fields."""

__all__ = [
    "attributes",
    "certainty",
    "criteria",
    "logic",
    "narratives",
    "outcomes",
    "references",
    "restrictions",
    "rules",
    "states",
    "tables",
]
