"""Which open questions bear on a case: those whose words or values the case itself uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import MappingProxyType

from assistant.domain import Epic, Question, SourceAnswer, TestCase
from assistant.generation.proof.amounts import alike, numbers
from assistant.generation.proof.statement_words import NEUTRAL, all_content, meeting
from assistant.language.casing import bare_words
from assistant.language.languages import language_of
from assistant.language.sentences import sentences

FEW_WORDS = 3
"""Words up to which a question is about these words alone ("at once", "a limit")."""

RESULT_SHARE = 0.6
"""Share of the words of a clause that results must have to rest on what it means, and of the other
words of a sentence that a case must have to rest on a few words of it."""

NO_TEXTS: Mapping[str, str] = MappingProxyType({})

_NO_MARKS = str.maketrans('“”„"«»', "      ")


def bearing(epics: Iterable[Epic]) -> Callable[[Question, TestCase], bool]:
    """``bears_on`` for questions on the criteria of these epics."""
    return partial(bears_on, texts={one.id: one.text for epic in epics for one in epic.criteria})


def bears_on(question: Question, case: TestCase, texts: Mapping[str, str] = NO_TEXTS) -> bool:
    """Whether the answer to a question could change a case. ``texts`` are the criteria by id.

    A question on a few words bears on the cases that use these words, or that tell most of the
    sentence that they stand in; one on values that differ on those with a value of their kind, and
    one on what a clause means, or that the authors left open, on those whose results tell most of
    it. Any other bears on every case of its criterion, and so does each where the criterion is in
    another language than the case: their words cannot be compared. One whose writer was asked which
    cases hang on it bears on those that he names, and where that is none, on none: the words that
    it is about stand in cases whose results no answer changes. What he names it bears on in any
    case. None bears on a case that cites the source which answers it, and none that asks what lies
    beyond a limit on those that keep it.
    """
    named = case.title in question.case_titles
    if not (named or question.criterion_id in case.criterion_ids):
        return False
    cited = {one.chunk_id for one in case.all_citations}
    if any(one.chunk_id in cited for one in question.source_answers):
        return False
    if named or question.names_cases:
        return named
    if question.is_on_running:
        return not question.case_titles
    quotes = [evidence.quote for evidence in question.evidence if evidence.quote.strip()]
    said = " \n".join(_texts(case)).translate(_NO_MARKS)  # a value counts in a quotation too
    if question.kind == "conflict" and len(quotes) > 1:
        measured = {one.family for quote in quotes for one in numbers(quote)}
        return not measured or any(one.family in measured for one in numbers(said))
    if question.kind == "missing rule" and quotes and all(map(numbers, quotes)):
        return False  # what lies beyond a limit: the cases of the checklist keep it
    text = texts.get(question.criterion_id, "")
    if text and language_of(text) != language_of(said):
        return not question.case_titles
    if len(quotes) == 1 and len(quotes[0].split()) <= FEW_WORDS and not numbers(quotes[0]):
        words = all_content(quotes[0])
        if not words and bare_words(quotes[0]) in bare_words(said):
            return True
        if words and meeting(words, all_content(said)) == words:
            return True
        rest = _sentence_around(quotes[0], text) - words - NEUTRAL
        return bool(rest) and len(meeting(rest, all_content(said))) >= RESULT_SHARE * len(rest)
    if question.kind in {"ambiguous", "left open"}:
        results = all_content(" ".join(step.expected_result for step in case.steps))
        quoted = map(all_content, quotes)
        return any(len(meeting(words, results)) >= RESULT_SHARE * len(words) for words in quoted)
    return True


def rests_on(case: TestCase, answer: SourceAnswer) -> bool:
    """Whether a case has what a source answers: one of its values or, where it names none, half of
    its words. That the rest is told rightly is the proof's to say."""
    texts = " \n".join(_texts(case))
    if values := numbers(answer.quote):
        return any(alike(one, each) for one in values for each in numbers(texts))
    words = all_content(answer.quote) - NEUTRAL
    return bool(words) and len(meeting(words, all_content(texts))) >= len(words) / 2


def _sentence_around(quote: str, text: str) -> frozenset[str]:
    """The words of the first sentence of a text that holds a quotation."""
    spans = (one.text for one in sentences(text) if quote in one.text)
    return all_content(next(spans, ""))


def _texts(case: TestCase) -> tuple[str, ...]:
    steps = (text for s in case.steps for text in (s.action, s.test_data, s.expected_result))
    return (case.title, *case.preconditions, *steps)
