"""Tables in a criterion: fields, conditions, permissions and transitions, row by row."""

__all__ = [
    "condition_rows",
    "field_rows",
    "permission_rows",
    "row_cells",
    "rows",
    "transition_rows",
]
