"""Cases to training pairs: chosen, masked, split, described."""

__all__ = ["case_files", "context", "data_sheet", "dataset", "pairs"]
