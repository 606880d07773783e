"""One module per use case: the only door for the pages and the command line. No Streamlit here."""

__all__ = ["deployment", "learning", "review", "sources", "writing"]
