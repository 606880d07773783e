"""The pages of training and comparison."""

__all__ = ["comparison_form", "comparison_view", "training_form", "training_runs"]
