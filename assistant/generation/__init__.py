"""Test conditions and retrieved chunks to test cases: models, prompts, writers, citations, lint."""
