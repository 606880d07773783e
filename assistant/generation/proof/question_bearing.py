"""Which open questions bear on a case: those whose words or values the case itself uses."""

from __future__ import annotations

from assistant.domain import Question, TestCase
from assistant.generation.proof.amounts import numbers
from assistant.generation.proof.statement_words import all_content, meeting
from assistant.language.casing import bare_words

FEW_WORDS = 3
"""Words up to which a question is about these words alone ("at once", "a limit")."""

RESULT_SHARE = 0.6
"""Share of the words of a clause that results must have to rest on what it means."""

_NO_MARKS = str.maketrans('“”„"«»', "      ")


def bears_on(question: Question, case: TestCase) -> bool:
    """Whether the answer to a question could change a case.

    A question on a few words bears on the cases that use these words, one on values that differ on
    those with a value of their kind, and one on what a clause means, or that the authors left open,
    on those whose results tell most of it. Any other bears on every case of its criterion. What
    their writer names as following one of the possible answers it bears on in any case. None bears
    on a case that cites the source which answers it. One that only asks how to run cases bears on
    those that its writer names, and on all of its criterion where he names none.
    """
    named = case.title in question.case_titles
    if not (named or question.criterion_id in case.criterion_ids):
        return False
    cited = {one.chunk_id for step in case.steps for one in step.citations}
    if any(one.chunk_id in cited for one in question.source_answers):
        return False
    if named or question.is_on_running:
        return named or not question.case_titles
    quotes = [evidence.quote for evidence in question.evidence if evidence.quote.strip()]
    said = " \n".join(_texts(case)).translate(_NO_MARKS)  # a value counts in a quotation too
    if question.kind == "conflict" and len(quotes) > 1:
        measured = {one.family for quote in quotes for one in numbers(quote)}
        return not measured or any(one.family in measured for one in numbers(said))
    if len(quotes) == 1 and len(quotes[0].split()) <= FEW_WORDS and not numbers(quotes[0]):
        words = all_content(quotes[0])
        if not words:
            return bare_words(quotes[0]) in bare_words(said)
        return meeting(words, all_content(said)) == words
    if question.kind in {"ambiguous", "left open"}:
        results = all_content(" ".join(step.expected_result for step in case.steps))
        quoted = map(all_content, quotes)
        return any(len(meeting(words, results)) >= RESULT_SHARE * len(words) for words in quoted)
    return True


def _texts(case: TestCase) -> tuple[str, ...]:
    steps = (text for s in case.steps for text in (s.action, s.test_data, s.expected_result))
    return (case.title, *case.preconditions, *steps)
