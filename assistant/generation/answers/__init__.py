"""Answers to questions about the sources: prompt, sentences proved one by one, passages."""

__all__ = [
    "answer_parts",
    "answer_prompt",
    "answer_writer",
    "passage_choice",
    "query_rewriting",
    "quoted_words",
    "sentence_proof",
]
