"""Walks from end to end: handovers between stories, flows, what is planned for later."""

__all__ = ["end_to_end", "planned"]
