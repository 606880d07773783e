"""From pairs of story and case to an adapter that writes as the company does."""

__all__ = [
    "adapters",
    "base_models",
    "child",
    "config",
    "data",
    "loop",
    "merging",
    "perplexity",
    "run_folder",
]
