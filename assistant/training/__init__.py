"""From pairs of story and case to an adapter that writes as the company does."""

__all__ = [
    "adapter_merge",
    "adapters",
    "base_models",
    "child",
    "config",
    "data",
    "loop",
    "perplexity",
    "run_folder",
]
