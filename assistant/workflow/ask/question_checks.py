"""What a question to the sources must be, and what is to be said of it."""

from __future__ import annotations

from assistant.errors import RetrievalError
from assistant.generation.answers.answer_prompt import QUESTION_CHARACTERS
from assistant.generation.proof.statement_words import all_content
from assistant.language.languages import ENGLISH, language_of

MAX_WORDS, MAX_CHARACTERS = 400, QUESTION_CHARACTERS


def check_question(question: str, *, follows: bool) -> None:
    """Raises ``RetrievalError`` for a question that is empty, too long, or has no word to search
    with; one that ``follows`` another may leave that to it ("Why?")."""
    if not question:
        raise RetrievalError("The question is empty. Type what you want to know.")
    words = len(question.split())
    if words > MAX_WORDS or len(question) > MAX_CHARACTERS:
        raise RetrievalError(
            f"The question has {words:,} words and {len(question):,} characters; at most "
            f"{MAX_WORDS} and {MAX_CHARACTERS:,} are read. Ask for one thing in a sentence or two, "
            "or import a long text as a source."
        )
    if not follows and not is_telling(question):
        raise RetrievalError(
            f"There is no word to search with in “{question[:80]}”. Name the thing, rule or "
            "process that you want to know about."
        )


def is_telling(question: str) -> bool:
    """Whether a question has a word or a number of its own to search with."""
    return bool(all_content(question)) or any(map(str.isdigit, question))


def language_notes(question: str) -> tuple[str, ...]:
    """What is to be said of the language of a question: nothing of one in English."""
    language = language_of(question)
    if language == ENGLISH:
        return ()
    return (
        f"The question seems to be in {language}. The search by meaning reads English: where "
        "little is found, ask in English or in the words of the sources.",
    )
