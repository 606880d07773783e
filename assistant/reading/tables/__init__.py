"""Tables in a criterion: fields, conditions, permissions and transitions, row by row."""

__all__ = [
    "field_rows",
    "row_cells",
    "rows",
    "rule_rows",
]
