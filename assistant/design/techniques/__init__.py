"""A reading to test conditions, a module for each technique: limits, rules, tables."""

__all__ = ["field_rules", "parameters", "rule_items", "scenario_items", "table_items", "variables"]
