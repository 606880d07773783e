"""Use cases of learning: train an adapter, compare, evaluate."""

__all__ = [
    "compare_models",
    "comparison_view",
    "evaluate_generation",
    "open_pairs",
    "train_adapter",
    "training_data",
]
