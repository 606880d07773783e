"""Held-out cases written again in each column, measured and compared."""

__all__ = [
    "advice",
    "briefing",
    "capabilities",
    "columns",
    "language",
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
