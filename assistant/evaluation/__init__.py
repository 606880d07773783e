"""Held-out cases written again in each column, measured and compared."""

__all__ = [
    "advice",
    "capabilities",
    "columns",
    "language_perplexity",
    "matching",
    "metrics",
    "model_probe",
    "quality",
    "ratings",
    "records",
    "report",
    "runner",
    "score_log",
    "statistics",
]
