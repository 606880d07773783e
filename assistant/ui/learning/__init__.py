"""The pages of training and comparison."""

__all__ = ["adapters_table", "comparison_form", "comparison_view", "training_form", "training_runs"]
