"""A reading to test conditions, a module for each technique: limits, rules, tables."""

__all__ = [
    "field_rules",
    "flow_items",
    "limit_items",
    "parameters",
    "rule_items",
    "scenario_items",
    "table_items",
    "variables",
]
