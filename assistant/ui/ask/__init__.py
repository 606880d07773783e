"""Asking the sources: the talk, an answer with its sources, earlier talks, what to do with it."""

__all__ = ["ask_page", "ask_talks"]
