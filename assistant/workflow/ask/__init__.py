"""Use cases of asking the sources: answer a question, keep the talk, save an answer as a rule."""

__all__ = ["ask_sources", "ask_talks"]
