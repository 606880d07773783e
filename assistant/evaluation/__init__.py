"""Held-out cases written again in each column, measured and compared."""
