"""One module per use case: the only door for the pages and the command line. No Streamlit here."""

__all__ = ["ask", "deployment", "impact", "learning", "review", "sources", "writing"]
