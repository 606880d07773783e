"""Cases to training pairs: chosen, masked, split, described."""

__all__ = [
    "case_files",
    "context",
    "data_sheet",
    "dataset",
    "open_pairs",
    "pair_checks",
    "pair_rows",
    "pairs",
]
