"""Held-out cases written again in each column, and searches on gold links: measured, compared."""

__all__ = [
    "advice",
    "columns",
    "gold_links",
    "language_perplexity",
    "matching",
    "metrics",
    "model_probe",
    "quality",
    "ranking_metrics",
    "ratings",
    "records",
    "report",
    "runner",
    "statistics",
]
