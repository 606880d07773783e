"""Use cases of learning: train an adapter, compare, evaluate."""

__all__ = [
    "compare_models",
    "comparison_view",
    "evaluations",
    "open_pairs",
    "train_adapter",
    "training_data",
]
